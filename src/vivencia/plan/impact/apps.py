from django.apps import AppConfig


class ImpactConfig(AppConfig):
    name = "vivencia.plan.impact"
    default_auto_field = "django.db.models.BigAutoField"
