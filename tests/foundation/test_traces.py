"""An erased person's ids and addresses go out of everything people typed, and no edit under way brings them back."""

from datetime import date
from typing import Any

import pytest

from vivencia.foundation import traces
from vivencia.foundation.models import Setting
from vivencia.plan.initiatives.models import Declaration, Initiative, InitiativeChange
from vivencia.plan.roadmap.models import Plan
from vivencia.plan.vision.models import VisionVersion
from vivencia.understand.models import Segment
from vivencia.understand.personas.models import Evidence, Persona, Statement

pytestmark = pytest.mark.django_db

MARKS = {"Ana@X.es", "ana-4711", "7"}
SAID = "Call ana@x.es (ANA-4711), not mariana@x.es, within 7 days"
LEFT = "Call … (…), not mariana@x.es, within 7 days"


def test_texts_of_initiatives_plans_the_vision_and_personas_name_the_person_no_more() -> None:
    one = Initiative.objects.create(
        title=SAID, problem=SAID, approach=SAID, risk_note=SAID, evidence={"figures": [{"label": SAID}]}
    )
    before = one.changed_at
    InitiativeChange.objects.create(initiative=one, kind="edited", changes={"problem": ["", SAID]})
    day = date(2026, 6, 1)
    Declaration.objects.create(initiative=one, metric="nps", effect=1, effect_by=day, starts=day, reason=SAID)
    persona = Persona.objects.create(name="P", story=SAID, quote=SAID, goals=SAID)
    statement = Statement.objects.create(persona=persona, part="says", text=SAID)
    Evidence.objects.create(statement=statement, note=SAID)
    VisionVersion.objects.create(number=1, stored={"purpose": SAID, "promises": [{"key": "ana-4711", "words": SAID}]})
    Plan.objects.create(first_quarter=day, problem={"initiatives": [{"title": SAID}]})

    traces.wipe(MARKS)

    rows: list[Any] = [Initiative, InitiativeChange, Declaration, Persona, Statement, Evidence, VisionVersion, Plan]
    told = str([list(model.objects.values()) for model in rows])
    assert told.count(LEFT) == 15
    assert "'ana@x.es" not in told.lower() and "(ana-4711" not in told.lower()
    assert VisionVersion.objects.get().vision.promises[0].key == "ana-4711", "our own key, whatever it looks like"
    one.refresh_from_db()
    assert one.changed_at > before, "so that a page that was open does not save the old text again"


def test_two_names_that_differed_by_the_person_alone_stay_two() -> None:
    for name in ("About ana@x.es", "About ANA-4711"):
        Segment.objects.create(name=name)
    traces.wipe(MARKS)
    names = set(Segment.objects.values_list("name", flat=True))
    assert "About …" in names and len(names) == 2 and all(name.startswith("About …") for name in names)


def test_an_edit_between_looking_and_wiping_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    Setting.objects.create(key="odd", value={"who": "ana-4711", "note": "old"})
    write = traces._rewrite

    def after_an_edit(where: traces.Texts, pk: object, change: traces.Change) -> int:
        Setting.objects.filter(key="odd").update(value={"who": "ana-4711", "note": "new"})
        return write(where, pk, change)

    monkeypatch.setattr(traces, "_rewrite", after_an_edit)
    traces.wipe(MARKS)
    assert Setting.objects.get(key="odd").value == {"who": "", "note": "new"}


def test_what_must_hold_at_once_holds_before_anything_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []

    def hear(marks: object) -> int:
        heard.append(marks)
        return 0

    monkeypatch.setitem(traces.AT_ONCE, "here", hear)
    traces.begin(["ana-4711"])
    assert heard == [frozenset({"ana-4711"})]
