"""What the API has the worker do again and again."""

from django.utils import timezone

from vivencia.foundation.chores import chore
from vivencia.listen.api import arrivals


@chore(every_seconds=3600)
def clear_rejected() -> None:
    """Discard rejected calls nobody decided about in time; see `arrivals.kept_days`."""
    arrivals.clear_old(timezone.now())
