from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "vivencia.plan"
    default_auto_field = "django.db.models.BigAutoField"
