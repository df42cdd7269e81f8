"""Names say what events are, in three languages."""

import pytest

from vivencia.moments.vocabulary import (
    failing_of,
    is_asked,
    is_departure,
    is_failure,
    is_purchase,
    is_reminder,
    is_survey,
)


@pytest.mark.parametrize("name", ["survey answered", "NPS_Submitted", "Encuesta enviada", "review answered"])
def test_asking_and_answering_is_no_step_of_the_journey(name: str) -> None:
    assert is_survey(name)


@pytest.mark.parametrize("name", ["order delivered", "product reviewed", "process started", "issue reported"])
def test_what_is_lived_is_no_survey(name: str) -> None:
    assert not is_survey(name)


@pytest.mark.parametrize(
    "name", ["Payment Failed", "pedido cancelado", "entrega fallida", "pedido extraviado", "order_returned"]
)
def test_failures_are_found_by_their_words(name: str) -> None:
    assert is_failure(name)


def test_a_cancelled_purchase_is_no_purchase() -> None:
    assert is_purchase("Order Completed")
    assert is_purchase("compra realizada")
    assert not is_purchase("purchase cancelled")


def test_a_reminder_is_not_the_first_asking() -> None:
    assert is_reminder("survey reminder sent")
    assert not is_asked("survey reminder sent")
    assert is_asked("survey sent")


def test_ending_a_contract_is_a_departure() -> None:
    assert is_departure("subscription cancelled")
    assert not is_departure("order cancelled")


@pytest.mark.parametrize(
    ("failure", "others", "meant"),
    [
        ("delivery failed", ["delivery made", "payment made"], "delivery made"),
        ("entrega fallida", ["entrega realizada", "pago realizado"], "entrega realizada"),
        ("order cancelled", ["order placed", "order shipped"], None),  # which of the two cannot be told
        ("refund", ["order placed"], None),  # a step of its own
    ],
)
def test_a_failure_belongs_to_the_one_step_it_can_be_a_failure_of(
    failure: str, others: list[str], meant: str | None
) -> None:
    assert failing_of(failure, others) == meant
