"""Initiatives' tables: what is to be done and its case, what was declared beforehand, who has time, what was found."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stream(models.TextChoices):
    """The kind of work; a roadmap keeps them in balance."""

    SYSTEMS = "systems", _("Systems and data")
    TRAINING = "training", _("Change and training")
    ORGANISATION = "organisation", _("Organisation and processes")
    CENTRICITY = "centricity", _("Customer centricity")


class Stage(models.TextChoices):
    IDEA = "idea", _("Idea")
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    DONE = "done", pgettext_lazy("initiative", "Done")
    DROPPED = "dropped", _("Dropped")


class Risk(models.TextChoices):
    """How likely it is that it does not come about as planned."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class ValueUnit(models.TextChoices):
    """What a year of it is worth is counted in; the same units as `moments.findings.StakeUnit`."""

    MONEY = "money", _("money")
    CUSTOMERS = "customers", _("customers")
    POINTS = "points", _("points")


class Team(models.Model):
    """People who share their time; capacity and effort are counted by team, in person-days."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Capacity(models.Model):
    """Person-days a team has for initiatives in a quarter. `quarter`: its first day."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="capacities")
    quarter = models.DateField()
    days = models.FloatField(validators=[MinValueValidator(0.0)])

    class Meta:
        ordering: ClassVar[list[str]] = ["team__name", "quarter"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["team", "quarter"], name="capacity_once")
        ]

    def __str__(self) -> str:
        return f"{self.team} {self.quarter} {self.days:g}"


class Budget(models.Model):
    """Money there is for initiatives in a quarter, in the organisation's currency. `quarter`: its first day."""

    quarter = models.DateField(unique=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta:
        ordering: ClassVar[list[str]] = ["quarter"]

    def __str__(self) -> str:
        return f"{self.quarter} {self.amount}"


class Initiative(models.Model):
    """Something to be done about a gap or a moment, with its case.

    - What it is about: `journey_map` + `step_key` + `expectation` (a gap of a map, by number: the case outlives the
      map) or `moment_outcome` + `moment_key` (a moment); `step_name`, `touchpoint`: its place in words and in the data.
      `claim` is the same as one text, "" where it is about neither.
    - `evidence`: {"figures": [{label, value, low, high, n, unit}]} as they were when it was made; what people said: in
      `InitiativeVoice`.
    - What is at stake a year in the whole gap: `stake`, `stake_low`, `stake_high`; `gap_share`: the part of it this
      initiative is to close, 0-100. What it is to bring a year once it works: `value`, `value_low`, `value_high`, in
      `value_unit` (money: the organisation's currency; never negative for good things). None = not estimated.
    - What it is to do to `metric` (of the catalogue; `variant` "": its default) for the `population` ("" everybody,
      else "saved:<pk>" or "company:<name>"): `effect`, `effect_low`, `effect_high`, signed, in the metric's unit,
      by `effect_by`.
    - `effort`: {team's pk as text: {quarters after its start as text: person-days}}; `length_quarters`: how long.
    - `holdout_percent`: share of the population left out by lot, for comparison.
    - `chance`: how likely it is that it works, 1-100; None: by its risk (`chances`). `pilot_of`: the initiative that
      this one tries out small beforehand.
    """

    title = models.CharField(_("title"), max_length=160)
    problem = models.TextField(_("problem"), blank=True)
    approach = models.TextField(_("what will be done"), blank=True)
    evidence: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    persona = models.CharField(_("persona"), max_length=160, blank=True)

    journey_map = models.PositiveBigIntegerField(null=True, blank=True)
    step_key = models.CharField(max_length=80, blank=True)
    step_name = models.CharField(_("step"), max_length=200, blank=True)
    expectation = models.CharField(max_length=60, blank=True)
    touchpoint = models.CharField(max_length=300, blank=True)
    moment_outcome = models.CharField(max_length=20, blank=True)
    moment_key = models.TextField(blank=True)
    claim = models.TextField(blank=True, editable=False)

    stake = models.FloatField(null=True, blank=True)
    stake_low = models.FloatField(null=True, blank=True)
    stake_high = models.FloatField(null=True, blank=True)
    gap_share = models.FloatField(
        _("share of the gap it closes"), default=100.0, validators=[MinValueValidator(0.0), MaxValueValidator(100.0)]
    )
    value = models.FloatField(_("value a year"), null=True, blank=True)
    value_low = models.FloatField(_("at least"), null=True, blank=True)
    value_high = models.FloatField(_("at most"), null=True, blank=True)
    value_unit = models.CharField(_("counted in"), max_length=10, choices=ValueUnit, default=ValueUnit.MONEY)

    metric = models.CharField(_("metric"), max_length=60, blank=True)
    variant = models.CharField(max_length=60, blank=True)
    effect = models.FloatField(_("expected effect"), null=True, blank=True)
    effect_low = models.FloatField(_("at least"), null=True, blank=True)
    effect_high = models.FloatField(_("at most"), null=True, blank=True)
    effect_by = models.DateField(_("effect to be seen by"), null=True, blank=True)
    population = models.CharField(_("population"), max_length=200, blank=True)
    holdout_percent = models.PositiveSmallIntegerField(
        _("left out by lot, for comparison"), default=0, validators=[MaxValueValidator(50)]
    )

    stream = models.CharField(_("stream"), max_length=20, choices=Stream, default=Stream.ORGANISATION)
    cost_once = models.DecimalField(
        _("cost, once"), max_digits=14, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    cost_a_year = models.DecimalField(
        _("cost, every year"), max_digits=14, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    effort: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    length_quarters = models.PositiveSmallIntegerField(
        _("length in quarters"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    risk = models.CharField(_("risk"), max_length=10, choices=Risk, default=Risk.MEDIUM)
    risk_note = models.CharField(_("what may go wrong"), max_length=400, blank=True)
    chance = models.PositiveSmallIntegerField(
        _("chance that it works"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    pilot_of = models.ForeignKey(
        "self", verbose_name=_("pilot of"), on_delete=models.SET_NULL, null=True, blank=True, related_name="pilots"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    depends_on = models.ManyToManyField(
        "self", verbose_name=_("only after"), symmetrical=False, blank=True, related_name="needed_by"
    )
    must_do = models.BooleanField(_("must be done in any case"), default=False)
    deadline = models.DateField(_("deadline"), null=True, blank=True)

    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.IDEA)
    starts = models.DateField(_("starts"), null=True, blank=True)
    ends = models.DateField(_("ends"), null=True, blank=True)
    declared_at = models.DateTimeField(null=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["stage"], name="initiative_stage")]

    def __str__(self) -> str:
        return self.title


class InitiativeVoice(models.Model):
    """What somebody said that the case rests on; an erasure removes the person's rows (`erasing`)."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="voices")
    customer_id = models.TextField(db_index=True)
    text = models.TextField()
    score = models.FloatField(null=True)
    said_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"voice {self.pk}"


class Declaration(models.Model):
    """What was expected of an initiative, written down before it began. Never changed: a later one takes its place, and
    both stay. Fields mean what they mean in `Initiative`; `late`: it had begun by then, so this is no forecast."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="declarations")
    metric = models.CharField(max_length=60)
    variant = models.CharField(max_length=60, blank=True)
    population = models.CharField(max_length=200, blank=True)
    effect = models.FloatField()
    effect_low = models.FloatField(null=True)
    effect_high = models.FloatField(null=True)
    effect_by = models.DateField()
    starts = models.DateField()
    holdout_percent = models.PositiveSmallIntegerField(default=0)
    value = models.FloatField(null=True)
    value_low = models.FloatField(null=True)
    value_high = models.FloatField(null=True)
    value_unit = models.CharField(max_length=10, choices=ValueUnit, default=ValueUnit.MONEY)
    reason = models.CharField(max_length=400, blank=True)
    late = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.metric} {self.effect:+g} {self.starts}"


class ChangeKind(models.TextChoices):
    MADE = "made", _("Made")
    EDITED = "edited", _("Changed")
    MOVED = "moved", _("Stage changed")
    DECLARED = "declared", _("Declared")


class InitiativeChange(models.Model):
    """Who changed what of an initiative, and when. `changes`: {field: [before, after]}."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="history")
    kind = models.CharField(max_length=10, choices=ChangeKind)
    changes: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Verdict(models.TextChoices):
    WORKED = "worked", _("It worked")
    DID_NOT = "did_not", _("It did not work")
    CANNOT_TELL = "cannot_tell", _("It cannot be told yet")


class Outcome(models.Model):
    """What an initiative was found to have done; written by `plan.impact`, the newest counts.

    `effect`, `low`, `high` in the unit of the declaration's metric; None = not enough data. `tell_when`: the day from
    which it can be told, where it cannot yet; `checks`: {name: {passed, ...}} of the method.
    """

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="outcomes")
    declaration = models.ForeignKey(Declaration, on_delete=models.SET_NULL, null=True, related_name="outcomes")
    effect = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    p_value = models.FloatField(null=True)
    method = models.CharField(max_length=60, blank=True)
    verdict = models.CharField(max_length=15, choices=Verdict, default=Verdict.CANNOT_TELL)
    tell_when = models.DateField(null=True)
    checks: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.verdict} {self.at:%Y-%m-%d}"
