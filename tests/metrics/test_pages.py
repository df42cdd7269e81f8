"""The pages of metrics: what each role sees, with data and without, and what leaves the house."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.foundation.conftest import person, signed_in  # noqa: F401  # the cast
from tests.metrics.events import BEGIN, customers_table, events_table
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role
from vivencia.measure.commands import metric
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.models import Target

pytestmark = pytest.mark.django_db

Enter = Callable[..., Client]
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def told(home: Path) -> Path:
    """Twelve answers: six good ones on the web, six bad ones by phone, one of them dangerous to a spreadsheet."""
    rows: list[dict[str, Any]] = [
        {
            "metric": "csat",
            "score": 5.0 if number < 6 else 1.0,
            "scale_max": 5.0,
            "channel": "web" if number < 6 else "phone",
            "customer_id": f"c{number}",
            "name": "survey answered",
            "occurred_at": BEGIN,
            "text": FORMULA if number == 7 else None,
        }
        for number in range(12)
    ]
    ledger = open_ledger()
    ledger.append(events_table(*rows).to_pyarrow())
    ledger.put_customers(customers_table({"customer_id": "c7", "name": "Ada Lovelace"}).to_pyarrow())
    return home


def page(client: Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_an_empty_house_says_how_to_fill_it(home: Path, signed_in: Enter) -> None:  # noqa: F811
    assert "Nothing to measure yet" in page(signed_in(Role.ADMINISTRATOR), "/metrics/")
    assert "Bring data in" not in page(signed_in(Role.VIEWER), "/metrics/")


def test_a_metric_is_shown_with_its_interval_its_n_and_its_definition(told: Path, signed_in: Enter) -> None:  # noqa: F811
    shown = page(signed_in(Role.VIEWER), "/metrics/csat/")
    for part in ("50.00", "25.38 to 74.62", "n = 12", "Interval: Wilson, 95 %."):
        assert part in shown
    spanish = page(signed_in(Role.VIEWER), "/metrics/csat/?variant=mean", "es")
    for part in ("3,00", "de 5", "Puntuación media", "t de Student"):
        assert part in spanish


def test_figures_in_money_say_what_other_currencies_they_leave_out(home: Path, signed_in: Enter) -> None:  # noqa: F811
    paid = [
        {"customer_id": f"c{n}", "name": "paid", "occurred_at": BEGIN, "amount": 10.5, "currency": currency}
        for n, currency in enumerate(("EUR", "EUR", "EUR", "EUR", "EUR", "USD"))
    ]
    open_ledger().append(events_table(*paid).to_pyarrow())
    client = signed_in(Role.ANALYST)
    assert "1 importe en USD (10,50 en total)" in page(client, "/metrics/revenue_per_customer/", "es")
    assert "10.50 €" in page(client, "/metrics/revenue_per_customer/rows/")


def test_a_metric_without_data_says_what_would_feed_it(told: Path, signed_in: Enter) -> None:  # noqa: F811
    shown = page(signed_in(Role.ANALYST), "/metrics/nps/")
    assert "What would feed it" in shown
    assert "how likely are you to recommend us?" in shown


def test_the_catalogue_comes_at_once_and_its_cards_after_it(told: Path, signed_in: Enter) -> None:  # noqa: F811
    client = signed_in(Role.ANALYST)
    assert "/metrics/csat/card/" in page(client, "/metrics/")
    for name in METRICS:
        page(client, f"/metrics/{name}/card/")
    complete = page(client, "/metrics/")
    assert "/card/" not in complete
    assert "50.0" in complete
    assert "Not measured yet" in complete


def test_groups_are_placed_and_open_to_their_customers(told: Path, signed_in: Enter) -> None:  # noqa: F811
    client = signed_in(Role.ANALYST)
    groups = page(client, "/metrics/csat/part/groups/?dim=channel")
    assert groups.index("Web") < groups.index("Phone")
    assert "g.channel=phone" in groups
    rows = page(client, "/metrics/csat/rows/?g.channel=phone&words=on")
    assert "Ada Lovelace" in rows
    assert "1 row" in rows
    assert "/customers/one/c7" in rows


def test_what_is_known_only_of_people_who_are_not_counted_splits_nothing(told: Path, signed_in: Enter) -> None:  # noqa: F811
    people = [
        {"customer_id": f"silent-{place}-{n}", "traits": f'{{"city": "{place}"}}'}
        for place in ("Vigo", "Lugo")
        for n in "ab"
    ]
    open_ledger().put_customers(customers_table(*people).to_pyarrow())
    groups = page(signed_in(Role.ANALYST), "/metrics/csat/part/groups/?dim=trait:city")
    assert "known of nobody who is counted" in groups


def test_two_groups_are_told_apart(told: Path, signed_in: Enter) -> None:  # noqa: F811
    shown = page(signed_in(Role.VIEWER), "/metrics/csat/compare/?what=groups&dim=channel&a=web&b=phone")
    assert "is better than" in shown
    assert "+100.0" in shown


def test_what_leaves_the_house_is_never_a_formula(told: Path, signed_in: Enter) -> None:  # noqa: F811
    client = signed_in(Role.ANALYST)
    rows = client.get("/metrics/csat/export/rows.csv")
    assert f"'{FORMULA}" in rows.content.decode("utf-8-sig")
    book = zipfile.ZipFile(io.BytesIO(client.get("/metrics/csat/export/rows.xlsx").content))
    assert "<f>" not in "".join(book.read(name).decode() for name in book.namelist() if "sheet" in name)
    figures = zipfile.ZipFile(io.BytesIO(client.get("/metrics/csat/export/figures.xlsx").content))
    assert len([name for name in figures.namelist() if name.startswith("xl/worksheets/sheet")]) == 2


def test_each_role_sees_what_it_may(told: Path, signed_in: Enter) -> None:  # noqa: F811
    viewer = signed_in(Role.VIEWER)
    for address in ("rows/", "export/rows.csv", "target/"):
        assert viewer.get(f"/metrics/csat/{address}").status_code == 403
    assert viewer.get("/metrics/rules/").status_code == 403
    assert Client().get("/metrics/").status_code == 302
    assert signed_in(Role.AGENT).get("/metrics/csat/rows/").status_code == 200


def test_colleagues_answers_are_not_opened_one_by_one(told: Path, signed_in: Enter) -> None:  # noqa: F811
    client = signed_in(Role.ADMINISTRATOR)
    assert "not opened one by one" in page(client, "/metrics/enps/rows/")
    assert client.get("/metrics/enps/export/rows.csv").status_code == 403


def test_a_target_is_reached_missed_or_too_close_to_call(told: Path, signed_in: Enter) -> None:  # noqa: F811
    client = signed_in(Role.ANALYST)
    for value, said in ((20, "target reached"), (50, "too close to call"), (90, "target missed")):
        Target.objects.all().delete()
        given = {"variant": "top_2", "direction": "at_least", "value": value, "from_date": "2026-01-01"}
        assert client.post("/metrics/csat/target/", given).status_code == 302
        assert said in page(client, "/metrics/csat/")
    half = {**given, "dimension": "channel"}
    assert client.post("/metrics/csat/target/", half).status_code == 422


def test_rules_are_kept_and_stand_in_the_definition(told: Path, signed_in: Enter) -> None:  # noqa: F811
    client = signed_in(Role.ADMINISTRATOR)
    from vivencia.measure.metrics.rules import Rules
    from vivencia.measure.rule_pages import NUMBERS

    given = {name: getattr(Rules(), name) for name in NUMBERS}
    assert client.post("/metrics/rules/", {**given, "inactivity_days": 77}).status_code == 302
    figure = CliRunner().invoke(metric, ["churn", "--json"])
    assert "77 days" in figure.stdout
    assert client.post("/metrics/rules/", {**given, "business_opens": 20}).status_code == 422


@pytest.mark.parametrize(
    "address", ["nothing/", "csat/?variant=nothing", "csat/?dim=period:year", "csat/part/nothing/"]
)
def test_what_does_not_exist_is_not_found(told: Path, signed_in: Enter, address: str) -> None:  # noqa: F811
    assert signed_in(Role.ANALYST).get(f"/metrics/{address}").status_code == 404


def test_the_command_gives_figures_and_names_what_is_allowed(told: Path) -> None:
    run = CliRunner()
    grouped = run.invoke(metric, ["csat", "--by", "channel", "--variant", "mean", "--json"])
    assert grouped.exit_code == 0
    assert '"group": {"channel": "phone"}, "value": 1.0' in grouped.stdout
    for arguments, said in (
        (["satisfied"], "allowed: nps, csat"),
        (["csat", "--variant", "median"], "allowed: top_2"),
        (["csat", "--by", "colour"], "allowed: period:"),
        (["csat", "--segment", "gold"], "there is no segment 'gold'"),
        (["csat", "--since", "soon"], "is not a date like"),
        ([], "name a metric"),
    ):
        wrong = run.invoke(metric, arguments)
        assert wrong.exit_code == 2
        assert said in wrong.output
    assert run.invoke(metric, ["--list", "--json"]).stdout.startswith("[")


def test_every_metric_and_variant_is_documented() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "metrics.md").read_text()
    for name, one in METRICS.items():
        assert f"| `{name}` |" in guide
        for variant in one.variants:
            assert f"`{variant.name}`" in guide, f"{name} {variant.name}"
        for weight in one.counterweights:
            assert weight in METRICS
