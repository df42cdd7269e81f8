"""The presets: mappings for files many people have, each a TOML file in `presets/`. Copy one to add another."""

from functools import cache
from importlib.resources import files
from typing import Final

from vivencia.listen.imports.mapping import Mapping, parse
from vivencia.listen.imports.problems import Problem

_FOLDER: Final = files("vivencia.listen.imports") / "presets"


@cache
def names() -> tuple[str, ...]:
    """All presets, by name."""
    return tuple(sorted(item.name.removesuffix(".toml") for item in _FOLDER.iterdir() if item.name.endswith(".toml")))


def text(name: str) -> str:
    """A preset's TOML. Raises Problem naming the presets there are."""
    if name not in names():
        raise Problem("unknown-preset", value=name, allowed=", ".join(names()))
    return (_FOLDER / f"{name}.toml").read_text("utf-8")


@cache
def preset(name: str) -> Mapping:
    """A preset's mapping. Raises Problem naming the presets there are."""
    return parse(text(name), f"{name}.toml")
