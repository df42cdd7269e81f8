"""Run in an environment of its own: Segment's Python library sends events, and waits until all are acknowledged.

`python python_sends.py ADDRESS WRITE_KEY COUNT`
"""

import sys

import segment.analytics as analytics


def main() -> None:
    analytics.host, analytics.write_key = sys.argv[1], sys.argv[2]
    analytics.max_retries, analytics.gzip, analytics.max_queue_size = 50, True, 100_000
    count = int(sys.argv[3])
    analytics.identify("py-0", {"email": "py@example.org", "plan": "plus"})
    print("sending", flush=True)
    for number in range(count):
        analytics.track(f"py-{number % 7}", "Order Completed", {"order_id": f"py-o-{number}", "revenue": 2.5})
    analytics.flush()
    analytics.shutdown()
    print("sent", flush=True)


if __name__ == "__main__":
    main()
