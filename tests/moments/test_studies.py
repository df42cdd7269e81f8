"""From a real ledger to moments: the whole chain, remembered, on the command line and on the pages."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import translation

from tests.moments.company import BEGINNING, DAY, event, table, written
from vivencia.foundation import audit, traces
from vivencia.foundation.erasure import erase
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act, Role, User
from vivencia.foundation.organisation import organisation
from vivencia.measure.metrics.periods import midnight
from vivencia.moments import sides, studies
from vivencia.moments.chain import Studied
from vivencia.moments.chain import study as run_chain
from vivencia.moments.commands import moments
from vivencia.moments.effects.planted import Planted, World, plant
from vivencia.moments.findings import Findings, Range, from_json, to_json
from vivencia.moments.lived import micros, take
from vivencia.moments.models import MomentSides, MomentStudy, MomentWitness, State
from vivencia.moments.outcomes import OUTCOMES
from vivencia.moments.wording import Words
from vivencia.understand.models import Segment

pytestmark = pytest.mark.django_db

STRONG = {"delivery failed": -2.6, "unboxing happened": 2.2}
PAIN = "delivery · failed"


@pytest.fixture(scope="module")
def planted() -> Planted:
    """Two strong truths among twenty-four candidates, and half of everybody answering whatever they felt."""
    world = World(effects=STRONG, answer_share=0.6, answering="at_random")
    return plant(1500, world, seed=4)


@pytest.fixture(scope="module")
def filled(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with these customers in its ledger, made once."""
    folder = tmp_path_factory.mktemp("company")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIVENCIA_HOME", str(folder))
        events, customers = written(planted)
        ledger = open_ledger()
        ledger.append(events)
        ledger.put_customers(customers)
        yield folder


@pytest.fixture(scope="module")
def ran(filled: Path) -> Studied:
    """The chain, run once."""
    read = open_ledger().read()
    assert read.horizon is not None
    lived = take(read, read.horizon)
    return run_chain(lived, OUTCOMES["nps"], version=read.version, say=lambda stage, share: None)


@pytest.fixture
def study(ran: Studied) -> MomentStudy:
    """The study as the job leaves it."""
    read = open_ledger().read()
    row = MomentStudy.objects.create(
        outcome="nps",
        ledger_version=read.version,
        product_version=studies.PRODUCT,
        events=studies.events_in(read),
        state=State.DONE,
        progress=1.0,
        result=to_json(ran.findings),
    )
    told = ran.evidence.with_columns(pl.col("subject_kind", "subject_id").fill_null(""))
    MomentWitness.objects.bulk_create(MomentWitness(study=row, **person) for person in told.iter_rows(named=True))
    MomentSides.objects.create(study=row, packed=sides.packed(ran.sides))
    return row


@pytest.fixture
def findings(study: MomentStudy) -> Findings:
    told = studies.findings_of(study)
    assert told is not None
    return told


@pytest.fixture
def signed_in() -> Callable[[str], Client]:
    def enter(role: str) -> Client:
        client = Client()
        client.force_login(User.objects.create_user(f"{role}@example.org", "correct-horse-battery-7", role=role))
        return client

    return enter


def test_the_planted_pain_and_gain_are_found_with_intervals_that_hold_the_truth(
    findings: Findings, planted: Planted
) -> None:
    assert {moment.key for moment in findings.proven()} == {PAIN, "unboxing · happened"}
    for moment in findings.proven():
        truth = planted.ate[moment.key.replace(" · ", " ")]
        assert moment.low is not None
        assert moment.high is not None
        assert moment.low <= truth <= moment.high


def test_a_study_is_remembered_until_the_ledger_changes(study: MomentStudy) -> None:
    assert studies.at_once(studies.Question("nps")).pk == study.pk


def test_a_period_has_both_its_days_on_the_company_s_clock(home: Path) -> None:
    day = date(2026, 3, 1)
    period = studies.Question("nps", since=day, until=day).period
    begins = micros(midnight(day, organisation().time_zone))
    assert (period.since, period.until) == (begins, begins + 86_400_000_000)


def test_a_study_of_a_saved_segment_is_forgotten_once_the_segment_changes(filled: Path) -> None:
    saved = Segment.objects.create(name="Ours")
    question = studies.Question("nps", f"{studies.SAVED}{saved.pk}")
    MomentStudy.objects.create(outcome="nps", segment=question.segment, ledger_version="e1", state=State.DONE)
    assert studies.latest(question) is not None
    saved.save()
    assert studies.latest(question) is None


def test_a_study_from_before_an_import_was_undone_is_not_shown_as_if_it_still_held(filled: Path) -> None:
    question = studies.Question("csat")
    MomentStudy.objects.create(outcome="csat", ledger_version="e1", state=State.DONE)
    assert studies.latest(question) is not None
    audit.record(Act.IMPORT_UNDONE, by=None, run=1, rows=9)
    assert studies.latest(question) is None
    here = MomentStudy.objects.create(outcome="csat", ledger_version=open_ledger().read().version, state=State.DONE)
    assert studies.latest(question) == here


def test_a_job_leaves_the_same_as_the_chain_and_its_evidence(ran: Studied) -> None:
    row = studies.at_once(studies.Question("nps"))
    told = studies.findings_of(row)
    assert told is not None
    assert [moment.key for moment in told.proven()] == [moment.key for moment in ran.findings.proven()]
    assert row.witnesses.count() == len(ran.evidence)
    again = studies.at_once(studies.Question("nps"), anew=True)
    assert again.pk != row.pk
    assert not row.witnesses.exists()  # the newer study's have taken their place


def test_running_a_job_twice_changes_nothing(study: MomentStudy) -> None:
    study.refresh_from_db()
    before = study.result
    studies.run(study.pk)
    study.refresh_from_db()
    assert study.result == before
    assert study.state == State.DONE


def test_findings_survive_being_written_down(findings: Findings) -> None:
    assert from_json(json.loads(json.dumps(to_json(findings)))) == findings


def test_a_study_names_nobody_and_its_witnesses_stand_apart(study: MomentStudy) -> None:
    assert '"c1"' not in json.dumps(study.result)
    assert {row.key for row in study.witnesses.all()} == {PAIN, "unboxing · happened"}
    pain = [row.outcome for row in studies.witnesses_of(study, PAIN)]
    assert pain == sorted(pain, key=lambda score: (score is None, score))  # the worst first


def test_a_segment_without_answers_says_so(filled: Path) -> None:
    told = studies.at_once(studies.Question("nps", segment="nobody"))
    assert told.state == State.EMPTY
    assert told.reason == "nothing_lived"


def test_the_command_gives_the_documented_keys_and_only_proven_moments(study: MomentStudy) -> None:
    told = CliRunner().invoke(moments, ["--outcome", "nps", "--json"])
    rows = json.loads(told.stdout)
    assert told.exit_code == 0
    assert {(row["touchpoint"], row["condition"], row["kind"]) for row in rows} == {
        ("delivery", "failed", "pain"),
        ("unboxing", "happened", "gain"),
    }
    wanted = "touchpoint condition kind effect low high q_value n_exposed n value_at_stake robustness"
    assert " ".join(list(rows[0])[:11]) == wanted


def test_every_candidate_is_told_on_request(study: MomentStudy) -> None:
    rows = json.loads(CliRunner().invoke(moments, ["--outcome", "nps", "--all", "--json"]).stdout)
    assert len(rows) >= 24


def test_a_segment_is_asked_for_by_the_name_it_was_saved_under(filled: Path) -> None:
    saved = Segment.objects.create(name="Long with us")
    assert studies.segment_named("long with us") == f"{studies.SAVED}{saved.pk}"
    assert studies.segment_named("Segment 1") == "segment 1"
    told = CliRunner().invoke(moments, ["--outcome", "nps", "--segment", "moon"])
    assert told.exit_code == 2
    assert "Long with us" in told.output


def test_what_is_at_stake_is_told_in_money_or_purchases_where_a_moment_moves_them(findings: Findings) -> None:
    assert findings.stake_unit in ("money", "customers", "points")
    for moment in findings.proven():
        assert moment.repurchases is not None
        assert moment.repurchases.low <= moment.repurchases.effect <= moment.repurchases.high
    pain = findings.proven("pain")[0]
    assert pain.repurchases is not None
    assert pain.repurchases.effect < 0
    assert findings.by_stake()[0].stake_rank == 1


@pytest.mark.parametrize(("low", "said"), [(-40.0, "no effect on buying again is proven"), (40.0, "perhaps who buys")])
def test_what_shows_alone_but_may_be_chance_among_many_is_not_called_nothing(
    low: float, said: str, findings: Findings
) -> None:
    pain = findings.proven("pain")[0]
    assert pain.repurchases is not None
    unproven = replace(pain.repurchases, q_value=0.5, a_year=Range(90.0, low, 140.0))
    told = Words(findings, "EUR").stakes(replace(pain, repurchases=unproven, money=None))
    assert [words for words in told if words.startswith(said)]


def test_an_unknown_outcome_is_refused_with_the_allowed_ones(filled: Path) -> None:
    told = CliRunner().invoke(moments, ["--outcome", "joy"])
    assert told.exit_code == 2
    assert "repurchase" in told.output


def test_sentences_are_whole_in_both_languages(findings: Findings) -> None:
    words = Words(findings, "EUR")
    moment = findings.proven("pain")[0]
    with translation.override("en"):
        assert words.sentence(moment).startswith("“delivery” goes wrong. It costs ")
    with translation.override("es"):
        said = words.sentence(moment)
        assert "sale mal. Cuesta " in said
        assert "," in said  # decimals as Spanish writes them


def test_links_to_people_say_whether_they_are_all_and_whether_cases_are_counted(findings: Findings) -> None:
    moment = replace(findings.proven("pain")[0], n=50, n_exposed=20)
    said = {
        (by, drawn): Words(replace(findings, by=by, drawn_from=drawn), "EUR").sides(moment)
        for by in ("customer", "case")
        for drawn in (None, 900_000)
    }
    assert said["customer", None] == ("All 20 who lived it, with their words", "the 30 they are compared with")
    assert said["customer", 900_000][0] == "The 20 of those drawn by lot who lived it, with their words"
    assert said["case", None] == (
        "All 20 cases in which it was lived, with their words",
        "the 30 cases they are compared with",
    )
    assert said["case", 900_000][0] == "The 20 cases in which customers drawn by lot lived it, with their words"
    with translation.override("es"):
        words = Words(replace(findings, by="case", drawn_from=900_000), "EUR").sides(moment)
    assert words[0] == "Los 20 casos en que lo vivieron clientes elegidos al azar, con sus palabras"


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_role_reads_moments(role: str, study: MomentStudy, signed_in: Callable[[str], Client]) -> None:
    page = signed_in(role).get("/moments/?outcome=nps")
    assert page.status_code == 200
    assert "“delivery” goes wrong." in page.content.decode()


@pytest.mark.parametrize(("role", "sees"), [("viewer", False), ("agent", True), ("analyst", True)])
def test_people_are_shown_to_who_may_see_them(
    role: str, sees: bool, study: MomentStudy, signed_in: Callable[[str], Client]
) -> None:
    page = signed_in(role).get(f"/moments/nps/{PAIN}")
    assert page.status_code == 200
    assert ("Who lived it, and what they said" in page.content.decode()) == sees


def test_a_moment_opens_exactly_those_who_lived_it_and_those_they_are_compared_with(
    study: MomentStudy, findings: Findings, signed_in: Callable[[str], Client]
) -> None:
    pain = findings.moment(PAIN)
    assert pain is not None
    client = signed_in("analyst")
    page = client.get(f"/moments/nps/{PAIN}").content.decode()
    for side, cases in (("lived", pain.n_exposed), ("others", pain.n - pain.n_exposed)):
        told = client.get(f"/moments/people/nps/{PAIN}?side={side}&order=lowest").content.decode()
        assert f"{cases:,} customers" in told
        assert f"{cases:,} " in page
        assert told.count('href="/customers/one/c') == 25
    assert "No rows here" in client.get(f"/moments/people/nps/{PAIN}?words=on").content.decode()  # nobody wrote
    assert signed_in("viewer").get(f"/moments/people/nps/{PAIN}").status_code == 403


def test_an_erased_person_is_on_neither_side(study: MomentStudy) -> None:
    side = studies.side_of(study, PAIN, lived=True)
    assert side is not None
    gone = side["customer_id"][0]
    assert traces.wipe([gone]) >= 1
    left = [studies.side_of(study, PAIN, lived=lived) for lived in (True, False)]
    assert all(one is not None and gone not in one["customer_id"].to_list() for one in left)


@pytest.mark.parametrize("moment", ["while it is computed", "as it is kept"])
def test_who_is_erased_during_a_study_is_not_kept_by_it(
    moment: str, ran: Studied, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, back = ran.evidence["customer_id"].unique().sort()[:2]
    ledger = open_ledger()
    ledger.append(table([event(one, BEGINNING, "bought") for one in (gone, back)]))
    ledger.erase([back], BEGINNING + DAY)  # long before, and here again since
    ledger.append(table([event(back, BEGINNING + 2 * DAY, "bought", event_id="since")]))
    keep = studies._keep_people

    def computed(*_asked: object, **_more: object) -> Studied:
        if moment == "while it is computed":
            erase(gone)
        return ran

    def kept(row: MomentStudy, made: Studied) -> None:
        keep(row, made)
        if moment == "as it is kept":
            ledger.erase([gone], BEGINNING + 3 * DAY)  # the database was wiped when nothing was there to be seen

    monkeypatch.setattr(studies, "run_chain", computed)
    monkeypatch.setattr(studies, "_keep_people", kept)
    row = studies.at_once(studies.Question("nps"))
    held = sides.unpacked(bytes(MomentSides.objects.get(study=row).packed))
    assert set(ran.sides["customer_id"]) - set(held["customer_id"]) == {gone}
    shown = set(row.witnesses.values_list("customer_id", flat=True))
    assert set(ran.evidence["customer_id"]) - shown == {gone}


def test_only_who_analyses_may_study_again(study: MomentStudy, signed_in: Callable[[str], Client]) -> None:
    assert signed_in("viewer").post("/moments/run/", {"outcome": "nps"}).status_code == 403
    assert signed_in("analyst").post("/moments/run/", {"outcome": "nps"}).status_code == 302


def test_opening_the_page_starts_the_study_once(filled: Path, signed_in: Callable[[str], Client]) -> None:
    client = signed_in("viewer")
    for _visit in range(2):
        assert "Finding out which moments matter" in client.get("/moments/?outcome=ces").content.decode()
    assert MomentStudy.objects.filter(outcome="ces", state=State.QUEUED).count() == 1


def test_a_filtered_question_is_studied_for_analysts_only(filled: Path, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("viewer").get("/moments/?outcome=nps&segment=segment+1").content.decode()
    assert "Nobody has studied this selection yet" in page
    assert not MomentStudy.objects.filter(segment="segment 1").exists()


def test_a_moment_that_is_gone_says_where_to_look(study: MomentStudy, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("viewer").get("/moments/nps/moon%20%C2%B7%20happened")
    assert page.status_code == 404
    assert "To the moments" in page.content.decode()


def test_the_overview_begins_with_the_strongest_pain(study: MomentStudy, signed_in: Callable[[str], Client]) -> None:
    page = signed_in("executive").get("/").content.decode()
    assert "What to mend first" in page
    assert page.index("“delivery” goes wrong.") < page.index("“unboxing”")


def test_without_data_pages_lead_to_data(home: Path, signed_in: Callable[[str], Client]) -> None:
    administrator = signed_in("administrator")
    assert "The demonstration company" in administrator.get("/").content.decode()
    assert "Nothing has been lived yet" in administrator.get("/moments/").content.decode()
    assert "somebody with the right to import" in signed_in("viewer").get("/").content.decode()


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    assert client.get("/moments/").status_code == 302
    assert client.get("/").status_code == 302


def test_outcomes_say_which_way_is_better() -> None:
    assert OUTCOMES["churn"].better == -1
