"""The shape of the ledger's tables: what one event, one customer, one alias and one reading are.

Times are microseconds in UTC. A null means *not known*, never zero and never an empty string.
"""

import pyarrow as pa

UTC_TIME = pa.timestamp("us", tz="UTC")

EVENTS = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),  # idempotency key: one event, whoever sends it how often
        pa.field("customer_id", pa.string()),  # as the source named the person; reads return the canonical id
        pa.field("anonymous_id", pa.string()),
        pa.field("account_id", pa.string()),  # the company a person belongs to (B2B)
        pa.field("occurred_at", UTC_TIME, nullable=False),
        pa.field("received_at", UTC_TIME, nullable=False),
        pa.field("seq", pa.int64(), nullable=False),  # place in its batch: breaks ties of occurred_at in file order
        pa.field("name", pa.string(), nullable=False),  # what happened: "order delivered"
        pa.field("touchpoint", pa.string()),  # where in the journey: "delivery"; null = not a touchpoint
        pa.field("channel", pa.string()),
        pa.field("amount", pa.float64()),  # money that changed hands, in units of `currency`; refunds are negative
        pa.field("currency", pa.string()),  # ISO 4217
        pa.field(
            "promise", pa.string()
        ),  # kind of promise: opened where promised_at is set, fulfilled where it is null
        pa.field("promised_at", UTC_TIME),  # when the company said it would be done
        pa.field("metric", pa.string()),  # what was asked: nps, csat, ces, enps, ...
        pa.field("score", pa.float64()),  # the answer, on the scale that ends at scale_max
        pa.field("scale_max", pa.float64()),
        pa.field("text", pa.string()),  # verbatim
        pa.field("employee_id", pa.string()),
        pa.field("subject_kind", pa.string()),  # what subject_id names: order, ticket, case, ...
        pa.field("subject_id", pa.string()),  # the order, ticket or process case the event is about
        pa.field("source", pa.string(), nullable=False),  # which system told us: "olist", "contact-centre"
        pa.field("batch_id", pa.string(), nullable=False),  # which import or inbox drain wrote it: the unit of undo
        pa.field("properties", pa.string()),  # JSON object: everything else
    ]
)

CUSTOMERS = pa.schema(
    [
        pa.field("customer_id", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("email", pa.string()),
        pa.field("phone", pa.string()),
        pa.field("account_id", pa.string()),
        pa.field("segment", pa.string()),
        pa.field("language", pa.string()),  # BCP 47
        pa.field("timezone", pa.string()),  # IANA
        pa.field("since", UTC_TIME),  # customer since, where the source says so
        pa.field("traits", pa.string()),  # JSON object: everything else known of the person
        pa.field("consent", pa.string()),  # JSON object: purpose -> {"given": bool, "at": time, "proof": text}
        pa.field("updated_at", UTC_TIME, nullable=False),  # the newest row of a customer wins
        pa.field("source", pa.string(), nullable=False),
        pa.field("batch_id", pa.string(), nullable=False),
    ]
)

ALIASES = pa.schema(
    [
        pa.field("alias_id", pa.string(), nullable=False),  # an id a source used
        pa.field("customer_id", pa.string(), nullable=False),  # the canonical id of that person
        pa.field("reason", pa.string(), nullable=False),  # why the two are one, in words an analyst understands
        pa.field("made_at", UTC_TIME, nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("batch_id", pa.string(), nullable=False),
    ]
)

READINGS = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),  # whose text was read; one reading an event, the newest wins
        pa.field("language", pa.string()),  # ISO 639-1; null where it cannot be told
        pa.field("sentiment", pa.int8()),  # -1, 0 or +1
        pa.field("strength", pa.float64()),  # of the feeling, 0 to 1
        pa.field("emotion", pa.string()),  # delight, surprise, disappointment, frustration, worry or none
        pa.field("intent", pa.string()),  # what the person wants; null = none of the known intents, an unknown problem
        pa.field("intent_certainty", pa.float64()),  # 0 to 1
        pa.field("topics", pa.string()),  # JSON list of {"topic", "sentiment"}
        pa.field("masked", pa.string()),  # the text with personal data masked
        pa.field("model", pa.string(), nullable=False),  # which version of the models read it
        pa.field("read_at", UTC_TIME, nullable=False),
        pa.field("batch_id", pa.string(), nullable=False),  # the event's: undoing the batch undoes its readings
    ]
)

TABLES: dict[str, pa.Schema] = {"events": EVENTS, "customers": CUSTOMERS, "aliases": ALIASES, "readings": READINGS}
