"""What is wrong with a file, as a sentence that names the element."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from vivencia.plan.journeys.drawing import DrawingError
from vivencia.plan.journeys.formats.errors import FormatError

_CODES: dict[str, Promise | str] = {
    "too_large": lazy("The file is larger than %(detail)s MB."),
    "forbidden": lazy("%(place)s: documents that define entities or load others are not read."),
    "not_xml": lazy("This is no XML that can be read: %(detail)s."),
    "not_json": lazy("This is no JSON that can be read: %(detail)s."),
    "not_this": lazy("%(place)s stands where %(detail)s is expected."),
    "version": lazy("%(place)s: version %(detail)s cannot be read; 2.0 can."),
    "missing": lazy("%(place)s is missing."),
    "unknown": lazy("%(place)s names something that is not there: %(detail)s."),
    "not_a_list": lazy("%(place)s is no list."),
    "not_an_object": lazy("%(place)s is no object."),
    "not_a_time": lazy("%(place)s is no time: %(detail)s."),
    "empty": lazy("%(place)s: no event belongs to an object, so there is no journey in it."),
}


def wrong(error: FormatError | DrawingError) -> str:
    """The sentence."""
    if isinstance(error, DrawingError):
        allowed = f" {_('Allowed:')} {', '.join(error.allowed)}." if error.allowed else ""
        return f"{error.path}: {error.problem}.{allowed}"
    detail = error.detail or _("nothing")
    if error.code == "missing" and error.detail:
        return _("%(place)s: %(detail)s is missing.") % {"place": error.place, "detail": error.detail}
    return str(_CODES[error.code]) % {"place": error.place, "detail": detail}
