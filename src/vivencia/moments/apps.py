from django.apps import AppConfig


class MomentsConfig(AppConfig):
    name = "vivencia.moments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.moments import chores, erasing  # noqa: F401  # what the worker and an erasure do for us
