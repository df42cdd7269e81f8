from django.apps import AppConfig


class ResponsesConfig(AppConfig):
    name = "vivencia.measure.responses"
    default_auto_field = "django.db.models.BigAutoField"
