from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "vivencia.listen.sources"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.listen.sources import chores, erasing  # noqa: F401  # what the worker and an erasure do for us
