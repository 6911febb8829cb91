"""Two teams fill the lane of batches with 10,000 jobs, one weighs three, and a person asks for one thing after another.
Then both fill the lane of enhancements likewise, one with rank 0 and one with 9, and a person enhances and previews.

`python -m tests.benchmarks.bench_fairness [--quick]` with DATABASE_URL naming a Postgres. The workers are the
product's: two processes for batches and people, one for people alone, one for enhancements (of 50 ms each here: nobody
can begin before the one in work has ended). It prints the time from a person's request to its start, with an empty
queue and beside the others, and how many jobs of each team were begun meanwhile.
"""

import argparse
import json
import time
from functools import partial
from statistics import quantiles
from uuid import UUID, uuid4

import django

django.setup()

from celery import current_app  # noqa: E402  (Django must be set up first)
from django.db import transaction  # noqa: E402

from designer.jobs.models import BEHIND, Job, JobStatus, Lane, TeamWeight  # noqa: E402
from designer.jobs.services import enqueue  # noqa: E402
from enhancement.previews import FIRST  # noqa: E402
from tests.faults.kit import Stage, private_database, until  # noqa: E402

KINDS = "tests.benchmarks.queue_kinds"
PERSON, LIGHT, HEAVY = uuid4(), uuid4(), uuid4()
WEIGHTS = {LIGHT: 1, HEAVY: 3}
PATIENT, URGENT = uuid4(), uuid4()
RANKS = {PATIENT: 9, URGENT: 0}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true", help="a tenth of the jobs and of the requests")
    quick = arguments.parse_args().quick
    jobs, asked = (1_000, 20) if quick else (10_000, 200)
    with private_database():
        stage = Stage(lease=30, heartbeat=10, sweep=5)
        stage.env |= {"FAULTS": "", "DESIGNER_EXTRA_HANDLERS": KINDS, "CONN_MAX_AGE": "60"}
        try:
            print(json.dumps(play(stage, jobs, asked)))
            print(json.dumps(enhance(stage, jobs // 10, asked // 4)))
        finally:
            stage.close()


def play(stage: Stage, jobs: int, asked: int) -> dict[str, object]:
    current_app.conf.broker_url = stage.valkey.url
    TeamWeight.objects.create(pk=HEAVY, weight=WEIGHTS[HEAVY], by_id=uuid4())
    stage.worker("interactive,batch", children=2)
    stage.worker("interactive", children=1)
    stage.scheduler()
    ask(3)  # until all are awake
    alone = ask(asked)
    with transaction.atomic():
        for _ in range(jobs // 2):
            for team in WEIGHTS:
                enqueue("bench.busy", {"seconds": "0.02"}, team_id=team, lane="batch")
    until(lambda: begun(HEAVY) > 3, 60)
    beside = ask(asked)
    begun_by = {WEIGHTS[team]: begun(team) for team in WEIGHTS}
    left = Job.objects.filter(lane="batch", status=JobStatus.QUEUED).count()
    return {
        "jobs": jobs,
        "asked": asked,
        "left_at_the_end": left,
        "person_alone_ms": spread(alone),
        "person_beside_ms": spread(beside),
        "begun_by_weight": begun_by,
        "share": round(begun_by[3] / max(1, begun_by[1]), 2),
    }


def enhance(stage: Stage, jobs: int, asked: int) -> dict[str, object]:
    """Beside the batches of enhancements of two teams: what a person waits for one image, and for a preview."""
    stage.worker("gpu", children=1)
    ask(3, lane=Lane.GPU)
    alone = ask(asked, lane=Lane.GPU)
    with transaction.atomic():
        for _ in range(jobs // 2):
            for team, rank in RANKS.items():
                busy = {"seconds": "0.05"}
                enqueue("bench.busy", busy, team_id=team, lane=Lane.GPU, priority=BEHIND, rank=rank)
    until(lambda: begun(URGENT) > 3, 60)
    beside, previews = ask(asked, lane=Lane.GPU), ask(asked, lane=Lane.GPU, priority=FIRST)
    return {
        "enhancements_of_batches": jobs,
        "asked": asked,
        "left_at_the_end": Job.objects.filter(lane=Lane.GPU, status=JobStatus.QUEUED).count(),
        "person_alone_ms": spread(alone),
        "person_beside_ms": spread(beside),
        "preview_beside_ms": spread(previews),
        "begun_by_rank": {RANKS[team]: begun(team) for team in RANKS},
    }


def ask(count: int, *, lane: str = Lane.INTERACTIVE, priority: int = 5) -> list[float]:
    """Milliseconds from the request of each to its start; the next is asked for when it has ended."""
    ids = []
    for _ in range(count):
        job = enqueue("bench.nothing", {}, team_id=PERSON, lane=lane, priority=priority)
        until(partial(ended, job.pk), 60, every=0.005)
        ids.append(job.pk)
        time.sleep(0.05)
    rows = Job.objects.filter(pk__in=ids)
    return [(row.started_at - row.created_at).total_seconds() * 1000 for row in rows if row.started_at]


def ended(pk: UUID) -> bool:
    return Job.objects.filter(pk=pk, status=JobStatus.SUCCEEDED).exists()


def begun(team: UUID) -> int:
    return Job.objects.filter(team_id=team, started_at__isnull=False).count()


def spread(waits: list[float]) -> dict[str, float]:
    cuts = quantiles(waits, n=20, method="inclusive")
    return {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1), "max": round(max(waits), 1)}


if __name__ == "__main__":
    main()
