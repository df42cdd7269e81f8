"""Personas as pages show them: figures with intervals, two marks on one line, statements with their evidence."""

from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
from django.urls import reverse
from django.utils.translation import gettext as _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.vocabulary import say, title
from vivencia.understand import voice_words, voices
from vivencia.understand.frames import frame
from vivencia.understand.journey_words import duration, share
from vivencia.understand.pages import now_of, segment_members
from vivencia.understand.personas import drafts, findings, persona_words
from vivencia.understand.personas.finding.describing import Difference
from vivencia.understand.personas.finding.finding import LEARNING
from vivencia.understand.personas.models import Evidence, Finding, Part, Persona, Statement
from vivencia.understand.personas.persona_words import rounded
from vivencia.understand.personas.portraits import remembered
from vivencia.understand.timeline import money

ASKED = {
    Part.SAYS: "says", Part.THINKS: "thinks", Part.DOES: "does", Part.FEELS: "feels",
    Part.PAINS: "pains", Part.GAINS: "gains", Part.JOB: "job", Part.SELF: "self",
}  # fmt: skip
PART_ICONS = {
    Part.SAYS: "quote", Part.THINKS: "bulb", Part.DOES: "walk", Part.FEELS: "heart-handshake",
    Part.PAINS: "mood-sad", Part.GAINS: "mood-happy", Part.JOB: "target", Part.SELF: "user-circle",
}  # fmt: skip
QUOTES = 3
FELT = 0.1  # mean feeling (-1 to 1) from which it is theirs
OFFERED = 8  # verbatims offered as evidence


@dataclass(frozen=True)
class Row:
    """One comparison: `here` and `there` in percent of the wider of the two, for the marks on the line."""

    label: str
    value: str
    rest: str
    interval: str
    here: float
    there: float
    more: bool
    n: int
    strength: str


@dataclass(frozen=True)
class Quote:
    """A verbatim as this reader may see it."""

    event_id: str
    words: str
    at: Any
    where: str
    tone: str
    language: str
    score: str


@dataclass(frozen=True)
class Said:
    """A statement as it is shown."""

    statement: Statement
    words: str
    basis: str
    assumption: bool
    drifted: bool
    quotes: list[tuple[Evidence, Quote | None]] = field(default_factory=list)


def card(persona: Persona) -> dict[str, Any]:
    """What the gallery shows of one."""
    told = persona.portrait
    return {
        "persona": persona,
        "name": persona_words.called(persona),
        "icon": persona_words.icon(persona),
        "sentence": persona.quote or persona_words.description(persona),
        "share": share(told["share"]) if "share" in told else "",
        "percent": round(100 * told.get("share", 0)),
        "n": told.get("n"),
        "value": value(persona),
        "score": next(iter(scores(persona)), None),
        "rows": rows(persona)[:3],
        "stability": told.get("stability"),
        "drifted": drifted(persona),
        "statements": persona.statements.filter(dropped=False).count(),
    }


def rows(persona: Persona, *, about: str = "features", most: int = 10) -> list[Row]:
    """What sets it apart, or (`traits`) who they are."""
    if about == "traits":
        told = [remembered(one) for one in persona.portrait.get("traits", {}).values()]
        good = [one for one in told if abs(one.effect) >= drafts.STILL and (one.low > 0 or one.high < 0)]
        return [_row(one, {}, None) for one in sorted(good, key=lambda one: -abs(one.effect))[:most]]
    scales, currency = persona_words.scales_of(persona), persona_words.currency_of(persona)
    return [_row(one, scales, currency) for one in persona_words.distinct(drafts.apart(persona))[:most]]


def _row(one: Difference, scales: dict[str, float], currency: str | None) -> Row:
    value, rest = persona_words.figures(one, scales, currency)
    widest = max(abs(one.value), abs(one.rest)) or 1.0
    whole = 1.0 if one.feature.startswith("score") or (one.unit == "share" and widest > 0.4) else widest * 1.15
    return Row(
        label=persona_words.label(one.feature),
        value=value,
        rest=rest,
        interval=_interval(one, scales),
        here=_percent(one.value / whole),
        there=_percent(one.rest / whole),
        more=one.difference > 0,
        n=one.n,
        strength=rounded(abs(one.effect), 1),
    )


def _interval(one: Difference, scales: dict[str, float]) -> str:
    """The difference's interval: points for shares, else in the feature's own unit."""
    if one.unit == "share":
        told = (rounded(100 * one.low), rounded(100 * one.high))
        return _("%(low)s to %(high)s points") % {"low": told[0], "high": told[1]}
    kind, _colon, name = one.feature.partition(":")
    scale = scales.get(name, 1.0) if kind == "score" else 1.0
    decimals = 0 if abs(one.value) >= 100 else 2
    return _("%(low)s to %(high)s") % {
        "low": rounded(one.low * scale, decimals), "high": rounded(one.high * scale, decimals),
    }  # fmt: skip


def _percent(part: float) -> float:
    return round(100 * min(max(part, 0.0), 1.0), 1)


def value(persona: Persona) -> dict[str, Any] | None:
    """Revenue per person with its interval and that of everybody else; None where no money is known."""
    told = persona.portrait.get("value")
    if not told:
        return None
    amounts = {key: money(told[key], told["currency"]) for key in ("value", "low", "high", "rest")}
    return {**amounts, "n": told["n"], "of_all": share(told["of_all"]) if told["of_all"] is not None else ""}


def scores(persona: Persona) -> list[dict[str, Any]]:
    """Each question's score, in words."""
    found = []
    for one in persona.portrait.get("scores", []):
        net = one["metric"] == "nps"
        decimals = 0 if net else 2
        unit = "" if net or not one["scale"] else _("of %(scale)s") % {"scale": f"{one['scale']:g}"}
        told = {key: rounded(one[key], decimals) for key in ("value", "low", "high")}
        rest = rounded(one["rest"], decimals) if one["rest"] is not None else ""
        found.append({**told, "rest": rest, "label": title(one["metric"]), "unit": unit, "n": one["n"]})
    return found


def journeys(persona: Persona) -> dict[str, Any]:
    """Their most frequent journeys, in words."""
    told = persona.portrait.get("journeys", {})
    return {
        "of_orders": told.get("case") == "subject",
        "n": told.get("n", 0),
        "variants": [
            {
                "steps": [title(step) for step in one["steps"]],
                "share": share(one["share"]),
                "duration": duration(one["seconds"]) if one["seconds"] else "",
            }
            for one in told.get("variants", [])
        ],
    }


def companies(persona: Persona) -> dict[str, Any] | None:
    """In how many companies, and what they are there."""
    told = persona.portrait.get("companies")
    if not told or not told["people"]:
        return None
    roles = [{"role": say(one["role"]), "share": share(one["n"] / told["people"])} for one in told["roles"]]
    return {**told, "roles": roles}


def links(persona: Persona) -> dict[str, str]:
    """Where else to look at these people."""
    segment = persona.segment or persona.rule
    if segment is None:
        return {}
    return {
        "journeys": f"{reverse('journeys')}?segment=s:{segment.pk}",
        "voices": f"{reverse('voices')}?saved={segment.pk}",
        "customers": f"{reverse('customers')}?saved={segment.pk}",
    }


def drifted(persona: Persona) -> list[str]:
    """What the data no longer bear out, in words."""
    fallen = [persona_words.sentence(one) for one in persona.statements.filter(holds=False, dropped=False)]
    if drafts.moved(persona):
        first, now = persona.portrait["first"]["share"], persona.portrait["share"]
        moved = _("They were %(first)s of all people when they were found; now they are %(now)s.")
        fallen.insert(0, moved % {"first": share(first), "now": share(now)})
    return fallen


def empathy(persona: Persona, read: Read, *, masked: bool) -> list[dict[str, Any]]:
    """The map: its parts in order, each with its statements."""
    told = list(persona.statements.filter(dropped=False).prefetch_related("evidence"))
    events = [one.event_id for statement in told for one in statement.evidence.all() if one.event_id]
    quotes = {one.event_id: one for one in _quotes(_rows_of(read, events), masked=masked)} if events else {}
    return [
        {
            "part": part,
            "label": part.label,
            "icon": PART_ICONS[part],
            "statements": [_said(one, quotes) for one in told if one.part == part],
        }
        for part in Part
    ]


def _said(statement: Statement, quotes: dict[str, Quote]) -> Said:
    evidence = list(statement.evidence.all())
    shown = [(one, quotes.get(one.event_id)) for one in evidence]
    claim = statement.claim
    basis = ""
    if claim:
        told = {"n": rounded(claim["n"])}
        basis = _("n = %(n)s") % told
    return Said(
        statement, persona_words.sentence(statement), basis, not claim and not evidence, statement.holds is False, shown
    )


def typical_quotes(persona: Persona, read: Read, *, masked: bool) -> list[Quote]:
    """Some of what they wrote: what they feel most strongly, one a topic."""
    felt = persona.portrait.get("features", {}).get("sentiment", {}).get("value", 0.0)
    feeling = "bad" if felt < -FELT else "good" if felt > FELT else ""  # what most of them feel speaks for them
    found = _theirs(persona, read, voices.Asked(sort="strongest", feeling=feeling), masked=masked)
    long = found.filter(pl.col("text").str.len_chars().is_between(25, 280))
    first = long.unique(subset=["topics", "metric"], keep="first", maintain_order=True).head(QUOTES)
    return _quotes(first, masked=masked)


def offered(persona: Persona, read: Read, words: str, *, masked: bool) -> list[Quote]:
    """Verbatims of these people that may bear a statement out."""
    return _quotes(_theirs(persona, read, voices.Asked(words=words), masked=masked).head(OFFERED), masked=masked)


def _theirs(persona: Persona, read: Read, asked: voices.Asked, *, masked: bool) -> pl.DataFrame:
    table = voices.voices(read)
    segment = persona.segment or persona.rule
    members = segment_members(read, segment, now_of(read)) if segment else None
    return voices.found(table, replace(asked, members=members), masked=masked)


def _rows_of(read: Read, event_ids: list[str]) -> pl.DataFrame:
    return frame(voices.voices(read)).filter(pl.col("event_id").is_in(event_ids))


def _quotes(found: pl.DataFrame, *, masked: bool) -> list[Quote]:
    return [
        Quote(
            event_id=row["event_id"],
            words=voice_words.shown(row["text"], masked=masked),
            at=row["occurred_at"],
            where=say(row["touchpoint"] or row["name"]),
            tone=voice_words.TONES.get(row["sentiment"], "neutral"),
            language=row["language"] or "",
            score=voice_words.score(row),
        )
        for row in found.to_dicts()
    ]


def overlap(persona: Persona) -> list[dict[str, Any]]:
    """A designed persona beside those found."""
    known = {one.pk: one for one in Persona.objects.filter(kind=Persona.Kind.FOUND, gone=False)}
    return [
        {
            "name": persona_words.called(known[one["persona"]]),
            "href": reverse("persona", args=[one["persona"]]),
            "of_this": share(one["of_this"]),
            "of_that": share(one["of_that"]),
            "percent": round(100 * one["of_this"]),
        }
        for one in persona.portrait.get("overlap", [])
        if one["persona"] in known
    ]


def verdict(finding: Finding) -> dict[str, Any]:
    """How the number of groups was decided, in words and figures."""
    told = finding.told
    chosen = len(finding.model["centres"]) if finding.model else 1
    return {
        "justified": bool(told) and told["p_value"] <= findings.SIGNIFICANT,
        "p_value": rounded(told.get("p_value", 1.0), 2),
        "chosen": chosen,
        "offered": len(finding.model["offered"]) if finding.model else 0,
        "features": [persona_words.label(key) for key in told.get("features", [])],
        "candidates": [
            {
                "k": one["k"],
                "gap": rounded(100 * one["gap"], 1),
                "error": rounded(100 * one["error"], 1),
                "silhouette": rounded(one["silhouette"], 2),
                "reference": rounded(one["reference_silhouette"], 2),
                "chosen": one["k"] == chosen,
            }
            for one in told.get("candidates", [])
        ],
        "stability": [rounded(one, 2) for one in told.get("stability", [])],
        "seconds": rounded(told.get("seconds", 0)),
        "sample": LEARNING if finding.people > LEARNING else 0,
    }
