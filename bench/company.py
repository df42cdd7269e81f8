"""A company of any size for measurements: what its customers did in the last year, in the ledger's shape.

Ten events a customer on average: visits, orders with a promised day, payments, deliveries, issues, surveys with scores
and words, loyalty, goals, referrals, contracts; so that every metric, page and journey has something to count.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from vivencia.foundation.ledger.schema import CUSTOMERS, EVENTS
from vivencia.foundation.ledger.store import open_ledger

PER_CUSTOMER = 10
CHUNK = 1_000_000
# name, touchpoint, in a thousand, kind of subject
HAPPENINGS = (
    ("visit started", "web visit", 200, None),
    ("product viewed", "web search", 110, None),
    ("store visited", "store visit", 40, None),
    ("order purchased", "purchase", 130, "order"),
    ("order paid", "payment", 80, "order"),
    ("order shipped", "shipping", 90, "order"),
    ("order delivered", "delivery", 100, "order"),
    ("order returned", "return", 15, "order"),
    ("issue reported", "call", 40, "issue"),
    ("issue responded", "chat", 30, "issue"),
    ("issue solved", "call", 30, "issue"),
    ("loyalty joined", "loyalty", 15, None),
    ("loyalty left", "loyalty", 5, None),
    ("referral joined", "recommendation", 10, None),
    ("contract started", "contract", 10, None),
    ("contract ended", "contract", 5, None),
    ("goal started", "guide", 30, None),
    ("goal completed", "guide", 10, None),
    ("survey sent", None, 20, None),
    ("survey answered", "survey", 30, "order"),
)
WORDS = (
    "The parcel came three days late and nobody told me.",
    "Muy contenta con la atención en la tienda.",
    "I had to call twice to get an answer.",
    "Todo perfecto, repetiré.",
    "The app lost my cart again.",
)
EVENTS_SQL = """
WITH drawn AS (
    SELECT i, ($first + (hash(i) % $rows)::BIGINT) // $each AS customer,
           (hash(i + 1e9::BIGINT) % 1000)::INT AS kind, (hash(i + 2e9::BIGINT) % 1000)::INT AS chance,
           (hash(i + 3e9::BIGINT) % 5)::INT AS five,
           $until - to_seconds(hash(i + 4e9::BIGINT) % (365 * 86400)) AS moment
    FROM range($first, $first + $rows) told(i)
), told AS (SELECT * FROM drawn JOIN happenings ON kind >= since AND kind < until)
SELECT 'e' || i AS event_id, 'c' || customer AS customer_id, moment AS occurred_at, moment AS received_at, i AS seq,
    name, touchpoint, CASE five WHEN 0 THEN 'app' WHEN 1 THEN 'store' WHEN 2 THEN 'phone' ELSE 'web' END AS channel,
    CASE WHEN name IN ('order purchased', 'contract started') THEN round(5 + chance * 0.37, 2)
         WHEN name = 'order returned' THEN -round(5 + chance * 0.1, 2) END AS amount,
    CASE WHEN amount IS NOT NULL THEN 'EUR' END AS currency,
    CASE WHEN name IN ('order purchased', 'order delivered') THEN 'delivery' END AS promise,
    CASE WHEN name = 'order purchased' THEN moment + to_days((3 + chance % 90)::INTEGER) END AS promised_at,
    CASE WHEN name = 'survey answered'
         THEN CASE five WHEN 0 THEN 'nps' WHEN 1 THEN 'ces' WHEN 2 THEN 'enps' ELSE 'csat' END END AS metric,
    CASE metric WHEN 'nps' THEN chance % 11 WHEN 'enps' THEN chance % 11 WHEN 'ces' THEN 1 + chance % 7
         WHEN 'csat' THEN 1 + chance % 5 END::DOUBLE AS score,
    CASE metric WHEN 'nps' THEN 10 WHEN 'enps' THEN 10 WHEN 'ces' THEN 7 WHEN 'csat' THEN 5 END::DOUBLE AS scale_max,
    CASE WHEN name = 'survey answered' AND chance < 400 THEN $words[1 + chance % 5] END AS text,
    CASE WHEN subject_kind = 'issue' THEN 'agent ' || chance % 40 END AS employee_id, subject_kind,
    CASE WHEN subject_kind IS NOT NULL THEN subject_kind || '-' || customer || '-' || i % 2 END AS subject_id,
    'bench' AS source, 'bench' AS batch_id,
    CASE WHEN name = 'order purchased' THEN '{"size": "' || CASE WHEN chance < 500 THEN 'S' ELSE 'L' END || '"}' END
        AS properties,
    NULL AS anonymous_id, NULL AS account_id
FROM told
"""
CUSTOMERS_SQL = """
SELECT 'c' || i AS customer_id, 'Ana ' || i AS name, 'ana' || i || '@example.org' AS email,
    CASE i % 4 WHEN 0 THEN 'plus' WHEN 1 THEN 'business' ELSE 'private' END AS segment,
    CASE i % 3 WHEN 0 THEN 'en' ELSE 'es' END AS language,
    '{"city": "' || CASE i % 5 WHEN 0 THEN 'Vigo' WHEN 1 THEN 'Madrid' ELSE 'Bilbao' END || '"}' AS traits,
    $until - to_days((400 + i % 900)::INTEGER) AS since, $until AS updated_at, 'bench' AS source, 'bench' AS batch_id
FROM range($customers) told(i)
"""


def fill(home: Path, events: int) -> None:
    """A ledger of so many events below `home`, which end now."""
    ledger, until = open_ledger(home), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for first in range(0, events, CHUNK):
        ledger.append(happened(first, min(CHUNK, events - first), until))
        print(f"  {first + CHUNK:,} events", end="\r", file=sys.stderr, flush=True)
    db = duckdb.connect()
    people = db.query(CUSTOMERS_SQL, params={"until": until, "customers": events // PER_CUSTOMER})
    ledger.put_customers(in_shape(people, CUSTOMERS.names))
    ledger.tidy()


def happened(first: int, rows: int, until: datetime) -> duckdb.DuckDBPyRelation:
    """Events number `first` to `first + rows`, in EVENTS' shape."""
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    since, edges = 0, []
    for name, touchpoint, share, kind in HAPPENINGS:
        edges.append((name, touchpoint, kind, since, since + share))
        since += share
    columns = "name VARCHAR, touchpoint VARCHAR, subject_kind VARCHAR, since INT, until INT"
    db.execute(f"CREATE TEMP TABLE happenings ({columns})")
    db.executemany("INSERT INTO happenings VALUES (?, ?, ?, ?, ?)", edges)
    told = {"first": first, "rows": rows, "each": PER_CUSTOMER, "until": until, "words": list(WORDS)}
    return in_shape(db.query(EVENTS_SQL, params=told), EVENTS.names)


def in_shape(rows: duckdb.DuckDBPyRelation, names: list[str]) -> duckdb.DuckDBPyRelation:
    """Columns the query does not make are not known."""
    return rows.project(", ".join(name if name in rows.columns else f"NULL AS {name}" for name in names))
