from django.apps import AppConfig


class UnderstandConfig(AppConfig):
    name = "vivencia.understand"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from vivencia.understand import audiences  # noqa: F401  # saved segments can be invited to surveys
        from vivencia.understand import chores, worked_out  # noqa: F401  # isort: skip  # what pages need of each version
        from vivencia.understand import erasing  # noqa: F401  # isort: skip  # what an erasure does for us
        from vivencia.understand import merges  # noqa: F401  # isort: skip  # joins records by rules, forgets the erased
        from vivencia.understand import readings_chores, readings_doctor, readings_learning  # noqa: F401  # isort: skip  # texts
