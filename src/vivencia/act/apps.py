from django.apps import AppConfig


class ActConfig(AppConfig):
    name = "vivencia.act"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.act import chores, doctor  # noqa: F401  # what the worker and the doctor do for us
