"""The OpenAPI document holds: whatever schemathesis makes of it, the API answers as the document says."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.api.conftest import basic
from vivencia.listen.api.documents import document
from vivencia.listen.api.limits import Gate
from vivencia.project.wsgi import application

# Without the document's word on keys: it would have schemathesis take our headers away, to see what happens then.
whole: Any = schemathesis.openapi.from_dict({**document("http://testserver"), "security": []})
whole.app = application
schema: Any = whole.include(
    path_regex="/(identify|track|group|alias|batch|import)$"
)  # the short paths are the same view


@pytest.fixture(autouse=True)
def _as_often_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an address may ask a second is another test's matter; on a quick machine this one asks more."""
    monkeypatch.setattr(Gate, "too_often", lambda self, address: False)


@schema.parametrize()  # type: ignore[untyped-decorator]
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@pytest.mark.django_db(transaction=True)  # each call ends with its connection, as on a server
def test_the_api_answers_as_its_document_says(case: Any, server_key: str, browser_key: str) -> None:
    for key in (server_key, browser_key, None):
        headers = {"Authorization": basic(key)} if key else {}
        answer = case.call(headers=headers)
        checks = [not_a_server_error, status_code_conformance, response_schema_conformance]
        case.validate_response(answer, checks=checks)
        expected = 401 if key is None else 403 if key == browser_key and case.path == "/v1/import" else None
        if case.method == "POST" and expected is not None:
            assert answer.status_code in {expected, 400}
