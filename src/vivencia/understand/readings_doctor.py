"""What the doctor looks at for texts: do the encoders work, and is everything read?"""

from django.utils.translation import gettext as _

from vivencia.foundation import doctor
from vivencia.foundation.doctor import Finding, State
from vivencia.understand import readings


@doctor.also
def texts() -> Finding:
    """Whether texts are read by the encoders that were measured, or by less."""
    name, state = _("texts"), readings.state()
    counted = {"read": state["read"], "waiting": state["waiting"], "names": ", ".join(state["encoders"])}
    if not state["missing"]:
        found = _("%(names)s; %(read)d texts read, %(waiting)d waiting") % counted
        return Finding(name, State.OK, found)
    why = "; ".join(f"{each}: {reason}" for each, reason in state["missing"].items())
    if state["encoders"]:
        found = _("only %(names)s; %(read)d texts read, %(waiting)d waiting") % counted
    else:
        found = _("words and letters alone; %(read)d texts read, %(waiting)d waiting") % counted
    return Finding(
        name, State.WARNING, f"{found} ({why})", _("Install the package again; reading is less exact until then")
    )
