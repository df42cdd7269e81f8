"""What a person is in the middle of today, and why we say so. Pure: rows in, rows out; the clock is an argument.

Each situation is a fact with its reason, so that whoever speaks to the person next knows it: something promised and not
yet done, something promised and done late, a bad answer, an open problem, a silence longer than their own rhythm.
"""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from vivencia.understand.lived import Lived, Promised

RECENT_BREACH = timedelta(days=90)
RECENT_ANSWER = timedelta(days=180)
BAD = {"nps": 6.0, "enps": 6.0}  # up to which answer counts as bad; other questions: two fifths of their scale
BAD_SHARE = 0.4
EFFORT_SCALE = 5.0  # CES 1.0 asks how much effort it took: there the highest answers are bad
RHYTHM_TIMES = 2.0
FEWEST_RETURNS = 3  # gaps between active days from which a rhythm can be told
ISSUE_KINDS = ("ticket", "issue", "case", "contact", "complaint")
_OPENS = re.compile(r"\b(opened|reported|created|received|reopened)\b")
_CLOSES = re.compile(r"\b(solved|closed|resolved|cancelled)\b")


@dataclass(frozen=True)
class Situation:
    """`kind`: overdue, open_promise, broken_promise, bad_answer, open_issue or silence. `since`: when it began.

    `days`: how late, how long silent, or in how many days due, whichever the kind is about; None where it is neither.
    `usual_days`: the person's own rhythm (silence). `promise`, `event`: what it is about.
    """

    kind: str
    since: datetime
    days: float | None = None
    usual_days: float | None = None
    promise: Promised | None = None
    event: Lived | None = None

    @property
    def tone(self) -> str:
        return {"open_promise": "neutral", "silence": "caution"}.get(self.kind, "pain")


def closes(name: str) -> bool:
    """Whether an event of this name ends a problem."""
    return bool(_CLOSES.search(name.lower().replace("_", " ")))


def situation(
    lived: Sequence[Lived], promised: Sequence[Promised], as_of: datetime, *, issues_close: bool = True
) -> list[Situation]:
    """Everything the person is in the middle of, the most pressing first. `lived` and `promised`: oldest first.

    `issues_close`: whether the data say at all when a problem is solved; where they do not, a problem counts as open
    only until something else happens in it.
    """
    return [
        *_promises(promised, "overdue", as_of),
        *_open_issues(lived, issues_close),
        *_broken(promised, as_of),
        *_bad_answer(lived, as_of),
        *_promises(promised, "open", as_of),
        *_silence(lived, as_of),
    ]


def _promises(promised: Sequence[Promised], state: str, as_of: datetime) -> list[Situation]:
    kind = "overdue" if state == "overdue" else "open_promise"
    return [
        Situation(kind, one.opened_at, days=_days(abs(as_of - one.promised_at)), promise=one)
        for one in promised
        if one.state == state and one.withdrawn_at is None
    ]


def _broken(promised: Sequence[Promised], as_of: datetime) -> list[Situation]:
    return [
        Situation("broken_promise", one.promised_at, days=(one.late_hours or 0.0) / 24, promise=one)
        for one in promised
        if one.state == "broken" and one.fulfilled_at and as_of - one.fulfilled_at <= RECENT_BREACH
    ]


def is_bad(metric: str | None, score: float, scale_max: float | None) -> bool:
    """Whether an answer says that something went wrong."""
    if metric in BAD:
        return score <= BAD[metric]
    if metric == "ces" and scale_max == EFFORT_SCALE:
        return score >= EFFORT_SCALE - 1
    return scale_max is not None and score <= BAD_SHARE * scale_max


def _bad_answer(lived: Sequence[Lived], as_of: datetime) -> list[Situation]:
    """The last answer, where it was bad and recent; of one survey's several answers, the first bad one.

    A better answer later takes an earlier bad one back, and so does our answer to the person.
    """
    answers = [event for event in lived if event.score is not None and event.metric != "enps"]
    if not answers:
        return []
    together = [event for event in answers if event.at == answers[-1].at]
    bad = [event for event in together if is_bad(event.metric, event.score or 0.0, event.scale_max)]
    answered = any(event.name == "feedback answered" and event.at >= answers[-1].at for event in lived)
    if not bad or answered or as_of - bad[0].at > RECENT_ANSWER:
        return []
    return [Situation("bad_answer", bad[0].at, event=bad[0])]


def _open_issues(lived: Sequence[Lived], issues_close: bool) -> list[Situation]:
    opened: dict[str, Lived] = {}
    for event in lived:
        if event.subject_id is None or event.subject_kind not in ISSUE_KINDS or event.about_surveys:
            continue
        if _OPENS.search(event.name.lower().replace("_", " ")):
            opened[event.subject_id] = event
        elif closes(event.name) or not issues_close:
            opened.pop(event.subject_id, None)
    return [Situation("open_issue", event.at, event=event) for event in opened.values()]


def rhythm_days(days: Sequence[datetime]) -> float | None:
    """The median days between visits on different days; None below three returns."""
    gaps = [(later - earlier) / timedelta(days=1) for earlier, later in pairwise(days)]
    return statistics.median(gaps) if len(gaps) >= FEWEST_RETURNS else None


def active_days(lived: Sequence[Lived]) -> list[datetime]:
    """The last moment of each day on which the person did something; purchases alone where there are enough of them."""
    bought = _one_a_day([event.at for event in lived if (event.amount or 0) > 0])
    if len(bought) > FEWEST_RETURNS:
        return bought
    return _one_a_day([event.at for event in lived if not event.about_surveys])


def _one_a_day(moments: Sequence[datetime]) -> list[datetime]:
    return sorted({moment.date(): moment for moment in moments}.values())


def _silence(lived: Sequence[Lived], as_of: datetime) -> list[Situation]:
    days = active_days(lived)
    usual = rhythm_days(days)
    if usual is None:
        return []
    longest = max((later - earlier) / timedelta(days=1) for earlier, later in pairwise(days))
    last = max(event.at for event in lived if not event.about_surveys)
    silent = _days(as_of - last)
    if silent <= max(RHYTHM_TIMES * usual, longest, 1.0):
        return []
    return [Situation("silence", last, days=silent, usual_days=usual)]


def _days(length: timedelta) -> float:
    return length / timedelta(days=1)
