"""Groups of people: those that were planted are found, and none are found where none were."""

import json

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from tests.personas.worlds import planted, without_groups
from vivencia.understand.personas.finding import assigning
from vivencia.understand.personas.finding.describing import Measure, differences
from vivencia.understand.personas.finding.features import Feature, People, matrix, scalings
from vivencia.understand.personas.finding.finding import find, found_of
from vivencia.understand.personas.finding.grouping import distances, groups


def test_planted_groups_are_found_with_their_number_whatever_is_missing() -> None:
    people, truth = planted(3, 4, 1_500, apart=1.6, missing=0.25)
    found = find(people)
    assert found.model is not None
    assert len(found.model.offered) == 4
    assert adjusted_rand_score(truth, found_of(found, people).group) > 0.85


@pytest.mark.parametrize("shape", ["correlated", "counts"])
def test_people_who_differ_by_degrees_only_are_no_personas(shape: str) -> None:
    found = find(without_groups(1, shape))
    assert found.model is None
    assert found.choice.order == ()
    assert found.choice.p_value > 0.05


def test_a_division_is_made_only_where_it_was_asked_for_and_comes_again() -> None:
    people = without_groups(2, "correlated", width=4)
    assert find(people).model is None
    divided = find(people, k=2)
    assert divided.model is not None
    assert all(one >= 0.75 for one in np.array(divided.stability)[list(divided.model.offered)])


def test_the_same_people_give_the_same_groups() -> None:
    people, _truth = planted(5, 3, 600)
    one, other = find(people, seed=4, k=3), find(people, seed=4, k=3)
    assert one.model is not None
    assert other.model is not None
    assert np.array_equal(one.model.centres, other.model.centres)


def test_whose_somebody_is_does_not_depend_on_who_else_is_asked_about() -> None:
    people, _truth = planted(6, 3, 800)
    found = find(people, k=3)
    assert found.model is not None
    told = assigning.from_json(json.loads(json.dumps(assigning.to_json(found.model))))
    everybody, few = assigning.assign(told, people), assigning.assign(told, people.only(np.arange(7)))
    assert np.array_equal(everybody.group[:7], few.group)


def test_of_whom_nothing_is_known_belongs_to_none() -> None:
    people, _truth = planted(6, 3, 800)
    found = find(people, k=3)
    assert found.model is not None
    empty = {key: np.array([None if column.dtype == object else np.nan]) for key, column in people.columns.items()}
    stranger = People(["s"], people.features, empty)
    assert assigning.assign(found.model, stranger).group.tolist() == [assigning.NONE]


def test_a_missing_value_takes_no_part_in_a_distance() -> None:
    numbers = np.array([0.0, 0.0, 2.0, 2.0] * 5 + [np.nan])
    others = np.array([1.0, 3.0] * 10 + [3.0])
    people = People([str(one) for one in range(21)], (Feature("a"), Feature("b")), {"a": numbers, "b": others})
    seen = matrix(people, scalings(people))
    apart = distances(seen, np.array([[9.0, seen.values[-1, 1]], [-9.0, seen.values[-1, 1]]]))
    assert apart[-1].tolist() == [0.0, 0.0]


def test_a_group_that_is_far_away_is_found_by_its_centre() -> None:
    values = np.array([0.0, 0.1, 0.2] * 10 + [9.0, 9.1, 9.2] * 10)
    people = People([str(one) for one in range(60)], (Feature("a"),), {"a": values})
    found = groups(matrix(people, scalings(people)), 2, np.random.default_rng(0))
    assert len(set(found.group[:30].tolist())) == 1
    assert found.group[0] != found.group[-1]


def test_one_of_two_features_that_say_the_same_is_left_out() -> None:
    random = np.random.default_rng(0)
    orders = random.poisson(3, 500).astype(float)
    kind = random.choice(["a", "b"], 500).astype(object)
    columns = {
        "orders": orders,
        "parcels": orders * 2 + 1,
        "kind": kind,
        "product": np.array([f"{one}1" for one in kind], dtype=object),
    }
    features = (Feature("orders"), Feature("parcels"), Feature("kind", "category"), Feature("product", "category"))
    assert [one.key for one in scalings(People([str(one) for one in range(500)], features, columns))] == [
        "orders",
        "kind",
    ]


def test_what_sets_a_group_apart_has_its_effect_and_interval_and_trifles_are_left_out() -> None:
    random = np.random.default_rng(1)
    inside = np.arange(1_000) < 400
    calls = random.binomial(4, np.where(inside, 0.5, 0.1)).astype(float)
    height = random.normal(170, 10, 1_000) + inside * 1.0
    four = np.full(1_000, 4.0)
    told = differences({"phone": Measure(calls, four, "share"), "height": Measure(height, four / 4, "mean")}, inside)
    assert [one.feature for one in told] == ["phone"]
    assert told[0].low < 0.4 < told[0].high
    assert told[0].value == pytest.approx(calls[inside].sum() / 1_600)
    assert told[0].n == 400
