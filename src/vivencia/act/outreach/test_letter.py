"""A message to oneself, to see that outgoing mail works."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid

from django.utils.translation import gettext as _

from vivencia.act.outreach import mail_server
from vivencia.act.outreach.mail_server import MailServer
from vivencia.foundation.organisation import absolute, organisation


def send(server: MailServer, to: str, at: datetime) -> None:
    """Raises what `mail_server.Conversation.send` raises: words for whoever asked."""
    it = EmailMessage(policy=SMTP)
    it["Subject"] = _("Outgoing mail works")
    it["From"] = formataddr((server.sender_name or organisation().name, server.sender))
    it["To"] = to
    it["Date"] = format_datetime(at)
    it["Message-ID"] = make_msgid(domain=server.domain)
    it.set_content(_("This is the test message you asked for in Vivencia.") + f"\n\n{absolute('/')}\n")
    with mail_server.conversation(server) as talk:
        talk.send(it, to)
