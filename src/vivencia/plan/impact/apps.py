from django.apps import AppConfig


class ImpactConfig(AppConfig):
    name = "vivencia.plan.impact"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.plan.impact import chores  # noqa: F401  # what the worker does for us
