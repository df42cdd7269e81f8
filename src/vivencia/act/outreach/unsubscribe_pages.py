"""Unsubscribing: a customer's own page, without sign-in and without scripts, and the one click of mail programs.

The link is signed, so that nobody can unsubscribe somebody else. Opening it changes nothing, because mail scanners
open links; only POST does. It carries no CSRF token: RFC 8058 has mail providers post it without ever seeing a form,
and the signature in the address is what proves that whoever posts has the message.
"""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from vivencia.act.outreach import leaving, letters, rules
from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import public
from vivencia.foundation.viewer import CODES
from vivencia.foundation.vocabulary import say
from vivencia.listen.models import OutgoingRequest

MOST_POSTS_AN_HOUR = 30


@public
@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    number = letters.request_of(token)
    if number is None:
        return _shown(request, None, status=404)
    sent = OutgoingRequest.objects.filter(pk=number).first()
    if sent is None:  # erased since: nothing is kept about them, and nothing more will come
        return _shown(request, None, gone=True)
    if request.method != "POST":
        return _shown(request, sent)
    if _too_many(number):
        answer = _shown(request, sent, status=429)
        answer["Retry-After"] = "3600"
        return answer
    return _posted(request, sent, token)


def _posted(request: HttpRequest, sent: OutgoingRequest, token: str) -> HttpResponse:
    now, company_rules = timezone.now(), rules.load()
    wish = request.POST.get("wish", "")
    if wish == "come-back":
        leaving.come_back(sent, now, company_rules)
    else:
        leaving.leave(sent, now, company_rules, everything=wish == leaving.EVERYTHING)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return HttpResponse(status=200)
    return redirect("unsubscribe", token)


def _shown(
    request: HttpRequest, sent: OutgoingRequest | None, *, gone: bool = False, status: int = 200
) -> HttpResponse:
    """In the language of the message: it is the person's own."""
    code = sent.language.split("-")[0] if sent else ""
    with translation.override(code if code in CODES else translation.get_language()):
        told = {
            "gone": gone,
            "company": organisation().name or _("this company"),
            "purpose": say(sent.purpose) if sent else "",
            "left": leaving.has_left(sent) if sent else "",
            "known": sent is not None,
            "tired": status == 429,
        }
        answer = render(request, "act/unsubscribe.html", told, status=status)
        answer["Content-Language"] = translation.get_language() or "en"
        answer["X-Robots-Tag"] = "noindex"
        answer["Referrer-Policy"] = "no-referrer"
        return answer


def _too_many(number: int) -> bool:
    key = f"unsubscribe-{number}"
    cache.add(key, 0, 3600)
    return cache.incr(key) > MOST_POSTS_AN_HOUR
