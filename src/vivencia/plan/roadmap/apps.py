from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "vivencia.plan.roadmap"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.plan.roadmap import erasing  # noqa: F401  # what an erasure does for us
