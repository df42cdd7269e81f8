"""A request as an e-mail: text and HTML, who writes, and the way out (RFC 8058 one-click unsubscribe)."""

import re
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from vivencia.act.outreach.mail_server import MailServer
from vivencia.act.outreach.rules import SERVICE
from vivencia.act.outreach.telling import mark
from vivencia.foundation.organisation import absolute, organisation
from vivencia.listen.models import OutgoingRequest
from vivencia.listen.requests import UNSUBSCRIBE

_END_OF_BODY = re.compile(r"</body\s*>", re.IGNORECASE)


def message_id(request: OutgoingRequest, server: MailServer) -> str:
    """The same however often it is sent: servers and mailboxes can then tell a repetition."""
    return f"<{mark(request)}@{server.domain}>"


def letter(request: OutgoingRequest, server: MailServer, at: datetime) -> EmailMessage:
    """The message as it goes to the mail server."""
    it = EmailMessage(policy=SMTP)
    it["Subject"] = request.subject
    it["From"] = formataddr((server.sender_name or organisation().name, server.sender))
    it["To"] = request.address
    if server.reply_to:
        it["Reply-To"] = server.reply_to
    it["Date"] = format_datetime(at)
    it["Message-ID"] = message_id(request, server)
    it["Auto-Submitted"] = "auto-generated"
    way_out = "" if request.purpose == SERVICE else unsubscribe_address(request)
    if way_out:
        it["List-Unsubscribe"] = f"<{way_out}>"
        it["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if request.language:
        it["Content-Language"] = request.language
    with translation.override(request.language.split("-")[0]):
        it.set_content(_text(request, server, way_out))
        if request.html:
            it.add_alternative(_html(request, server, way_out), subtype="html")
    return it


def unsubscribe_address(request: OutgoingRequest) -> str:
    return absolute(reverse("unsubscribe", args=[_signer().sign(str(request.pk))]))


def request_of(token: str) -> int | None:
    """Which request a link to unsubscribe belongs to; None where we never made that link."""
    try:
        return int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None


def _signer() -> Signer:
    return Signer(sep=".", salt="vivencia.unsubscribe")


def _text(request: OutgoingRequest, server: MailServer, way_out: str) -> str:
    foot = [server.footer.strip()] if server.footer.strip() else []
    if way_out and UNSUBSCRIBE not in request.text:
        foot.append(f"{_('You do not want messages like this one?')} {way_out}")
    body = request.text.replace(UNSUBSCRIBE, way_out)
    return f"{body}\n\n-- \n" + "\n".join(foot) + "\n" if foot else f"{body}\n"


def _html(request: OutgoingRequest, server: MailServer, way_out: str) -> str:
    foot = [escape(line) for line in server.footer.strip().splitlines()]
    if way_out and UNSUBSCRIBE not in request.html:
        words = _("You do not want messages like this one?"), _("Unsubscribe")
        foot.append(format_html('{} <a href="{}">{}</a>', words[0], way_out, words[1]))
    html = request.html.replace(UNSUBSCRIBE, escape(way_out))
    if not foot:
        return html
    style = "margin:32px auto 0;max-width:560px;font:13px/1.5 sans-serif;color:#666"
    added = f'<p style="{style}">{"<br>".join(foot)}</p>'
    end = _END_OF_BODY.search(html)
    return html[: end.start()] + added + html[end.start() :] if end else html + added
