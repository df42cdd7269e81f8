from django.apps import AppConfig


class PersonasConfig(AppConfig):
    name = "vivencia.understand.personas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.understand import segment_personas
        from vivencia.understand.personas import assignments, chores, erasing, worked_out  # noqa: F401

        segment_personas.MEMBERS[:] = [assignments.members]  # a persona is a segment everywhere
        segment_personas.CHOICES[:] = [assignments.choices]
