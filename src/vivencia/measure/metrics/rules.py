"""What a company must tell for its events to be counted: which names mean what, and how long is long.

Names are compared without regard to case, and `_` counts as a space: "Order Completed" is "order_completed".
"""

from dataclasses import dataclass

Names = tuple[str, ...]
CALLED_PURCHASES: Names = (
    "purchase", "purchased", "purchase made", "purchase completed", "order placed", "order purchased",
    "order completed", "order created", "compra", "compra realizada", "pedido", "pedido realizado",
)  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """The conventions a metric is computed under; every default can be replaced in the settings.

    `purchase`: names of the events that are purchases; empty: every event with a positive amount is one or, where
    hardly any event called a purchase has one, those called so (`CALLED_PURCHASES`; `lived.are_called` decides).
    `currency`: amounts in other currencies are left out; None: the currency most events with an amount are in.
    `business_*`: the hours that count for "business hours" variants, on local time of `zone` (0 is Monday).
    """

    purchase: Names = ()
    issue_reported: Names = ("issue reported", "ticket opened", "ticket created", "contact received")
    issue_responded: Names = ("issue responded", "ticket answered", "ticket responded", "contact answered")
    issue_solved: Names = ("issue solved", "ticket solved", "ticket closed", "issue resolved", "contact solved")
    issue_again: Names = ("issue reopened", "ticket reopened", "contact repeated", "customer contacted again")
    issue_escalated: Names = ("issue escalated", "ticket escalated", "contact escalated")
    survey_sent: Names = ("survey sent", "survey asked", "review asked")
    visit: Names = (
        "visit started", "session started", "page viewed", "screen viewed", "page seen", "screen seen",
        "product viewed", "app opened",
    )  # fmt: skip
    contract_started: Names = ("contract started", "subscription started", "policy started", "contract signed")
    contract_ended: Names = ("contract ended", "contract cancelled", "subscription cancelled", "subscription ended")
    loyalty_joined: Names = ("loyalty joined", "loyalty programme joined", "loyalty enrolled")
    loyalty_left: Names = ("loyalty left", "loyalty programme left")
    referred: Names = ("referral joined", "referred by a customer", "referral accepted")
    goal_started: Names = ("goal started", "guide started", "checkout started", "form started")
    goal_completed: Names = ("goal completed", "guide completed", "checkout completed", "form completed")
    page_viewed: Names = ("page viewed", "screen viewed", "page seen", "screen seen")  # "seen": as first imported
    page_left: Names = ("page left", "screen left")
    searched: Names = ("search made", "products searched", "site searched")
    search_opened: Names = ("search result opened", "search result clicked")
    found_it: Names = ("found it",)
    rage_click: Names = ("rage click",)
    dead_end: Names = ("dead end",)
    found_metrics: Names = ("found", "found_it", "findability")
    referred_trait: str = "referred_by"
    member_traits: Names = ("loyalty_member", "loyalty_card")
    inactivity_days: int = 180
    recontact_days: int = 7
    repurchase_days: int = 180
    goal_days: int = 7
    tenure_days: int = 365
    session_gap_minutes: int = 30
    business_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    business_opens: int = 9  # o'clock
    business_closes: int = 18
    currency: str | None = None
    zone: str = "UTC"  # IANA name: whose days, weeks and months periods are, and whose hours business hours are

    def __post_init__(self) -> None:
        """Raises ValueError, naming the field, where a length or an hour cannot be."""
        lengths = ("inactivity_days", "recontact_days", "repurchase_days", "goal_days", "tenure_days")
        for field in (*lengths, "session_gap_minutes"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field} is {getattr(self, field)}; allowed: 1 or more")
        if not 0 <= self.business_opens < self.business_closes <= 24:
            raise ValueError("business_opens must be before business_closes, both from 0 to 24")


DEFAULT_RULES = Rules()
