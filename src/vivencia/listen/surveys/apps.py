from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "vivencia.listen.surveys"
    default_auto_field = "django.db.models.BigAutoField"
