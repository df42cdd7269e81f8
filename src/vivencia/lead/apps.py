from django.apps import AppConfig


class LeadConfig(AppConfig):
    name = "vivencia.lead"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.lead import worked_out  # noqa: F401  # what its pages need of each version of the ledger
