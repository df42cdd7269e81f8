from django.apps import AppConfig


class MeasureConfig(AppConfig):
    name = "vivencia.measure"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.measure import worked_out  # noqa: F401  # what its pages need of each version of the ledger
