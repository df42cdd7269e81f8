"""The `vivencia` command: one click group; each package brings its own commands."""

import importlib
import os

import click

from vivencia.foundation import speaking
from vivencia.foundation.speaking import CODES

FOR_PROGRAMS = "vivencia.for_programs"

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
    "outreach": "vivencia.act.commands:outreach",
    "chats": "vivencia.listen.sources.commands:chats",
    "demo": "vivencia.listen.demo_commands:demo",
    "customer": "vivencia.understand.customer_commands:customer",
    "flow": "vivencia.understand.journey_commands:flow",
    "variants": "vivencia.understand.journey_commands:variants",
    "funnel": "vivencia.understand.journey_commands:funnel",
    "text": "vivencia.understand.text_commands:text",
    "gaps": "vivencia.plan.journeys.commands:gaps",
    "personas": "vivencia.understand.personas.commands:personas",
    "roadmap": "vivencia.plan.roadmap.commands:roadmap",
    "impact": "vivencia.plan.impact.commands:impact",
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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Also notes whether a program will read the answer."""
        ctx.meta[FOR_PROGRAMS] = "--json" in args
        return super().resolve_command(ctx, args)


def _set_django_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vivencia.project.settings")
    django.setup()


@click.command(cls=House)
@click.version_option(package_name="vivencia")
@click.option("--language", type=click.Choice(CODES), help="Speak this language; default: the terminal's (LANG).")
@click.pass_context
def main(ctx: click.Context, language: str | None) -> None:
    """Vivencia: how customers really live your company, and what to mend first."""
    _set_django_up()
    from django.utils import translation

    spoken = speaking.language(language, os.environ, for_programs=ctx.meta.get(FOR_PROGRAMS, False))
    ctx.with_resource(translation.override(spoken))
    from vivencia.foundation.upgrades import ensure_database

    ensure_database()
