"""Voices: what do customers say, about what, and how do they feel?"""

import json
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from vivencia.foundation import audit
from vivencia.foundation.charts import Chart, Point, Series
from vivencia.foundation.exporting import FORMS, MOST_ROWS, Sheet, as_csv, as_xlsx
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act
from vivencia.foundation.numbers import day, whole
from vivencia.foundation.rights import Right, may, needs
from vivencia.foundation.vocabulary import say, title
from vivencia.listen.surveys.models import Survey
from vivencia.listen.surveys.names import told_apart
from vivencia.understand import emerging, emerging_noticed, readings, voices
from vivencia.understand.enough import ENOUGH
from vivencia.understand.journey_customer_pages import people
from vivencia.understand.lived import life_of
from vivencia.understand.models import Segment
from vivencia.understand.pages import now_of, segment_members
from vivencia.understand.shares import share
from vivencia.understand.timeline import timeline
from vivencia.understand.voice_meaning import by_meaning
from vivencia.understand.voice_spelling import suggested
from vivencia.understand.voice_words import (
    EMOTIONS,
    FEELINGS,
    SCORES,
    TONES,
    feeling,
    highlighted,
    language,
    score,
    shown,
)
from vivencia.understand.voice_words import metric as metric_name
from vivencia.understand.voice_words import topic as topic_name
from vivencia.understand.voices import Asked, Heard

PAGE = 25
AROUND = 3  # entries of the timeline shown before and after a verbatim
NAMED = ("emotion", "intent", "touchpoint", "channel", "segment", "employee", "language", "topic", "feeling", "score",
         "theme", "source")  # fmt: skip
READ_NAMES = ("feeling", "emotion", "topic", "intent", "language", "theme")  # known only of what has been read


@needs(Right.SEE_CUSTOMERS)
def voices_page(request: HttpRequest) -> HttpResponse:
    """The whole page; with HTMX only what the filters change."""
    read = open_ledger().read()
    table = voices.voices(read)
    if not table.num_rows:
        return render(request, "understand/voices.html", {"silent": True})
    masked = not may(request.user, Right.SEE_PERSONAL)
    asked = asked_in(request.GET, read)
    if "meaning" in request.GET:
        asked = by_meaning(table, asked, masked=masked)
    number = max(1, whole(request.GET.get("page")) or 1)
    surveys = _surveys()
    heard = voices.heard(table, asked, PAGE * (number - 1), PAGE, masked=masked)
    context = {
        **_summary(heard, request.GET),
        "rows": _by_hand([_row(row, asked, surveys, masked=masked) for row in heard.rows]),
        "survey": surveys.get(asked.source),
        "page": Paginator(range(heard.total), PAGE).get_page(number),
        "all": table.num_rows,
        "all_read": table.num_rows - table["model"].null_count,
        "by_reading": any(request.GET.get(name) for name in READ_NAMES) or "unknown" in request.GET,
        "asked": asked,
        "lived": _lived(read, request.GET.get("lived", "")),
        "meaning": "meaning" in request.GET,
        "nearest": asked.events is not None,
        **_instead(table, asked, heard, request.GET, masked=masked),
        "risen": len(emerging_noticed.open_alarms()),
        "filters": _filters(voices.choices(table), emerging.names(emerging.latest()), surveys, request.GET),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "kept": _without(request.GET, "page"),
        "active": _active(request.GET),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "understand/parts/voices_heard.html" if part else "understand/voices.html", context)


def _instead(table: pa.Table, asked: Asked, heard: Heard, given: QueryDict, *, masked: bool) -> dict[str, str]:
    """Where nobody said it: the same words spelled as people do, and looking for their meaning."""
    if heard.total or not asked.words.strip() or asked.events is not None:
        return {}
    spelled = suggested(table, asked.words, masked=masked)
    other = {"spelled": spelled, "spelled_href": f"?{_with(given, q=spelled)}"} if spelled else {}
    return other | {"meaning_href": f"?{_with(given, meaning='on')}"}


def asked_in(given: QueryDict, read: Read) -> Asked:
    """The question an address asks; what is not understood is not asked."""

    def said(name: str) -> str:
        return str(given.get(name, "")).strip()

    saved = Segment.objects.filter(pk=whole(said("saved")) or 0).first()
    until = _midnight(said("until"))
    return Asked(
        words=said("q"),
        feeling=said("feeling"),
        emotion=said("emotion"),
        topic=said("topic"),
        intent=said("intent"),
        unknown="unknown" in given,
        touchpoint=said("touchpoint"),
        channel=said("channel"),
        metric=said("metric"),
        score=said("score"),
        segment=said("segment"),
        lived_by=people(read, said("lived"))[0] if said("lived") and read.horizon else None,
        themed=_themed(said("theme")),
        members=segment_members(read, saved, now_of(read)) if saved else None,
        employee=said("employee"),
        language=said("language"),
        source=said("source"),
        since=_midnight(said("since")),
        until=until + timedelta(days=1) if until else None,
        sort=said("sort") or voices.SORTS[0],
    )


def _lived(read: Read, address: str) -> dict[str, str] | None:
    """What the journeys in the address are, for the reader, and the address itself, to be kept."""
    return {"address": address, "what": people(read, address)[1]} if address and read.horizon else None


def _themed(key: str) -> pa.Table | None:
    """The texts of a theme, as the worker saw it last; None where no theme is asked for."""
    if not key:
        return None
    told = emerging.themes_of(emerging.latest())
    return told.filter(told["theme"] == key).select("event_id").to_arrow()


def _midnight(text: str | None) -> datetime | None:
    """The beginning of a day, in the reader's zone."""
    said = day(text)
    return timezone.make_aware(datetime(said.year, said.month, said.day)) if said else None  # noqa: DTZ001  # made aware


def _summary(heard: Heard, given: QueryDict) -> dict[str, Any]:
    """What all that match have in common: feelings, emotions and topics, each a link that narrows further."""
    read = heard.read
    feelings = [
        {
            "name": name,
            "label": FEELINGS[name],
            "tone": TONES[sign],
            "n": heard.feelings[name],
            "share": share(heard.feelings[name], read) if read >= ENOUGH else None,
            "href": "?" + _with(given, feeling=name),
        }
        for name, sign in voices.FEELINGS.items()
    ]
    emotions = [
        {"label": EMOTIONS.get(name, name), "n": n, "href": "?" + _with(given, emotion=name)}
        for name, n in heard.emotions.items()
        if name != "none"
    ]
    return {
        "total": heard.total,
        "read": read,
        "feelings": list(reversed(feelings)),
        "emotions": emotions,
        "topics": _topics_chart(heard, given) if heard.topics else None,
    }


def _topics_chart(heard: Heard, given: QueryDict) -> Chart:
    parts = (("bad", "pain"), ("middle", "neutral"), ("good", "gain"))
    series = tuple(
        Series(
            FEELINGS[name],
            tuple(
                Point(
                    topic_name(topic.name),
                    float(getattr(topic, name)),
                    n=topic.n,
                    tone=tone,  # type: ignore[arg-type]  # one of Tone, which mypy reads as text
                    href="?" + _with(given, topic=topic.name, feeling=name),
                )
                for topic in heard.topics
            ),
        )
        for name, tone in parts
    )
    return Chart(kind="stacked", label=_("What they talk about, and how they feel"), series=series, decimals=0)


def _row(row: dict[str, Any], asked: Asked, surveys: dict[str, Survey], *, masked: bool) -> dict[str, Any]:
    topics = json.loads(row["topics"]) if row["topics"] else []
    return {
        **row,
        "words": highlighted(shown(row["text"], masked=masked), voices.terms(asked.words) if asked.words else []),
        "where": title(row["touchpoint"] or row["name"]),
        "by": say(row["channel"]) if row["channel"] else "",
        "survey": surveys.get(row["source"]),
        "said_score": score(row),
        "low": row["score"] is not None and row["scale_max"] and row["score"] <= 0.4 * row["scale_max"],
        "feeling": feeling(row["sentiment"]),
        "tone": TONES.get(row["sentiment"], "neutral"),
        "said_emotion": EMOTIONS.get(row["emotion"], "") if row["emotion"] not in (None, "none") else "",
        "said_topics": [(topic_name(one["topic"]), TONES.get(one.get("sentiment"), "neutral")) for one in topics],
        "wants": title(row["intent"]) if row["intent"] else "",
        "unknown": row["model"] is not None and row["intent"] is None,
    }


def _by_hand(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with `corrected`: whether somebody here has said what its words mean."""
    found = readings.by_hand()
    return [row | {"corrected": row["event_id"] in found} for row in rows]


def _filters(
    choices: dict[str, list[str]], themes: dict[str, str], surveys: dict[str, Survey], given: QueryDict
) -> list[dict[str, Any]]:
    """The drop-down lists, those with something to choose."""
    names = told_apart(surveys.values())
    listed: tuple[tuple[str, str, str, list[tuple[str, Any]]], ...] = (
        ("feeling", _("Feeling"), _("any"), list(FEELINGS.items())),
        ("emotion", _("Emotion"), _("any"), list(EMOTIONS.items())),
        ("topic", _("Topic"), _("any"), [(key, topic_name(key)) for key in choices["topic"]]),
        ("touchpoint", _("Touchpoint"), _("all"), [(key, title(key)) for key in choices["touchpoint"]]),
        ("channel", _("Channel"), _("all"), [(key, title(key)) for key in choices["channel"]]),
        ("metric", _("Question"), _("any"), [(key, metric_name(key)) for key in choices["metric"]]),
        ("score", _("Score"), _("any"), list(SCORES.items())),
        ("segment", _("Company segment"), _("all"), [(key, title(key)) for key in choices["segment"]]),
        ("employee", _("Employee"), _("all"), [(key, key) for key in choices["employee_id"]]),
        ("language", _("Language"), _("any"), [(key, language(key)) for key in choices["language"]]),
        ("intent", _("What they want"), _("any"), [(key, title(key)) for key in choices["intent"]]),
        ("source", _("Where it came from"), _("anywhere"), [(key, _origin(key, names)) for key in choices["source"]]),
        ("theme", _("Theme found in the texts"), _("any"), sorted(themes.items(), key=lambda pair: pair[1])),
        ("saved", _("Saved segment"), _("none"), [(str(one.pk), one.name) for one in Segment.objects.all()]),
    )
    return [
        {"name": name, "label": label, "any": none, "options": options, "chosen": given.get(name, "")}
        for name, label, none, options in listed
        if len(options) > 1 or given.get(name) or (options and name in ("saved", "intent"))
    ]


def _surveys() -> dict[str, Survey]:
    """Every survey by the source its answers say they come from."""
    return {one.source: one for one in Survey.objects.all()}


def _origin(source: str, names: dict[str, str]) -> str:
    return _("Survey: %(name)s") % {"name": names[source]} if source in names else title(source)


def _active(given: QueryDict) -> bool:
    return (
        any(given.get(name) for name in (*NAMED, "q", "saved", "since", "until", "metric", "lived"))
        or "unknown" in given
    )


def _with(given: QueryDict, **changed: str) -> str:
    """The address's question with some of it changed; the page begins anew."""
    query = given.copy()
    query.pop("page", None)
    for name, value in changed.items():
        query[name] = value
    return query.urlencode()


def _without(given: QueryDict, name: str) -> str:
    query = given.copy()
    query.pop(name, None)
    return query.urlencode()


@needs(Right.SEE_CUSTOMERS)
def context_part(request: HttpRequest, event_id: str) -> HttpResponse:
    """What was lived around one verbatim: a few entries of the timeline before it and after it."""
    read = open_ledger().read()
    table = voices.voices(read)
    said = voices.one(table, event_id)
    if said is None or said["customer_id"] is None:
        raise Http404
    lived, promised = life_of(read, said["customer_id"], now_of(read))
    entries = list(reversed(timeline(lived, promised, now_of(read))))
    place = next((i for i, entry in enumerate(entries) if entry.at >= said["occurred_at"]), len(entries) - 1)
    around = entries[max(0, place - AROUND) : place + AROUND + 1]
    masked = not may(request.user, Right.SEE_PERSONAL)
    told = [(entry, shown(entry.words, masked=masked), entry.at == said["occurred_at"]) for entry in around]
    return render(request, "understand/parts/voice_context.html", {"entries": told, "said": said})


@needs(Right.EXPORT)
def voices_export(request: HttpRequest, form: str) -> HttpResponse:
    """All that match, as csv or xlsx; who may not read personal data gets the words masked."""
    if form not in FORMS:
        raise Http404
    read = open_ledger().read()
    masked = not may(request.user, Right.SEE_PERSONAL)
    table, asked = voices.voices(read), asked_in(request.GET, read)
    if "meaning" in request.GET:
        asked = by_meaning(table, asked, masked=masked)
    rows = voices.found(table, asked, masked=masked).head(MOST_ROWS).to_dicts()
    sheet = _sheet(rows, masked=masked)
    audit.record(Act.EXPORTED, by=request.user, what="voices", rows=len(rows), form=form)
    response = HttpResponse(as_csv(sheet) if form == "csv" else as_xlsx([sheet]), content_type=FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="voices-{timezone.now():%Y-%m-%d}.{form}"'
    return response


def _sheet(rows: list[dict[str, Any]], *, masked: bool) -> Sheet:
    heads = (
        _("When"), _("Customer"), _("Words"), _("Feeling"), _("Emotion"), _("Topics"), _("What they want"),
        _("Touchpoint"), _("Channel"), _("Question"), _("Score"), _("Scale"), _("Employee"), _("Language"),
        _("Segment"), _("Read by"),
    )  # fmt: skip
    by_hand = readings.by_hand()
    lines = [
        (
            row["occurred_at"], row["customer_id"], shown(row["text"], masked=masked), feeling(row["sentiment"]),
            str(EMOTIONS.get(row["emotion"], "")),
            ", ".join(topic_name(one["topic"]) for one in (json.loads(row["topics"]) if row["topics"] else [])),
            title(row["intent"]), title(row["touchpoint"]), title(row["channel"]),
            metric_name(row["metric"]) if row["metric"] else "", row["score"], row["scale_max"], row["employee_id"],
            language(row["language"] or ""), title(row["segment"]), _read_by(row, by_hand),
        )
        for row in rows
    ]  # fmt: skip
    return Sheet(_("Voices"), heads, lines)


def _read_by(row: dict[str, Any], by_hand: set[str]) -> str:
    """Who read a voice's words: a machine, or somebody here who corrected it; nobody yet: empty."""
    if row["event_id"] in by_hand:
        return _("a machine, corrected by hand")
    return _("a machine") if row["model"] else ""
