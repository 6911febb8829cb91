"""Which worker does which lane: what waits for strangers never holds what draws."""

import re
from collections.abc import Iterator

import pytest

from designer.jobs.models import JobStatus, Lane
from designer.local.processes import programs
from designer.local.system import ROOT
from tests.faults.kit import Stage, all_in, ended, private_database, until


def started_here() -> list[set[str]]:
    """The lanes of each worker that the launcher starts."""
    words = [list(program.words) for program in programs(8000)]
    return [set(each[each.index("-Q") + 1].split(",")) for each in words if "-Q" in each]


def started_in_production() -> list[set[str]]:
    found = re.findall(r'-Q, "?([a-z,]*[a-z])', (ROOT / "compose.yaml").read_text())
    return [set(lanes.split(",")) for lanes in found]


@pytest.mark.parametrize("workers", [started_here(), started_in_production()], ids=["here", "production"])
def test_every_lane_has_a_worker_and_those_of_strangers_and_of_people_share_theirs_with_none(workers):
    assert {lane for lanes in workers for lane in lanes} == set(Lane.values)
    assert {"interactive"} in workers
    for alone in ("io", "remote"):
        assert [lanes for lanes in workers if alone in lanes] == [{alone}]


@pytest.fixture
def stage(django_db_blocker, tmp_path, monkeypatch) -> Iterator[Stage]:
    monkeypatch.setenv("DESIGNER_VAR", str(tmp_path))
    with django_db_blocker.unblock(), private_database():
        stage = Stage()
        try:
            yield stage
        finally:
            stage.close()


@pytest.mark.fault
def test_receivers_that_hang_hold_no_picture(stage):
    for lanes in started_here():
        if lanes & {"io", "interactive"}:
            stage.worker(",".join(sorted(lanes)), children=2)
    stage.scheduler()
    client = stage.client()
    hanging = [stage.sure(client, "faults.sleep", lane="io", payload={"seconds": "600"}) for _ in range(4)]
    until(lambda: all_in(hanging[:2], JobStatus.LEASED)(), 60)
    pictures = [stage.sure(client, "faults.noop") for _ in range(5)]
    until(ended(pictures), 60)
    assert not ended(hanging[:1])()
