"""What the worker does again and again for pages: working out what they show of each new version of the ledger."""

from vivencia.foundation.chores import chore
from vivencia.understand import proposals
from vivencia.understand.settling import FIGURES, MEASURED, OVERVIEW, settle


@chore(every_seconds=0.5)
def settle_overview() -> None:
    """What happens now comes first; see `settling`."""
    settle(OVERVIEW)


@chore(every_seconds=0.5)
def settle_figures() -> None:
    """Metrics, and after them customers, journeys and moments; see `settling`."""
    settle(MEASURED)
    settle(FIGURES)


@chore(every_seconds=10)
def look_for_duplicates() -> None:
    """Who may be in here twice, where what is known of people has changed; see `proposals`."""
    proposals.keep_up()
