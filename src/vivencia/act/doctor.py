"""What the doctor looks at for act: can messages leave?"""

from django.utils import timezone
from django.utils.translation import gettext as _

from vivencia.act.outreach import mail_server
from vivencia.foundation import doctor
from vivencia.foundation.doctor import Finding, State
from vivencia.listen.models import OutgoingRequest
from vivencia.listen.requests import OPEN


@doctor.also
def outgoing_mail() -> Finding:
    """Whether the mail server answers and lets us in; nothing is sent."""
    name, server = _("outgoing mail"), mail_server.load()
    due = OutgoingRequest.objects.filter(state__in=OPEN, next_try_at__lte=timezone.now()).count()
    waiting = _("%(n)d messages are due") % {"n": due}
    if server is None:
        found = _("not set up; %(waiting)s") % {"waiting": waiting}
        return Finding(name, State.WARNING if due else State.OK, found, _("Settings, Outgoing mail") if due else "")
    where = f"{server.host}:{server.port}"
    try:
        with mail_server.conversation(server):
            pass
    except mail_server.UnreachableError as problem:
        return Finding(name, State.WRONG, f"{problem}; {waiting}", _("Correct it in Settings, Outgoing mail"))
    found = _("%(where)s answers; %(waiting)s") % {"where": where, "waiting": waiting}
    if server.security == "none" and server.host not in ("localhost", "127.0.0.1", "::1"):
        return Finding(name, State.WARNING, found, _("Messages travel unencrypted: choose STARTTLS or TLS"))
    return Finding(name, State.OK, found)
