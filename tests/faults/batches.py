"""A batch while what carries it dies, as a play with real processes. It returns figures and judges nothing."""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.models import Count, Sum

from batches.models import OVER, Batch, BatchItem, ItemStatus
from designer.assets.models import Asset
from designer.jobs.invariants import broken
from designer.ledger.models import LedgerEntry, Reservation
from designer.realtime.events import BATCH_ITEM
from designer.realtime.models import Event
from teams.accounts.models import User
from teams.accounts.services import create_token
from tests.factories import PASSWORD
from tests.faults.chaos import Chaos
from tests.faults.kit import Proc, Stage, Web, idle, restartable_database, until, when_up

Figures = dict[str, Any]
PLAN: dict[str, Any] = {"base": {"brief": "a plain coat"}}
LATE = "SELECT max(extract(epoch FROM now() - lease_expires_at)) FROM job_queue WHERE status = 'leased'"


@dataclass
class Carriers:
    """All that carries a batch: everything here may be hurt."""

    stage: Stage
    workers: list[Proc]
    scheduler: Proc
    web: Web


@contextmanager
def carriers(*, lease: int = 3) -> Iterator[Carriers]:
    """Two workers, a scheduler and a web node, on services of their own that may all be stopped."""
    with tempfile.TemporaryDirectory(prefix="batches-") as folder, restartable_database(Path(folder)) as postgres:
        stage = Stage(lease=lease, postgres=postgres)
        try:
            workers = [stage.worker("interactive,io,batch", children=1) for _ in range(2)]
            yield Carriers(stage, workers, stage.scheduler(), stage.web())
        finally:
            stage.close()


class Ordered:
    """A batch as its owner sees it: asked for and looked at over the web node, which may be away."""

    def __init__(self, web: Web, plan: dict[str, Any], *, parallelism: int) -> None:
        self.web, self.answers, self.late = web, Counter[int](), 0.0
        owner = User.objects.create_user(f"{uuid4()}@example.org", PASSWORD)
        self.token = create_token(actor=owner, name="play")[1]
        self.wish, self.key = {"plan": plan, "parallelism": parallelism}, str(uuid4())
        self.id = self.order()

    def order(self) -> str:
        """Ask for it; asked again, the answer is the first one."""
        status, made = self.web.ask(
            "POST", "/api/batch/generate", self.token, self.wish, **{"Idempotency-Key": self.key}
        )
        if status != 202:
            raise RuntimeError(f"the batch was refused: {status} {made}; see {self.web.log}")
        return str(made["id"])

    def look(self) -> dict[str, Any]:
        """Its progress, or {} if no answer came; notes how late the latest lease is."""
        status, told = self.web.ask("GET", f"/api/batch/{self.id}/progress", self.token)
        self.answers[status] += 1
        self.late = max(self.late, when_up(_latest_lease))
        return told if status == 200 else {}

    def done(self) -> int:
        counts = self.look().get("counts", {})
        return sum(counts.get(state, 0) for state in ("succeeded", "failed", "cancelled"))

    def is_over(self) -> bool:
        return self.look().get("status") in OVER


def _latest_lease() -> float:
    with connection.cursor() as cursor:
        cursor.execute(LATE)
        return float(cursor.fetchone()[0] or 0)


def killed_in_turn(cast: Carriers, *, items: int, frozen: float = 5.0) -> Figures:
    """Each carrier is hurt in turn while one batch runs: workers, Redis, Postgres, the scheduler, the web node."""
    chaos = Chaos(cast.stage, cast.workers, cast.scheduler, seed=1, freeze=frozen)
    blows = [
        chaos.kill_worker,
        chaos.stop_redis,
        chaos.kill_scheduler,
        chaos.flush,
        chaos.freeze_worker,
        lambda: chaos.kill_web(cast.web),
        chaos.kill_child,
    ]
    if cast.stage.postgres is not None:
        blows.insert(2, chaos.restart_postgres)
    return survived(cast, chaos, blows, items=items)


def workers_killed(cast: Carriers, *, items: int, kills: int, seed: int) -> Figures:
    """Workers are killed at random moments, whole or one of their processes, until the batch is over."""
    chaos, dice = Chaos(cast.stage, cast.workers, cast.scheduler, seed=seed, freeze=5), random.Random(seed)
    blows = [dice.choice([chaos.kill_worker, chaos.kill_child]) for _ in range(kills)]
    return {**survived(cast, chaos, blows, items=items), "seed": seed}


def survived(cast: Carriers, chaos: Chaos, blows: list[Callable[[], str]], *, items: int) -> Figures:
    """Order a batch, land the blows spread over its items, let it end; what came of it."""
    began = time.monotonic()
    batch = Ordered(cast.web, {**PLAN, "variations": items}, parallelism=6)
    steps = len(blows) + 1
    for number, blow in enumerate(blows, start=1):
        until(partial(_reached, chaos, batch, number * items // steps), 60 + 20 * items, every=0.2)
        chaos.land(blow)
    until(partial(_reached, chaos, batch, items), 60 + 20 * items, every=0.2)
    chaos.calm()
    dead = _replayed(batch)
    until(batch.is_over, 60, every=0.2)
    when_up(lambda: until(idle, 60, every=0.2))
    return {
        "items": items,
        "faults": dict(chaos.done),
        "dead_after_three_kills_then_replayed": dead,
        "asked_again_is_the_same": batch.order() == batch.id,
        "answers": {str(status): count for status, count in sorted(batch.answers.items())},
        "longest_past_its_lease": round(batch.late, 1),
        "run": round(time.monotonic() - began, 1),
        **when_up(lambda: books(batch.id)),
    }


def _reached(chaos: Chaos, batch: Ordered, least: int) -> bool:
    chaos.tend()
    return batch.done() >= least


def _replayed(batch: Ordered) -> int:
    """An item whose workers were killed three times is a dead letter: its owner retries it, as the page offers."""
    dead = int(batch.look().get("counts", {}).get("failed", 0))
    if dead:
        batch.web.ask("POST", f"/api/batch/{batch.id}/retry", batch.token, {})
        until(lambda: batch.done() == batch.look()["counts"]["total"], 240, every=0.2)
    return dead


def books(batch_id: str) -> Figures:
    """What the rows say of an ended batch: ends, charges and images of each item, and sums that must agree."""
    row = Batch.objects.get(pk=batch_id)
    items = row.items.all()
    good = items.filter(status=ItemStatus.SUCCEEDED)
    ends = Counter(
        Event.objects.filter(channel=f"batch:{row.pk}", event=BATCH_ITEM, data__status="succeeded").values_list(
            "data__item", flat=True
        )
    )
    paid = LedgerEntry.objects.filter(team_id=row.team_id)
    images = Asset.objects.filter(team_id=row.team_id, kind="generated").values("generation")
    sums = {"ledger": paid.aggregate(sum=Sum("amount"))["sum"], "batch": row.cost, "estimate": row.estimate_high}
    return {
        "status": row.status,
        "states": dict(Counter(items.values_list("status", flat=True))),
        "not_ended_once": sum(1 for item in good if ends[str(item.pk)] != 1) + len(set(ends) - _ids(good)),
        "paid_twice": paid.values("subject").annotate(n=Count("pk")).filter(n__gt=1).count(),
        "made_twice": images.annotate(n=Count("pk")).filter(n__gt=1).count(),
        "images": images.count(),
        "sums": {name: str(amount) for name, amount in sums.items()},
        "exact": len(set(sums.values())) == 1,
        "open_reservations": Reservation.objects.filter(state="open").count(),
        "broken_invariants": broken(),
    }


def _ids(items: Any) -> set[str]:
    rows: list[BatchItem] = list(items)
    return {str(row.pk) for row in rows}
