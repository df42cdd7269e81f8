"""A model of the company's own: which is set up, and does it answer?

Nothing is set here. Whoever could set the address could have every customer's words sent anywhere, and the key is a
secret: both stay with whoever runs the machine, in its environment.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from vivencia.foundation.rights import Right, needs
from vivencia.foundation.writing import number_format
from vivencia.understand import reading_own, readings
from vivencia.understand.text.own_endpoint import OwnModelError


@needs(Right.ADMINISTER)
def text_model_page(request: HttpRequest) -> HttpResponse:
    """What is set up; on POST asks it about a sample, and shows what it was sent and what it said."""
    told: dict[str, Any] = {"set_up": reading_own.set_up()}
    if request.method == "POST" and told["set_up"].usable:
        told |= _tried()
        told["set_up"] = reading_own.set_up()
    return render(request, "understand/text_model.html", told)


def _tried() -> dict[str, Any]:
    models = readings.reader()
    (found,) = models.read([_sample()])
    try:
        tried = reading_own.tried(found, models.intents.labels if models.intents else ())
    except OwnModelError as problem:
        return {"problem": _why(problem)}
    rows = zip(
        readings.told(found)[:-1], readings.told(tried.reading)[:-1], strict=True
    )  # the text itself stands above
    return {
        "sent": tried.sent,
        "took": number_format(tried.seconds, 1),
        "rows": [(name, shipped, own) for (name, shipped), (_name, own) in rows],
    }


def _sample() -> str:
    """What somebody could write, with somebody's address and number in it: neither may be sent."""
    return _(
        "The parcel came a week late and nobody told me; the lady on the phone was very kind, though. "
        "Call me on 612 345 678 or write to ana@example.org."
    )


def _why(problem: OwnModelError) -> str:
    match problem.why:
        case "refused":
            return _("It refuses (%(status)s). Is the key right, and does the model's name exist there?") % {
                "status": problem.detail
            }
        case "silent":
            return _("It cannot be reached (%(what)s). Is the address right, and open from this machine?") % {
                "what": problem.detail
            }
    return _("It answers, but not with the JSON that was asked for. Another model may follow instructions better.")
