"""The words by which events tell what they are, in English, Spanish and Portuguese. Data files name things as they
like; what is recognised here is only ever used to leave surveys out, to find failures, and to find purchases and
departures."""

import re
import unicodedata
from collections.abc import Iterable

from vivencia.understand.lived import WRITING


def plain(text: str) -> str:
    """Lower case, without accents, words parted by single spaces: `Order_Completed` and `order completed` are one."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    decomposed = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", decomposed.lower()))


def _any_of(*words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words) + r")\b")


_SURVEY = _any_of(
    r"surveys?", r"encuestas?", r"pesquisas?", r"nps", r"csat", r"ces",
    r"feedback (?:asked|request\w*|sent|invitation)",
    r"review (?:answered|asked|request\w*|invitation|submitted)", r"questionnaires?", r"cuestionarios?",
    r"questionarios?",
)  # fmt: skip
_REMINDER = _any_of(r"remind\w*", r"recordatorios?", r"lembretes?")
_ASKED = _any_of(
    r"sent", r"asked", r"invit\w*", r"request\w*", r"enviad[ao]s?", r"solicitad[ao]s?", r"delivered", r"shown"
)
_FAILURE = _any_of(
    r"fail\w*", r"errors?", r"cancel\w*", r"reject\w*", r"declin\w*", r"denied", r"refused", r"returned", r"refund\w*",
    r"lost", r"damaged", r"broken", r"abandon\w*", r"unresolved", r"not resolved", r"not solved", r"out of stock",
    r"unavailable",
    r"timeout", r"timed out", r"bounced", r"complaint", r"wrong", r"missed", r"no show", r"overcharged", r"reopened",
    r"escalated",
    r"fall\w+", r"fallid[ao]s?", r"rechaz\w*", r"deneg\w*", r"devuelt[ao]s?", r"devolucion\w*", r"reembols\w*",
    r"perdid[ao]s?",
    r"danad[ao]s?", r"rot[ao]s?", r"sin resolver", r"no resuelt[ao]s?", r"sin stock", r"agotad[ao]s?",
    r"no disponible", r"queja",
    r"equivocad[ao]s?", r"incorrect[ao]s?", r"anulad[ao]s?", r"reabiert[ao]s?", r"escalad[ao]s?", r"falh\w*",
    r"recusad[ao]s?",
    r"devolvid[ao]s?", r"nao resolvid[ao]s?", r"indisponivel", r"esgotad[ao]s?", r"reclamac\w*", r"erros?",
    r"extraviad[ao]s?",
)  # fmt: skip
_PURCHASE = _any_of(
    r"purchases?", r"purchased", r"repurchased?", r"order (?:placed|completed|created|made|purchased|paid)",
    r"new order",
    r"bought", r"renewed", r"renewal", r"compras?", r"comprad[ao]", r"recompras?",
    r"pedido (?:realizado|hecho|creado|feito)",
    r"renovacion", r"renovad[ao]", r"checkout (?:completed|done)",
)  # fmt: skip
_DEPARTURE = _any_of(
    r"churn\w*", r"(?:contract|subscription|account|policy|service|membership) (?:cancel\w*|ended|closed|terminated)",
    r"(?:cancelled|canceled|cancels) (?:the )?(?:contract|subscription|account|policy|service|membership)",
    r"unsubscribed from service",
    r"baja", r"(?:contrato|suscripcion|cuenta|poliza|servicio) (?:cancelad[ao]|dad[ao] de baja|cerrad[ao])",
    r"cliente perdido",
    r"(?:assinatura|conta|contrato) (?:cancelad[ao]|encerrad[ao])",
)  # fmt: skip


def is_survey(name: str) -> bool:
    """Asking, answering and being written to, as opposed to what was lived."""
    return name in WRITING or bool(_SURVEY.search(plain(name)))


def is_reminder(name: str) -> bool:
    words = plain(name)
    return bool(_SURVEY.search(words) and _REMINDER.search(words))


def is_asked(name: str) -> bool:
    """A survey was put before somebody (a reminder is not the first asking)."""
    words = plain(name)
    return bool(_SURVEY.search(words) and _ASKED.search(words) and not _REMINDER.search(words))


def is_failure(name: str) -> bool:
    return bool(_FAILURE.search(plain(name)))


def failing_of(name: str, others: Iterable[str]) -> str | None:
    """Which of the other names this failure is one of: "delivery failed" of "delivery made", where only one can be
    meant. None = it stands by itself.

    >>> failing_of("payment failed", ["payment made", "delivery made"])
    'payment made'
    """
    words = plain(name)
    stem = " ".join(_FAILURE.sub(" ", words).split())
    if not stem or stem == words:
        return None
    meant = [other for other in others if (plain(other) + " ").startswith(stem + " ") and not is_failure(other)]
    return meant[0] if len(meant) == 1 else None


def is_purchase(name: str) -> bool:
    words = plain(name)
    return bool(_PURCHASE.search(words)) and not _FAILURE.search(words)


def is_departure(name: str) -> bool:
    return bool(_DEPARTURE.search(plain(name)))


STATUS_KEYS = frozenset(
    {"status", "result", "outcome", "state", "estado", "resultado", "situacao", "order_status", "resolution"}
)
"""Properties whose value says how a step ended."""
