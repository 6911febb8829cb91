"""Where in the queue an enhancement stands, and how long until it is done; as honest as the last runs allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from designer.jobs.models import Job, JobStatus
from enhancement.lanes import ASKING, COMPUTING, lane_of
from enhancement.models import Enhancement, EnhancementPreview, Status
from enhancement.pace import Pace, pace_of

LOOKED_AT: Final = 2_000  # waiting jobs; who stands further back is told "more than"
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

    def place(self, row: Enhancement | EnhancementPreview) -> dict[str, Any] | None:
        """How many are before it and how long these take; None once it is not waiting."""
        if row.status != Status.QUEUED or row.job_id is None:
            return None
        lane = self.of(row.quote if isinstance(row, Enhancement) else [])
        place = lane.order.get(row.job_id, len(lane.order))
        return {"position": place + 1, "seconds": lane.wait(place), "workers": len(lane.busy)}

    def wait(self, place: int | None = None) -> float:
        """Seconds until the job at that place begins (by default, one that would come last)."""
        ahead = [pk for pk, at in self.order.items() if place is None or at < place]
        work = sum(self.busy) + sum(self.seconds.get(pk, USUAL) for pk in ahead)
        return round(work / max(1, len(self.busy)), 1)

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
        """Seconds until the result is there, and where the figure comes from; None once it has ended."""
        if not row.is_live or not row.quote:
            return None
        pace = self.paces.of(row.team_id)
        basis = pace.basis(row.quote)
        if row.status == Status.RUNNING:
            left = self.left(row)
            return {"seconds": left, **basis} if left is not None else {**basis, "seconds": None, "kind": "overdue"}
        place = self.place(row)
        return {"seconds": round((place["seconds"] if place else 0.0) + pace.total_seconds(row.quote), 1), **basis}
