"""Batches: seconds to plan 10,000 items beside a bare COPY of as many rows, and Sketchbook images an hour to the end.

`python -m tests.benchmarks.bench_batch [--quick] [--minutes=N]` with DATABASE_URL naming a Postgres: 10,000 items, or
60 with --quick, are made by two worker processes; a third serves people alone, one of whom asks for an image now and
then. Beside the pace stand what an item costs of a core, what must be exact (failures 0, ledger = estimate = batch
cost), what must be flat (memory of the workers over the run, in MiB per 1,000 items) and how long the person's images
waited for a worker. After so many minutes the rest is cancelled, and the estimate counts for the items that were made.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import django

os.environ.setdefault("DESIGNER_VAR", tempfile.mkdtemp(prefix="bench-batch-"))
django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402  (Django must be set up first)

from batches import services, steering  # noqa: E402
from batches.models import Batch  # noqa: E402
from designer.generations.services import request_generation  # noqa: E402
from designer.generations.wishes import GenerationWish  # noqa: E402
from designer.jobs.models import Job  # noqa: E402
from designer.ledger.services import spent  # noqa: E402
from teams.accounts.models import User  # noqa: E402
from tests.faults.fairness import tail  # noqa: E402
from tests.faults.kit import Proc, Stage, private_database, until  # noqa: E402

PLANNED = 10_000
LIMIT_S = 10.0
ENOUGH = 500  # items: fewer say nothing of a slope
TOLD_EVERY = 250  # items
ASKED_EVERY = 30.0  # seconds between two images that a person asks for
PICK_UP_S = 1.0  # p95
TELLING = 20  # waits: fewer say nothing of a p95
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true", help="60 items, not 10,000, which take some hours")
    arguments.add_argument("--minutes", type=float, default=float("inf"))
    chosen = arguments.parse_args()
    items = 60 if chosen.quick else PLANNED
    with private_database():
        owner = User.objects.create_user("bench@example.org", str(uuid4()))
        planning = plan_many(owner)
        stage = Stage(lease=30, heartbeat=10, sweep=5)
        stage.env |= {"FAULTS": "", "CONN_MAX_AGE": "60"}
        try:
            running = run_out(stage, owner, items, seconds=60 * chosen.minutes)
        finally:
            stage.close()
    return report(planning, running)


def plan_many(owner: User) -> dict[str, float]:
    """A matrix of 10,000 different items planned and priced; and the same rows copied without a thought."""
    slots = {
        name: [f"{name} {number}" for number in range(count)] for name, count in (("garment", 100), ("fabric", 100))
    }
    plan: dict[str, Any] = {"base": {"brief": "a {garment} in {fabric}"}, "slots": slots}
    begun = time.perf_counter()
    made = services.create(actor=owner, wish=services.BatchWish(plan=plan, start=False))
    ours = time.perf_counter() - begun
    rows = list(made.items.values_list("position", "wish", "label"))
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (id uuid PRIMARY KEY, position int, wish jsonb, label jsonb)")
        with cast("Any", cursor).copy("COPY bare FROM STDIN") as copy:
            for position, wish, label in rows:
                copy.write_row((uuid4(), position, json.dumps(wish), json.dumps(label)))
    return {"planned_s": ours, "copied_s": time.perf_counter() - begun, "rows": len(rows)}


def run_out(stage: Stage, owner: User, items: int, *, seconds: float) -> dict[str, Any]:
    workers = [stage.worker("interactive,io,batch", children=1) for _ in range(2)]
    stage.worker("interactive,io", children=1)
    stage.scheduler()
    person = User.objects.create_user("person@example.org", str(uuid4()))
    plan = {"base": {"brief": "a knee-length coat in boiled wool"}, "variations": items}
    begun = time.perf_counter()
    made = services.create(actor=owner, wish=services.BatchWish(plan=plan, parallelism=8))
    memory: list[tuple[int, float]] = []
    asked, began_with = 0, 0.0

    def over() -> bool:
        nonlocal asked, began_with
        passed = time.perf_counter() - begun
        row = Batch.objects.defer("plan").get(pk=made.pk)
        began_with = began_with if row.done else core_seconds(workers)  # not what their start took
        if not memory or row.done > memory[-1][0]:
            memory.append((row.done, sum(resident_mib(worker) for worker in workers)))
            if row.done // TOLD_EVERY > memory[-2:][0][0] // TOLD_EVERY:
                load = f"load {os.getloadavg()[0]:.1f}"
                print(f"{passed:8.0f} s  {row.done} done  {memory[-1][1]:.0f} MiB  {load}", flush=True)
        if row.done and passed >= ASKED_EVERY * asked and not row.is_over:
            request_generation(actor=person, wish=GenerationWish(brief="a summer dress"))
            asked += 1
        return row.is_over or passed > seconds

    until(lambda: patiently(over), 30 + 20 * items, every=0.5)
    took, cost = time.perf_counter() - begun, core_seconds(workers) - began_with
    if not Batch.objects.get(pk=made.pk).is_over:
        steering.cancel(actor=owner, batch_id=made.pk)
        until(lambda: not Batch.objects.get(pk=made.pk).left_in_flight, 60)
    row = Batch.objects.get(pk=made.pk)
    expected = row.estimate_high * row.succeeded / row.total
    sums = {"ledger": spent(row.team_id), "estimate": expected, "batch": row.cost}
    waits = [
        (job.started_at - job.created_at).total_seconds()
        for job in Job.objects.filter(lane="interactive")
        if job.started_at
    ]
    return {"seconds": took, "core": cost, "row": row, "sums": sums, "memory": memory, "waits": waits}


def patiently(question: Callable[[], bool]) -> bool:
    """Its answer; False while the database is too busy to give one: a run of hours is not lost to one slow moment."""
    try:
        return question()
    except (OperationalError, InterfaceError) as trouble:
        print(f"         asked again: {trouble}".rstrip(), flush=True)
        connection.close()
        return False


def resident_mib(worker: Proc) -> float:
    """Resident memory of a worker and its children."""
    lines = [line for pid in [worker.pid, *worker.children()] for line in told(pid, "status").splitlines()]
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def core_seconds(workers: list[Proc]) -> float:
    """Of the workers, their children, and those of these that have ended."""
    pids = [pid for worker in workers for pid in (worker.pid, *worker.children())]
    spent_by = [told(pid, "stat").rpartition(")")[2].split()[11:15] for pid in pids]
    return sum(int(ticks) for each in spent_by for ticks in each) / TICKS


def told(pid: int, name: str) -> str:
    """A file of /proc; empty for a process that ends at this moment."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""


def slope_of(memory: list[tuple[int, float]]) -> float | None:
    """MiB per 1,000 items over the second half, when everything is loaded; None for too few items to say."""
    half = memory[len(memory) // 2 :]
    if memory[-1][0] < ENOUGH:
        return None
    mean_x = sum(x for x, _ in half) / len(half)
    mean_y = sum(y for _, y in half) / len(half)
    spread = sum((x - mean_x) ** 2 for x, _ in half)
    return 1_000 * sum((x - mean_x) * (y - mean_y) for x, y in half) / spread if spread else None


def report(planning: dict[str, float], running: dict[str, Any]) -> int:
    row, sums = running["row"], running["sums"]
    exact = len(set(sums.values())) == 1
    slope, p95 = slope_of(running["memory"]), tail(running["waits"])["p95"]
    ratio, pace = planning["planned_s"] / planning["copied_s"], 3600 * row.succeeded / running["seconds"]
    lines = [
        (f"planning {planning['rows']:,} items", f"{planning['planned_s']:.2f} s", f"limit {LIMIT_S:.0f} s"),
        ("the same rows by COPY", f"{planning['copied_s']:.2f} s", f"planning takes {ratio:.1f} times as long"),
        (
            "items made",
            str(row.succeeded),
            f"of {row.total}, failed {row.failed}, cancelled at the end {row.cancelled}",
        ),
        ("images an hour, 2 workers", f"{pace:.0f}", f"{running['seconds']:.1f} s in all"),
        (
            "ledger = estimate = batch cost",
            "exact" if exact else "NOT EXACT",
            str({k: str(v) for k, v in sums.items()}),
        ),
        ("core-seconds an item", f"{running['core'] / max(1, row.succeeded):.2f}", "of the two workers"),
        ("a person's images", f"{p95:.2f} s", f"p95 from order to worker, of {len(running['waits'])}; limit 1 s"),
        ("workers' memory", "-" if slope is None else f"{slope:.1f}", "MiB per 1,000 items, second half"),
    ]
    for name, value, about in lines:
        print(f"{name:32} {value:>10}   {about}")
    ended = row.succeeded + row.cancelled == row.total
    fine = exact and row.failed == 0 and ended and planning["planned_s"] < LIMIT_S
    fine = fine and (p95 < PICK_UP_S or len(running["waits"]) < TELLING)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
