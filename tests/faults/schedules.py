"""The schedule while its leaders die and freeze, as a play. It returns figures and judges nothing."""

import random
import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from batches import calendar
from designer.jobs.models import Job, SchedulerBeat
from designer.jobs.scheduler import NAME
from designer.jobs.services import enqueue
from designer.ledger.models import LedgerEntry
from tests.faults.kit import Proc, Stage, Web, ended, private_stage, until

Figures = dict[str, Any]
FIRST_AFTER = timedelta(seconds=3)
ZONES = ("Europe/Paris", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Cairo", "UTC")
NIGHTLY = ("30 2 * * *", "0 2 * * *", "15 1 * * *", "30 0 * * *")


def played(*, seconds: int, every: float) -> Figures:
    """7, on a stage of its own: three schedulers, a worker and a web node."""
    with private_stage() as stage:
        stage.worker()
        schedulers = [stage.scheduler() for _ in range(3)]
        return has_no_single_point(stage, stage.web(), schedulers, seconds=seconds, every=every)


def has_no_single_point(stage: Stage, web: Web, schedulers: list[Proc], *, seconds: int, every: float) -> Figures:
    """A job for each second, and a duty every second, while the leader is killed or frozen by turns."""
    Path(stage.plans, "tick.every.second").touch()
    first = timezone.now() + FIRST_AFTER
    with transaction.atomic():
        jobs = [
            enqueue("faults.effect", {}, team_id=stage.team.pk, run_at=first + timedelta(seconds=n))
            for n in range(seconds)
        ]
    found = _hurt(schedulers, until_=first + timedelta(seconds=seconds), every=every)
    until(ended([job.pk for job in jobs]), 60)
    return {
        "promise": 7,
        **_fired([job.pk for job in jobs]),
        "duty": _slots(),
        **{name: _worst(waits) for name, waits in found.items()},
        "red_after_all_froze": _red(web, schedulers),
        "clock": nights_of_a_year(),
    }


def _hurt(schedulers: list[Proc], *, until_: datetime, every: float) -> dict[str, list[float]]:
    """Seconds from each blow at the leader to the first beat of another."""
    waits: dict[str, list[float]] = {"takeover_after_kill": [], "takeover_after_freeze": []}
    dice, number = random.Random(7), 0
    while timezone.now() < until_:
        struck = time.monotonic()
        leader = _leader(schedulers)
        freeze = number % 2 == 1
        number += 1
        if freeze:
            leader.signal(signal.SIGSTOP)
        else:
            leader.kill()
        until(lambda old=leader.pid: _leader_pid() not in (0, old), 40)
        waits["takeover_after_freeze" if freeze else "takeover_after_kill"].append(time.monotonic() - struck)
        if freeze:
            leader.signal(signal.SIGCONT)
        else:
            leader.start()
        time.sleep(max(0.0, every * (0.8 + 0.4 * dice.random()) - (time.monotonic() - struck)))
    return waits


def _leader_pid() -> int:
    """The process of the last beat, if that is fresh; else 0."""
    beat = SchedulerBeat.objects.filter(name=NAME, beat_at__gt=timezone.now() - timedelta(seconds=3)).first()
    return int(beat.holder.rpartition(":")[2]) if beat else 0


def _leader(schedulers: list[Proc]) -> Proc:
    by_pid = {proc.pid: proc for proc in schedulers}
    return by_pid[until(lambda: pid if (pid := _leader_pid()) in by_pid else None, 40)]


def _fired(ids: list[Any]) -> Figures:
    """Of the jobs set for a second each: how often each was done, and how late it began."""
    effects = Counter(LedgerEntry.objects.filter(job_id__in=ids).values_list("job_id", flat=True))
    rows = Job.objects.filter(pk__in=ids)
    late = sorted((row.started_at - row.scheduled_at).total_seconds() for row in rows if row.started_at)
    return {
        "slots": len(ids),
        "missed": sum(1 for pk in ids if not effects[pk]),
        "doubled": sum(1 for count in effects.values() if count > 1),
        "late": {"p50": round(late[len(late) // 2], 2), "max": round(late[-1], 2)},
    }


def _slots() -> Figures:
    """Of the duty that runs each second: no slot twice, and the longest time that nobody led."""
    slots = sorted(int(slot) for slot in Job.objects.filter(kind="faults.slot").values_list("payload__slot", flat=True))
    gaps = [later - earlier for earlier, later in pairwise(slots)]
    return {"ran": len(slots), "doubled": gaps.count(0), "longest_gap": max(gaps, default=0)}


def _worst(waits: list[float]) -> Figures:
    return {"times": len(waits), "max": round(max(waits), 1) if waits else None}


def _red(web: Web, schedulers: list[Proc]) -> float:
    """Seconds until /readyz says that nobody schedules, once all of them are frozen."""
    for proc in schedulers:
        proc.signal(signal.SIGSTOP)
    frozen = time.monotonic()
    until(lambda: web.ask("GET", "/readyz", "")[0] == 503, 40, every=0.2)
    red = time.monotonic() - frozen
    for proc in schedulers:
        proc.signal(signal.SIGCONT)
    return round(red, 1)


def nights_of_a_year(year: int = 2026) -> Figures:
    """Nightly crons in zones that change their clocks: each local day must have its run, and one only."""
    missed = doubled = runs = 0
    for zone in ZONES:
        for cron in NIGHTLY:
            days = Counter(_local_days(cron, zone, year))
            wanted = {datetime(year, 1, 2, tzinfo=UTC).date() + timedelta(days=n) for n in range(363)}
            runs += sum(days[day] for day in wanted)
            missed += sum(1 for day in wanted if not days[day])
            doubled += sum(1 for day in wanted if days[day] > 1)
    return {"zones": len(ZONES), "crons": len(NIGHTLY), "runs": runs, "missed": missed, "doubled": doubled}


def _local_days(cron: str, zone: str, year: int) -> list[Any]:
    moment, days = datetime(year, 1, 1, tzinfo=UTC), []
    while moment.year == year:
        moment = calendar.following(cron, zone, after=moment)
        days.append(moment.astimezone(ZoneInfo(zone)).date())
    return days
