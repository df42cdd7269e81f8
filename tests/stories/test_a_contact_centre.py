"""A service desk's export: satisfaction by channel, and the answers that came before their question."""

import csv
from pathlib import Path

import pytest

from tests.stories.vivencia_command import Terminal

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Terminal:
    return Terminal(tmp_path_factory.mktemp("desk"))


def test_a_service_desk_reads_its_own_satisfaction(desk: Terminal, real_data: Path) -> None:
    file = real_data / "contact_centre" / "contact_centre_csat.csv"

    imported = desk.json("import", "--preset", "contact-centre", str(file))

    assert imported["rejected"] == 318
    with Path(imported["rejects_file"]).open(newline="", encoding="utf-8-sig") as rows:
        rejects = list(csv.DictReader(rows))
    assert len({row["row"] for row in rejects}) == 318
    assert all(row["reason"] for row in rejects)

    (mean,) = desk.json("metric", "csat", "--variant", "mean")
    assert (round(mean["value"], 3), mean["n"]) == (4.248, 8_525)
    (share,) = desk.json("metric", "csat")
    assert round(share["value"], 2) == 82.79
    by_channel = desk.json("metric", "csat", "--variant", "mean", "--by", "channel")
    assert {(row["group"]["channel"], round(row["value"], 3), row["n"]) for row in by_channel} == {
        ("Email", 3.822, 281),
        ("Inbound", 4.248, 6_806),
        ("Outcall", 4.331, 1_438),
    }
    (first_response,) = desk.json("metric", "first_response_time")
    assert (first_response["value"], first_response["unit"], first_response["n"]) == (6, "min", 8_207)
