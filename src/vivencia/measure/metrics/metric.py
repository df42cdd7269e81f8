"""What a metric is: its words, its variants, and how each makes observations out of what customers lived."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal

import ibis.expr.types as ir

from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.reductions import Reduction
from vivencia.measure.metrics.rules import Rules
from vivencia.measure.metrics.words import N_
from vivencia.understand.enough import ENOUGH

Better = Literal["up", "down"]
Unit = Literal["%", "points", "of 5", "of 7", "min", "h", "s", "pages", "money"]
MIN_N = ENOUGH

WILSON = N_("Interval: Wilson, 95 %.")
STUDENT = N_("Interval: Student's t, 95 %.")
ORDER = N_("Interval: order statistics, 95 %.")
NET = N_("Interval: Tango's score below 20 answers, adjusted Wald from there, 95 %.")


@dataclass(frozen=True)
class Variant:
    """One way to compute a metric. `definition` and `interval` are msgids; `{names}` in them are fields of Rules.

    - `of_customers`: it counts whole customers, so that only what is known of the customer (segment, trait) and the
      period can split it: a customer who bought in two channels belongs to neither.
    - `silence`: what to say where there are events but `silent` finds that nothing can be known from them.
    """

    name: str
    title: str
    definition: str
    unit: Unit
    observe: Callable[[Lived, Window], ir.Table]
    reduction: Reduction
    interval: str = WILSON
    of_customers: bool = False
    silence: str = ""
    silent: Callable[[Lived], bool] | None = None

    def defined(self, rules: Rules, translate: Callable[[str], str] = str) -> str:
        """The definition in words, with the rules' numbers filled in."""
        known = {field.name: getattr(rules, field.name) for field in fields(rules)}
        return f"{translate(self.definition).format(**known)} {translate(self.interval)}"


@dataclass(frozen=True)
class Metric:
    """One metric. The first variant is the default.

    - `question`: what it answers; `feed`: what must be in the ledger for it (shown where there is nothing).
    - `better`: which way is good; `counterweights`: the metrics to look at before celebrating this one.
    - `min_n`: below it no value is shown, and no caller may ask for less where `anonymous` protects who answered.
    - `trend`: the variant for a glance over time where the default's newest periods had less time than the others.
    """

    name: str
    title: str
    question: str
    feed: str
    better: Better
    variants: tuple[Variant, ...]
    counterweights: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    min_n: int = MIN_N
    anonymous: bool = False
    trend: str = ""

    @property
    def over_time(self) -> Variant:
        """The variant whose periods can be compared with each other: the default unless `trend` names another."""
        return self.variant(self.trend or None)

    def variant(self, name: str | None) -> Variant:
        """The variant of this name; None: the default. Raises ValueError naming the allowed ones."""
        if name is None:
            return self.variants[0]
        for variant in self.variants:
            if variant.name == name.lower().replace("-", "_"):
                return variant
        raise ValueError(f"{self.name} has no variant {name!r}; allowed: {', '.join(v.name for v in self.variants)}")
