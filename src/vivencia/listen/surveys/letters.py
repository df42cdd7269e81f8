"""The invitation as a message: in the person's language, with the first question answerable in the mail itself."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from vivencia.foundation.organisation import absolute, organisation
from vivencia.listen.surveys import piping
from vivencia.listen.surveys.models import Link, Survey
from vivencia.listen.surveys.people import Person
from vivencia.listen.surveys.questionnaire import Questionnaire, said


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def letter(survey: Survey, it: Questionnaire, link: Link, person: Person, *, reminder: bool = False) -> Letter:
    """What is sent; the sender adds how to unsubscribe."""
    language = link.language if link.language in it.languages else next(iter(it.languages), "en")
    company = organisation().name
    known = {"name": person.name, "first_name": person.first_name, "company": company, "subject": link.subject_id}
    address = absolute(reverse("survey-link", args=[link.token]))
    first = it.first_score
    with translation.override(language):
        question = piping.fill(said(first.text, language), known) if first else ""
        title = piping.fill(said(it.title, language), known)
        shown = {
            "language": language,
            "company": company,
            "first_name": person.first_name,
            "title": title,
            "intro": piping.fill(said(it.intro, language), known),
            "question": question,
            "low": said(first.low, language) if first else "",
            "high": said(first.high, language) if first else "",
            "scores": _scores(it, address),
            "address": address,
            "reminder": reminder,
            "minutes": max(1, round(len(it.questions) / 4)),
        }
        subject = question or title
        return Letter(
            _("Reminder: %(subject)s") % {"subject": subject} if reminder else subject,
            render_to_string("surveys/mail.txt", shown),
            render_to_string("surveys/mail.html", shown),
        )


def _scores(it: Questionnaire, address: str) -> list[tuple[str, str]]:
    """What can be pressed: (label, address that opens the survey with it)."""
    first = it.first_score
    if first is None:
        return []
    if first.ends is None:
        return [(_("Yes"), f"{address}?a=1"), (_("No"), f"{address}?a=0")]
    return [(str(value), f"{address}?a={value}") for value in range(first.ends[0], first.ends[1] + 1)]
