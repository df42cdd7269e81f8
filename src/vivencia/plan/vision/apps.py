from django.apps import AppConfig


class VisionConfig(AppConfig):
    name = "vivencia.plan.vision"
    default_auto_field = "django.db.models.BigAutoField"
