"""The promises of the queue, each as a play with real processes. A play returns figures and judges nothing."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from statistics import quantiles
from typing import Any
from uuid import UUID

import redis
from django.db.models import Count, Sum

from designer.generations.models import Generation
from designer.jobs.invariants import broken
from designer.jobs.models import FINAL, AttemptOutcome, Job, JobAttempt, JobStatus
from designer.ledger.models import LedgerEntry
from tests.designer.realtime import live
from tests.faults.chaos import Chaos
from tests.faults.kit import Client, Proc, Stage, Web, all_in, ended, idle, until, when_up
from tests.faults.provider import Provider

Figures = dict[str, Any]
ORDERS = "/api/generations"


def spread(seconds: list[float]) -> Figures:
    """p50, p99 and maximum, in seconds."""
    if not seconds:
        return {"p50": None, "p99": None, "max": None}
    cuts = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 99
    return {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3), "max": round(max(seconds), 3)}


def no_job_is_lost(
    stage: Stage,
    client: Client,
    workers: list[Proc],
    scheduler: Proc,
    *,
    jobs: int,
    seed: int,
    faults: int,
    frozen: float,
) -> Figures:
    """1: accepted jobs under chaos, then peace; what became of each."""
    dice = random.Random(seed)
    chaos = Chaos(stage, workers, scheduler, seed=seed, freeze=frozen)
    before = set(Job.objects.values_list("pk", flat=True))
    accepted: set[str] = set()
    strikes = {round((n + 1) * jobs / (faults + 1)) for n in range(faults)}
    for n in range(jobs):
        chaos.tend()
        if n in strikes:
            chaos.strike(client)
        job_id = stage.enqueue(client, "faults.effect", payload={"seconds": f"{dice.random() / 5:.3f}"})
        if job_id:
            accepted.add(job_id)
        time.sleep(0.02)
    chaos.calm()
    when_up(lambda: until(idle, 240, every=0.2))
    rows = dict(Job.objects.exclude(pk__in=before).values_list("pk", "status"))
    known = {str(pk) for pk in rows}
    effects = Counter(LedgerEntry.objects.filter(job_id__in=list(rows)).values_list("job_id", flat=True))
    return {
        "promise": 1,
        "seed": seed,
        "accepted": len(accepted),
        "lost": len(accepted - known) + sum(status not in FINAL for status in rows.values()),
        "without_effect": sum(1 for pk, status in rows.items() if status == JobStatus.SUCCEEDED and not effects[pk]),
        "duplicated": sum(1 for count in effects.values() if count > 1),
        "committed_without_reply": len(known - accepted),
        "states": dict(Counter(rows.values())),
        "faults": dict(chaos.done),
        "broken_invariants": broken(),
    }


def dead_workers_job_runs_again(
    stage: Stage, client: Client, workers: list[Proc], *, kills: int, lease: int, seed: int = 1
) -> Figures:
    """2: seconds from the SIGKILL of a worker's whole group to the next claim of each job it held."""
    dice = random.Random(seed)
    waits = []
    for _ in range(kills):
        ids = [stage.sure(client, "faults.sleep", payload={"seconds": "600"}) for _ in range(2)]
        until(all_in(ids, JobStatus.LEASED), 60)
        time.sleep(dice.random() * lease / 2)  # somewhere between two heartbeats
        first = Job.objects.get(pk=ids[0])
        victim = next(worker for worker in workers if int(first.worker.split(":")[1]) in worker.children())
        held = [row.pk for row in Job.objects.filter(pk__in=ids) if int(row.worker.split(":")[1]) in victim.children()]
        victim.kill()
        killed = time.time()
        until(partial(_again, held), lease + 30)
        waits += [row.started_at.timestamp() - killed for row in Job.objects.filter(pk__in=held) if row.started_at]
        for job_id in ids:
            client.ask(do="cancel", job_id=job_id)
        until(ended(ids), 30)
        victim.start()
    return {"promise": 2, "lease": lease, "kills": kills, "jobs_held": len(waits), **spread(waits)}


def _again(held: list[UUID]) -> bool:
    return Job.objects.filter(pk__in=held, attempts=2).count() == len(held)


CRASHES = {
    "before the attempt row": ("claim.committed", "kill"),
    "after the attempt row": ("attempt.committed", "kill"),
    "before sending": ("call.sending", "kill"),
    "half-sent body": ("call.half", "kill"),
    "accepted, reply unread": ("call.accepted", "kill"),
    "reply read, not committed": ("reply.read", "kill"),
    "in the commit": ("result.before_commit", "kill"),
    "after the commit": ("result.committed", "kill"),
    "lease lost": ("reply.read", "freeze"),
    "cancel race": ("call.sending", "sleep:1"),
    "accepted, no reply": ("", ""),
}


def never_billed_twice(stage: Stage, client: Client, *, rounds: int) -> Figures:
    """3: the provider's own log against the ledger, with a crash at every step of a paid call."""
    found: Figures = {"promise": 3, "crash_points": len(CRASHES), "rounds": rounds}
    for idempotency in ("key", "lookup", "none"):
        provider = Provider(stage.folder / f"charges-{idempotency}-{time.time_ns()}", honours_keys=idempotency == "key")
        ids = []
        for _ in range(rounds):
            batch = [_paid(stage, client, provider, idempotency, name) for name in CRASHES]
            _thaw_when_taken_over(stage, batch)
            until(ended(batch), 180, every=0.2)
            ids += batch
        found[idempotency] = _reconciled(provider, ids)
        provider.close()
    found["broken_invariants"] = broken()
    return found


def _paid(stage: Stage, client: Client, provider: Provider, idempotency: str, name: str) -> str:
    point, action = CRASHES[name]
    payload = {"url": provider.url, "idempotency": idempotency, "reply": "yes" if point else "none"}
    job_id = stage.sure(client, "faults.paid", payload=payload, plan=point, action=action)
    if name == "cancel race":
        until(lambda: JobAttempt.objects.filter(job_id=job_id).exists(), 60)
        client.ask(do="cancel", job_id=job_id)
    return job_id


def _reconciled(provider: Provider, ids: list[str]) -> Figures:
    charges = {job: prices for job, prices in provider.charges().items() if job in set(ids)}
    ledger = LedgerEntry.objects.filter(job_id__in=ids)
    unknown = set(
        map(
            str,
            JobAttempt.objects.filter(job_id__in=ids, outcome=AttemptOutcome.UNKNOWN).values_list("job_id", flat=True),
        )
    )
    charged = sum((sum(prices, Decimal()) for prices in charges.values()), Decimal())
    listed = sum((sum(charges.get(job, []), Decimal()) for job in unknown), Decimal())
    booked = ledger.aggregate(total=Sum("amount"))["total"] or Decimal()
    return {
        "jobs": len(ids),
        "charges": sum(map(len, charges.values())),
        "ledger": ledger.count(),
        "unknown": len(unknown),
        "unknown_charged": sum(len(charges.get(job, [])) for job in unknown),
        "double": sum(1 for prices in charges.values() if len(prices) > 1)
        + ledger.values("job_id").annotate(n=Count("pk")).filter(n__gt=1).count(),
        "difference": str(charged - listed - booked),
        "states": dict(Counter(Job.objects.filter(pk__in=ids).values_list("status", flat=True))),
    }


def _thaw_when_taken_over(stage: Stage, ids: list[str]) -> list[str]:
    """Wake frozen workers once another has ended their job; the workers' ids, newest lease last."""
    frozen = {row.pk: row.worker for row in _held(ids)}
    thawed = []
    end = time.monotonic() + 180
    while time.monotonic() < end:
        for row in _held(ids):
            frozen.setdefault(row.pk, row.worker)
        for pk, worker in list(frozen.items()):
            if Job.objects.filter(pk=pk, status__in=FINAL).exists():
                _send(worker, signal.SIGCONT)
                thawed.append(worker)
                del frozen[pk]
        if Job.objects.filter(pk__in=ids, status__in=FINAL).count() == len(ids) and not frozen:
            return thawed
        time.sleep(0.05)
    return thawed


def _held(ids: list[str]) -> list[Job]:
    return list(Job.objects.filter(pk__in=ids, status=JobStatus.LEASED))


def _send(worker: str, number: int) -> None:
    """A signal to the pool process that carries this worker id, which the stage itself started."""
    try:
        os.kill(int(worker.split(":")[1]), number)
    except ProcessLookupError:
        return


def zombies_write_nothing(stage: Stage, client: Client, *, rounds: int) -> Figures:
    """4: a worker is stopped past its lease just before it writes, another finishes, the first goes on."""
    changed = doubled = zombies = 0
    for _ in range(rounds):
        job_id = stage.sure(client, "faults.effect", plan="reply.read", action="freeze")
        first = until(partial(_held, [job_id]), 30)[0]
        until(ended([job_id]), 60)
        after = Job.objects.filter(pk=job_id).values().get()
        _send(first.worker, signal.SIGCONT)
        time.sleep(0.3)
        zombies += after["attempts"] > first.attempts
        changed += Job.objects.filter(pk=job_id).values().get() != after
        doubled += LedgerEntry.objects.filter(job_id=job_id).count() != 1
    return {"promise": 4, "zombies": zombies, "rows_changed": changed, "effects_doubled": doubled}


def committed_is_queued(stage: Stage, client: Client, *, rounds: int) -> Figures:
    """5: the web process dies between commit and wake-up; and as many requests are rolled back."""
    before = list(Job.objects.values_list("pk", flat=True))
    killed = undone = 0
    for _ in range(rounds):
        killed += bool((client.ask(do="doomed", kind="faults.effect", team_id=str(stage.team.pk)) or {}).get("killed"))
        undone += bool((client.ask(do="rollback", kind="faults.noop", team_id=str(stage.team.pk)) or {}).get("undone"))
        time.sleep(0.05)
    made = Job.objects.exclude(pk__in=before)
    until(lambda: made.filter(status=JobStatus.SUCCEEDED).count() == killed, 60)
    delays = [(row.started_at - row.created_at).total_seconds() for row in made if row.started_at]
    return {
        "promise": 5,
        "killed_before_wake": killed,
        "rolled_back": undone,
        "ghosts": made.count() - killed,
        "delay": spread(delays),
    }


class Front(threading.Thread):
    """Somebody at a web node, over HTTP: orders an image and looks at it and its page, again and again."""

    def __init__(self, web: Web, every: float) -> None:
        super().__init__(daemon=True)
        person = live.person()
        self.web, self.every = web, every
        self.token, self.cookie = live.token_of(person), live.cookie_of(person)
        self.orders: list[str] = []
        self.statuses: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.over = threading.Event()
        self.away, self.while_away = False, 0

    def run(self) -> None:
        while not self.over.wait(self.every):
            away = self.away
            status, made = self._timed("order", lambda: self.web.ask("POST", ORDERS, self.token, {"brief": "a coat"}))
            if status == 202:
                self.orders.append(made["id"])
                self.while_away += away
                self._timed("look", lambda: self.web.ask("GET", f"{ORDERS}/{self.orders[-1]}", self.token))
                self._timed("page", lambda: (self.web.shows(f"/generations/{self.orders[-1]}", self.cookie), None))

    def _timed(self, name: str, ask: Callable[[], tuple[int, Any]]) -> tuple[int, Any]:
        began = time.monotonic()
        status, said = ask()
        self.seconds.append(time.monotonic() - began)
        self.statuses[f"{name} {status}"] += 1
        return status, said

    def figures(self) -> Figures:
        """What was answered, and how many of the orders that were taken came to nothing; waits for them."""
        mine = Generation.objects.filter(pk__in=self.orders)
        done = mine.filter(status="succeeded")
        with contextlib.suppress(TimeoutError):
            until(lambda: done.count() == len(self.orders), 180, every=0.5)
        return {
            "answers": dict(self.statuses),
            "no_answer_or_5xx": sum(n for name, n in self.statuses.items() if name.split()[1][0] in "05"),
            "seconds": spread(self.seconds),
            "orders": len(self.orders),
            "orders_while_away": self.while_away,
            "orders_lost": len(self.orders) - done.count(),
        }


def redis_is_disposable(
    stage: Stage, client: Client, *, seconds: float, flush_every: float, off: float, order_every: float = 1.0
) -> Figures:
    """6: FULL flushes under load, then no Redis at all for a while; the web node must not mind."""
    ids: list[str] = []
    errors = 0
    request_seconds = []
    phases = [(seconds, flush_every), (off, 0.0)]
    web = stage.web()
    front = Front(web, order_every)
    front.start()
    for length, flush in phases:
        if not flush:
            stage.valkey.stop()
            front.away = True
        end, next_flush = time.monotonic() + length, time.monotonic()
        while time.monotonic() < end:
            if flush and time.monotonic() >= next_flush:
                next_flush += flush
                with redis.Redis.from_url(stage.valkey.url) as link:
                    link.flushall()
            began = time.monotonic()
            job_id = stage.enqueue(client, "faults.effect")
            request_seconds.append(time.monotonic() - began)
            errors += job_id is None
            ids += [job_id] if job_id else []
            time.sleep(0.05)
    front.over.set()
    front.join()
    stage.valkey.start()
    back = time.monotonic()
    until(ended(ids), 120, every=0.2)
    drained = time.monotonic() - back
    effects = LedgerEntry.objects.filter(job_id__in=ids).count()
    web.kill()
    return {
        "promise": 6,
        "accepted": len(ids),
        "errors": errors,
        "lost": len(ids) - effects,
        "request": spread(request_seconds),
        "seconds_to_drain_after_return": round(drained, 2),
        "http": front.figures(),
    }


def poison_is_isolated(stage: Stage, client: Client, *, good: int) -> Figures:
    """8: three kinds of poison amid good jobs."""
    began = time.monotonic()
    alone = [stage.sure(client, "faults.effect", payload={"seconds": "0.05"}) for _ in range(good)]
    until(ended(alone), 120)
    baseline = time.monotonic() - began
    kinds = ("faults.poison", "faults.hog", "faults.memory")
    bad = {kind: stage.sure(client, kind, max_attempts=3) for kind in kinds}
    began = time.monotonic()
    amid = [stage.sure(client, "faults.effect", payload={"seconds": "0.05"}) for _ in range(good)]
    until(ended(amid), 240)
    with_poison = time.monotonic() - began
    until(ended(bad.values()), 240, every=0.2)
    rows = {kind: Job.objects.get(pk=pk) for kind, pk in bad.items()}
    return {
        "promise": 8,
        "good": good,
        "good_done": Job.objects.filter(pk__in=amid, status=JobStatus.SUCCEEDED).count(),
        "deaths": {kind: row.deaths for kind, row in rows.items()},
        "states": {kind: row.status for kind, row in rows.items()},
        "reasons": {kind: (row.last_error or {}).get("code") for kind, row in rows.items()},
        "slowdown_of_the_good": round(with_poison / baseline, 2),
    }


def cancel_is_quick(stage: Stage, client: Client, *, rounds: int, seed: int = 1) -> Figures:
    """9: seconds from asking to the cancelled state, for Python, torch and a provider that hangs."""
    provider = Provider(stage.folder / f"hang-{time.time_ns()}", honours_keys=True)
    dice = random.Random(seed)
    waits: dict[str, list[float]] = {}
    wishes = {
        "faults.sleep": ("interactive", {"seconds": "60"}),
        "faults.tiles": ("gpu", {"count": "100000"}),
        "faults.hanging": ("io", {"url": provider.url}),
    }
    warm = stage.sure(client, "faults.tiles", lane="gpu", payload={"count": "1"})  # loading torch has no safe point
    until(ended([warm]), 120)
    for n in range(rounds):
        kind = list(wishes)[n % len(wishes)]
        lane, payload = wishes[kind]
        job_id = stage.sure(client, kind, lane=lane, payload=payload)
        until(all_in([job_id], JobStatus.LEASED), 60)
        time.sleep(dice.random() * 1.5)
        began = time.monotonic()
        client.ask(do="cancel", job_id=job_id)
        until(all_in([job_id], JobStatus.CANCELLED), 30, every=0.01)
        waits.setdefault(kind, []).append(time.monotonic() - began)
    charges = sum(map(len, provider.charges().values()))
    provider.close()
    every = [wait for kind in waits.values() for wait in kind]
    return {
        "promise": 9,
        "cancelled": len(every),
        **spread(every),
        "by_kind": {kind: spread(found) for kind, found in waits.items()},
        "charges_after_cancel": charges,
    }
