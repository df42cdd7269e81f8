from django.apps import AppConfig


class ListenConfig(AppConfig):
    name = "vivencia.listen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.listen import consent  # noqa: F401  # it says how an erased person's consents are removed
