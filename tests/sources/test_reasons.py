"""What is kept about trouble is read in the language of whoever looks."""

import pytest
from django.utils.translation import override

from vivencia.listen.sources import reasons
from vivencia.listen.sources.telling import told

FACTS = {
    "where": "a.b[0]", "count": "1001", "allowed": "1000", "field": "score", "value": "'2; it'", "why": "[Errno 1] (x)",
    "host": "mail.example", "folder": "'Absent'", "kind": "ZeroDivisionError", "status": "500",
    "column": "xyz", "names": "a, b",
}  # fmt: skip


@pytest.mark.parametrize("sentence", reasons.ALL)
def test_every_sentence_is_found_again_with_its_facts_and_said_in_spanish(sentence: str) -> None:
    kept = sentence % FACTS
    found, facts = reasons.facts_of(kept)
    assert found == sentence and all(FACTS[name] == value for name, value in facts.items())
    with override("es"):
        said = told(kept)
    assert said != kept and all(value in said for name, value in facts.items() if name != "field")


def test_fields_are_called_as_the_form_calls_them_and_other_words_stay() -> None:
    with override("es"):
        assert told(reasons.NO_NUMBER % FACTS) == "“Puntuación” es '2; it'; debe ser un número"
        assert told("500 Server Error") == "500 Server Error"
