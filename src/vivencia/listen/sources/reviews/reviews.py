"""Reviews and social posts: what they are called here, whichever platform they come from. Pure.

Files come in by the preset `reviews` (`listen/imports/presets/reviews.toml`), live ones by a webhook of shape
"reviews". A rating is satisfaction on the platform's own scale; a post without one is just what somebody said.
"""

from collections.abc import Mapping
from typing import Final

REVIEW_MAPPING: Final[Mapping[str, str]] = {
    "name": "=review written",
    "touchpoint": "=review",
    "metric": "=csat",
    "scale_max": "=5",
}
