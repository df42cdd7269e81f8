"""What the fields of a webhook's mapping are called on pages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

LABELS: Mapping[str, str | Promise] = {
    "name": gettext_lazy("What happened"),
    "occurred_at": gettext_lazy("When"),
    "customer_id": gettext_lazy("Customer's id"),
    "customer_email": gettext_lazy("Customer's e-mail"),
    "customer_name": gettext_lazy("Customer's name"),
    "text": gettext_lazy("What they said"),
    "turns": gettext_lazy("List of turns"),
    "turn_who": gettext_lazy("Who speaks, in a turn"),
    "turn_text": gettext_lazy("What is said, in a turn"),
    "turn_customer": gettext_lazy("What the customer is called there"),
    "metric": gettext_lazy("What was asked (csat, nps, ces)"),
    "score": gettext_lazy("Score"),
    "scale_max": gettext_lazy("Best score there is"),
    "touchpoint": gettext_lazy("Touchpoint"),
    "channel": gettext_lazy("Channel"),
    "amount": gettext_lazy("Amount"),
    "currency": gettext_lazy("Currency"),
    "promise": gettext_lazy("Kind of promise"),
    "promised_at": gettext_lazy("Promised for"),
    "subject_kind": gettext_lazy("What it is about (order, ticket)"),
    "subject_id": gettext_lazy("Its number"),
    "employee_id": gettext_lazy("Employee"),
    "account_id": gettext_lazy("Customer's company"),
    "anonymous_id": gettext_lazy("Anonymous id"),
    "event_id": gettext_lazy("Its own id"),
    "each": gettext_lazy("List of things, each an event"),
    "only_if": gettext_lazy("Only where (path=value)"),
    "rest": gettext_lazy("Everything else (path, or a point for all)"),
}
