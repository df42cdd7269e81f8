from django.apps import AppConfig


class JourneyMapsConfig(AppConfig):
    name = "vivencia.plan.journeys"
    label = "journey_maps"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.plan.journeys import traces, worked_out  # noqa: F401  # they declare themselves
