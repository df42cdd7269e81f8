from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "vivencia.foundation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.foundation import sign_in_audit  # noqa: F401  # its receivers register themselves
