"""Raw rows for figures: made as the product makes them, only faster and at times of one's choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid4

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.ledger.models import LedgerEntry
from designer.personas.models import Feedback
from teams.accounts.models import User
from teams.membership.models import Team

MODELS = (("openai", "gpt-image-2", False), ("google", "gemini-image", False), ("sketchbook", "sketchbook-1", True))
ENDS = ("succeeded", "succeeded", "succeeded", "partial", "failed", "failed", "cancelled", "running", "queued")
CODES = ("moderated", "provider_down", "timeout")


@dataclass
class Rows:
    """Makes rows of one team."""

    team: Team
    rng: Random

    def generation(
        self, owner: User, at: datetime, *, status: str = "succeeded", maker: Sequence[Any] = MODELS[0], **more: Any
    ) -> Generation:
        provider, model, simulated = maker
        facts = {"provider": provider, "model": model, "simulated": simulated, "brief": "a coat", **more}
        row = Generation.objects.create(team=self.team, owner=owner, status=status, **facts)
        return self.dated(row, at)

    def image(
        self,
        row: Generation,
        at: datetime,
        *,
        score: float | None = None,
        maker: Sequence[Any] | None = None,
        **more: Any,
    ) -> Asset:
        provider, model, simulated = maker or (row.provider, row.model, row.simulated)
        made = Asset.objects.create(
            team=self.team, owner=row.owner, kind="generated", generation=row, sha256="0" * 64, path="none",
            media_type="image/png", width=10, height=10, bytes=1, simulated=simulated,
            provenance={"provider": provider, "model": model}, quality={"score": score} if score is not None else {},
            **more,
        )  # fmt: skip
        return self.dated(made, at)

    def charge(
        self, at: datetime, amount: str, *, row: Generation | None = None, kind: str = "generation",
        maker: Sequence[Any] = MODELS[0], actor: User | None = None,
    ) -> LedgerEntry:  # fmt: skip
        """Not by `charge()`, for the ledger's rows cannot be moved to another time afterwards."""
        provider, model, simulated = maker
        entry = LedgerEntry(
            team=self.team, job_id=uuid4(), attempt=1, kind=kind, subject=f"generation:{row.pk if row else uuid4()}",
            actor_id=actor.pk if actor else None, provider=provider, model=model, quantity=1,
            unit_price=Decimal(amount), amount=Decimal(amount), simulated=simulated,
        )  # fmt: skip
        return _at(entry, at)

    def said(self, image: Asset, owner: User, kind: str, rating: int | None = None) -> Feedback:
        return Feedback.objects.create(
            team=self.team, owner=owner, generation=image.generation, asset=image, kind=kind, rating=rating
        )

    def dated(self, row: Any, at: datetime) -> Any:
        type(row).objects.filter(pk=row.pk).update(created_at=at)
        row.created_at = at
        return row

    def many(self, people: Sequence[User], begin: datetime, days: float, count: int) -> None:
        """Whatever there may be: every end, model, verdict and charge, at random times, some at the edges of days."""
        for _ in range(count):
            owner, maker = self.rng.choice(people), self.rng.choice(MODELS)
            status = self.rng.choice(ENDS)
            at = begin + timedelta(seconds=self.rng.randrange(int(days * 86_400)))
            if self.rng.random() < 0.15:
                at = at.replace(minute=0, second=0, microsecond=0)
            started = at + timedelta(seconds=self.rng.random())
            took = timedelta(milliseconds=self.rng.randrange(200, 90_000))
            ended = status not in ("running", "queued")
            row = self.generation(
                owner, at, status=status, maker=("", "", *maker[2:]) if status == "queued" else maker,
                started_at=started, finished_at=started + took if ended else None,
                error={"code": self.rng.choice(CODES)} if status in ("failed", "partial") else None,
            )  # fmt: skip
            for _ in range(self.rng.randrange(1, 4) if status in ("succeeded", "partial") else 0):
                self._judged(row, people, at + timedelta(seconds=self.rng.randrange(1200)))
            self._paid(row, maker, at)

    def _judged(self, row: Generation, people: Sequence[User], at: datetime) -> None:
        score = self.rng.choice([None, round(self.rng.random(), 6)])
        image = self.image(row, at, score=score, set_aside=self.rng.random() < 0.1)
        for person in people:
            if self.rng.random() < 0.3:
                self.said(image, person, self.rng.choice(["like", "dislike", "pick", "comment"]))
            if self.rng.random() < 0.2:
                self.said(image, person, "rating", self.rng.randrange(1, 6))

    def _paid(self, row: Generation, maker: Sequence[Any], at: datetime) -> None:
        if self.rng.random() < 0.8:  # else nobody knows what its images cost
            for _ in range(self.rng.randrange(1, 3)):
                amount = f"{self.rng.randrange(1, 200_000) / 1_000_000:.6f}"
                self.charge(at, amount, row=row, maker=maker, actor=row.owner)
        if self.rng.random() < 0.3:
            self.charge(
                at, "0.000123", row=row, kind="analysis", maker=("google", "gemini-text", False), actor=row.owner
            )
        if self.rng.random() < 0.1:
            self.charge(at, "-0.010000", kind="adjustment", actor=None)


def _at(entry: LedgerEntry, at: datetime) -> LedgerEntry:
    """Written with another time than now, which `auto_now_add` would not let stand."""
    field = LedgerEntry._meta.get_field("created_at")
    field.auto_now_add = False
    try:
        entry.created_at = at
        entry.save(force_insert=True)
    finally:
        field.auto_now_add = True
    return entry


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)
