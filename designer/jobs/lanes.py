"""Pausing a lane, and what the queue looks like now: for those who run the studio."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from designer.jobs.bell import ring_after_commit
from designer.jobs.models import OVER, Job, JobStatus, Lane, LanePause
from teams.accounts.models import User
from teams.audit.services import write
from teams.base.errors import Missing, Refused

LATELY: Final = timedelta(minutes=5)
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class LaneNow:
    """One lane: what waits (since when the oldest), what runs, what ended lately, and whether it is paused."""

    name: str
    waiting: int
    oldest: datetime | None
    running: int
    per_minute: float
    later: int
    dead: int
    pause: LanePause | None


def run_by(user: User) -> None:
    """Raises Missing for whoever does not run the studio: to them there is no such page."""
    if not (user.is_active and user.is_superuser):
        raise Missing(message="There is no such page.", remedy="Check the address.")


@transaction.atomic
def pause(*, actor: User, lane: str, reason: str = "") -> None:
    """Begin nothing more in this lane; what runs ends. Claims honour it from the next on. Raises Missing, Refused."""
    run_by(actor)
    _known(lane)
    LanePause.objects.get_or_create(lane=lane, defaults={"reason": reason[:200], "by_id": actor.pk})
    write(actor, "queue.pause", f"lane:{lane}", {"reason": reason[:200]})


@transaction.atomic
def resume(*, actor: User, lane: str) -> None:
    """Let this lane go on. Raises Missing, Refused."""
    run_by(actor)
    _known(lane)
    LanePause.objects.filter(lane=lane).delete()
    write(actor, "queue.resume", f"lane:{lane}", {})
    ring_after_commit(lane)


def _known(lane: str) -> None:
    if lane not in Lane.values:
        raise Refused("unknown_lane", "There is no such lane.", field="lane", remedy=f"Use {', '.join(Lane.values)}.")


def overview() -> list[LaneNow]:
    """Every lane. Finished jobs are counted by their partial index, so that millions of them cost nothing."""
    live = {row["lane"]: row for row in _by_lane(~Q(status__in=OVER), _LIVE)}
    ended = {row["lane"]: row["n"] for row in _by_lane(Q(status__in=OVER, finished_at__gt=Now() - LATELY), _ENDED)}
    pauses = LanePause.objects.in_bulk()
    nothing: dict[str, Any] = {"waiting": 0, "oldest": None, "running": 0, "later": 0, "dead": 0}
    minutes = LATELY.total_seconds() / 60
    found = []
    for lane in Lane.values:
        facts = {name: value for name, value in live.get(lane, nothing).items() if name != "lane"}
        found.append(LaneNow(name=lane, per_minute=ended.get(lane, 0) / minutes, pause=pauses.get(lane), **facts))
    return found


def one(lane: str) -> LaneNow:
    """A lane that there is."""
    return next(each for each in overview() if each.name == lane)


_LIVE: Final = {
    "waiting": Count("pk", filter=Q(status=JobStatus.QUEUED)),
    "oldest": Min("scheduled_at", filter=Q(status=JobStatus.QUEUED)),
    "running": Count("pk", filter=Q(status=JobStatus.LEASED)),
    "later": Count("pk", filter=Q(status__in=(JobStatus.SCHEDULED, JobStatus.RETRYING))),
    "dead": Count("pk", filter=Q(status=JobStatus.DEAD)),
}
_ENDED: Final = {"n": Count("pk")}


def _by_lane(which: Q, facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in Job.objects.filter(which).order_by().values("lane").annotate(**facts)]


def leases() -> list[Job]:
    """What is being worked on, the longest first."""
    return list(Job.objects.filter(status=JobStatus.LEASED).order_by("started_at")[:SHOWN])
