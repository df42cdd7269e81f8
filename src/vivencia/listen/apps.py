from django.apps import AppConfig


class ListenConfig(AppConfig):
    name = "vivencia.listen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.listen import consent, erasing  # noqa: F401  # they say what of an erased person is removed, and how
