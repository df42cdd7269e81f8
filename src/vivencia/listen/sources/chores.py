"""What the worker does again and again for live sources."""

from django.utils import timezone

from vivencia.foundation.chores import chore
from vivencia.listen.sources.mailbox import listening
from vivencia.listen.sources.webhooks import delivering, happenings, receiving


@chore(every_seconds=20)
def mailboxes() -> None:
    """Hear what has been written to us."""
    listening.look()


@chore(every_seconds=5)
def webhooks_out() -> None:
    """Tell others what has happened."""
    happenings.notice(timezone.now())
    delivering.deliver()


@chore(every_seconds=3600)
def old_bodies() -> None:
    """Keep what people wrote no longer than needed."""
    receiving.clear_away(timezone.now())
    delivering.clear_away(timezone.now())
