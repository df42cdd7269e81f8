from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "vivencia.plan.roadmap"
    default_auto_field = "django.db.models.BigAutoField"
