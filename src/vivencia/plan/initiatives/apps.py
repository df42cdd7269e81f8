from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "vivencia.plan.initiatives"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.plan.initiatives import erasing  # noqa: F401  # what an erasure does for us
