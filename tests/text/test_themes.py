"""Themes nobody named: found from what texts have in common, named by their words, found again later."""

from pathlib import Path

import numpy as np
import pytest

from vivencia.understand.text.emerging.memory import founded, load
from vivencia.understand.text.emerging.themes import Themes, belonging, centred, discover, found_again
from vivencia.understand.text.emerging.whom import concentrated

ABOUT = {
    "courier": [
        "repartidor llamó timbre paquete",
        "paquete llegó golpeado repartidor",
        "repartidor dejó paquete vecino",
    ],
    "payment": ["tarjeta rechazada pago pantalla", "pago doble tarjeta cobrado", "pantalla pago tarjeta bloqueada"],
}


def said(seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Sixty texts about the courier, thirty about paying, thirty with nothing in common; vectors as encoders give."""
    draw = np.random.default_rng(seed)
    towards = draw.normal(size=(2, 32))
    texts = [f"{ABOUT['courier'][i % 3]} número{'abcdefghij'[i % 10]}{'klmnop'[i // 10]}" for i in range(60)]
    texts += [f"{ABOUT['payment'][i % 3]} intento{'abcdefghij'[i % 10]}{'klm'[i // 10]}" for i in range(30)]
    texts += [
        f"suelto{'abcdefghijklmnopqrstuvwxyzñáéí'[i]} distinto{'zyxwvutsrqponmlkjihgfedcba'[i % 26]} aparte"
        for i in range(30)
    ]
    vectors = draw.normal(size=(120, 32))
    vectors[:60] = towards[0] + 0.25 * vectors[:60]
    vectors[60:90] = towards[1] + 0.25 * vectors[60:90]
    return texts, vectors


@pytest.fixture(scope="module")
def found() -> Themes:
    return discover(*said())


def test_two_themes_are_found_the_larger_first_and_named_by_their_words(found: Themes) -> None:
    assert [theme.words[0] for theme in found.themes] in (
        ["paquete", "tarjeta"],
        ["repartidor", "tarjeta"],
        ["paquete", "pago"],
        ["repartidor", "pago"],
    )
    assert found.themes[0].size >= found.themes[1].size
    assert set(found.member[:60]) <= {0, -1}
    assert set(found.member[60:90]) <= {1, -1}
    assert (found.member[:90] >= 0).mean() > 0.85


def test_what_belongs_nowhere_is_in_no_theme(found: Themes) -> None:
    assert (found.member[90:] == -1).all()


def test_the_same_texts_give_the_same_themes(found: Themes) -> None:
    assert (discover(*said()).member == found.member).all()


def test_a_theme_is_found_again_in_new_texts_and_a_new_one_is_new(found: Themes) -> None:
    later = [theme.centre for theme in discover(*said(seed=0)).themes]
    assert found_again(later, [theme.centre for theme in found.themes]) == [0, 1]
    assert found_again([np.eye(32)[0]], [theme.centre for theme in found.themes]) == [None]


def test_a_later_text_finds_its_theme_by_the_centre(found: Themes) -> None:
    _texts, vectors = said()
    units, _mean = centred(vectors[:1], found.mean)
    centres = np.array([theme.centre for theme in found.themes])
    assert belonging(units, centres, np.array([theme.reach for theme in found.themes])).tolist() in ([0], [-1])


def test_few_texts_show_no_themes() -> None:
    texts, vectors = said()
    assert discover(texts[:20], vectors[:20]).themes == ()


def test_a_company_without_any_theme_yet_is_remembered_too(tmp_path: Path) -> None:
    texts, vectors = said()
    nothing = founded(texts[:3], vectors[:3], on="2026-11-22")
    nothing.save(tmp_path / "themes.npz")
    again = load(tmp_path / "themes.npz")
    assert again is not None and again.version == nothing.version
    assert list(again.members(vectors[:3])) == [-1, -1, -1]


def test_the_group_a_rise_comes_from_is_named() -> None:
    newest = {"channel": ["app"] * 18 + ["web"] * 2, "segment": ["A", "B"] * 10}
    usually = {"channel": ["app", "web"] * 50, "segment": ["A", "B"] * 50}
    (group,) = concentrated(newest, usually)
    assert (group.dimension, group.value, group.mentions) == ("channel", "app", 18)
    assert group.share == 0.9
    assert abs(group.usual - 0.5) < 0.01


def test_no_group_is_named_where_all_are_as_usual() -> None:
    assert concentrated({"channel": ["app", "web"] * 10}, {"channel": ["app", "web"] * 50}) == []


def test_what_only_the_new_texts_carry_is_told_where_most_of_them_have_it_alike() -> None:
    def told(newest: list[str | None], before: list[str | None]) -> list[tuple[str, int]]:
        found = concentrated({"property:category": newest}, {"property:category": before})
        return [(group.value, group.mentions) for group in found]

    nothing: list[str | None] = [None] * 60
    assert told(["garden"] * 12 + [None] * 4, nothing) == [("garden", 12)]
    assert told(["garden"] * 12 + [None] * 4, ["garden", *nothing]) == [("garden", 12)]
    assert told(["garden", "toys", "books"] * 6, nothing) == []  # a source that says now what it did not say before
    assert told(["garden"] * 4, nothing) == []
