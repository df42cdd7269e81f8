"""The API in OpenAPI 3.1, and a page about it for people who program."""

from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.views.decorators.http import require_safe
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from vivencia.foundation.rights import public
from vivencia.listen.api import examples
from vivencia.listen.api.protocol.body import MOST_CALLS

VERSION = "1"


class Call(BaseModel):
    """What every call may say. At least one of userId and anonymousId is needed for it to be taken into account."""

    model_config = ConfigDict(extra="allow")
    userId: str | int | None = Field(None, description="The person, as the sender knows them.")  # noqa: N815
    anonymousId: str | int | None = Field(None, description="A visitor nobody has identified yet.")  # noqa: N815
    messageId: str | None = Field(None, description="Idempotency key: a call that comes twice counts once.")  # noqa: N815
    timestamp: str | None = Field(None, description="When it happened, ISO 8601.")
    originalTimestamp: str | None = Field(None, description="The same by the sender's clock, put right by sentAt.")  # noqa: N815
    sentAt: str | None = Field(None, description="When it was sent, by the sender's clock.")  # noqa: N815
    context: dict[str, Any] | None = None
    integrations: dict[str, Any] | None = None
    writeKey: str | None = Field(None, description="The write key, where no Authorization header says it.")  # noqa: N815


class Identify(Call):
    """Who a person is. With both ids, what the anonymous visitor did is theirs."""

    traits: dict[str, Any] | None = None


class Track(Call):
    """Something that happened."""

    event: str | None = Field(None, description="What happened: “Order Completed”.")
    properties: dict[str, Any] | None = None


class Page(Call):
    """A page that was seen."""

    name: str | None = None
    properties: dict[str, Any] | None = None


class Screen(Page):
    """A screen of an app that was seen."""


class Group(Call):
    """The account a person belongs to."""

    groupId: str | int | None = None  # noqa: N815
    traits: dict[str, Any] | None = None


class Alias(Call):
    """Two ids that are one person."""

    previousId: str | int | None = None  # noqa: N815


class Batch(BaseModel):
    """Several calls. What is said outside holds for each that does not say otherwise."""

    model_config = ConfigDict(extra="allow")
    batch: list[dict[str, Any]] = Field(description="Calls, each with its type.", max_length=MOST_CALLS)
    context: dict[str, Any] | None = None
    sentAt: str | None = None  # noqa: N815
    writeKey: str | None = None  # noqa: N815


class Accepted(BaseModel):
    """It is on the disk. What is wrong with single calls is told later, on the track plan page."""

    success: Literal[True]


class Refused(BaseModel):
    """Nothing was kept."""

    success: Literal[False]
    code: str
    message: str


@dataclass(frozen=True)
class Described:
    """One call: what its body is, where it is sent, and what it says."""

    model: type[BaseModel]
    paths: tuple[str, ...]
    about: str


CALLS = {
    "identify": Described(Identify, ("identify", "i"), N_("Who a person is: traits, and which visitor they were.")),
    "track": Described(Track, ("track", "t"), N_("Something that happened: an event with its properties.")),
    "page": Described(Page, ("page", "p"), N_("A page that was seen.")),
    "screen": Described(Screen, ("screen", "s"), N_("A screen of an app that was seen.")),
    "group": Described(Group, ("group", "g"), N_("The account a person belongs to, and what is known of it.")),
    "alias": Described(Alias, ("alias", "a"), N_("Two ids that are one person.")),
    "batch": Described(Batch, ("batch", "b", "import"), N_("Several calls at once; import is for servers only.")),
}
REFUSALS = {
    "400": N_("No JSON object, no batch, or too large: 32 KB a call, 500 KB and 2,500 calls a batch."),
    "401": N_("The write key is missing or not in force."),
    "403": N_("The key may not do this: a browser key imports nothing, a server's key does not belong in a page."),
    "429": N_("Too much is coming in. Retry-After says in how many seconds to come again."),
}


def document(address: str) -> dict[str, Any]:
    """The OpenAPI document."""
    models: list[type[BaseModel]] = [*(call.model for call in CALLS.values()), Accepted, Refused]
    _names, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    paths = {f"/v1/{path}": {"post": _operation(path, call)} for call in CALLS.values() for path in call.paths}
    about = "Segment's tracking API. A call is on the disk before it is acknowledged and on the timeline in seconds."
    key = {"type": "http", "scheme": "basic", "description": "The write key as user name, without a password."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vivencia", "version": VERSION, "description": about},
        "servers": [{"url": address}],
        "security": [{"writeKey": []}],
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "securitySchemes": {"writeKey": key}},
    }


def _operation(path: str, call: Described) -> dict[str, Any]:
    body = {"application/json": {"schema": {"$ref": f"#/components/schemas/{call.model.__name__}"}}}
    answers = {"200": _answer("Kept.", "Accepted")} | {code: _answer(why, "Refused") for code, why in REFUSALS.items()}
    answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return {
        "operationId": path,
        "summary": call.about,
        "requestBody": {"required": True, "content": body},
        "responses": answers,
    }


def _answer(why: str, model: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"description": why, "content": {"application/json": {"schema": schema}}}


@public
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    answer = JsonResponse(document(_address(request)))
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """How to send, for everybody who has a key."""
    address = _address(request)
    calls = [
        {"name": name, "about": _(call.about), "paths": [f"/v1/{path}" for path in call.paths]}
        for name, call in CALLS.items()
    ]
    said = {
        "calls": calls,
        "refusals": {code: _(why) for code, why in REFUSALS.items()},
        "browser": examples.browser(address, "WRITE_KEY"),
        "server": examples.server(address, "WRITE_KEY"),
    }
    return render(request, "api/guide.html", said)


def _address(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
