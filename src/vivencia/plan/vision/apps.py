from django.apps import AppConfig


class VisionConfig(AppConfig):
    name = "vivencia.plan.vision"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.plan.vision import erasing  # noqa: F401  # what an erasure does for us
