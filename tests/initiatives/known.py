"""A moment whose numbers can be checked by hand: 100 of 400 cases live a broken promise, which costs 1 point of 5."""

from vivencia.moments.findings import Findings, Moment, Range, to_json
from vivencia.moments.models import MomentStudy, State
from vivencia.moments.studies import PRODUCT

KEY = "delivery · promise broken"
NOTHING = Range(None, None, None)


def moment(**changes: object) -> Moment:
    told: dict[str, object] = {
        "key": KEY, "touchpoint": "delivery", "condition": "promise broken", "family": "promise",
        "condition_key": None, "condition_value": None, "percentile": None, "threshold": None, "synonyms": (),
        "kind": "pain", "effect": -1.0, "low": -1.2, "high": -0.8, "p_value": 0.0001, "q_value": 0.001,
        "effect_exposed": -1.0, "n_exposed": 100, "n": 400, "exposed_a_year": 200.0,
        "stake": Range(-200.0, -240.0, -160.0), "level_exposed": 2.5, "level_others": 3.6, "place": 0.5,
        "days_after_start": 4.0, "robustness": 0.2, "robustness_interval": 0.1, "sensitivity_low": None,
        "sensitivity_high": None, "overlap": 0.9, "method": "aipw", "corrected": "complete", "mediators": (),
        "assumptions": (), "why_none": None, "doses": (), "months": (), "rank": 1, "stake_rank": 1,
    }  # fmt: skip
    return Moment(**{**told, **changes})  # type: ignore[arg-type]  # a table of fields


def findings(*moments: Moment, outcome: str = "csat", kind: str = "score", better: int = 1) -> Findings:
    return Findings(
        outcome=outcome, kind=kind, better=better, by="case", scale_max=5.0 if kind == "score" else None, n=400,
        n_answered=300, answered_share=0.75, raw=NOTHING, corrected=NOTHING, correction="none", notes=(),
        answer_odds={}, adjusted_for=("segment",), left_out={}, clock=None,
        follow_up_days=None if kind == "score" else 180, since="2026-01-01", until="2026-06-30", years=0.5,
        ledger_version="e1-c1-a1", as_of="2026-06-30", moments=tuple(moments),
    )  # fmt: skip


def studied(found: Findings, segment: str = "") -> MomentStudy:
    return MomentStudy.objects.create(
        outcome=found.outcome, segment=segment, ledger_version="e1-c1-a1", product_version=PRODUCT, events=1,
        state=State.DONE, progress=1.0, result=to_json(found),
    )  # fmt: skip
