"""The `vivencia` command: one click group; each package brings its own commands."""

import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, Never

import click

from vivencia.foundation import speaking
from vivencia.foundation.speaking import CODES

FOR_PROGRAMS = "vivencia.for_programs"
JSON = "--json"
NOT_CONFIRMED = "Not confirmed, so nothing was done. Give --yes to go on."  # programs are answered in English
# The catalogues come with the settings, and these with the folder.
NO_FOLDER = {
    "en": "The data folder cannot be used: %s. Name another one in VIVENCIA_HOME.",
    "es": "La carpeta de datos no se puede usar: %s. Indique otra en VIVENCIA_HOME.",
}

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

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Where a program reads the answer, it reads a refusal as JSON too; people are told as ever, on stderr."""
        given = list(sys.argv[1:] if args is None else args)
        answers_program = standalone_mode and JSON in given
        alone = standalone_mode and not answers_program
        try:
            done = super().main(args, prog_name, complete_var, alone, **extra)
        except click.ClickException as error:
            if not answers_program:
                raise
            _refuse(error)
        except click.Abort:
            if not answers_program:
                raise
            click.echo(json.dumps({"error": NOT_CONFIRMED, "code": "aborted", "command": None}))
            sys.exit(1)
        if not answers_program:
            return done
        sys.exit(done if isinstance(done, int) else 0)

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
        ctx.meta[FOR_PROGRAMS] = JSON in args
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """A ledger that another process writes for long is no fault of ours: the command says so and stops."""
        _set_django_up()
        from vivencia.foundation.ledger.disk import LedgerBusyError

        try:
            return super().invoke(ctx)
        except LedgerBusyError as error:
            raise click.UsageError(speaking.busy(), ctx) from error


def _refuse(error: click.ClickException) -> Never:
    """`code` is "usage" where what was asked cannot be asked so, else "refused"; the exit code is the error's own."""
    context = getattr(error, "ctx", None)
    told = {
        "error": error.format_message(),
        "code": "usage" if isinstance(error, click.UsageError) else "refused",
        "command": context.command_path if isinstance(context, click.Context) else None,
    }
    click.echo(json.dumps(told, ensure_ascii=False))
    error.show()
    sys.exit(error.exit_code)


def _set_django_up() -> None:
    import django

    from vivencia.foundation.home import home

    try:
        home()
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
        told = NO_FOLDER[speaking.language(None, os.environ, for_programs=JSON in sys.argv)]
        raise click.UsageError(told % why) from error
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
