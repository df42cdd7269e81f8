"""Every metric over ten million events, against the plain SQL a hand would write for the same number.

    python -m bench.metrics [--events 10000000] [--keep FOLDER]

The SQL reads the same Parquet files in the same process, knows what the synthetic events are called and that nobody
has two ids, and stops at the number: no interval, no definition, no group. Processor seconds of both are compared, the
least of three runs, as other work on the machine does not count into them; the numbers themselves must agree.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
from deltalake import DeltaTable

from bench.company import fill
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.ledger.writing import connection
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.computing import Question, ask
from vivencia.measure.metrics.lived import Lived

SCORES = "SELECT {} FROM events WHERE metric = '{}'"
ISSUES = """
WITH reported AS (SELECT subject_id, min(occurred_at) AS moment FROM events WHERE name = 'issue reported' GROUP BY 1)
SELECT {} FROM (
    SELECT moment, {} FROM reported JOIN events USING (subject_id)
    WHERE occurred_at >= moment AND subject_kind = 'issue' GROUP BY subject_id, moment
)
"""
SECOND = "epoch({}) - epoch({})"
BY_HAND = {
    "nps": SCORES.format("100 * (avg((score >= 9)::INT) - avg((score <= 6)::INT))", "nps"),
    "enps": SCORES.format("100 * (avg((score >= 9)::INT) - avg((score <= 6)::INT))", "enps"),
    "csat": SCORES.format("100 * avg((score >= 4)::INT)", "csat"),
    "ces": SCORES.format("avg(score)", "ces"),
    "promise_kept": """
        SELECT 100 * avg((done <= promised_at)::INT) FROM (
            SELECT promised_at, min(CASE WHEN promised_at IS NULL THEN occurred_at END) OVER (
                PARTITION BY subject_id ORDER BY occurred_at DESC, (promised_at IS NULL) DESC
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS done
            FROM events WHERE promise = 'delivery')
        WHERE promised_at IS NOT NULL AND done IS NOT NULL""",
    "repurchase": """
        SELECT 100 * avg((orders > 1)::INT) FROM (
            SELECT customer_id, count(DISTINCT coalesce(subject_id, event_id)) AS orders
            FROM events WHERE amount > 0 GROUP BY 1)""",
    "revenue_per_customer": """
        SELECT sum(cents) / count(*) / 100 FROM (
            SELECT customer_id, sum(round(amount * 100)::BIGINT) AS cents
            FROM events WHERE amount IS NOT NULL GROUP BY 1)""",
    "churn": """
        WITH bought AS (
            SELECT customer_id, min(occurred_at) AS moment FROM events WHERE amount > 0
            GROUP BY customer_id, coalesce(subject_id, event_id))
        SELECT 100 * avg((next IS NULL OR next > last + to_days(180))::INT) FROM (
            SELECT customer_id, max(moment) FILTER (moment <= $now - to_days(180)) AS last,
                min(moment) FILTER (moment > $now - to_days(180)) AS next
            FROM bought WHERE moment <= $now GROUP BY 1 HAVING last > $now - to_days(360))""",
    "fcr": ISSUES.format(
        "100 * avg((answered IS NOT NULL AND (again IS NULL OR again > answered + to_days(7)))::INT) "
        "FILTER (moment <= $now - to_days(7))",
        "coalesce(min(occurred_at) FILTER (name = 'issue responded'), max(occurred_at) FILTER (name = 'issue solved')) "
        "AS answered, min(occurred_at) FILTER (name = 'issue reported' AND occurred_at > moment) AS again",
    ),
    "first_response_time": ISSUES.format(
        f"median({SECOND.format('ended', 'moment')}) / 60",
        "min(CASE WHEN name = 'issue responded' THEN occurred_at END) AS ended",
    ),
    "resolution_time": ISSUES.format(
        f"median({SECOND.format('ended', 'moment')}) / 3600",
        "max(CASE WHEN name = 'issue solved' THEN occurred_at END) AS ended",
    ),
    "conversion": """
        WITH seen AS (
            SELECT customer_id AS who, occurred_at AS moment, coalesce(amount > 0, FALSE) AS bought
            FROM events WHERE name IN ('visit started', 'product viewed') OR amount > 0
        ), paused AS (
            SELECT *, coalesce(moment - lag(moment) OVER visitor > INTERVAL 30 MINUTE, TRUE)::INT AS breaks
            FROM seen WINDOW visitor AS (PARTITION BY who ORDER BY moment)
        ), numbered AS (
            SELECT *, sum(breaks) OVER (PARTITION BY who ORDER BY moment ROWS UNBOUNDED PRECEDING) AS visit FROM paused
        )
        SELECT 100 * avg(bought::INT) FROM (
            SELECT bool_or(bought) AS bought FROM numbered GROUP BY who, visit HAVING bool_or(NOT bought))""",
    "goal_completion": """
        WITH told AS (
            SELECT customer_id AS who, occurred_at AS moment, name = 'goal completed' AS done
            FROM events WHERE name IN ('goal started', 'goal completed')
        ), followed AS (
            SELECT *, min(CASE WHEN done THEN moment END) OVER (PARTITION BY who ORDER BY moment DESC) AS done_at
            FROM told
        )
        SELECT 100 * avg(((done_at <= moment + to_days(7)) IS TRUE)::INT) FROM (
            SELECT who, min(moment) AS moment, arg_min(done_at, moment) AS done_at FROM followed
            WHERE NOT done AND moment <= $now - to_days(7) GROUP BY 1)""",
    "response_rate": """
        WITH told AS (
            SELECT 's:' || coalesce(subject_kind, '') || ':' || subject_id AS subject, customer_id, name, occurred_at
            FROM events WHERE name = 'survey sent' OR score IS NOT NULL
        ), followed AS (
            SELECT *, min(CASE WHEN name <> 'survey sent' THEN occurred_at END) OVER (
                PARTITION BY coalesce(subject, customer_id) ORDER BY occurred_at DESC) AS answered FROM told
        )
        SELECT 100 * avg((answered IS NOT NULL)::INT) FROM followed WHERE name = 'survey sent'""",
    "referral_rate": """
        SELECT 100 * avg(referred::INT) FROM (
            SELECT bool_or(name = 'referral joined') AS referred FROM events GROUP BY customer_id)""",
    "loyalty_participation": """
        SELECT 100 * avg((joined IS NOT NULL AND (gone IS NULL OR newest > gone))::INT) FROM (
            SELECT min(occurred_at) FILTER (name = 'loyalty joined') AS joined,
                max(occurred_at) FILTER (name = 'loyalty joined') AS newest,
                max(occurred_at) FILTER (name = 'loyalty left') AS gone
            FROM events GROUP BY customer_id)""",
}
BY_HAND["retention"] = BY_HAND["churn"].replace("SELECT 100 *", "SELECT 100 - 100 *", 1)


def least(times: int, work: Callable[[], float | None]) -> tuple[float, float | None]:
    """Processor seconds of the quickest run, and what it found."""
    took, value = [], None
    for _ in range(times):
        begun = time.process_time()
        value = work()
        took.append(time.process_time() - begun)
    return min(took), value


def ours_of(name: str, lived: Lived) -> float | None:
    return ask(Question(name), lived)[0].value


def plainly(db: duckdb.DuckDBPyConnection, query: str, now: datetime) -> float | None:
    found = db.execute(query, {"now": now} if "$now" in query else None).fetchone()
    return None if found is None or found[0] is None else float(found[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path, help="build the ledger here, or use the one that is here")
    parser.add_argument("--times", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vivencia-bench-") as folder:
        home = chosen.keep or Path(folder)
        if not (home / "ledger").exists():
            home.mkdir(parents=True, exist_ok=True)
            fill(home, chosen.events)
        ledger = open_ledger(home)
        read, now = ledger.read(), datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        db = connection(ledger.cache)
        db.read_parquet(DeltaTable(home / "ledger" / "events").file_uris()).create_view("events", replace=True)
        lived = Lived(read.events, read.customers, now, to_arrow=read.to_arrow, begun=read.horizon)
        assert lived.named(("visit started",)) is not None
        print(f"{'metric':<24}{'ours':>12}{'by hand':>12}{'cpu s':>10}{'by hand':>10}{'times':>8}")
        for name in METRICS:
            if name not in BY_HAND:
                continue
            ours, value = least(chosen.times, partial(ours_of, name, lived))
            hand, plain = least(chosen.times, partial(plainly, db, BY_HAND[name], now))
            print(
                f"{name:<24}{value or 0:>12.3f}{plain or 0:>12.3f}{ours:>10.2f}{hand:>10.2f}{ours / hand:>8.1f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
