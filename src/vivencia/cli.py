"""The `vivencia` command: one click group; each package brings its own commands."""

import importlib
import os

import click

# command -> where it is defined. A command's module is imported only when that command is called.
COMMANDS: dict[str, str] = {
    "import": "vivencia.listen.commands:import_",
    "imports": "vivencia.listen.commands:imports",
    "metric": "vivencia.measure.commands:metric",
    "serve": "vivencia.foundation.commands:serve",
    "worker": "vivencia.foundation.commands:worker",
    "doctor": "vivencia.foundation.commands:doctor",
    "erase": "vivencia.foundation.commands:erase",
    "moments": "vivencia.moments.commands:moments",
    "demo": "vivencia.listen.demo_commands:demo",
    "customer": "vivencia.understand.customer_commands:customer",
    "flow": "vivencia.understand.journey_commands:flow",
    "variants": "vivencia.understand.journey_commands:variants",
    "funnel": "vivencia.understand.journey_commands:funnel",
}


class House(click.Group):
    """Sets Django up and imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        _set_django_up()
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


def _set_django_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vivencia.project.settings")
    django.setup()


@click.command(cls=House)
@click.version_option(package_name="vivencia")
def main() -> None:
    """Vivencia: how customers really live your company, and what to mend first."""
    _set_django_up()
    from vivencia.foundation.upgrades import ensure_database

    ensure_database()
