"""Keep the Spanish catalogues in step with the code: `python tools/messages.py update|compile|check [package ...]`.

Django's own commands need GNU gettext on the machine; Babel does the same from PyPI. Strings are collected from
Python files and templates of each package and merged into `src/vivencia/<package>/locale/es/LC_MESSAGES/django.po`.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent / "src" / "vivencia"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,  # marks a string in a pure package, which is translated later, on Django's side
    "gettext": None,
    "gettext_lazy": None,
    "lazy": None,  # gettext_lazy, where a module also says things at once
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def packages() -> list[str]:
    """Every Django app of ours: "listen", "listen/surveys"."""
    return sorted(file.parent.relative_to(ROOT).as_posix() for file in ROOT.rglob("apps.py"))


def catalogue_file(package: str) -> Path:
    return ROOT / package / "locale" / "es" / "LC_MESSAGES" / "django.po"


def sources(package: str) -> Iterator[tuple[str, bytes]]:
    """Each file's name and its content as Python that gettext's extractor can read."""
    inner = [ROOT / other for other in packages() if other.startswith(f"{package}/")]
    for file in sorted((ROOT / package).rglob("*.py")):
        if "migrations" not in file.parts and not any(file.is_relative_to(app) for app in inner):
            yield str(file.relative_to(ROOT)), file.read_bytes()
    for suffix in ("*.html", "*.txt"):
        for file in sorted((ROOT / package).rglob(f"templates/**/{suffix}")):
            if not any(file.is_relative_to(app) for app in inner):
                yield str(file.relative_to(ROOT)), templatize(file.read_text("utf-8")).encode()


def collected(package: str) -> Catalog:
    """Every translatable string of a package, with the files it stands in (no line numbers: they only make noise)."""
    catalogue = Catalog(locale="es", project="Vivencia", charset="utf-8")
    for name, content in sources(package):
        for _line, message, comments, context in extract("python", io.BytesIO(content), KEYWORDS, ("Translators:",)):
            catalogue.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalogue


def existing(package: str) -> Catalog:
    file = catalogue_file(package)
    if not file.exists():
        return Catalog(locale="es", charset="utf-8", fuzzy=False)
    with file.open("rb") as source:
        return read_po(source, locale="es", charset="utf-8")


def update(package: str) -> list[str]:
    """Merge new strings in, drop dead ones; the untranslated ones are returned."""
    template = collected(package)
    if not len(template):
        return []
    catalogue = existing(package)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = f"# Vivencia in Spanish: {package}."
    catalogue.fuzzy = False
    file = catalogue_file(package)
    file.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, omit_header=False, sort_output=True, width=120, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    dated = (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Last-Translator",
        "Language-Team",
    )
    file.write_text("".join(line for line in lines if not any(word in line for word in dated)), "utf-8")
    return untranslated(catalogue)


def untranslated(catalogue: Catalog) -> list[str]:
    missing = []
    for message in catalogue:
        texts = message.string if isinstance(message.string, list | tuple) else (message.string,)
        if message.id and (not all(texts) or message.fuzzy):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def unmatched(package: str) -> list[str]:
    """Strings in the code that the catalogue lacks, has not translated, or whose placeholders it got wrong."""
    catalogue = existing(package)
    missing = [f"{message.id!r}: {problem}" for message, problems in catalogue.check() for problem in problems]
    for message in collected(package):
        if not message.id:
            continue
        known = catalogue.get(message.id, context=message.context)
        texts = () if known is None else known.string if isinstance(known.string, list | tuple) else (known.string,)
        if not texts or not all(texts) or (known is not None and known.fuzzy):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def said_differently() -> list[str]:
    """Strings that packages translate differently. Django knows one translation of a string, whichever package it
    comes from; where two senses are meant, the English must tell them apart, or a context."""
    said: dict[tuple[Any, Any], dict[Any, str]] = {}
    for package in packages():
        for message in existing(package):
            if message.id:
                text = tuple(message.string) if isinstance(message.string, list | tuple) else message.string
                key = message.id if isinstance(message.id, str) else message.id[0]
                said.setdefault((message.context, key), {}).setdefault(text, package)
    return [f"{key!r}: {told}" for (_context, key), told in said.items() if len(told) > 1]


def compiled(package: str) -> None:
    file = catalogue_file(package)
    if file.exists():
        with file.with_suffix(".mo").open("wb") as out:
            write_mo(out, existing(package))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("act", choices=("update", "compile", "check"))
    parser.add_argument("package", nargs="*")
    chosen = parser.parse_args()
    settings.configure(USE_I18N=True)
    failures = 0
    for package in chosen.package or packages():
        if chosen.act == "compile":
            compiled(package)
            continue
        missing = update(package) if chosen.act == "update" else unmatched(package)
        failures += len(missing)
        for text in missing:
            print(f"{package}: not translated: {text!r}")
    if chosen.act == "check" and not chosen.package:
        clashes = said_differently()
        failures += len(clashes)
        for text in clashes:
            print(f"translated in several ways: {text}")
    return 1 if chosen.act == "check" and failures else 0


if __name__ == "__main__":
    sys.exit(main())
