"""Journeys as lived: the flow map, and what is behind each of its steps and moves."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from vivencia.foundation.rights import Right, may, needs
from vivencia.foundation.vocabulary import say, title
from vivencia.understand import journey_asking
from vivencia.understand.journey_commands import flow_json
from vivencia.understand.journey_look import Look, look
from vivencia.understand.journey_words import duration, enough, move, score, share, tone
from vivencia.understand.journeys import beside
from vivencia.understand.journeys.flow import Felt, flow
from vivencia.understand.journeys.loops import repeated_at_once
from vivencia.understand.journeys.phases import PHASES
from vivencia.understand.journeys.selection import Selection, chosen

ANSWERS_HERE = 10  # so many answers given at a step itself speak for it; below, those of everybody passing do
TABS = (
    ("journeys", "route"),
    ("journey-lanes", "map"),
    ("journey-variants", "list-details"),
    ("journey-funnel", "filter"),
    ("journey-compare", "scale"),
)
EXPORTED = {"journeys": "moves", "journey-variants": "variants", "journey-funnel": "funnel"}  # a page's own numbers


def shared(found: Look | None, here: str) -> dict[str, Any]:
    """What every journey page shows: tabs, filters, and which journeys these are."""
    names = {
        "journeys": _("Flow"),
        "journey-lanes": _("Phases"),
        "journey-variants": _("Variants"),
        "journey-funnel": _("Funnel"),
        "journey-compare": _("Compare"),
    }
    address = f"?{found.wish.address}" if found else ""
    tabs = [(reverse(name) + address, names[name], icon, name == here) for name, icon in TABS]
    if found is None:
        return {"nothing": True, "tabs": tabs}
    return {
        "tabs": tabs,
        "exported": EXPORTED.get(here, ""),
        "here": reverse(here),
        "wish": found.wish,
        "choices": journey_asking.choices(found.read, found.whole),
        "who": journey_asking.words(found.read, found.wish),
        "left_out": found.whole.left_out,
    }


@needs(Right.SEE_FIGURES)
def flow_page(request: HttpRequest) -> HttpResponse:
    """The flow map; with HTMX only what the filters change."""
    found = look(request)
    context = shared(found, "journeys")
    if found is not None:
        counted = counted_flow(found)
        context |= {"flow": counted, "map": _map(found, counted), "rows": _rows(found, counted)}
        context |= {"findings": _findings(found, counted)}
        if about := _first(counted):
            context |= {"detail": _detail(found, counted, about, request.user)}
            context["map"]["chosen"] = about
    return render(request, template(request, "understand/journeys.html", "understand/parts/journey_flow.html"), context)


def template(request: HttpRequest, page: str, part: str) -> str:
    return part if request.headers.get("HX-Request") == "true" else page


def counted_flow(found: Look) -> dict[str, Any]:
    """The flow of the asked journeys and their overall feeling, as JSON, remembered."""

    def compute() -> dict[str, Any]:
        counted = flow_json(flow(found.table, found.whole.scale))
        felt = found.felt()
        return {**counted, "felt": {"value": felt.mean, "low": felt.low, "high": felt.high, "n": felt.n}}

    result: dict[str, Any] = found.remember("flow", compute)
    return result


def felt_of(said: dict[str, Any]) -> Felt:
    return Felt(said["value"], said["n"], said["low"], said["high"])


def speaks(touchpoint: dict[str, Any]) -> tuple[Felt, bool]:
    """What speaks for a step: the answers given there where there are enough, else those of everybody passing."""
    here = felt_of(touchpoint["said_here"])
    return (here, True) if here.n >= ANSWERS_HERE else (felt_of(touchpoint["passing"]), False)


def _map(found: Look, counted: dict[str, Any]) -> dict[str, Any]:
    """What the island draws; every text in the reader's language."""
    journeys = max(counted["journeys"], 1)
    overall = felt_of(counted["felt"])
    phase = {placed.step: PHASES.index(placed.phase) if placed.phase else 0 for placed in found.placed}
    nodes = []
    for one in counted["touchpoints"]:
        name = one["touchpoint"]
        felt, _here = speaks(one)
        nodes.append(
            {
                "id": name,
                "label": title(name),
                "phase": phase.get(name, 0),
                "journeys": one["journeys"],
                "share": one["journeys"] / journeys,
                "shareText": share(one["journeys"] / journeys),
                "score": score(felt, found.scale) if enough(felt) else "",
                "tone": tone(felt, overall),
                "starts": counted["starts"].get(name, 0) / journeys,
                "ends": counted["ends"].get(name, 0) / journeys,
                "startsText": share(counted["starts"].get(name, 0) / journeys),
                "endsText": share(counted["ends"].get(name, 0) / journeys),
            }
        )
    edges = [
        {
            "source": one["source"],
            "target": one["target"],
            "share": one["journeys"] / journeys,
            "shareText": share(one["journeys"] / journeys),
            "wait": duration(one["median_dwell_seconds"]),
        }
        for one in counted["edges"][:3000]
    ]
    return {"nodes": nodes, "edges": edges, "detail": _detail_address(found), "texts": _texts()}


def _detail_address(found: Look) -> str:
    return f"{reverse('journey-detail')}?{found.wish.address}"


def _texts() -> dict[str, str]:
    return {
        "map": _("Flow map: steps and the moves between them. Arrow keys walk, Enter opens."),
        "begin": _("begin"),
        "end": _("end"),
        "again": _("another event of the same step"),
        "ofJourneys": _("of journeys"),
        "gain": _("better than average"),
        "pain": _("worse than average"),
        "neutral": _("about average, or not enough answers to say"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "fit": _("Show everything"),
        "least": _("Moves made by at least"),
        "shown": _("{nodes} of {all} steps and {edges} moves shown"),
    }


def _rows(found: Look, counted: dict[str, Any]) -> list[dict[str, Any]]:
    """The moves as a table: the same numbers for those who do not see the map."""
    journeys = max(counted["journeys"], 1)
    return [
        {
            "name": move(one["source"], one["target"]),
            "count": one["count"],
            "customers": one["customers"],
            "share": share(one["journeys"] / journeys),
            "wait": duration(one["median_dwell_seconds"]),
            "href": customers_address(found, source=one["source"], target=one["target"]),
        }
        for one in counted["edges"][:100]
    ]


def customers_address(found: Look, **about: str) -> str:
    """The page of the people behind a number."""
    return f"{reverse('journey-customers')}?{urlencode(about)}&{found.wish.address}"


def _findings(found: Look, counted: dict[str, Any]) -> list[dict[str, str]]:
    """What to look at next: what felt worst, the longest common wait, the step most often lived again."""
    least = 0.1 * max(counted["journeys"], 1)
    findings = [_worst(found, counted)]
    if usual := [one for one in counted["edges"] if one["journeys"] >= least and _onward(found, one)]:
        slow = max(usual, key=lambda one: one["median_dwell_seconds"])
        title = _("Longest common wait: %(move)s") % {"move": move(slow["source"], slow["target"])}
        text = _("half of them wait more than %(wait)s") % {"wait": duration(slow["median_dwell_seconds"])}
        findings.append(_finding("clock", title, text, customers_address(found, **_ends(slow))))
    again: dict[str, int] = found.remember("at-once", lambda: repeated_at_once(found.table))
    if again and max(again.values()) >= least / 2:
        step = max(again, key=lambda one: again[one])
        title = _("Most often again at once: %(step)s") % {"step": say(step)}
        text = _("in %(share)s of journeys") % {"share": share(again[step] / max(counted["journeys"], 1))}
        findings.append(_finding("repeat", title, text, customers_address(found, at_once=step)))
    return [one for one in findings if one]


def _worst(found: Look, counted: dict[str, Any]) -> dict[str, str]:
    """What felt worst, in words; empty where nothing is clearly worse than average."""
    hurt = _hurt(counted)
    if not hurt:
        return {}
    felt, about = hurt
    name = say(about["step"]) if "step" in about else move(**about)
    against = {"score": score(felt, found.scale), "overall": score(felt_of(counted["felt"]), found.scale)}
    text = _("%(score)s, against %(overall)s over all journeys") % against
    title = _("Worst felt: %(step)s") % {"step": name}
    return _finding("mood-sad", title, text, customers_address(found, **about))


def _hurt(counted: dict[str, Any]) -> tuple[Felt, dict[str, str]] | None:
    """The step that felt worst; where none is clearly worse than average, the move that did; None without either."""
    least, overall = 0.01 * max(counted["journeys"], 1), felt_of(counted["felt"])
    steps = [(speaks(one)[0], {"step": one["touchpoint"]}, one["journeys"]) for one in counted["touchpoints"]]
    moves = [(felt_of(one["passing"]), _ends(one), one["journeys"]) for one in counted["edges"]]
    for kind in (steps, moves):
        hurt = [(felt, about) for felt, about, n in kind if n >= least and tone(felt, overall) == "pain"]
        if hurt:
            return min(hurt, key=lambda row: row[0].mean or 0.0)
    return None


def _ends(one: dict[str, Any]) -> dict[str, str]:
    return {"source": one["source"], "target": one["target"]}


def _finding(icon: str, title: str, text: str, href: str) -> dict[str, str]:
    return {"icon": icon, "title": title, "text": text, "href": href}


def _onward(found: Look, one: dict[str, Any]) -> bool:
    """Whether people wait for us there: after they bought, or anywhere in data without a purchase."""
    phase = {placed.step: placed.phase for placed in found.placed}
    return one["source"] != one["target"] and phase.get(one["target"]) in ("after", None)


@needs(Right.SEE_FIGURES)
def detail_part(request: HttpRequest) -> HttpResponse:
    """What is behind one step or one move of the map."""
    found = look(request)
    if found is None:
        return HttpResponse(status=404)
    step, source, target = (request.GET.get(key, "") for key in ("step", "source", "target"))
    if not {step or source, step or target} <= set(found.whole.steps):
        return HttpResponse(status=404)
    about = {"step": step} if step else {"source": source, "target": target}
    context = _detail(found, counted_flow(found), about, request.user)
    if context is None:
        return HttpResponse(status=404)
    return render(request, "understand/parts/journey_detail.html", {"detail": context})


def _first(counted: dict[str, Any]) -> dict[str, str]:
    """What the panel beside the map tells before anybody chooses: what felt worst, else the commonest step."""
    hurt = _hurt(counted)
    if hurt:
        return hurt[1]
    steps = [one for one in counted["touchpoints"] if one["journeys"]]
    return {"step": max(steps, key=lambda one: one["journeys"])["touchpoint"]} if steps else {}


def _detail(found: Look, counted: dict[str, Any], about: dict[str, str], user: object) -> dict[str, Any] | None:
    """What is behind one step or one move, with words where the reader may see people; None: nobody does that."""
    told = _step_detail(found, counted, about["step"]) if "step" in about else _move_detail(found, counted, **about)
    if told is None or not may(user, Right.SEE_CUSTOMERS):
        return told
    through = about.get("step")
    selection = Selection(through=(through,)) if through else Selection(moved=(about["source"], about["target"]))
    mask = found.mask & chosen(found.whole, selection)
    total, quotes = beside.said(found.words(), found.whole, mask, limit=3)
    return {**told, "quotes": quotes, "more": total - len(quotes)}


def _step_detail(found: Look, counted: dict[str, Any], step: str) -> dict[str, Any] | None:
    one = next((t for t in counted["touchpoints"] if t["touchpoint"] == step), None)
    if one is None:
        return None
    journeys = max(counted["journeys"], 1)
    felt, here = speaks(one)
    facts = [
        (_("Journeys that come here"), f"{share(one['journeys'] / journeys)}", one["journeys"]),
        (
            _("Journeys that begin here"),
            share(counted["starts"].get(step, 0) / journeys),
            counted["starts"].get(step, 0),
        ),
        (_("Journeys that end here"), share(counted["ends"].get(step, 0) / journeys), counted["ends"].get(step, 0)),
        (_("Visits"), None, one["count"]),
        (_("Customers"), None, one["customers"]),
    ]
    return {
        "title": title(step),
        "facts": facts,
        "felt": felt,
        "scale": found.scale,
        "felt_text": score(felt, found.scale),
        "felt_known": enough(felt),
        "felt_here": here,
        "tone": tone(felt, felt_of(counted["felt"])),
        "customers_href": customers_address(found, step=step),
        "compare_href": _compare_address(found, step),
    }


def _compare_address(found: Look, step: str) -> str:
    """Those who came to the step beside those who never did."""
    sides = {"outcome": f"through:{step}", "b_segment": found.wish.segment, "b_outcome": f"never:{step}"}
    return (
        f"{reverse('journey-compare')}?{urlencode({'case': found.wish.case, 'segment': found.wish.segment, **sides})}"
    )


def _move_detail(found: Look, counted: dict[str, Any], source: str, target: str) -> dict[str, Any] | None:
    one = next((e for e in counted["edges"] if e["source"] == source and e["target"] == target), None)
    if one is None:
        return None
    felt = felt_of(one["passing"])
    facts = [
        (_("Journeys that move so"), share(one["journeys"] / max(counted["journeys"], 1)), one["journeys"]),
        (_("Moves"), None, one["count"]),
        (_("Customers"), None, one["customers"]),
        (_("Median wait"), duration(one["median_dwell_seconds"]), None),
    ]
    return {
        "title": move(source, target),
        "facts": facts,
        "felt": felt,
        "scale": found.scale,
        "felt_text": score(felt, found.scale),
        "felt_known": enough(felt),
        "felt_here": False,
        "tone": tone(felt, felt_of(counted["felt"])),
        "customers_href": customers_address(found, source=source, target=target),
    }
