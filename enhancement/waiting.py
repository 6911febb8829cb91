"""Where in the queue an enhancement stands, and how long until it is done; as honest as the last runs allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from designer.jobs.models import Job, JobStatus, LanePause, WorkerBeat
from designer.jobs.steering import HELD
from designer.jobs.workers import SILENT
from enhancement.lanes import ASKING, COMPUTING, lane_of
from enhancement.models import Enhancement, EnhancementPreview, Status
from enhancement.pace import Pace, pace_of

LOOKED_AT: Final = 2_000  # waiting jobs; who stands further back is told "more than"
LATER: Final = (JobStatus.SCHEDULED, JobStatus.RETRYING)  # not before its moment
USUAL: Final = 10.0  # seconds of a job of which nothing is known


@dataclass(slots=True)
class Paces:
    """Each team's pace, read once."""

    _known: dict[UUID, Pace] = field(default_factory=dict)

    def of(self, team_id: UUID) -> Pace:
        if team_id not in self._known:
            self._known[team_id] = pace_of(team_id)
        return self._known[team_id]


class Queue:
    """The lane as it is now, read once and only when asked. Other teams' work is counted, never shown."""

    def __init__(self, now: datetime | None = None, lane: str = COMPUTING) -> None:
        self.now, self.lane = now or timezone.now(), lane
        self.paces = Paces()

    @cached_property
    def _asking(self) -> Queue:
        return Queue(self.now, ASKING)

    def of(self, quote: Sequence[Mapping[str, Any]]) -> Queue:
        """The lane that a recipe with this quote waits in."""
        return self if lane_of(quote) == self.lane else self._asking

    @cached_property
    def order(self) -> dict[UUID, int]:
        """The place of each waiting job, 0 for the next."""
        waiting = Job.objects.filter(status=JobStatus.QUEUED, lane=self.lane)
        in_order = waiting.order_by("priority", "turn", "scheduled_at").values_list("pk", flat=True)
        return {pk: place for place, pk in enumerate(in_order[:LOOKED_AT])}

    @cached_property
    def seconds(self) -> Mapping[UUID, float]:
        """How long each waiting job will take, as far as its quote tells."""
        rows = Enhancement.objects.filter(job_id__in=list(self.order), status=Status.QUEUED).exclude(quote=[])
        return {
            row.job_id: self.paces.of(row.team_id).total_seconds(row.quote) for row in rows if row.job_id is not None
        }

    @cached_property
    def busy(self) -> list[float]:
        """The seconds that each working worker still needs."""
        leased = Job.objects.filter(status=JobStatus.LEASED, lane=self.lane).values_list("pk", flat=True)
        rows = {row.job_id: row for row in Enhancement.objects.filter(job_id__in=list(leased))}
        return [self.left(rows[pk]) or 0.0 if pk in rows else USUAL for pk in leased]

    @cached_property
    def hands(self) -> int:
        """How many jobs of the lane can be done at once: by the processes of the workers that live and take work."""
        serving = WorkerBeat.objects.filter(lanes__contains=[self.lane], draining_since=None)
        living = serving.filter(beat_at__gte=self.now - SILENT)
        return max(len(self.busy), sum(living.values_list("processes", flat=True)))

    @cached_property
    def held(self) -> str:
        """Why nothing begins here, however long one waits: "paused" or "no_worker"; "" where it does."""
        if LanePause.objects.filter(lane=self.lane).exists():
            return "paused"
        return "" if self.hands else "no_worker"

    def place(self, row: Enhancement | EnhancementPreview) -> dict[str, Any] | None:
        """How many are before it and how long these take; None where it stands in no line, or not any more."""
        if row.status != Status.QUEUED or row.job_id is None:
            return None
        lane = self.of(row.quote if isinstance(row, Enhancement) else [])
        if row.job_id not in lane.order and self._is_held_back(self._job(row)):
            return None
        return lane._place(row.job_id)

    def _place(self, job_id: UUID) -> dict[str, Any]:
        place = self.order.get(job_id, len(self.order))
        return {"position": place + 1, "seconds": self.wait(place), "workers": self.hands, "held": self.held}

    def wait(self, place: int | None = None) -> float | None:
        """Seconds until the job at that place begins (by default, one that would come last); None while none does."""
        if self.held:
            return None
        free = [*self.busy, *[0.0] * (self.hands - len(self.busy))]  # when each process is free
        heapify(free)
        for pk, at in self.order.items():
            if place is None or at < place:
                heappush(free, heappop(free) + self.seconds.get(pk, USUAL))
        return round(free[0], 1)

    def left(self, row: Enhancement) -> float | None:
        """Seconds that a running enhancement still needs; None when it takes longer than any measure said."""
        if not row.quote or row.started_at is None:
            return None
        pace, done = self.paces.of(row.team_id), row.facts.get("operations", [])
        behind = sum(float(step.get("seconds", 0)) for step in done)
        whole = behind + pace.total_seconds(row.quote) - sum(map(pace.step_seconds, row.quote[: len(done)]))
        left = whole - (self.now - row.started_at).total_seconds()
        return round(left, 1) if left > 0 else None

    def remaining(self, row: Enhancement) -> dict[str, Any] | None:
        """Seconds until the result is there, and where the figure comes from; None once it has ended.

        Where nobody knows, `seconds` is None and `kind` says why: overdue, paused, no_worker, held (its batch is
        paused), or retry (in `again_in` seconds).
        """
        if not row.is_live or not row.quote:
            return None
        pace, job = self.paces.of(row.team_id), self._job(row)
        basis = pace.basis(row.quote)
        if self._is_held_back(job):
            return {**basis, "seconds": None, "kind": "held"}
        if job is not None and job.status in LATER:
            again = max(0.0, (job.scheduled_at - self.now).total_seconds())
            return {**basis, "seconds": None, "kind": "retry", "again_in": round(again, 1)}
        if row.status == Status.RUNNING and (job is None or job.status == JobStatus.LEASED):
            left = self.left(row)
            return {"seconds": left, **basis} if left is not None else {**basis, "seconds": None, "kind": "overdue"}
        lane = self.of(row.quote)
        wait = lane._place(job.pk)["seconds"] if job is not None else lane.wait()
        if wait is None:
            return {**basis, "seconds": None, "kind": lane.held}
        return {"seconds": round(wait + pace.total_seconds(row.quote), 1), **basis}

    def _is_held_back(self, job: Job | None) -> bool:
        """Whether somebody keeps the job from running until they let it go, as a paused batch does."""
        return job is not None and job.status == JobStatus.SCHEDULED and job.scheduled_at > self.now + HELD

    def _job(self, row: Enhancement | EnhancementPreview) -> Job | None:
        return Job.objects.filter(pk=row.job_id).first() if row.job_id else None
