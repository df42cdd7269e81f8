"""Rises in weekly counts: found where planted, seldom told where nothing was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.planted_outbreaks import Planted, planted
from vivencia.understand.text.emerging.surveillance import LEAST_COUNT, watch


def alarms(world: Planted) -> np.ndarray:
    weeks = world.counts.shape[1]
    seen = [[rise.alarm for rise in watch(world.counts[:, : week + 1])] for week in range(weeks - world.watched, weeks)]
    return np.array(seen).T


@pytest.mark.parametrize(("past", "found"), [(60, 0.65), (156, 0.75)])
def test_at_most_one_false_alarm_in_a_hundred_weeks_and_most_outbreaks_found(past: int, found: float) -> None:
    world = planted(100, past, size=(4, 12), seed=7)
    told, outbreak = alarms(world), world.outbreak[:, -world.watched :]
    assert (told & ~outbreak).sum() / (~outbreak).sum() <= 0.013  # 1 % and two standard errors of 4,700 weeks
    assert (told & outbreak).any(axis=1).mean() >= found


def test_a_flat_week_is_no_alarm_and_a_tripled_one_is() -> None:
    usual = np.tile([20.0, 22, 19, 21], 10)
    same, tripled = watch(np.array([usual, np.append(usual[:-1], 63.0)]))
    assert not same.alarm
    assert tripled.alarm
    assert tripled.observed == 63
    assert 18 < tripled.expected < 23 < tripled.upper < 63
    assert tripled.p_value < 0.001


def test_twice_the_comments_in_all_is_no_rise_of_a_theme() -> None:
    usual, said = np.full(40, 20.0), np.full(40, 200.0)
    usual[-1], said[-1] = 40, 400
    assert watch(usual[None])[0].alarm
    assert not watch(usual[None], said)[0].alarm


def test_a_weekend_that_is_always_quiet_makes_no_alarm_of_monday() -> None:
    week = np.array([30.0, 30, 30, 30, 30, 5, 5])
    days = np.tile(week, 12)[:78]  # ends on a Monday, after a quiet weekend
    assert not watch(days[None], per_year=365)[0].alarm


def test_two_people_are_no_outbreak() -> None:
    rare = np.zeros(60)
    rare[-1] = LEAST_COUNT - 1
    assert not watch(rare[None])[0].alarm


def test_a_past_too_short_is_not_judged() -> None:
    rise = watch(np.array([[3.0, 4, 5, 50]]))[0]
    assert not rise.judged
    assert not rise.alarm


def test_what_is_no_count_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        watch(np.array([[1.0, -1.0]]))
    with pytest.raises(ValueError, match="two: themes, periods"):
        watch(np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="exposure has shape"):
        watch(np.ones((1, 20)), np.ones(3))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=14, max_size=40), st.integers(1, 200))
def test_more_is_never_less_alarming(past: list[int], more: int) -> None:
    base = np.array(past, dtype=float)
    higher = base.copy()
    higher[-1] += more
    assert watch(higher[None])[0].p_value <= watch(base[None])[0].p_value + 1e-9
