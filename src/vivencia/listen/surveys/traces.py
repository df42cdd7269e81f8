"""Erasing a person takes their responses and links with them."""

from collections.abc import Collection

from vivencia.foundation import traces
from vivencia.listen.surveys.models import Link, Response, Round

traces.texts(Response, "closed_with")
traces.texts(Round, "what")


@traces.wiper
def forget(marks: Collection[str]) -> int:
    """Responses whole: what somebody wrote may name them anywhere. Returns rows removed."""
    responses, _by = Response.objects.filter(customer_id__in=marks).delete()
    theirs, _by = Response.objects.filter(link__customer_id__in=marks).delete()
    links, _by = Link.objects.filter(customer_id__in=marks).delete()
    return responses + theirs + links
