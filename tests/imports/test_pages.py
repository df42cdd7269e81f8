"""The Sources pages: files are looked at, previewed, brought in, undone; by those who may."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import duckdb
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from tests.imports.bringing import write
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role, User
from vivencia.listen import jobs, replacing, runs
from vivencia.listen.models import ImportRun, SavedMapping, State

pytestmark = pytest.mark.django_db
ROWS = b"customer,date,nps,note\nana,2026-01-01,9,fine\nbo,2026-01-02,12,bad\n"
LOG = b"event_id,customer_id,occurred_at,name\ne1,ana,2026-01-01,bought\ne2,bo,never,paid\n"


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(User.objects.create(email=f"{role}@example.com", role=role, language="en"))
    return client


@pytest.fixture
def analyst(home: Path) -> Iterator[Client]:
    """The background work of an import is done at once."""
    with patch.object(jobs, "execute_import", SimpleNamespace(enqueue=jobs.execute_import.func)):
        yield signed_in(Role.ANALYST)


def upload(client: Client, content: bytes = LOG, name: str = "events.csv", **more: str) -> ImportRun:
    answer = client.post(reverse("source-upload"), {"files": SimpleUploadedFile(name, content), **more})
    assert answer.status_code == 302
    return ImportRun.objects.get(pk=int(answer.headers["Location"].rstrip("/").rpartition("/")[2]))


def page(client: Client, run: ImportRun) -> str:
    return client.get(reverse("source", args=[run.pk])).content.decode()


def test_an_empty_page_says_how_to_fill_it(analyst: Client) -> None:
    assert "Nothing has come in yet" in analyst.get(reverse("sources")).content.decode()


def test_files_are_looked_at_and_nothing_is_stored_before_one_says_so(analyst: Client, home: Path) -> None:
    run = upload(analyst)
    assert (run.state, run.recognised, run.is_upload) == (State.STAGED, "events", True)
    shown = page(analyst, run)
    assert "Taken for: Events, one a row" in shown
    assert "Bought" in shown
    assert "events.csv, row 3, occurred_at “never”" in shown
    assert Path(run.path).is_relative_to(home)
    assert open_ledger().read().horizon is None


def test_an_import_is_brought_in_its_upload_forgotten_and_undone(analyst: Client) -> None:
    run = upload(analyst)
    analyst.post(reverse("source-start", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, run.read, run.accepted, run.rejected) == (State.DONE, 2, 1, 1)
    assert not Path(run.path).exists()
    shown = page(analyst, run)
    assert "What now?" in shown
    assert "<q>never</q>" in shown and "not a date in the form this column has" in shown
    rejects = b"".join(analyst.get(reverse("source-rejects", args=[run.pk])).streaming_content)  # type: ignore[attr-defined]
    assert b"events.csv,3,occurred_at,never" in rejects
    analyst.post(reverse("source-undo", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == State.UNDONE
    assert open_ledger().read().horizon is None


def test_the_mapping_is_edited_as_a_form_with_a_live_preview(analyst: Client) -> None:
    run = upload(analyst, ROWS, "answers.csv")
    assert run.recognised == "proposal"
    form = {"e0.name": "=", "e0.name.fixed": "survey answered", "e0.when": "date", "e0.customer": "customer",
            "e0.metric": "=", "e0.metric.fixed": "nps", "e0.score": "nps", "e0.text": "note",
            "d.zone": "Europe/Madrid"}  # fmt: skip
    shown = analyst.post(reverse("source-preview", args=[run.pk]), form).content.decode()
    assert "Answered a survey" in shown
    assert "NPS 9/10" in shown
    assert "outside the scale of the question" in shown
    run.refresh_from_db()
    assert "Europe/Madrid" not in run.mapping
    analyst.post(reverse("source-mapping", args=[run.pk]), {**form, "then": "start", "save_as": "Our survey"})
    run.refresh_from_db()
    assert (run.state, run.accepted, run.rejected) == (State.DONE, 1, 1)
    assert 'zone = "Europe/Madrid"' in SavedMapping.objects.get(name="Our survey").mapping
    again = upload(analyst, ROWS, "answers.csv")
    analyst.post(reverse("source-preset", args=[again.pk]), {"preset": "saved:Our survey"})
    again.refresh_from_db()
    assert again.recognised == "mapping"


def test_a_score_of_which_nobody_knows_the_question_is_shown_readably_and_questioned(analyst: Client) -> None:
    run = upload(analyst, ROWS, "answers.csv")
    form = {"e0.when": "date", "e0.customer": "customer", "e0.score": "nps", "e0.metric": "", "e0.scale_max": ""}
    shown = analyst.post(reverse("source-preview", args=[run.pk]), form).content.decode()
    assert "<strong>Score 9</strong>" in shown and "NONE" not in shown
    assert "No metric counts a score" in shown
    more = {**form, "e0.scale_max": "=", "e0.scale_max.fixed": "20"}
    assert (
        "<strong>Score 12/20</strong>" in analyst.post(reverse("source-preview", args=[run.pk]), more).content.decode()
    )


def test_stored_names_are_shown_and_taken_in_the_readers_language(analyst: Client) -> None:
    run = upload(analyst, b"customer,date\nana,2026-01-01\n", "bought.csv")
    User.objects.update(language="es")
    fixed = {"e0.name": "=", "e0.name.fixed": "order delivered", "e0.touchpoint": "=", "e0.touchpoint.fixed": "Entrega"}
    form = {**fixed, "e0.when": "date", "e0.customer": "customer"}
    shown = analyst.post(reverse("source-preview", args=[run.pk]), form).content.decode()
    assert "Pedido entregado" in shown and "entrega</span>" in shown
    analyst.post(reverse("source-mapping", args=[run.pk]), {**form, "then": "keep"})
    run.refresh_from_db()
    assert 'name = "order delivered"' in run.mapping and 'touchpoint = "delivery"' in run.mapping
    assert 'value="Pedido entregado"' in page(analyst, run)
    analyst.post(
        reverse("source-mapping", args=[run.pk]), {**form, "e0.name.fixed": "Pedido entregado", "then": "keep"}
    )
    run.refresh_from_db()
    assert 'name = "order delivered"' in run.mapping


def test_a_mapping_without_a_time_does_not_start_and_says_so(analyst: Client) -> None:
    run = upload(analyst, b"customer,plan\nana,gold\nbo,silver\n", "people.csv")
    assert "a column that says when it happened" in page(analyst, run)
    answer = analyst.post(reverse("source-start", args=[run.pk]), follow=True).content.decode()
    assert "Choose which column says when it happened." in answer
    run.refresh_from_db()
    assert run.state == State.STAGED


def test_a_wrong_text_of_the_mapping_is_explained_and_not_kept(analyst: Client) -> None:
    run = upload(analyst)
    answer = analyst.post(reverse("source-mapping", args=[run.pk]), {"toml": 'sauce = "x"'}, follow=True)
    assert "“sauce” is not known here" in answer.content.decode()
    before = run.mapping
    run.refresh_from_db()
    assert run.mapping == before


def test_a_corrected_file_takes_the_place_of_an_import(analyst: Client) -> None:
    first = upload(analyst)
    analyst.post(reverse("source-start", args=[first.pk]))
    second = upload(analyst, LOG.replace(b"never", b"2026-01-03"), replace=str(first.pk))
    analyst.post(reverse("source-start", args=[second.pk]))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.accepted) == (State.UNDONE, State.DONE, 2)
    assert "has been replaced by" in page(analyst, first)


CORRECTED = {"e0.name": "=", "e0.name.fixed": "spoke with us", "e0.metric": "=", "e0.metric.fixed": "ces",
             "e0.score": "nps", "e0.scale_min": "=", "e0.scale_min.fixed": "0", "e0.scale_max": "=",
             "e0.scale_max.fixed": "10", "d.zone": "Europe/Madrid"}  # fmt: skip


def test_what_replaces_an_import_begins_with_the_mapping_that_was_corrected_for_it(analyst: Client) -> None:
    first = upload(analyst, ROWS, "answers.csv")
    analyst.post(reverse("source-mapping", args=[first.pk]), {**CORRECTED, "then": "start"})
    second = upload(analyst, ROWS.replace(b"12", b"2"), "answers (corrected).csv", replace=str(first.pk))
    shown = page(analyst, second)
    assert "begins with the mapping “answers.csv” was read with" in shown
    assert "Spoke with us" in shown and "CES 2/10" in shown
    analyst.post(reverse("source-preset", args=[second.pk]), {"preset": "proposal"})
    assert "Spoke with us" not in page(analyst, second)
    analyst.post(reverse("source-preset", args=[second.pk]), {"preset": "as-before"})
    analyst.post(reverse("source-start", args=[second.pk]))
    second.refresh_from_db()
    assert (second.state, second.accepted, second.rejected) == (State.DONE, 2, 0)
    assert 'zone = "Europe/Madrid"' in second.mapping


def test_what_lacks_the_columns_of_the_import_it_replaces_is_read_anew_and_says_so(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = upload(analyst, ROWS, "answers.csv")
    analyst.post(reverse("source-mapping", args=[first.pk]), {**CORRECTED, "then": "start"})
    second = upload(analyst, ROWS.replace(b"nps", b"marks"), "answers.csv", replace=str(first.pk))
    monkeypatch.setattr(replacing, "recognise", lambda looks: pytest.fail("looking at the page reads whole files"))
    shown = page(analyst, second)
    assert "can no longer be read as “answers.csv” was: answers.csv: the column “nps” is missing" in shown
    assert "Spoke with us" not in shown


def test_an_address_that_replaces_nothing_known_is_an_ordinary_import(analyst: Client) -> None:
    assert analyst.get(reverse("source-new"), {"replace": "last"}).status_code == 200
    assert upload(analyst, replace="last").replaces is None


def test_names_of_uploads_stay_in_their_folder(analyst: Client, home: Path) -> None:
    run = upload(analyst, LOG, "..%2f..\\..\\evil;name.csv")
    assert Path(run.path).parent == runs.folder_of(run) / "input"
    assert sorted(file.name for file in home.rglob("*evil*")) == [Path(run.path).name]


def test_uploads_larger_than_allowed_and_broken_ones_leave_nothing_behind(analyst: Client, home: Path) -> None:
    with override_settings(UPLOAD_MAX_BYTES=20):
        files = {"files": SimpleUploadedFile("big.csv", LOG)}
        answer = analyst.post(reverse("source-upload"), files, follow=True).content.decode()
    assert "larger than" in answer
    binary = {"files": SimpleUploadedFile("f.csv", b"PK\0\0" * 100)}
    assert "this is not text" in analyst.post(reverse("source-upload"), binary, follow=True).content.decode()
    assert not ImportRun.objects.exists()
    assert not list((home / "imports").glob("*/input/*"))


def test_what_is_being_prepared_can_be_thrown_away(analyst: Client) -> None:
    run = upload(analyst)
    analyst.post(reverse("source-discard", args=[run.pk]))
    assert not ImportRun.objects.exists()
    assert not runs.folder_of(run).exists()


def test_progress_is_polled_until_the_import_is_done(analyst: Client) -> None:
    run = upload(analyst)
    ImportRun.objects.filter(pk=run.pk).update(state=State.RUNNING, stage="reading", share=0.5)
    shown = analyst.get(reverse("source-progress", args=[run.pk])).content.decode()
    assert 'hx-trigger="every 1s"' in shown
    assert 'value="50"' in shown
    ImportRun.objects.filter(pk=run.pk).update(state=State.DONE)
    assert analyst.get(reverse("source-progress", args=[run.pk])).headers["HX-Refresh"] == "true"


def test_an_interrupted_import_is_shown_and_finished(analyst: Client) -> None:
    run = upload(analyst)
    ImportRun.objects.filter(pk=run.pk).update(state=State.RUNNING, stage="reading", share=0.5)
    assert "Finish it" in page(analyst, run)
    analyst.post(reverse("source-start", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, run.accepted) == (State.DONE, 1)


def test_only_administrators_name_folders_on_the_server(analyst: Client, tmp_path: Path) -> None:
    file = write(tmp_path, "events.csv", *LOG.decode().splitlines())
    assert analyst.post(reverse("source-folder"), {"path": str(file)}).status_code == 403
    assert signed_in(Role.ADMINISTRATOR).post(reverse("source-folder"), {"path": str(file)}).status_code == 302
    assert ImportRun.objects.get().is_upload is False


@pytest.mark.parametrize("role", [Role.AGENT, Role.EXECUTIVE, Role.VIEWER])
def test_the_wrong_role_neither_sees_nor_sends(home: Path, role: Role) -> None:
    client = signed_in(role)
    assert client.get(reverse("sources")).status_code == 403
    assert client.post(reverse("source-upload"), {"files": SimpleUploadedFile("a.csv", LOG)}).status_code == 403
    assert not (home / "imports").exists()


def test_a_form_of_another_site_is_refused(home: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create(email="a@example.com", role=Role.ANALYST))
    assert client.post(reverse("source-upload"), {"files": SimpleUploadedFile("a.csv", LOG)}).status_code == 403
    assert not ImportRun.objects.exists()
    assert not list((home / "imports").glob("*"))


def test_a_name_longer_than_a_file_system_takes_is_shortened_and_keeps_its_ending(analyst: Client) -> None:
    run = upload(analyst, LOG, "ñ" * 190 + ".csv")
    assert Path(run.path).exists()
    assert run.path.endswith(".csv")
    assert len(Path(run.path).name.encode()) <= 255


def test_what_an_engine_says_in_its_own_words_reaches_the_log_and_nobody_else(
    analyst: Client, caplog: pytest.LogCaptureFixture
) -> None:
    run = upload(analyst)
    with patch("vivencia.listen.imports.preview.preview", side_effect=duckdb.Error("Binder Error: no such thing")):
        shown = page(analyst, run)
    assert "Binder Error" not in shown
    assert "cannot be read in this way" in shown
    assert "Binder Error" in caplog.text


def test_the_result_says_how_many_events_of_erased_people_were_refused(analyst: Client) -> None:
    open_ledger().erase(["ana"], datetime(2026, 6, 1, tzinfo=UTC))
    run = upload(analyst, LOG.replace(b"never", b"2026-01-02"))
    analyst.post(reverse("source-start", args=[run.pk]))
    assert "Refused: of erased people" in page(analyst, run)


ORDERS = (
    b"order,client,bought,came,due,total\no1,ana,2026-01-01,2026-01-04,2026-01-03,10\no2,bo,2026-01-02,,2026-01-05,5\n"
)
MARKS = b"order,stars,said\no1,2,Late again\no2,5,Fine\n"


def test_everything_a_mapping_says_is_said_in_the_form(analyst: Client) -> None:
    files = [SimpleUploadedFile("orders.csv", ORDERS), SimpleUploadedFile("marks.csv", MARKS)]
    answer = analyst.post(reverse("source-upload"), {"files": files})
    run = ImportRun.objects.get()
    address = reverse("source-mapping", args=[run.pk])
    run.mapping = 'source="s"\n[tables.orders]\nfile="orders.csv"\n[tables.marks]\nfile="marks.csv"\n[[events]]\n'
    run.mapping += 'table="orders"\nname="bought"\nwhen="bought"\n'
    run.save()
    for then in ("add-e", "add-e", "add-j", "add-c", "add-a", "remove-a0"):
        answer = analyst.post(address, {"then": then})
        assert answer.status_code == 302, then
    assert "open=mapping" in answer.headers["Location"]
    begun = page(analyst, run)
    assert "Choose which column says when it happened." in begun
    assert "From the first" in begun  # what is complete is shown all the same
    form = {
        "e0.customer": "client", "e0.subject": "order", "e0.amount": "total", "e0.promise": "=",
        "e0.promise.fixed": "delivery", "e0.promised_at": "due", "e0.more": "chosen", "e0.columns": ["came"],
        "e1.name": "=", "e1.name.fixed": "delivered", "e1.when": "came", "e1.optional": "1", "e1.customer": "client",
        "e1.subject": "order", "e1.promise": "=", "e1.promise.fixed": "delivery",
        "e2.table": "marks", "e2.name": "=", "e2.name.fixed": "answered", "e2.when": "bought", "e2.customer": "client",
        "e2.optional": "", "e2.metric": "=", "e2.metric.fixed": "csat", "e2.score": "stars", "e2.scale_max": "=",
        "e2.scale_max.fixed": "5", "e2.text": "said", "e2.if": "said", "e2.if.how": "filled",
        "j0.to": "marks", "j0.from": "orders", "c0.id": "client", "c0.more": "chosen",
    }  # fmt: skip
    analyst.post(address, {**form, "then": "keep"})
    joined = {"j0.to": "marks", "j0.from": "orders", "j0.column": "order", "j0.other": "order",
              "j0.take.client": "first", "j0.take.bought": "first", "j0.take.total": ""}  # fmt: skip
    shown = analyst.post(reverse("source-preview", args=[run.pk]), {**form, **joined}).content.decode()
    assert "CSAT 2/5" in shown
    assert "delivery promised for" in shown
    analyst.post(address, {**form, **joined, "then": "start"})
    run.refresh_from_db()
    assert (run.state, run.accepted, run.rejected, run.customers) == (State.DONE, 5, 0, 2)


def test_the_last_thing_a_mapping_says_cannot_be_removed(analyst: Client) -> None:
    run = upload(analyst, ROWS, "answers.csv")
    answer = analyst.post(reverse("source-mapping", args=[run.pk]), {"then": "remove-e0"}, follow=True)
    assert "A mapping needs at least one event" in answer.content.decode()


def test_tables_that_would_learn_from_each_other_are_refused(analyst: Client) -> None:
    run = upload(analyst, LOG)
    toml = 'source="s"\n[tables.a]\nfile="events.csv"\n[[joins]]\nto="a"\nfrom="a"\non={name="name"}\ntake={x="name"}\n'
    toml += '[[events]]\ntable="a"\nname="x"\nwhen="occurred_at"\n'
    analyst.post(reverse("source-mapping", args=[run.pk]), {"toml": toml})
    assert "would learn from itself" in page(analyst, run)
