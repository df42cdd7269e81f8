"""How a template is written down: phases and steps in Spanish and English side by side, made into a drawing of either.

Pure. Steps follow each other as they stand; `more` adds the branches, the ways back and the ways round.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from vivencia.plan.journeys.drawing import (
    Cell,
    Drawing,
    Expectations,
    Lane,
    LaneKind,
    Link,
    Phase,
    Step,
    When,
    arranged,
)

HOUR, DAY = 3_600.0, 86_400.0
MINUTE = 60.0


@dataclass(frozen=True)
class Words:
    """The same said in both languages."""

    es: str = ""
    en: str = ""

    def of(self, language: str) -> str:
        return self.es if language == "es" else self.en


@dataclass(frozen=True)
class Stop:
    """One step. `touchpoint`: what the ledger usually calls it; kept where this company's ledger knows it.

    `feels`: how it should feel there, in the customer's words, and from -1 to 1.
    """

    key: str
    name: Words
    goal: Words
    asks: Words
    feels: Words
    feeling: float
    channels: tuple[Words, ...] = ()
    touchpoint: str | None = None
    optional: bool = False
    expects: Expectations = field(default_factory=Expectations)
    team: Words = Words()
    ideas: Words = Words()


@dataclass(frozen=True)
class Stretch:
    """One phase with its steps."""

    key: str
    name: Words
    when: When
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class Sketch:
    """A template. `what` says for whom it is good."""

    key: str
    title: Words
    what: Words
    icon: str
    stretches: tuple[Stretch, ...]
    more: tuple[Link, ...] = ()

    @property
    def steps(self) -> int:
        return sum(len(one.stops) for one in self.stretches)


LANES: tuple[tuple[str, LaneKind, Words], ...] = (
    ("goal", "goal", Words("Qué quiere el cliente", "What the customer wants")),
    ("questions", "questions", Words("Qué se pregunta", "What they ask themselves")),
    ("feeling", "emotion", Words("Cómo debería sentirse", "How it should feel")),
    ("channel", "channel", Words("Canales", "Channels")),
    ("touchpoint", "touchpoint", Words("Punto de contacto", "Touchpoint")),
    ("promise", "promise", Words("Qué prometemos", "What we promise")),
    ("team", "responsible", Words("Quién responde", "Who answers for it")),
    ("systems", "systems", Words("Sistemas", "Systems")),
    ("policies", "policies", Words("Políticas", "Policies")),
    ("ideas", "ideas", Words("Ideas", "Ideas")),
)


def lanes(language: str) -> tuple[Lane, ...]:
    """The lanes a map begins with."""
    return tuple(Lane(key, name.of(language), kind) for key, kind, name in LANES)


def phases(language: str) -> tuple[Phase, ...]:
    """The phases an empty map begins with."""
    return (
        Phase("before", Words("Antes de la compra", "Before the purchase").of(language), "before"),
        Phase("during", Words("Compra", "Purchase").of(language), "during"),
        Phase("after", Words("Después de la compra", "After the purchase").of(language), "after"),
    )


def drawn(sketch: Sketch, language: str, known: frozenset[str] = frozenset()) -> Drawing:
    """The template as a target in one language; `known`: the touchpoints this company's ledger has."""
    stops = [stop for stretch in sketch.stretches for stop in stretch.stops]
    follow = tuple(Link(one.key, other.key) for one, other in pairwise(stops))
    return arranged(
        Drawing(
            title=sketch.title.of(language),
            language=language,
            kind="target",
            phases=tuple(Phase(one.key, one.name.of(language), one.when) for one in sketch.stretches),
            lanes=lanes(language),
            steps=tuple(
                _step(stop, stretch.key, language, known) for stretch in sketch.stretches for stop in stretch.stops
            ),
            links=(*follow, *sketch.more),
            notes=tuple(Cell(stop.key, "feeling", stop.feels.of(language), stop.feeling) for stop in stops),
        )
    )


def _step(stop: Stop, phase: str, language: str, known: frozenset[str]) -> Step:
    return Step(
        key=stop.key,
        phase=phase,
        name=stop.name.of(language),
        touchpoint=stop.touchpoint if stop.touchpoint in known else None,
        channels=tuple(one.of(language) for one in stop.channels),
        optional=stop.optional,
        expectations=stop.expects,
        team=stop.team.of(language),
        goal=stop.goal.of(language),
        questions=stop.asks.of(language),
        ideas=stop.ideas.of(language),
    )
