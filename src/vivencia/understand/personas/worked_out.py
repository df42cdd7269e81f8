"""What pages need of each version of the ledger: whose every customer is."""

from vivencia.understand.personas import assignments
from vivencia.understand.settling import FIGURES, View, settles


@settles(FIGURES, afterwards=True)
def whose_everybody_is(view: View) -> None:
    """New customers are assigned as they come."""
    finding = assignments.in_use()
    if finding is not None:
        assignments.assigned(view.read, finding)
