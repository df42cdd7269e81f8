"""What to paste where, for a new write key."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Snippet:
    name: str
    title: str
    code: str


def browser(address: str, key: str) -> list[Snippet]:
    """In a page."""
    ours = f'<script async src="{address}/v.js" data-key="{key}"></script>'
    segment = (
        f"analytics.load('{key}', {{ integrations: {{ 'Segment.io': "
        f"{{ apiHost: '{address.split('//', 1)[-1]}/v1', protocol: '{address.split(':', 1)[0]}' }} }} }})"
    )
    return [
        Snippet("ours", _("Our script, in the head of every page (under 10 kB, no cookies without consent)"), ours),
        Snippet("segment", _("Or, where Segment's analytics.js is already there"), segment),
    ]


def server(address: str, key: str) -> list[Snippet]:
    """In a program."""
    python = (
        "import segment.analytics as analytics\n"
        f"analytics.write_key, analytics.host = {key!r}, {address!r}\n"
        "analytics.track('customer-1', 'Order Completed', {'order_id': '1001', 'revenue': 25.5, 'currency': 'EUR'})"
    )
    node = (
        "import { Analytics } from '@segment/analytics-node'\n"
        f"const analytics = new Analytics({{ writeKey: '{key}', host: '{address}' }})\n"
        "analytics.track({ userId: 'customer-1', event: 'Order Completed', properties: { order_id: '1001' } })"
    )
    curl = (
        f"curl -u {key}: {address}/v1/track -H 'Content-Type: application/json' \\\n"
        """  -d '{"userId": "customer-1", "event": "Order Completed", "properties": {"order_id": "1001"}}'"""
    )
    return [
        Snippet("python", "Python", python),
        Snippet("node", "Node.js", node),
        Snippet("curl", _("From the command line, to try it"), curl),
    ]
