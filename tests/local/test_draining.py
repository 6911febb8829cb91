"""A real worker is drained while it works, employed again, and stopped."""

import signal
from uuid import UUID

import pytest

from designer.jobs import workers
from designer.jobs.models import Job, JobStatus, WorkerBeat
from tests.factories import UserFactory
from tests.faults.kit import all_in, ended, until
from tests.local.test_lanes import stage

__all__ = ["stage"]  # the fixture
pytestmark = pytest.mark.fault


def test_a_drained_worker_ends_what_runs_begins_nothing_more_and_takes_work_again(stage):
    process = stage.worker("interactive", children=1)
    stage.scheduler()
    client = stage.client()
    until(WorkerBeat.objects.exists, 60)
    node, admin = WorkerBeat.objects.get(), UserFactory(is_superuser=True)
    assert (node.lanes, node.processes) == (["interactive"], 1)
    assert {"upscale", "crop"} <= set(node.abilities["operations"]) and node.abilities["models"]
    running = stage.sure(client, "faults.sleep", payload={"seconds": "6"})
    until(all_in([running], JobStatus.LEASED), 60)
    assert workers.drain(actor=admin, worker_id=node.pk).state == "draining"
    later = [stage.sure(client, "faults.noop") for _ in range(3)]
    until(ended([running]), 60)
    until(lambda: state_of(node.pk) == "drained", 20)
    assert Job.objects.get(pk=running).status == JobStatus.SUCCEEDED
    assert set(Job.objects.filter(pk__in=later).values_list("status", flat=True)) == {JobStatus.QUEUED}
    workers.employ(actor=admin, worker_id=node.pk)
    until(ended(later), 60)
    process.signal(signal.SIGTERM)
    until(lambda: not WorkerBeat.objects.exists(), 30)


def state_of(pk: UUID) -> str:
    return next(each.state for each in workers.overview() if each.row.pk == pk)
