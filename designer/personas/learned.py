"""What was learned, made ready to be shown: weights with their basis in words, and what moved lately."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from designer.personas import learning
from designer.personas.models import ActKind, Evidence, LearnedWeight, LearningAct, LearningMove
from designer.pipeline import optimisation
from designer.pipeline.records import Posterior

MAX_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightShown:
    """One weight as it stands today, faded."""

    id: UUID
    team: UUID
    key: str
    label: str
    about: str
    persona: str | None
    rate: optimisation.Rate
    moved_at: datetime | None


def all_shown(rows: Iterable[LearnedWeight], now: datetime) -> list[WeightShown]:
    """Rows of the table as a reader sees them at `now`."""
    weights = list(rows)
    by_team: dict[UUID, dict[str, Posterior]] = {}
    for row in weights:
        by_team.setdefault(row.team_id, {})[row.key] = learning.posterior_of(row)
    observed = {team: learning.observed(team, list(found)) for team, found in by_team.items()}
    return [_shown(row, observed[row.team_id].get(row.key), now) for row in weights]


def _shown(row: LearnedWeight, observed: float | None, now: datetime) -> WeightShown:
    found = learning.KEY.fullmatch(row.key)
    persona = found["persona"] if found else None
    return WeightShown(
        id=row.pk,
        team=row.team_id,
        key=row.key,
        label=learning.label_of(row.key),
        about="model" if row.key.startswith("model:") else "attribute",
        persona=persona if persona and persona != optimisation.NOBODY else None,
        rate=optimisation.rate_of(optimisation.decayed(learning.posterior_of(row), now), observed=observed),
        moved_at=row.moved_at,
    )


def matching_weights(
    rows: QuerySet[LearnedWeight], *, persona: str = "", about: str = "", words: str = ""
) -> QuerySet[LearnedWeight]:
    """The weights that hold any evidence, of one persona ("-" = without one), about attributes or models, by words."""
    rows = rows.annotate(seen=F("alpha") + F("beta")).filter(seen__gt=2 + learning.TOUCHED)
    if persona:
        rows = rows.filter(key__startswith=f"attribute:{persona}:")
    if about:
        rows = rows.filter(key__startswith=f"{about}:")
    for word in words.replace("\x00", "").split()[:MAX_WORDS]:
        rows = rows.filter(Q(key__icontains=word) | Q(key__icontains=f"_{word}"))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveShown:
    """One move of one weight, with what caused it and what may be done about it."""

    id: UUID
    label: str
    before: float
    after: float
    at: datetime
    act: LearningAct
    assets: tuple[str, ...]
    reverted: bool
    may_revert: bool
    by: str

    @property
    def up(self) -> bool:
        return self.after > self.before

    @property
    def points(self) -> str:
        """By how much the mean moved, in points of a hundred."""
        return f"{100 * (self.after - self.before):+.1f}"


def moves_shown(rows: Iterable[LearningMove], *, reader: UUID, manages: bool) -> list[MoveShown]:
    """Moves (with their acts) for a reader; `manages`: whether they may take back what others taught."""
    moves = list(rows)
    counting = _counting(moves)
    return [_move_shown(move, counting, own=move.act.owner_id == reader, manages=manages) for move in moves]


def _counting(moves: list[LearningMove]) -> set[tuple[str, str]]:
    """Pairs of feedback and key that still count."""
    given = [row["id"] for move in moves for row in move.act.said]
    rows = Evidence.objects.filter(feedback__in=given, stands=True, reverted=False)
    return {(str(feedback), key) for feedback, key in rows.values_list("feedback", "key")}


def _move_shown(move: LearningMove, counting: set[tuple[str, str]], *, own: bool, manages: bool) -> MoveShown:
    gave = move.act.kind == ActKind.GIVE
    counts = any((row["id"], move.key) in counting for row in move.act.said)
    causes: list[dict[str, Any]] = [*move.act.said, *move.act.unsaid]
    return MoveShown(
        id=move.pk,
        label=learning.label_of(move.key),
        before=move.mean_before,
        after=move.mean_after,
        at=move.created_at,
        act=move.act,
        assets=tuple(dict.fromkeys(row["asset"] for row in causes))[:3],
        reverted=gave and not counts,
        may_revert=gave and counts and (own or manages),
        by="you" if own else str(move.act.owner or ""),
    )
