from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "vivencia.listen.api"
    default_auto_field = "django.db.models.BigAutoField"
