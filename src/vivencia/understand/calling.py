"""What pages call a customer: the name; without one, a short reference that tells them apart from the next."""

from django.utils.translation import gettext as _

LONGEST = 12  # an id up to here is short enough to be read and said as it is
ENDS = 4


def reference(customer_id: str) -> str:
    """The id as people can read it: whole where it is short, else its first and last characters."""
    if len(customer_id) <= LONGEST:
        return customer_id
    return f"{customer_id[:ENDS]}…{customer_id[-ENDS:]}"


def called(name: str | None, customer_id: str) -> str:
    """The name, or "Customer af54…96cb"."""
    return name or _("Customer %(reference)s") % {"reference": reference(customer_id)}
