"""The same figures by plain loops over all rows, as somebody would count who has never heard of a rollup."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.ledger.models import LedgerEntry
from designer.personas.models import Feedback

MICRO = Decimal("0.000001")


@dataclass
class Tally:
    """Counts of one span, model or member."""

    counts: Counter = field(default_factory=Counter)
    score: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    simulated_usd: Decimal = Decimal(0)
    unpriced: int = 0
    paid_images: int = 0
    paid_liked: int = 0
    seconds: list[float] = field(default_factory=list)
    codes: Counter = field(default_factory=Counter)
    days: set = field(default_factory=set)

    def figures(self, *, costs: bool = True) -> dict[str, Any]:
        """As the API tells it, without intervals."""
        c = self.counts
        ended = c["succeeded"] + c["partial"] + c["failed"]
        told = {
            name: c[name]
            for name in ("asked", "succeeded", "partial", "failed", "cancelled", "images", "set_aside", "rated")
        }
        told |= {
            "live": c["running"] + c["queued"],
            "simulated_images": c["simulated"],
            "success": (c["succeeded"], ended),
            "satisfaction": (c["liked"], c["rated"]),
            "rating": (c["ratings"], c["stars"] / c["ratings"] if c["ratings"] else None),
            "quality": (c["scored"], float(self.score) / c["scored"] if c["scored"] else None),
            "cost": self.money() if costs else None,
            "cost_per_image": self.per(self.paid_images) if costs else None,
            "cost_per_liked": self.per(self.paid_liked) if costs else None,
        }
        return told

    def money(self) -> tuple[Any, ...]:
        known = None if self.unpriced and not self.paid else f"{self.paid:.6f}"
        return known, f"{self.simulated_usd:.6f}", self.unpriced

    def per(self, count: int) -> str | None:
        if self.unpriced or not count:
            return None
        return f"{(self.paid / count).quantize(MICRO, ROUND_HALF_UP):.6f}"


Of = Callable[[datetime, dict[str, Any]], Any]


@dataclass
class Brute:
    """All rows of some teams, between two days in a zone; costs of the teams in `whole` and of `me`."""

    teams: set
    whole: set
    me: Any
    first: date
    last: date
    zone: str

    @property
    def here(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def within(self, at: datetime) -> bool:
        return self.first <= at.astimezone(self.here).date() <= self.last

    def seen(self, team: Any, member: Any) -> bool:
        return team in self.whole or member == self.me

    def by(self, of: Of, *, kinds: Iterable[str] | None = None) -> dict[Any, Tally]:
        """A tally for each value of `of`, which is told the time and the facts of a row."""
        found: dict[Any, Tally] = defaultdict(Tally)
        self._generations(found, of)
        self._images(found, of)
        self._charges(found, of, kinds)
        return found

    def _generations(self, found: dict[Any, Tally], of: Of) -> None:
        for row in Generation.objects.filter(team__in=self.teams):
            if not self.within(row.created_at):
                continue
            tally = found[of(row.created_at, facts(row.owner_id, row.provider, row.model, row.simulated))]
            tally.counts["asked"] += 1
            tally.counts[row.status] += 1
            tally.days.add(row.created_at.astimezone(self.here).date())
            if row.status in ("succeeded", "partial") and row.started_at and row.finished_at:
                tally.seconds.append(round((row.finished_at - row.started_at) / timedelta(milliseconds=1)) / 1000)
            if row.status in ("failed", "partial"):
                tally.codes[(row.error or {}).get("code") or "unknown"] += 1

    def _images(self, found: dict[Any, Tally], of: Of) -> None:
        priced = set(LedgerEntry.objects.filter(kind="generation").values_list("subject", flat=True))
        for row in Asset.objects.filter(team__in=self.teams, kind="generated"):
            if not self.within(row.created_at):
                continue
            provider, model = row.provenance.get("provider", ""), row.provenance.get("model", "")
            tally = found[of(row.created_at, facts(row.owner_id, provider, model, row.simulated))]
            seen = self.seen(row.team_id, row.owner_id) and not row.simulated
            if seen and f"generation:{row.generation_id}" not in priced:
                tally.unpriced += 1
            if row.set_aside:
                tally.counts["set_aside"] += 1
                continue
            liked = self._judge(tally, row)
            tally.counts["images"] += 1
            tally.counts["simulated"] += row.simulated
            tally.paid_images += seen
            tally.paid_liked += seen and liked
            if row.quality.get("score") is not None:
                tally.counts["scored"] += 1
                tally.score += Decimal(str(row.quality["score"])).quantize(MICRO, ROUND_HALF_UP)

    def _judge(self, tally: Tally, row: Asset) -> bool:
        said = list(Feedback.objects.filter(asset=row).exclude(kind="comment"))
        balance = 0
        for each in said:
            good = each.kind in ("like", "pick") or (each.rating or 0) >= 4
            bad = each.kind == "dislike" or (each.kind == "rating" and each.rating <= 2)
            balance += good - bad
            tally.counts["ratings"] += each.kind == "rating"
            tally.counts["stars"] += each.rating or 0
        tally.counts["rated"] += bool(said)
        tally.counts["liked"] += balance > 0
        tally.counts["disliked"] += balance < 0
        return balance > 0

    def _charges(self, found: dict[Any, Tally], of: Of, kinds: Iterable[str] | None) -> None:
        for row in LedgerEntry.objects.filter(team__in=self.teams):
            wanted = kinds is None or row.kind in kinds
            if not (wanted and self.within(row.created_at) and self.seen(row.team_id, row.actor_id)):
                continue
            told = facts(row.actor_id, row.provider, row.model, row.simulated, row.kind)
            tally = found[of(row.created_at, told)]
            if row.simulated:
                tally.simulated_usd += row.amount
            else:
                tally.paid += row.amount


def facts(member: Any, provider: str, model: str, simulated: bool, kind: str = "") -> dict[str, Any]:
    return {"member": member, "provider": provider, "model": model, "simulated": simulated, "kind": kind}


def at_percent(values: list[float], share: float) -> float | None:
    """The value below which this share of them lies, between two in proportion."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return round(ordered[below] + (ordered[above] - ordered[below]) * (place - below), 3)
