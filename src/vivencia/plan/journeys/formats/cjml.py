"""Customer Journey Modelling Language 2.0 (cjml.no): XML written and read.

Kept both ways: title, whether the journey is planned (a target) or actual (lived), phases, steps in their order with
name, phase, channel and what the other side does, teams as service providers, the customer's goal as comment, and, of
actual journeys, how it felt. CJML has no branches and no optional steps, its touchpoints stand in one order: they are
written as processing instructions (`<?vivencia-way from= to= kind= share=?>`, `<?vivencia-step key= optional=
then=?>`), which every other reader leaves alone and this one reads. Not written: expectations, systems, policies,
ideas, comments, and further channels of a step (the first is written).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast
from xml.etree import ElementTree as ET

import defusedxml.ElementTree as SafeET
from defusedxml.common import DefusedXmlException

from vivencia.plan.journeys.drawing import (
    KEY,
    LINK_KINDS,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_STEPS,
    Cell,
    Drawing,
    Kind,
    Lane,
    Link,
    Phase,
    Step,
    arranged,
    check,
    key_for,
)
from vivencia.plan.journeys.formats.errors import MOST_BYTES, FormatError

VERSION = "2.0"
JOURNEYS: dict[str, Kind] = {"plannedJourney": "target", "actualJourney": "lived"}
POINTS = ("plannedCommunicationPoint", "plannedAction", "actualCommunicationPoint", "actualAction")
CUSTOMER, COMPANY = "customer", "company"
RATINGS = {"very negative": -1.0, "negative": -0.5, "neutral": 0.0, "positive": 0.5, "very positive": 1.0}
_PAIRS = re.compile(r'(\w+)="([^"]*)"')
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(drawing: Drawing, *, customer: str, company: str) -> bytes:
    """The drawing as a CJML document. `customer`, `company`: what the two sides are called where nobody is named."""
    root = ET.Element("CJML", version=VERSION)
    planned = drawing.kind == "target"
    journey = ET.SubElement(root, "plannedJourney" if planned else "actualJourney")
    _add(journey, "journeyID", "PJ1" if planned else "AJ1")
    _add(journey, "journeyTitle", drawing.title)
    if drawing.phases:
        phases = ET.SubElement(journey, "journeyPhases")
        for phase in drawing.phases:
            one = ET.SubElement(phases, "journeyPhase", phaseID=phase.key)
            _add(one, "phaseName", phase.name)
            _add(one, "phaseDescription", phase.when)
    teams = _teams(drawing)
    actors = ET.SubElement(journey, "actors")
    _add(ET.SubElement(actors, "endUser", actorID=CUSTOMER), "actorName", drawing.persona or customer)
    for name, key in [("", COMPANY), *teams.items()]:
        _add(ET.SubElement(actors, "serviceProvider", actorID=key), "companyName", name or company)
    points = ET.SubElement(journey, "touchpoints")
    for step in drawing.steps:
        _point(points, drawing, step, teams.get(step.team, COMPANY))
    for told in _aside(drawing):
        journey.append(told)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _aside(drawing: Drawing) -> Iterator[ET.Element]:
    """What CJML has no word for, as instructions to our own reader."""
    for step in drawing.steps:
        if step.optional or step.then != "one":
            yield _instruction("step", key=step.key, optional="yes" if step.optional else "no", then=step.then)
    for link in drawing.links:
        share = "" if link.share is None else f"{link.share:g}"
        yield _instruction("way", **{"from": link.source, "to": link.target, "kind": link.kind, "share": share})


def _instruction(name: str, **told: str) -> ET.Element:
    pairs = " ".join(f'{key}="{value}"' for key, value in told.items())
    return cast("ET.Element", ET.ProcessingInstruction(f"vivencia-{name}", pairs))


def _teams(drawing: Drawing) -> dict[str, str]:
    found: dict[str, str] = {}
    for step in drawing.steps:
        if step.team and step.team not in found:
            found[step.team] = key_for(step.team, [CUSTOMER, COMPANY, *found.values()])
    return found


def _point(points: ET.Element, drawing: Drawing, step: Step, provider: str) -> None:
    """A step with a channel is a communication between the customer and us; one without is an action of theirs."""
    kind = "planned" if drawing.kind == "target" else "actual"
    point = ET.SubElement(points, kind + ("CommunicationPoint" if step.channels else "Action"))
    _add(point, "touchpointID", step.key)
    ET.SubElement(point, "belongsTo", phaseIDref=step.phase)
    _side(point, "initiator", CUSTOMER, step.name)
    if step.channels:
        _side(point, "receiver", provider, _noted(drawing, step, "receiver"))
        _add(ET.SubElement(point, "channel"), "channelName", step.channels[0])
    if step.goal:
        _add(point, "comment", step.goal)
    felt = _felt(drawing, step)
    if felt is not None and drawing.kind == "lived":
        experience = ET.SubElement(point, "touchpointExperience")
        _add(experience, "experienceDescription", felt.text)
        if felt.feeling is not None:
            _add(experience, "experienceRating", f"{3 + 2 * felt.feeling:g}")


def _side(point: ET.Element, name: str, actor: str, label: str) -> None:
    side = ET.SubElement(point, name)
    ET.SubElement(side, "refersTo", actorIDref=actor)
    _add(side, f"{name}Label", label)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _NOT_XML.sub("", text)


def _noted(drawing: Drawing, step: Step, lane: str) -> str:
    cell = drawing.cell(step.key, lane)
    return cell.text if cell else ""


def _felt(drawing: Drawing, step: Step) -> Cell | None:
    lanes = [one.key for one in drawing.lanes if one.kind == "emotion"]
    return next((cell for lane in lanes if (cell := drawing.cell(step.key, lane))), None)


def read(content: bytes, *, language: str) -> list[Drawing]:
    """Every journey of a CJML 2.0 document as a drawing, planned ones first. Raises FormatError naming the element."""
    root = _root(content)
    found = [(tag, one) for tag in JOURNEYS for one in root.findall(tag)]
    if not found:
        raise FormatError("CJML", "missing", ", ".join(f"<{tag}>" for tag in JOURNEYS))
    return [_journey(one, JOURNEYS[tag], f"{tag}[{place}]", language) for place, (tag, one) in enumerate(found, 1)]


def _root(content: bytes) -> ET.Element:
    if len(content) > MOST_BYTES:
        raise FormatError("CJML", "too_large", str(MOST_BYTES // 1_000_000))
    try:
        parser = SafeET.DefusedXMLParser(target=ET.TreeBuilder(insert_pis=True), forbid_dtd=True)
        parser.feed(content.lstrip())
        root: ET.Element = parser.close()
    except DefusedXmlException as wrong:
        raise FormatError("<!DOCTYPE>", "forbidden") from wrong
    except (ET.ParseError, ValueError, LookupError) as wrong:
        raise FormatError("XML", "not_xml", str(wrong)) from wrong
    if root.tag != "CJML":
        raise FormatError(f"<{root.tag}>"[:60], "not_this", "<CJML>")
    if root.get("version", VERSION) != VERSION:
        raise FormatError("CJML/@version", "version", str(root.get("version"))[:20])
    return root


def _journey(journey: ET.Element, kind: Kind, place: str, language: str) -> Drawing:
    phases, phase_of = _phases(journey, place)
    actors = _actors(journey, place)
    points = journey.find("touchpoints")
    if points is None:
        raise FormatError(f"{place}/touchpoints", "missing")
    steps: list[Step] = []
    cells: list[Cell] = []
    if len(points) > MOST_STEPS:
        raise FormatError(f"{place}/touchpoints", "too_many", str(MOST_STEPS))
    for number, point in enumerate((one for one in points if isinstance(one.tag, str)), 1):
        where = f"{place}/touchpoints/{point.tag}[{number}]"
        if point.tag not in POINTS:
            raise FormatError(where, "not_this", ", ".join(POINTS))
        step, noted = _step(point, where, phases, phase_of, actors, [one.key for one in steps])
        steps.append(step)
        cells += noted
    lanes = _lanes(cells)
    title = _text(journey, "journeyTitle") or _text(journey, "journeyShortSummary") or _text(journey, "journeyID")
    persona = next((name for name, is_customer in actors.values() if is_customer), "")
    drawn = Drawing(
        title[:LONGEST_NAME] or "CJML", language, kind, persona[:LONGEST_NAME], tuple(phases), tuple(steps),
        lanes=lanes, notes=tuple(cells),
    )  # fmt: skip
    return arranged(check(_with_aside(drawn, journey)))


def _with_aside(drawn: Drawing, journey: ET.Element) -> Drawing:
    """With the ways and optional steps that we wrote; what does not fit (a step is gone) is left out."""
    told: list[tuple[str, dict[str, str]]] = []
    for one in journey.iter(cast("str", ET.PI)):
        name, _space, rest = (one.text or "").partition(" ")
        told.append((name, dict(_PAIRS.findall(rest))))
    known = {step.key for step in drawn.steps}
    links = []
    for name, it in told:
        kind = next((one for one in LINK_KINDS if one == it.get("kind")), None)
        if name == "vivencia-way" and kind and {it.get("from"), it.get("to")} <= known:
            links.append(Link(it["from"], it["to"], kind, _share(it.get("share", ""))))
    about = {it.get("key"): it for name, it in told if name == "vivencia-step"}
    steps = tuple(_aside_of(step, about.get(step.key)) for step in drawn.steps)
    return replace(drawn, steps=steps, links=tuple(links))


def _aside_of(step: Step, it: dict[str, str] | None) -> Step:
    if it is None:
        return step
    return replace(step, optional=it.get("optional") == "yes", then="all" if it.get("then") == "all" else "one")


def _share(told: str) -> float | None:
    try:
        value = float(told)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def _phases(journey: ET.Element, place: str) -> tuple[list[Phase], dict[str, str]]:
    """The phases, and CJML's ids for them; one phase where the document names none."""
    phases: list[Phase] = []
    keys: dict[str, str] = {}
    for number, one in enumerate(journey.iterfind("journeyPhases/journeyPhase"), 1):
        told = (one.get("phaseID") or "").strip()
        if not told:
            raise FormatError(f"{place}/journeyPhases/journeyPhase[{number}]/@phaseID", "missing")
        name = _text(one, "phaseName") or told
        keys[told] = _key(told, name, [phase.key for phase in phases])
        when = _text(one, "phaseDescription")
        phases.append(
            Phase(keys[told], name[:LONGEST_NAME], when if when in ("before", "during", "after") else "during")  # type: ignore[arg-type]
        )
    return phases or [Phase("journey", "")], keys


def _actors(journey: ET.Element, place: str) -> dict[str, tuple[str, bool]]:
    """Actor id -> name, and whether it is the customer."""
    found: dict[str, tuple[str, bool]] = {}
    for number, one in enumerate(journey.iterfind("actors/*"), 1):
        key = one.get("actorID") or one.get("actorIDref")
        if not key:
            raise FormatError(f"{place}/actors/{one.tag}[{number}]/@actorID", "missing")
        found[key] = (_text(one, "actorName") or _text(one, "companyName") or key, one.tag == "endUser")
    return found


def _step(
    point: ET.Element,
    where: str,
    phases: list[Phase],
    phase_of: dict[str, str],
    actors: dict[str, tuple[str, bool]],
    taken: Iterable[str],
) -> tuple[Step, list[Cell]]:
    if point.find("initiator") is None:
        raise FormatError(f"{where}/initiator", "missing")
    sides = {
        side: _told(point, side, where, actors) for side in ("initiator", "receiver") if point.find(side) is not None
    }
    theirs = next((side for side, (actor, _label) in sides.items() if actors[actor][1]), "initiator")
    ours = "receiver" if theirs == "initiator" else "initiator"
    label = sides[theirs][1] or sides.get(ours, ("", ""))[1] or _text(point, "touchpointID") or point.tag
    key = _key(_text(point, "touchpointID"), label, taken)
    belongs = point.find("belongsTo")
    phase = (belongs.get("phaseIDref") or "").strip() if belongs is not None else ""
    if phase and phase not in phase_of:
        raise FormatError(f"{where}/belongsTo/@phaseIDref", "unknown", f"{phase[:60]}; {', '.join(phase_of)[:200]}")
    channel = _text(point, "channel/channelName")
    team = actors[sides[ours][0]] if ours in sides else ("", False)
    step = Step(
        key, phase_of.get(phase, phases[0].key), label[:LONGEST_NAME],
        channels=(channel[:LONGEST_NAME],) if channel else (),
        team="" if team[1] or sides.get(ours, ("",))[0] == COMPANY else team[0][:LONGEST_NAME],
        goal=_text(point, "comment")[:LONGEST_TEXT],
    )  # fmt: skip
    return step, _notes(point, key, sides.get(ours, ("", ""))[1])


def _told(point: ET.Element, side: str, where: str, actors: dict[str, tuple[str, bool]]) -> tuple[str, str]:
    """Who stands on a side of a touchpoint, and what they do there."""
    refers = point.find(f"{side}/refersTo")
    actor = "" if refers is None else refers.get("actorIDref") or refers.get("actorID") or ""
    if actor not in actors:
        code = "unknown" if actor else "missing"
        raise FormatError(f"{where}/{side}/refersTo/@actorIDref", code, actor[:60])
    return actor, _text(point, f"{side}/{side}Label")


def _notes(point: ET.Element, key: str, ours: str) -> list[Cell]:
    cells = [Cell(key, "receiver", ours[:LONGEST_TEXT])] if ours else []
    compliance = _text(point, "compliance")
    if compliance and compliance != "completed":
        cells.append(Cell(key, "compliance", compliance[:LONGEST_TEXT]))
    said, rated = (_text(point, f"touchpointExperience/{one}") for one in ("experienceDescription", "experienceRating"))
    feeling = _rating(rated)
    if said or feeling is not None:
        cells.append(Cell(key, "emotion", (said or ("" if feeling is not None else rated))[:LONGEST_TEXT], feeling))
    return cells


def _rating(told: str) -> float | None:
    """A rating of 1 to 5, or one of five words, from -1 to 1."""
    if told.lower() in RATINGS:
        return RATINGS[told.lower()]
    try:
        value = round((float(told) - 3) / 2, 6)
    except ValueError:
        return None
    return value if -1 <= value <= 1 else None


def _lanes(cells: list[Cell]) -> tuple[Lane, ...]:
    used = {cell.lane for cell in cells}
    known = (
        Lane("touchpoint", "", "touchpoint"), Lane("channel", "", "channel"), Lane("goal", "", "goal"),
        Lane("emotion", "", "emotion"), Lane("receiver", "", "free"), Lane("compliance", "", "free"),
    )  # fmt: skip
    return tuple(lane for lane in known if lane.kind in ("touchpoint", "channel", "goal") or lane.key in used)


def _key(told: str, name: str, taken: Iterable[str]) -> str:
    """CJML's own id where it can be a key here and is free."""
    used = set(taken)
    return told if KEY.fullmatch(told) and told not in used else key_for(told or name, used)


def _text(parent: ET.Element, path: str) -> str:
    return (parent.findtext(path) or "").strip()
