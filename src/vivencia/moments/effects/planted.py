"""Journeys with planted truth: data on which every effect is known, to check an estimator (ours or anyone's).

A `World` says how strong everything is; `plant` draws customers from it and computes the true effects by potential
outcomes: every customer's score is worked out twice, with and without the candidate, with the same luck.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.special import expit

from vivencia.moments.effects.units import Candidate, FloatArray, IntArray, Units

Answering = Literal["extremes", "distance", "latent", "angry", "at_random", "no_pattern", "by_segment", "touched"]
Scale = Literal["nps", "csat", "ces"]
ENDS = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
TOUCHPOINTS = (
    "advert",
    "search",
    "website",
    "shop",
    "quote",
    "basket",
    "payment",
    "delivery",
    "unboxing",
    "support",
    "invoice",
    "exchange",
)
DEFAULT_EFFECTS = {
    "delivery failed": -0.80,
    "support failed": -0.70,
    "payment failed": -0.75,
    "shop happened": 0.55,
    "unboxing happened": 0.50,
}


@dataclass(frozen=True)
class World:
    """How the planted company is. Effects are shifts of the latent 0-10 satisfaction; touchpoint + facet -> shift."""

    effects: dict[str, float] = field(default_factory=lambda: dict(DEFAULT_EFFECTS))
    confounding: float = 1.0  # how much segment and journey length drive both touchpoints and satisfaction
    nonlinear: bool = False  # confounders act through bends and products
    correlation: float = 0.8  # spread of the unseen liveliness all touchpoints share
    heterogeneity: float = 0.0  # how much effects differ between segments
    chain: float = 0.0  # > 0: a failed delivery sets off support (log-odds)
    answer_share: float = 0.30
    answering: Answering = "extremes"
    answering_strength: float = 1.0
    reminder: bool = True
    reminder_strength: float = 0.8  # log-odds of answering
    late_reminder: bool = False  # the reminder is drawn only among those who have not answered yet
    shadow_strength: float = 0.35  # log-odds of repurchase per latent point; 0 = repurchase says nothing
    repurchase_effects: dict[str, float] = field(default_factory=dict)  # direct effects on repurchase, log-odds
    segments: tuple[float, ...] = (0.5, 0.3, 0.2)
    failure_rate: float = 0.3
    centre: float = 7.6
    spread: float = 1.9
    scale: Scale = "nps"  # what the answer is given on; effects are then in that scale's points
    touchpoints: tuple[str, ...] = TOUCHPOINTS
    frequent: float = 0.0  # log-odds by which every touchpoint is likelier: journeys are longer or shorter


@dataclass(frozen=True, eq=False)
class Planted:
    """Drawn customers and the truth about them.

    happened, failed: (n, t) 0/1, columns as `world.touchpoints`; failed is 0 where the touchpoint did not happen.
    score: (n,) on the world's scale, of everybody, also of those who did not answer. level: its true level (an NPS, a
    mean). ate, att: true effects in its points by candidate key, over all customers it applies to and over those who
    lived it.
    repurchase_ate: the same for repurchase in percentage points.
    """

    world: World
    happened: FloatArray
    failed: FloatArray
    segment: IntArray
    tenure: FloatArray
    score: FloatArray
    answered: FloatArray
    early: FloatArray
    reminded: FloatArray
    repurchase: FloatArray
    level: float
    ate: dict[str, float]
    att: dict[str, float]
    repurchase_ate: dict[str, float]

    def units(self, outcome: Literal["score", "repurchase"] = "score", *, shadow: bool = True) -> Units:
        """The estimator's view of the same customers: unanswered scores hidden, truth gone."""
        seen = self.answered == 1
        shadows = {"repurchase": self.repurchase} if shadow else {}
        score = np.where(seen, self.score, np.nan)
        return Units(
            outcome=_coded(self.world, score) if outcome == "score" else self.repurchase,
            kind="share" if outcome == "repurchase" else "points" if self.world.scale == "nps" else "score",
            candidates=self.candidates(),
            confounders=np.column_stack([self.segment == 1, self.segment == 2, self.tenure]).astype(float),
            confounder_names=("segment 1", "segment 2", "tenure"),
            before=np.triu(np.ones((2 * len(self.world.touchpoints),) * 2), 1),
            shadows=shadows if outcome == "score" else {},
            reminded=self.reminded if self.world.reminder and outcome == "score" else None,
        )

    def candidates(self) -> tuple[Candidate, ...]:
        """Happened and failed of every touchpoint, in the journey's order; failing applies where it happened."""
        made = []
        for j, name in enumerate(self.world.touchpoints):
            place = (j + 0.5) / len(self.world.touchpoints)
            failed = np.where(self.happened[:, j] == 1, self.failed[:, j], np.nan)
            made.append(Candidate(f"{name} happened", self.happened[:, j], place, name))
            made.append(Candidate(f"{name} failed", failed, place, name))
        return tuple(made)


def net(score: FloatArray) -> FloatArray:
    """A 0-10 answer as -100, 0 or 100, so that a mean is an NPS. nan stays nan."""
    coded = np.where(score >= 9, 100.0, np.where(score <= 6, -100.0, 0.0))
    return np.where(np.isnan(score), np.nan, coded)


def _coded(world: World, score: FloatArray) -> FloatArray:
    """Answers as the outcome counts them: their part of the NPS, or as they are."""
    return net(score) if world.scale == "nps" else score


def _said(world: World, latent: FloatArray) -> FloatArray:
    """The answer on the world's scale to what was felt, 0-10."""
    low, high = ENDS[world.scale]
    return np.clip(np.round(latent * high / 10), low, high)


def plant(n: int, world: World | None = None, *, seed: int = 0) -> Planted:
    """Draw n customers from a world."""
    world = world or World()
    draw = np.random.default_rng(seed)
    segment = draw.choice(len(world.segments), n, p=np.array(world.segments)).astype(np.int64)
    tenure = draw.gamma(2.0, 1.5, n)
    happened, failed = _journeys(world, segment, tenure, draw)
    base = world.centre + _pull(world, segment, tenure) + world.spread * draw.standard_normal(n)
    bend = 1 + world.heterogeneity * (segment - 1)
    shift: dict[str, FloatArray] = {key: np.asarray(size * bend) for key, size in world.effects.items()}
    lived = _columns(world, happened, failed)
    latent = base + sum((lived[key] * shift[key] for key in shift), np.zeros(n))
    score = _said(world, latent)
    luck = draw.random(n)
    chance = _repurchase(world, segment, tenure, lived, latent)
    answered, early, reminded = _answers(world, score, latent, segment, lived, draw)
    truths = _truths(world, lived, happened, latent, shift, segment, tenure)
    return Planted(
        world=world,
        happened=happened,
        failed=failed,
        segment=segment,
        tenure=tenure,
        score=score,
        answered=answered,
        early=early,
        reminded=reminded,
        repurchase=(luck < chance).astype(float),
        level=float(_coded(world, score).mean()),
        ate=truths[0],
        att=truths[1],
        repurchase_ate=truths[2],
    )


def _pull(world: World, segment: IntArray, tenure: FloatArray) -> FloatArray:
    """What segment and tenure do to satisfaction by themselves."""
    mood = np.array([0.0, -0.6, 0.7] + [0.2] * 10)[segment]
    if world.nonlinear:
        bent = 0.5 * np.sin(1.3 * tenure) - 0.5 * (tenure > 4) * (segment == 1) + 0.08 * (tenure - 3) ** 2 - 0.3
        return np.asarray(world.confounding * (mood + bent))
    return np.asarray(world.confounding * (mood + 0.15 * (tenure - 3)))


def _journeys(
    world: World, segment: IntArray, tenure: FloatArray, draw: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    n, m = len(segment), len(world.touchpoints)
    lively = world.correlation * draw.standard_normal(n)
    lean = np.array([0.0, 0.7, -0.6] + [0.3] * 10)[segment]
    length = 0.25 * (tenure - 3)
    if world.nonlinear:
        length = 0.7 * np.sin(1.3 * tenure) + 0.6 * (tenure > 4) * (segment == 1)
    happened, failed = np.zeros((n, m)), np.zeros((n, m))
    rates = np.linspace(-0.6, 1.1, m)[np.argsort(np.sin(np.arange(m) * 2.3))]
    for j in range(m):
        sign = 1.0 if j % 3 else -0.6
        odds = rates[j] + world.frequent + world.confounding * (sign * lean + length) * 0.6 + lively
        if world.chain and world.touchpoints[j] == "support":
            odds = odds - 1.2 + world.chain * failed[:, world.touchpoints.index("delivery")]
        happened[:, j] = draw.random(n) < expit(odds)
        trouble = np.log(world.failure_rate / (1 - world.failure_rate)) + world.confounding * 0.5 * sign * lean
        failed[:, j] = happened[:, j] * (draw.random(n) < expit(trouble))
    return happened, failed


def _columns(world: World, happened: FloatArray, failed: FloatArray) -> dict[str, FloatArray]:
    """Candidate key -> 0/1 column."""
    facets = {f"{name} happened": happened[:, j] for j, name in enumerate(world.touchpoints)}
    return facets | {f"{name} failed": failed[:, j] for j, name in enumerate(world.touchpoints)}


def _repurchase(
    world: World, segment: IntArray, tenure: FloatArray, lived: dict[str, FloatArray], latent: FloatArray
) -> FloatArray:
    direct = sum((lived[key] * size for key, size in world.repurchase_effects.items()), np.zeros(len(latent)))
    own = 0.4 * (segment == 2) + 0.1 * (tenure - 3)
    return np.asarray(expit(-0.5 + own + world.shadow_strength * (latent - 7.0) + direct))


def _wish(world: World, said: FloatArray, latent: FloatArray, segment: IntArray) -> FloatArray:
    """How much what was felt moves somebody to answer, in log-odds."""
    strength = world.answering_strength
    score = said * 10 / ENDS[world.scale][1]
    extremes = 1.2 * (score <= 6) + 0.9 * (score >= 9)
    patterns = {
        "extremes": extremes,
        "touched": extremes,
        "by_segment": np.where(segment == 0, extremes, 1.3 * (score <= 6)),
        "distance": 0.10 * (score - 7.5) ** 2,
        "latent": 0.45 * np.abs(latent - 7.5),
        "angry": 1.3 * (score <= 6),
        "at_random": np.zeros(len(score)),
        "no_pattern": np.zeros(len(score)),
    }
    return np.asarray(strength * patterns[world.answering])


def _answers(
    world: World,
    score: FloatArray,
    latent: FloatArray,
    segment: IntArray,
    lived: dict[str, FloatArray],
    draw: np.random.Generator,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Who answers, who did so before any reminder, and who was reminded (nan: not in the draw)."""
    n = len(score)
    steps = sum((lived[f"{name} happened"] for name in world.touchpoints), np.zeros(n))
    own = np.zeros(n) if world.answering == "no_pattern" else 0.25 * (segment == 1) + 0.1 * (steps - 6)
    if world.answering == "touched":  # who lived something that matters is likelier to tell of it
        own = own + sum((0.6 * lived[key] for key in world.effects), np.zeros(n))
    wish = _wish(world, score, latent, segment) + own
    reminded = (draw.random(n) < 0.5).astype(float) if world.reminder else np.zeros(n)
    push = world.reminder_strength * reminded
    if not world.late_reminder:
        at = _intercept(wish + push, world.answer_share)
        answered = (draw.random(n) < expit(at + wish + push)).astype(float)
        return answered, np.zeros(n), reminded
    at = _intercept(wish, 0.6 * world.answer_share)
    early = (draw.random(n) < expit(at + wish)).astype(float)
    late = (1 - early) * (draw.random(n) < expit(at - 1.0 + wish + 1.5 * push))
    return early + late, early, np.where(early == 1, np.nan, reminded)


def _intercept(wish: FloatArray, share: float) -> float:
    """The intercept that makes `share` of them answer."""
    low, high = -12.0, 12.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(middle + wish).mean() < share else (low, middle)
    return low


def _truths(
    world: World,
    lived: dict[str, FloatArray],
    happened: FloatArray,
    latent: FloatArray,
    shift: dict[str, FloatArray],
    segment: IntArray,
    tenure: FloatArray,
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Effects by potential outcomes: NPS over all it applies to, NPS over the exposed, repurchase over all."""
    ate, att, repurchase = {}, {}, {}
    for key, column in lived.items():
        applies = np.ones(len(latent), bool)
        if key.endswith("failed"):
            applies = happened[:, world.touchpoints.index(key.removesuffix(" failed"))] == 1
        size = shift.get(key, np.zeros(len(latent)))
        worlds = []
        for on in (0.0, 1.0):
            other = latent + (on - column) * size
            chance = _repurchase(world, segment, tenure, lived | {key: np.full(len(latent), on)}, other)
            worlds.append((_coded(world, _said(world, other)), chance))
        difference = worlds[1][0] - worlds[0][0]
        ate[key] = float(difference[applies].mean())
        att[key] = float(difference[column == 1].mean())
        repurchase[key] = 100 * float((worlds[1][1] - worlds[0][1])[applies].mean())
    return ate, att, repurchase
