"""Every metric, flow, variant and funnel of a small demonstration company is the same on Spark as on DuckDB."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journeys.test_engines_agree import agree
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.listen.demo.generate import generate
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.computing import compute
from vivencia.measure.metrics.lived import Lived
from vivencia.understand.journeys.table import CaseKind

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
GROUPS = ((), ("period:month",), ("channel",), ("segment", "promise"))


@dataclass(frozen=True)
class Company:
    here: Read
    there: Read


@pytest.fixture(scope="module")
def company(cluster: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    ledger, made = open_ledger(tmp_path_factory.mktemp("home")), generate(UNTIL, customers=150)
    ledger.append(made.events)
    ledger.put_customers(made.customers)
    ledger.put_aliases(made.aliases)
    here = ledger.read()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("VIVENCIA_ENGINE", cluster)
        yield Company(here, ledger.read())


def figures(read: Read, metric: str, variant: str, by: tuple[str, ...]) -> list[dict[str, Any]]:
    lived = Lived(read.events, read.customers, UNTIL, to_arrow=read.to_arrow)
    return [asdict(figure) for figure in compute(metric, lived, by=by, variant=variant)]


def same(one: Any, other: Any) -> bool:
    """Equal, where numbers may differ by the order in which an engine adds them up."""
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-9)
    return bool(one == other)


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_the_same(company: Company, metric: str) -> None:
    first = next(iter(METRICS[metric].variants)).name
    asked = [(variant.name, ()) for variant in METRICS[metric].variants] + [(first, by) for by in GROUPS if by]
    for variant, by in asked:
        ours, theirs = (figures(read, metric, variant, by) for read in (company.here, company.there))
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            differing = {key: (one[key], other[key]) for key in one if not same(one[key], other[key])}
            assert not differing, (variant, by, one["group"])


@pytest.mark.parametrize("case", ["customer", "subject"])
def test_flow_variants_and_funnel_are_the_same(company: Company, case: CaseKind) -> None:
    here, there = ((read.events, read.to_arrow) for read in (company.here, company.there))
    agree(here, there, case, ["purchase", "delivery"], hours=24 * 7)
