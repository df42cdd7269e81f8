from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "vivencia.plan.initiatives"
    default_auto_field = "django.db.models.BigAutoField"
