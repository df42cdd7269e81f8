"""What the doctor looks at for texts: do the encoders work, and is everything read?"""

from django.utils.translation import gettext as _

from vivencia.foundation import doctor
from vivencia.foundation.doctor import Finding, State
from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand import readings


@doctor.also
def texts() -> Finding:
    """Whether texts are read by the encoders that were measured, or by less."""
    name, opened = _("texts"), readings.encoders()
    counted = {"waiting": readings.waits(open_ledger().read()), "names": ", ".join(opened.names)}
    if not opened.missing:
        found = _("%(names)s; %(waiting)d texts wait to be read") % counted
        return Finding(name, State.OK, found)
    why = "; ".join(f"{each}: {reason}" for each, reason in opened.missing.items())
    if opened.encoders:
        found = _("only %(names)s; %(waiting)d texts wait to be read") % counted
    else:
        found = _("words and letters alone; %(waiting)d texts wait to be read") % counted
    return Finding(
        name, State.WARNING, f"{found} ({why})", _("Install the package again; reading is less exact until then")
    )
