"""What the worker does again and again for act."""

from vivencia.act.outreach import returning, sender
from vivencia.foundation.chores import chore


@chore(every_seconds=5)
def outreach() -> None:
    """Send what is due, and take notice of what came back."""
    returning.take_notice()
    sender.send_what_is_due()
