"""The pages of customers, tried by every role, full and empty, in both languages."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.customers import shop
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import AuditEntry, Role
from vivencia.foundation.rights import RIGHTS, Right
from vivencia.understand.models import Segment

Enter = Callable[..., Client]
pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str, **asked: str) -> str:
    """What a person reads on the page: no tags, single spaces."""
    answer = client.get(address, asked)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.mark.usefixtures("at_the_shop")
@pytest.mark.parametrize("role", Role.values)
def test_who_may_not_see_customers_sees_none_of_their_pages(browser: Enter, role: str) -> None:
    client = browser(role)
    wanted = {
        reverse("customers"): Right.SEE_CUSTOMERS,
        reverse("customer", args=["ana"]): Right.SEE_CUSTOMERS,
        reverse("customer-timeline", args=["ana"]): Right.SEE_CUSTOMERS,
        reverse("segments"): Right.ANALYSE,
        reverse("segment-new"): Right.ANALYSE,
        reverse("segment-row"): Right.ANALYSE,
        reverse("customer-erase", args=["ana"]): Right.ADMINISTER,
    }
    for address, right in wanted.items():
        assert client.get(address).status_code == (200 if right in RIGHTS[role] else 403), f"{role} at {address}"


@pytest.mark.usefixtures("at_the_shop")
def test_the_list_shows_who_waits_for_what(browser: Enter) -> None:
    page = text_of(browser(Role.AGENT), reverse("customers"))

    assert "5 customers" in page
    assert re.search(r"Bruno Ríos .{0,120}1 overdue promise", page)
    assert re.search(r"Ana Muñoz .{0,120}bad answer", page)
    assert "Segments" not in page, "an agent cannot make segments"


@pytest.mark.usefixtures("at_the_shop")
def test_searching_swaps_only_the_list(browser: Enter) -> None:
    answer = browser(Role.AGENT).get(reverse("customers"), {"q": "A2"}, headers={"HX-Request": "true"})

    part = answer.content.decode()
    assert "Ana Muñoz" in part
    assert "Bruno" not in part
    assert "<html" not in part


@pytest.mark.usefixtures("at_the_shop")
def test_a_search_without_result_says_what_to_do(browser: Enter) -> None:
    assert "Try fewer words" in text_of(browser(Role.AGENT), reverse("customers"), q="nobody at all")


@pytest.mark.usefixtures("at_the_shop")
def test_a_page_beyond_the_last_is_the_first(browser: Enter) -> None:
    client = browser(Role.AGENT)

    assert "Ana Muñoz" in text_of(client, reverse("customers"), page="99")
    assert "Ana Muñoz" in text_of(client, reverse("customers"), page="minus one", saved="x", sort="?")


@pytest.mark.usefixtures("at_the_shop")
def test_one_page_tells_a_persons_whole_story(browser: Enter) -> None:
    page = text_of(browser(Role.AGENT), reverse("customer", args=["ana"]))

    for said in (
        "Ana Muñoz",
        "Delivery (order A2): 3 days late",
        "Satisfaction: 2 of 5",
        "Came three days late.",
        "Order delivered, 3 days late",
        "Order delivered, 1 day early",
        "promised for 10 May 2026",
        "80.00 €",
        "Signed in to the app with the same e-mail address",
    ):
        assert said in page, said
    assert "Erase" not in page, "an agent cannot erase"
    for code in ("csat", "{", "None", "subject", "broken_promise"):
        assert code not in page.split("Their situation today")[1], code


@pytest.mark.usefixtures("at_the_shop")
def test_the_same_story_in_spanish(browser: Enter) -> None:
    page = text_of(browser(Role.AGENT, "es"), reverse("customer", args=["ana"]))

    assert "Pedido entregado, 3 días tarde" in page
    assert "Satisfacción: 2 de 5" in page
    assert "80,00 €" in page
    assert "prometido para el 10 de mayo de 2026" in page


@pytest.mark.usefixtures("at_the_shop")
def test_any_id_opens_the_person(browser: Enter) -> None:
    assert "Ana Muñoz" in text_of(browser(Role.AGENT), reverse("customer", args=["app-7"]))


@pytest.mark.usefixtures("at_the_shop")
def test_each_situation_says_why(browser: Enter) -> None:
    client = browser(Role.AGENT)

    assert "Promised on 20 May 2026 for 25 May 2026" in text_of(client, reverse("customer", args=["bruno"]))
    assert "usually come back after about 10 days" in text_of(client, reverse("customer", args=["carla"]))
    eva = text_of(client, reverse("customer", args=["eva"]))
    assert "Asked for help; not solved yet" in eva
    assert "due on 2 June 2026" in eva
    assert "Nothing lived yet" in text_of(client, reverse("customer", args=["dario"]))


@pytest.mark.usefixtures("at_the_shop")
def test_nobodys_page_is_not_found(browser: Enter) -> None:
    assert browser(Role.AGENT).get(reverse("customer", args=["nobody/at/all"])).status_code == 404


@pytest.mark.usefixtures("at_the_shop")
def test_the_timeline_shows_one_kind_on_demand(browser: Enter) -> None:
    contacts = text_of(browser(Role.AGENT), reverse("customer-timeline", args=["ana"]), kind="contacts")

    assert "Asked for help" in contacts
    assert "Order delivered" not in contacts


def test_a_long_life_comes_in_parts(browser: Enter, home: Path) -> None:
    visits = [
        {"customer_id": "ana", "occurred_at": shop.day(1, 1 + n % 28, n % 24), "name": "page viewed", "text": f"t{n}"}
        for n in range(100)
    ]
    shop.fill(open_ledger(), visits)
    client, seen = browser(Role.AGENT), 0
    address, first = reverse("customer-timeline", args=["ana"]), "0"
    while first:
        part = client.get(address, {"first": first}).content.decode()
        seen += part.count('<li class="viv-entry ')
        found = re.search(r"first=(\d+)", part)
        first = found.group(1) if found else ""

    assert seen == 7 + 100


def test_an_empty_house_says_how_to_fill_it(browser: Enter, home: Path) -> None:
    assert "No customers yet" in text_of(browser(Role.ANALYST), reverse("customers"))
    assert "No segments yet" in text_of(browser(Role.ADMINISTRATOR), reverse("segments"))


@pytest.mark.usefixtures("at_the_shop")
def test_a_segment_is_built_counted_saved_used_and_deleted(browser: Enter) -> None:
    client = browser(Role.ANALYST)
    form = {"name": "Vigo waits", "match": "all", "row-a-kind": "trait", "row-a-key": "city", "row-a-operator": "is"}
    form |= {"row-a-value": "Vigo", "row-b-kind": "orders", "row-b-operator": "at least", "row-b-times": "2"}

    counted = client.post(reverse("segment-count"), form).content.decode()
    assert re.search(r"<strong>2</strong>", counted)

    assert client.post(reverse("segment-new"), form).headers["Location"] == reverse("segments")
    segment = Segment.objects.get()
    told = text_of(client, reverse("segments"))
    assert "Vigo waits" in told
    assert "City is Vigo" in told
    assert "2 people" in told

    listed = text_of(client, reverse("customers"), saved=str(segment.pk))
    assert "Carla" in listed
    assert "Bruno" not in listed

    assert 'value="Vigo"' in client.get(reverse("segment", args=[segment.pk])).content.decode()
    assert client.get(reverse("segment-delete", args=[segment.pk])).status_code == 405
    client.post(reverse("segment-delete", args=[segment.pk]))
    assert not Segment.objects.exists()


@pytest.mark.usefixtures("at_the_shop")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "needs a name"),
        ({"row-a-times": "many"}, "numbers"),
        ({"row-a-kind": "horoscope"}, "at least one condition"),
    ],
)
def test_what_is_wrong_with_a_segment_is_said_and_nothing_is_lost(
    browser: Enter, change: dict[str, str], says: str
) -> None:
    form = {"name": "Mine", "row-a-kind": "orders", "row-a-operator": "at least", "row-a-times": "2", **change}

    answer = browser(Role.ANALYST).post(reverse("segment-new"), form)

    assert answer.status_code == 422
    assert says.replace("needs a name", "Give the segment a name").lower() in answer.content.decode().lower()
    assert not Segment.objects.exists()


@pytest.mark.usefixtures("at_the_shop")
def test_two_segments_never_share_a_name(browser: Enter) -> None:
    Segment.objects.create(name="Mine")
    form = {"name": "Mine", "row-a-kind": "silent", "row-a-days": "30"}

    assert "this name already" in browser(Role.ANALYST).post(reverse("segment-new"), form).content.decode()


@pytest.mark.usefixtures("at_the_shop")
@pytest.mark.parametrize(
    "kind", ["segment", "trait", "touchpoint", "promise", "score", "spend", "orders", "silent", "horoscope"]
)
def test_every_kind_of_condition_has_its_fields(browser: Enter, kind: str) -> None:
    row = browser(Role.ANALYST).get(reverse("segment-row"), {"row-a1-kind": kind, "token": "a1"}).content.decode()

    assert 'id="row-a1"' in row
    named = re.findall(r'name="(row-a1-[a-z_]+)"', row)
    assert len(named) >= 2


def test_erasing_asks_first_and_leaves_a_receipt_that_names_nobody(browser: Enter, home: Path) -> None:
    shop.fill(open_ledger())
    client = browser(Role.ADMINISTRATOR)
    address = reverse("customer-erase", args=["app-7"])

    assert "cannot be undone" in text_of(client, address)
    assert "Tick the box" in client.post(address).content.decode()
    assert client.get(reverse("customer", args=["ana"])).status_code == 200

    receipt = client.post(address, {"sure": "yes"}, follow=True).content.decode()
    assert "Receipt" in receipt
    assert "Ana" not in receipt
    assert "app-7" not in receipt
    assert client.get(reverse("customer", args=["ana"])).status_code == 404
    assert "Ana Muñoz" not in text_of(client, reverse("customers"))
    assert AuditEntry.objects.filter(act="customer_erased").count() == 1
