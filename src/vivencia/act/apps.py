from django.apps import AppConfig


class ActConfig(AppConfig):
    name = "vivencia.act"
    default_auto_field = "django.db.models.BigAutoField"
