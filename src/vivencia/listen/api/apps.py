from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "vivencia.listen.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.foundation import inbox
        from vivencia.listen.api import arrivals, chores  # noqa: F401

        inbox.KINDS[arrivals.KIND] = inbox.Kind(arrivals.reader, arrivals.ids, arrivals.settle)
