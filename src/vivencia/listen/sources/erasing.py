"""What live sources keep of people: bodies of messages that came in, and happenings on their way out."""

import json
from collections.abc import Collection

from vivencia.foundation import traces
from vivencia.listen.models import ReturnedMail
from vivencia.listen.sources.models import Arrival, Delivery


@traces.wiper
def forget(marks: Collection[str]) -> int:
    """A message that names the person goes with everything else it says."""
    marks = frozenset(mark.lower() for mark in marks)  # an address is the same however it is capitalised
    gone = 0
    for arrival in Arrival.objects.exclude(body=None).iterator(500):
        if _names(arrival.body, marks):
            gone += Arrival.objects.filter(pk=arrival.pk).update(body=None, problem="")
    guilty = [one.pk for one in Delivery.objects.iterator(500) if _names(one.body, marks)]
    gone += Delivery.objects.filter(pk__in=guilty).delete()[0]
    return gone + ReturnedMail.objects.filter(address__in=marks).delete()[0]


def _names(body: object, marks: Collection[str]) -> bool:
    """Whether one of the values is a mark, or a longer text has it as a word."""
    match body:
        case dict():
            return any(_names(each, marks) for each in body.values())
        case list():
            return any(_names(each, marks) for each in body)
        case str() if body.startswith("{"):
            return _names(_object(body), marks) or _said(body.lower(), marks)
        case str():
            return body.lower() in marks or _said(body.lower(), marks)
        case int() if not isinstance(body, bool):
            return str(body) in marks
    return False


def _said(text: str, marks: Collection[str]) -> bool:
    return any(len(mark) >= traces.LONG_ENOUGH and traces.as_a_word(mark).search(text) for mark in marks)


def _object(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
