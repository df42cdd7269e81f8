from django.apps import AppConfig


class LeadConfig(AppConfig):
    name = "vivencia.lead"
    default_auto_field = "django.db.models.BigAutoField"
