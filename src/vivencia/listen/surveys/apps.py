from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "vivencia.listen.surveys"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.listen.surveys import chores, traces  # noqa: F401  # they declare themselves
