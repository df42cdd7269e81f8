"""How texts are read: models with their cards, what was taught here, corrections, and the decision about both."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from ibis import _ as it

from vivencia.foundation import speaking
from vivencia.foundation.ledger.disk import LedgerBusyError
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.rights import Right, may, needs
from vivencia.foundation.writing import number_format
from vivencia.understand import model_cards, reading_words, readings, readings_learning, voice_words
from vivencia.understand.reading_models import Correction, Intent, IntentExample, TextModel
from vivencia.understand.text.personal import mask
from vivencia.understand.text.reader import PATH

UNDECIDED = (TextModel.State.PROPOSED, TextModel.State.LEARNING)
MOST_LINES = 500
PAST = 20
LATELY = 10  # corrections listed


@needs(Right.SEE_CUSTOMERS)
def texts_page(request: HttpRequest) -> HttpResponse:
    """The models, their cards, proposals to decide on; on POST reads what was typed."""
    typed = request.POST.get("words", "").strip()[:1000]
    state = readings.state()
    context = {
        **state,
        "missing": list(state["missing"].items()),
        "words": typed,
        "told": readings.told(readings.read_now(typed)) if typed else [],
        "cards": model_cards.cards(),
        "corrections": Correction.objects.count(),
        "proposals": [_proposal(each) for each in TextModel.objects.filter(state=TextModel.State.PROPOSED)],
        "learning": TextModel.objects.filter(state=TextModel.State.LEARNING).exists(),
        "past": [_past(each) for each in TextModel.objects.exclude(state__in=UNDECIDED)[:PAST]],
        "lately": _corrected_lately(),
        "may_teach": may(request.user, Right.ANALYSE),
    }
    return render(request, "understand/texts.html", context)


def _past(model: TextModel) -> dict[str, Any]:
    """A model learned before: what it changed when it was measured, and what can be done about it now."""
    told = model.measured
    measured = told.get("n") and told.get("after")
    change = (_share(told.get("before"), "accuracy"), _share(told["after"], "accuracy")) if measured else None
    failed = model.state == TextModel.State.FAILED
    return {
        "model": model,
        "change": change,
        "why": _too_little(model) if failed else "",
        "in_use": model.state == TextModel.State.ACCEPTED,
        "again": model.state in readings_learning.PUT_ASIDE and readings_learning.is_there(model),
    }


def _too_little(model: TextModel) -> str:
    """Why nothing could be learned, in the reader's words."""
    if model.kind == TextModel.Kind.INTENTS:
        least = {"least": readings_learning.LEAST_AN_INTENT}
        return _("at least two intents with %(least)d examples each are needed; ten are better") % least
    told = {"n": number_format(model.examples), "least": readings_learning.ENOUGH}
    return _("there are %(n)s corrections and scored comments; %(least)d are needed") % told


def _corrected_lately() -> list[dict[str, Any]]:
    """The texts corrected last: their words, and who said when what about them."""
    told: dict[str, list[Correction]] = {}
    for each in Correction.objects.select_related("made_by").order_by("-made_at", "-pk")[: 4 * LATELY]:
        told.setdefault(each.event_id, []).append(each)
    ids = list(told)[:LATELY]
    read = open_ledger().read()
    rows = (
        read.to_arrow(read.events.filter(it.event_id.isin(ids)).select("event_id", "text")).to_pylist() if ids else []
    )
    texts = {row["event_id"]: row["text"] for row in rows if row["text"]}
    return [
        {"event_id": each, "text": texts[each], "last": told[each][0], "said": [_said_here(one) for one in told[each]]}
        for each in ids
        if each in texts
    ]


def _said_here(one: Correction) -> tuple[str, str]:
    """A correction in the reader's words: (what, what it is)."""
    match one.field:
        case Correction.Field.SENTIMENT:
            value = voice_words.feeling(int(one.value))
        case Correction.Field.EMOTION:
            value = str(voice_words.EMOTIONS.get(one.value, one.value))
        case Correction.Field.TOPIC:
            pairs = readings.topics_said(one.value)
            value = ", ".join(f"{voice_words.topic(name)} ({voice_words.feeling(felt)})" for name, felt in pairs)
            value = value or _("none")
        case _:
            value = one.value or _("none of the known ones")
    return one.get_field_display(), value


def _proposal(model: TextModel) -> dict[str, Any]:
    told = model.measured
    names = {"accuracy": _("read rightly"), "macro_f1": _("mean of the labels' F1")}
    lines = [(label, _share(told.get("before"), key), _share(told.get("after"), key)) for key, label in names.items()]
    return {"model": model, "n": told.get("n", 0), "lines": lines}


def _share(told: dict[str, float] | None, key: str) -> str:
    return f"{number_format(100 * told[key], 1)} %" if told else _("not enough data")


@needs(Right.ANALYSE)
@require_POST
def learn(request: HttpRequest) -> HttpResponse:
    """Have feelings or intents learned in the background."""
    kind = request.POST.get("kind", "")
    if kind not in TextModel.Kind.values:
        raise Http404
    if TextModel.objects.filter(kind=kind, state=TextModel.State.LEARNING).exists():
        messages.info(request, _("It is being learned already."))
    else:
        readings_learning.ask_for(kind, request.user)
        messages.success(request, _("It is being learned. The measured change is shown here in a minute or two."))
    return redirect("texts")


@needs(Right.ANALYSE)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or refuse what was learned."""
    model = get_object_or_404(TextModel, pk=pk)
    accept = request.POST.get("accept") == "yes"
    if not readings_learning.decide(model, accept=accept, by=request.user):
        messages.info(request, _("Somebody has decided about it already."))
    elif accept:
        messages.success(request, _("In use from now on. Texts are read anew in the background."))
    else:
        messages.success(request, _("Refused. Texts are read as before."))
    return redirect("texts")


@needs(Right.ANALYSE)
@require_POST
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the acceptance of the model in use, or let one that was put aside read again (`again`)."""
    model = get_object_or_404(TextModel, pk=pk)
    if "again" in request.POST:
        done = readings_learning.use_again(model, request.user)
        told = _("In use from now on. Texts are read anew in the background.")
    else:
        try:
            before = readings_learning.take_back(model, request.user)
            done = True
        except ValueError:
            before, done = None, False
        told = (
            _("Taken back. What was in use before reads again; texts are read anew in the background.")
            if before
            else _("Taken back. Texts are read as they were before anything was learned here, in the background.")
        )
    if done:
        messages.success(request, told)
    else:
        messages.info(request, _("Somebody has decided about it already."))
    return redirect("texts")


@needs(Right.ANALYSE)
def intents_page(request: HttpRequest) -> HttpResponse:
    """All intents; on POST adds examples to one, masked."""
    path = PATH.join(part.strip() for part in request.POST.get("path", "").split("/") if part.strip())[:160]
    lines = [line.strip()[:1000] for line in request.POST.get("examples", "").splitlines() if line.strip()]
    if request.method == "POST" and path and lines:
        with transaction.atomic():
            by = request.user if request.user.is_authenticated else None
            intent, _made = Intent.objects.get_or_create(path=path)
            for line in dict.fromkeys(mask(line) for line in lines[:MOST_LINES]):
                IntentExample.objects.get_or_create(intent=intent, text=line[:1000], defaults={"added_by": by})
        messages.success(request, _("Added. They are recognised once the intents have been learned and accepted."))
        return redirect("text-intents")
    intents = Intent.objects.annotate(n=Count("examples")).prefetch_related("examples")
    context = {"intents": intents, "path": path, "opened": request.GET.get("open", "")}
    return render(request, "understand/text_intents.html", context)


@needs(Right.ANALYSE)
@require_POST
def intent_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an intent with its examples; what reads now does so until the intents are learned again."""
    get_object_or_404(Intent, pk=pk).delete()
    messages.success(request, _("Deleted. Have the intents learned again for it to count."))
    return redirect("text-intents")


@needs(Right.ANALYSE)
@require_POST
def example_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one way of saying what an intent is; what reads now does so until the intents are learned again."""
    example = get_object_or_404(IntentExample.objects.select_related("intent"), pk=pk)
    example.delete()
    messages.success(request, _("The example is deleted. It counts no more once the intents have been learned again."))
    return redirect(f"{reverse('text-intents')}?{urlencode({'open': example.intent.pk})}#intent-{example.intent.pk}")


@needs(Right.SEE_CUSTOMERS)
def correct(request: HttpRequest, event_id: str) -> HttpResponse:
    """The form for one text's reading, closed again with `?close`; a POST keeps the correction, shows the reading."""
    read = open_ledger().read()
    columns = ("event_id", "customer_id", "text", "batch_id")
    rows = read.to_arrow(read.events.filter(it.event_id == event_id).select(*columns)).to_pylist()
    if not rows or not rows[0]["text"]:
        raise Http404
    part = request.headers.get("HX-Request") == "true"
    template = "understand/parts/reading_correct.html" if part else "understand/text_correct.html"
    if request.method == "POST":
        try:
            done = _corrected(request, read, rows[0])
        except LedgerBusyError:
            return render(request, template, _form(read, rows[0], _said(request)) | {"wrong": speaking.busy()})
        if not part:
            messages.success(request, done)
            return redirect("texts")
        return _reading(request, event_id)
    if part and "close" in request.GET:
        return _reading(request, event_id)
    return render(request, template, _form(read, rows[0]))


def _corrected(request: HttpRequest, read: Any, event: dict[str, Any]) -> str:
    """Keep what the form says about a text, or take back what was said before; returns what was done, in words."""
    if "take-back" in request.POST:
        readings.take_back(event)
        return _("Taken back: it reads as the models read it.")
    try:
        readings.correct(event, _changed(read, event["event_id"], _said(request)), request.user)
    except ValueError:
        raise Http404 from None
    return _("Corrected.")


def _reading(request: HttpRequest, event_id: str) -> HttpResponse:
    """The reading as it is now; nothing of a text that has not been read."""
    now = readings.of_events(open_ledger().read(), [event_id]).get(event_id)
    by_hand = event_id in readings.corrections([event_id])
    shown = {"event_id": event_id, "read": reading_words.words(now, corrected=by_hand) if now else None}
    return render(request, "understand/parts/reading.html", shown)


def _said(request: HttpRequest) -> dict[str, str]:
    """What the form says, field by field; topics stand in it one by one, empty where the text is not about them."""
    said = {field: request.POST[field] for field in Correction.Field.values if field in request.POST}
    if "topics" in request.POST:
        told = {topic: request.POST.get(f"topic-{topic}", "") for topic in voice_words.TOPICS}
        said["topic"] = " ".join(f"{topic}:{feeling}" for topic, feeling in sorted(told.items()) if feeling)
    return said


def _changed(read: Any, event_id: str, said: dict[str, str]) -> dict[str, str]:
    """What differs from what was read: agreeing by silence is not a correction."""
    now = readings.of_events(read, [event_id]).get(event_id)
    if now is None:
        return said
    before = {"sentiment": str(now["sentiment"]), "emotion": now["emotion"], "intent": now["intent"] or "",
              "topic": readings.topics_written(now["topics"])}  # fmt: skip
    return {field: value for field, value in said.items() if before.get(field) != value}


def _form(read: Any, event: dict[str, Any], said: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The form's values: what was read, or what was `said` in a form that comes back."""
    now = readings.of_events(read, [event["event_id"]]).get(event["event_id"], {})
    told = said or {}
    found = dict(readings.topics_said(told["topic"]) if "topic" in told else now.get("topics", []))
    paths, intent = [each.path for each in Intent.objects.all()], now.get("intent") or ""
    made = Correction.objects.filter(event_id=event["event_id"]).select_related("made_by")
    return {
        "event_id": event["event_id"],
        "corrected": made.last(),
        "text": event["text"],
        "sentiment": told.get("sentiment", str(now.get("sentiment", "0"))),
        "emotion": told.get("emotion", now.get("emotion", "none")),
        "intent": told.get("intent", intent),
        "feelings": [(str(sign), voice_words.feeling(sign)) for sign in (1, 0, -1)],
        "emotions": list(voice_words.EMOTIONS.items()),
        "intents": [*paths, intent] if intent and intent not in paths else paths,  # one deleted since may stand
        "topics": [
            (topic, name, str(found[topic]) if topic in found else "") for topic, name in voice_words.TOPICS.items()
        ],
        "about": sum(topic in voice_words.TOPICS for topic in found),
    }
