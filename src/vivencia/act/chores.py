"""What the worker does again and again for act."""

from django.utils import timezone

from vivencia.act.outreach import returning, sender
from vivencia.foundation.chores import chore


@chore(every_seconds=5)
def outreach() -> None:
    """Send what is due, and take notice of what came back."""
    returning.take_notice()
    sender.send_what_is_due()


@chore(every_seconds=3600)
def old_contents() -> None:
    """Keep what was written to people no longer than needed."""
    sender.forget_contents(timezone.now())
