"""Writes the parts of the documentation that the code knows best: `python tools/docs.py [--check]`.

The index of all pages, the command line's reference and the list of addresses. `--check` writes nothing and fails
where a file on disk differs from what the code says.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
COMMON = """Every command takes `--json` and then prints nothing but JSON on standard output, in English whatever the terminal speaks.

What cannot be done as it was asked ends with exit code 2. People read why on standard error, in the terminal's language; with `--json`
standard output carries an object as well:

| key | meaning |
|---|---|
| `error` | why, in a sentence |
| `code` | `usage`: what was asked cannot be asked so; `refused`: it can, but not here and now; `aborted` (exit code 1): not confirmed; of `import`: the problem's own code, with its facts beside it (see [Bringing data in](imports.md)) |
| `command` | the command that refused, or null where it came to none |
"""  # noqa: E501


def heading(page: Path) -> str:
    return page.read_text("utf-8").splitlines()[0].lstrip("# ").strip()


def index() -> str:
    guides = "\n".join(f"- [{heading(page)}](guide/{page.name})" for page in sorted((DOCS / "guide").glob("*.md")))
    decisions = "\n".join(f"- [{heading(page)}](adr/{page.name})" for page in sorted((DOCS / "adr").glob("*.md")))
    words = "- [Words](words.md): one concept, one name, in English and Spanish"
    return f"# Documentation\n\n{words}\n\n## Guide\n\n{guides}\n\n## Decisions\n\n{decisions}\n"


def command_line() -> str:
    import click

    from vivencia.cli import COMMANDS, main

    context = click.Context(main, info_name="vivencia")
    parts = [f"# The command line\n\n{COMMON}"]
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        parts.append(described(command, click.Context(command, info_name=name, parent=context)))
    return "\n".join(parts)


def described(command: "object", context: "object") -> str:
    import click

    assert isinstance(command, click.Command)
    assert isinstance(context, click.Context)
    text = f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            text += "\n" + described(inner, click.Context(inner, info_name=name, parent=context))
    return text


def addresses() -> str:
    from django.urls import get_resolver

    rows = "\n".join(f"| `/{pattern}` | {name} | {who} |" for pattern, name, who in sorted(patterns(get_resolver())))
    return (
        "# Addresses\n\nEvery address of the product and the right it asks for (rights: guide/roles.md).\n\n"
        f"| address | name | right |\n|---|---|---|\n{rows}\n"
    )


def patterns(resolver: "object", prefix: str = "") -> Iterator[tuple[str, str, str]]:
    from django.urls import URLPattern, URLResolver

    assert isinstance(resolver, URLResolver)
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.name or "", str(getattr(entry.callback, "decided", "undecided"))


def pages() -> dict[Path, str]:
    return {
        DOCS / "guide" / "command-line.md": command_line(),
        DOCS / "guide" / "addresses.md": addresses(),
    }


def differing(check: bool) -> list[Path]:
    """Write what is out of date (or only find it), the index last, because it lists the other pages."""
    changed = []
    for make in (pages, lambda: {DOCS / "README.md": index()}):
        for file, text in make().items():
            if not file.exists() or file.read_text("utf-8") != text:
                changed.append(file)
                if not check:
                    file.write_text(text, "utf-8")
    return changed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vivencia.project.settings")
    os.environ["COLUMNS"] = "100"
    import django

    django.setup()
    changed = differing(check)
    for file in changed:
        print(f"{'out of date' if check else 'written'}: {file.relative_to(ROOT)}")
    if check and changed:
        print("Run: make docs")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
