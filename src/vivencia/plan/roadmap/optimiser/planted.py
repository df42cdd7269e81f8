"""Made-up problems of a known shape, for measuring and testing; the same seed gives the same problem."""

from dataclasses import dataclass, replace

import numpy as np

from vivencia.plan.roadmap.optimiser.problem import Gap, Initiative, Objective, Pilot, Problem, Stream, Team, Worth

STREAMS = ("systems", "change", "organisation", "customers")


@dataclass(frozen=True)
class Shape:
    """What kind of problem: its size, how tight it is, and what it contains.

    `tight` is the room there is against what all initiatives together would need; `alike` ties value to effort (1:
    value is effort, which makes choosing hard); `least` is the smallest piece of work against the largest.
    """

    initiatives: int = 200
    quarters: int = 8
    streams: int = 4
    teams: int = 4
    tight: float = 0.4
    alike: float = 0.8
    least: float = 0.1
    longest: int = 3
    dependencies: float = 0.4
    gaps: float = 0.0
    pilots: int = 0
    must_do: int = 4
    deadlines: float = 0.1
    min_share: float = 0.15
    objective: Objective = "value"


SHAPES = {
    "usual": Shape(),
    "large pieces": Shape(least=0.5),
    "small pieces": Shape(least=0.02),
    "free values": Shape(alike=0.2),
    "chains": Shape(dependencies=0.9),
    "shared gaps": Shape(gaps=0.5),
    "pilots": Shape(pilots=8, objective="net"),
    "very tight": Shape(tight=0.2),
    "long work": Shape(longest=4, tight=0.5),
}


def planted(shape: Shape, seed: int) -> Problem:
    """A problem of this shape."""
    dice = np.random.default_rng(seed)
    sizes = _sizes(shape, dice)
    initiatives = [_initiative(shape, dice, i, sizes[i]) for i in range(shape.initiatives)]
    gaps = _share_gaps(shape, dice, initiatives)
    _add_pilots(shape, dice, initiatives)
    days = {team: sum(sum(each.effort.get(team, ())) for each in initiatives) for team in _teams(shape)}
    teams = tuple(Team(team, _room(shape, dice, total)) for team, total in days.items())
    money = sum(each.cost_once + each.cost_a_quarter * shape.quarters / 2 for each in initiatives)
    return Problem(
        quarters=shape.quarters,
        initiatives=tuple(initiatives),
        teams=teams,
        budget=_room(shape, dice, money),
        streams=tuple(Stream(key, min_share=shape.min_share, max_share=0.5) for key in STREAMS[: shape.streams]),
        gaps=gaps,
        objective=shape.objective,
    )


def _teams(shape: Shape) -> list[str]:
    return [f"team {k + 1}" for k in range(shape.teams)]


def _sizes(shape: Shape, dice: np.random.Generator) -> list[dict[str, tuple[float, ...]]]:
    """Days of each initiative by team and quarter of work; most need one team, some two or three."""
    efforts = []
    for _ in range(shape.initiatives):
        lasts = int(dice.integers(1, shape.longest + 1))
        teams = dice.choice(_teams(shape), size=min(int(dice.integers(1, 4)), shape.teams), replace=False)
        efforts.append({str(team): tuple(np.round(dice.uniform(shape.least, 1.0, lasts) * 100)) for team in teams})
    return efforts


def _initiative(shape: Shape, dice: np.random.Generator, i: int, effort: dict[str, tuple[float, ...]]) -> Initiative:
    days = sum(sum(each) for each in effort.values())
    lasts = len(next(iter(effort.values())))
    mean = float(np.round(days * (shape.alike + (1 - shape.alike) * dice.uniform(0.1, 3.0)) * dice.uniform(0.8, 1.2)))
    earliest = int(dice.integers(0, 3)) if dice.random() < 0.2 else 0
    first = (
        [f"i{k}" for k in dice.choice(i, size=min(i, 2), replace=False)]
        if i and dice.random() < shape.dependencies
        else []
    )
    hurried = not first and dice.random() < shape.deadlines
    return Initiative(
        key=f"i{i}",
        title=f"Initiative {i + 1}",
        stream=STREAMS[int(dice.integers(shape.streams))],
        worth=Worth(
            mean, float(np.round(mean * dice.uniform(-0.2, 0.8))), float(np.round(mean * dice.uniform(1.2, 2.2)))
        ),
        duration=lasts,
        effort=effort,
        cost_once=float(np.round(days * dice.uniform(0.05, 0.4))),
        cost_a_quarter=float(np.round(mean * 0.02)) if dice.random() < 0.3 else 0.0,
        after=tuple(first[: int(dice.integers(1, 3))]),
        must_do=i < shape.must_do,
        earliest=earliest,
        deadline=min(shape.quarters - 1, earliest + lasts + int(dice.integers(1, 4))) if hurried else None,
    )


def _share_gaps(shape: Shape, dice: np.random.Generator, initiatives: list[Initiative]) -> tuple[Gap, ...]:
    """Puts some initiatives on common gaps, two to five on each, which claim more than the whole together."""
    chosen = [i for i in range(len(initiatives)) if dice.random() < shape.gaps]
    gaps: list[Gap] = []
    while len(chosen) >= 2:
        members, chosen = chosen[: int(dice.integers(2, 6))], chosen[5:]
        values = [initiatives[i].worth.mean for i in members]
        gap = Gap(f"gap {len(gaps) + 1}", float(np.round(max(max(values) * 1.1, sum(values) * dice.uniform(0.5, 0.9)))))
        for i in members:
            initiatives[i] = replace(initiatives[i], gap=gap.key)
        gaps.append(gap)
    return tuple(gaps)


def _add_pilots(shape: Shape, dice: np.random.Generator, initiatives: list[Initiative]) -> None:
    """Cheap pilots of one quarter for the dearest programmes."""
    dear = sorted(range(len(initiatives)), key=lambda i: -initiatives[i].cost_once)[: shape.pilots]
    for i in dear:
        programme = initiatives[i]
        team, days = next(iter(programme.effort.items()))
        pilot = Pilot(programme.key, chance=float(np.round(dice.uniform(0.3, 0.8), 2)))
        initiatives.append(
            Initiative(
                key=f"pilot {programme.key}",
                worth=Worth(0.0, 0.0, 0.0),
                stream=programme.stream,
                effort={team: (float(np.round(days[0] * 0.1 + 1)),)},
                cost_once=float(np.round(programme.cost_once * 0.05)),
                pilot=pilot,
            )
        )


def _room(shape: Shape, dice: np.random.Generator, total: float) -> tuple[float, ...]:
    a_quarter = shape.tight * total / shape.quarters
    return tuple(float(each) for each in np.round(a_quarter * dice.uniform(0.8, 1.2, shape.quarters)))
