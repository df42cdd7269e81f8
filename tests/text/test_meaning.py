"""Vectors beside the readings: packed small, found again exactly, joined, and dropped with their texts."""

from pathlib import Path

import numpy as np
import pytest

from vivencia.understand.text.encoders import Opened
from vivencia.understand.text.meaning import MOST_SMALL, Vectors, packed, space
from vivencia.understand.text.reader import Reader
from vivencia.understand.text.views import vectors


def unit(*rows: list[float]) -> np.ndarray:
    wide = np.zeros((len(rows), 16), np.float32)
    for number, row in enumerate(rows):
        wide[number, : len(row)] = row
    return np.asarray(wide / np.linalg.norm(wide, axis=1, keepdims=True), np.float32)


def test_eight_bits_keep_every_cosine_to_within_a_hundredth() -> None:
    draw = np.random.default_rng(0).normal(size=(50, 896)).astype(np.float32)
    draw /= np.linalg.norm(draw, axis=1, keepdims=True)
    codes = packed(draw).astype(np.float32)
    codes /= np.linalg.norm(codes, axis=1, keepdims=True)
    assert np.abs(codes @ codes.T - draw @ draw.T).max() < 0.01


def test_the_nearest_text_is_the_nearest_and_the_newest_vector_of_a_text_holds(tmp_path: Path) -> None:
    kept = Vectors(tmp_path)
    kept.add(["a", "b"], unit([1, 0], [0, 1]))
    kept.add(["a", "c"], unit([0.6, 0.8], [1, 1]))
    held = kept.held()
    listed = dict(zip(held.table()["id"], held.cosines(unit([1, 0])[0])[held.table()["place"].to_numpy()], strict=True))
    assert listed["a"] == pytest.approx(0.6, abs=0.01)
    assert listed["b"] == pytest.approx(0, abs=0.01)
    assert listed["c"] == pytest.approx(0.7071, abs=0.01)
    assert np.allclose(held.rows(np.array([1, 2])), unit([0, 1], [0.6, 0.8]), atol=0.01)


def test_what_is_not_to_be_kept_goes_and_the_rest_stays(tmp_path: Path) -> None:
    kept = Vectors(tmp_path)
    kept.add(["a", "b"], unit([1, 0], [0, 1]))
    kept.add(["c"], unit([1, 1]))
    assert kept.keep_only(["b"]) == 2
    assert kept.held().table()["id"].to_list() == ["b"]
    assert kept.keep_only(["b"]) == 0
    assert len(list(tmp_path.iterdir())) == 1


def test_many_small_parts_become_one_with_the_same_answers(tmp_path: Path) -> None:
    kept = Vectors(tmp_path)
    for number in range(MOST_SMALL + 1):
        kept.add(["x", f"t{number}"], unit([1, number], [number, 1]))
    before = kept.held()
    kept.join()
    after = kept.held()
    assert len(after.parts) == 1
    assert after.table()["id"].to_list() == before.table()["id"].to_list()
    for held in (before, after):
        last = held.table().filter(held.table()["id"] == "x")["place"].to_numpy()
        assert np.allclose(held.rows(last), unit([1, MOST_SMALL]), atol=0.01)


def test_nothing_kept_is_nothing_found(tmp_path: Path) -> None:
    held = Vectors(tmp_path / "none").held()
    assert (len(held), held.table().height, len(held.cosines(unit([1])[0]))) == (0, 0, 0)


def test_the_same_complaint_in_two_languages_is_nearer_than_another_one(opened: Opened, reader: Reader) -> None:
    of = space(reader.heads)
    assert of is not None
    said = ["El paquete llegó roto", "The parcel arrived broken", "¿Cómo cambio mi contraseña?"]
    spanish, english, other = of.vectors(vectors(said, opened.encoders))
    assert spanish @ english > spanish @ other + 0.2
