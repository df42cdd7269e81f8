"""What is new in an e-mail: the words written this time, without quoted mail, signatures and markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivencia.listen.sources.mailbox.letters import parse
from vivencia.listen.sources.mailbox.quoting import new_part, text_of_html
from vivencia.listen.sources.mailbox.reports import reports


@pytest.mark.parametrize(
    "quotation",
    [
        "On Mon, 1 Jun 2026 at 10:00, Vivero Alba <hola@vivero.example> wrote:\n> Dear Ana",
        "On Mon, 1 Jun 2026 at 10:00, Vivero Alba\n<hola@vivero.example> wrote:\n> Dear Ana",
        "El lun, 1 jun 2026 a las 10:00, Vivero Alba (<hola@vivero.example>) escribió:\n> Estimada Ana",
        "-----Mensaje original-----\nDe: Vivero Alba\nEstimada Ana",
        "-----Original Message-----\nDear Ana",
        "De: Vivero Alba <hola@vivero.example>\nEnviado el: lunes, 1 de junio\nPara: Ana\nAsunto: Pedido\nEstimada Ana",
        "________________________________\nFrom: Vivero Alba\nDear Ana",
        "-- \nAna Muñoz\nTel. 600 000 000",
        "Enviado desde mi iPhone",
        "> Estimada Ana",
    ],
)
def test_what_is_quoted_or_signed_is_left_out(quotation: str) -> None:
    assert new_part(f"La maceta llegó rota.\n\n{quotation}\n") == "La maceta llegó rota."


def test_answers_between_the_quoted_lines_are_kept() -> None:
    assert new_part("> Which colour?\nGreen.\n> How many?\nTwo.") == "Green.\nTwo."


def test_a_sentence_that_begins_like_a_header_is_a_sentence() -> None:
    text = "From: the shop I got nothing.\nPlease call."
    assert new_part(text) == text


def test_a_message_that_is_all_quotation_is_kept_whole() -> None:
    assert new_part("> Estimada Ana") == "> Estimada Ana"


def test_html_is_read_as_text_and_nothing_in_it_is_run() -> None:
    html = (
        "<html><head><style>p{}</style><title>x</title></head><body><p>Hola&nbsp;&amp; adiós</p>"
        "<script>steal()</script>"
        "<ul><li>uno</li><li>dos</li></ul><div style='display: none'>tracking<br>words</div><img src=x onerror=y>"
        "<blockquote>old<br>mail</blockquote><p>fin</p></body></html>"
    )
    assert text_of_html(html) == "Hola & adiós\n\nuno\n\ndos\n\nfin"


@given(st.text(max_size=300))
def test_no_text_makes_it_fail_and_nothing_is_invented(text: str) -> None:
    assert set(new_part(text).split()) <= set(text.replace("\r", "\n").split())
    text_of_html(text)


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    reports(parse(raw))
