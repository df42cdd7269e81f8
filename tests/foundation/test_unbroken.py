"""A number and its unit never part at the end of a line."""

from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings

from vivencia import project
from vivencia.foundation.unbroken import NumbersKeepTheirUnits, keep_together

KEPT = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("told", "pair"),
    [
        ("<p>between 2.1 and 4.0 % of them</p>", "4.0_%"),
        ("<p>entre 2,1 y 4,0 % de ellos</p>", "4,0_%"),
        ("<p><b>95</b> % sure</p>", "<b>95</b>_%"),
        ("<td>1.614 EUR</td>", "1.614_EUR"),
        ("<td>12,50 €</td>", "12,50_€"),
        ("<td>3 h 20 min</td>", "3_h 20_min"),
        ("<span>(n = 7.649)</span>", "n_=_7.649"),
    ],
)
def test_the_space_between_a_number_and_its_unit_does_not_break(told: str, pair: str) -> None:
    shown = keep_together(told.encode()).decode()
    assert pair.replace("_", KEPT) in shown
    assert shown.replace(KEPT, " ") == told


@pytest.mark.parametrize(
    "told",
    [
        '<input value="95 %" placeholder="n = 7">',
        '<script type="application/json">"95 %"</script>',
        "<textarea>95 % of 3 h</textarea>",
        '<select name="intent"><option>data / 5 GB used up</option></select>',
        "<pre>awk 1 % 2</pre><code>n = 7</code>",
        "<p>7 steps, then = 4, 3 hours of 2026 Nps</p>",
    ],
)
def test_what_is_typed_or_run_and_other_words_stay_as_they_are(told: str) -> None:
    assert keep_together(told.encode()).decode() == told


def test_only_pages_are_touched() -> None:
    def sent(content_type: str) -> str:
        answer = HttpResponse("95 %", content_type=content_type)
        shown = NumbersKeepTheirUnits(lambda _request: answer)(HttpRequest())
        assert isinstance(shown, HttpResponse)
        return shown.content.decode()

    assert sent("text/html; charset=utf-8") == f"95{KEPT}%"
    assert sent("text/csv; charset=utf-8") == "95 %"
    assert sent("application/json") == "95 %"


@pytest.mark.django_db
def test_pages_go_through_it() -> None:
    written = (Path(project.__file__).parent / "settings.py").read_text()
    assert '"vivencia.foundation.unbroken.NumbersKeepTheirUnits"' in written
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, "vivencia.foundation.unbroken.NumbersKeepTheirUnits"]):
        answer = Client().get("/", follow=True)
    assert answer.status_code == 200
    assert answer.content.decode().endswith("</html>\n")
    assert int(answer["Content-Length"]) == len(answer.content)
