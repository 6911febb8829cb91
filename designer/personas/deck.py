"""The swipe deck: the team's images that a reader has not judged yet, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from designer.assets.models import Asset, AssetKind
from designer.personas import feedback, learning
from designer.personas.models import Feedback, FeedbackKind, LearningMove
from teams.accounts.models import User
from teams.base.errors import Refused
from teams.membership.models import Team

VERDICTS: Final = ("like", "dislike", "pick", "skip")
AHEAD: Final = 3  # images that are loaded before their turn
MOST: Final = 100  # counted; beyond it "more than"
KEPT: Final = 200  # steps of one sitting that can be walked back
SHOWN: Final = 8
JUDGED: Final = (FeedbackKind.LIKE, FeedbackKind.DISLIKE, FeedbackKind.PICK, FeedbackKind.RATING)


@dataclass(slots=True)
class Sitting:
    """What one reader did at the deck so far: steps as (asset, verdict, act or ""). It lives in the session."""

    steps: list[tuple[str, str, str]] = field(default_factory=list)

    @classmethod
    def from_json(cls, data: Any) -> Self:
        return cls([(str(asset), str(verdict), str(act)) for asset, verdict, act in data or []])

    def to_json(self) -> list[list[str]]:
        return [list(step) for step in self.steps[-KEPT:]]

    @property
    def skipped(self) -> list[str]:
        return [asset for asset, verdict, _ in self.steps if verdict == "skip"]

    @property
    def acts(self) -> list[str]:
        return [act for _, _, act in self.steps if act]


def unjudged(reader: User, team: Team, sitting: Sitting) -> QuerySet[Asset]:
    """The team's generated images that `reader` has not judged and not skipped in this sitting, the newest first; not
    those that a best-of has set aside, which the gallery hides too."""
    judged = Feedback.objects.filter(owner=reader, asset=OuterRef("pk"), kind__in=JUDGED)
    rows = Asset.objects.visible_to(reader).kept().filter(team=team, kind=AssetKind.GENERATED, set_aside=False)
    rows = rows.filter(~Exists(judged), generation__isnull=False).exclude(pk__in=sitting.skipped)
    return rows.select_related("generation").order_by("-created_at", "-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The image whose turn it is, those after it, and how many are left (at most MOST + 1)."""

    asset: Asset | None
    ahead: tuple[Asset, ...]
    left: int

    @property
    def left_shown(self) -> str:
        return f"more than {MOST}" if self.left > MOST else str(self.left)


def dealt(reader: User, team: Team, sitting: Sitting, first: UUID | None = None) -> Card:
    """The next card; `first` is shown before the others, if it is among them."""
    rows = unjudged(reader, team, sitting)
    found = list(rows[: AHEAD + 1])
    wanted = rows.filter(pk=first).first() if first else None
    if wanted is not None:
        found = [wanted, *(each for each in found if each.pk != wanted.pk)][: AHEAD + 1]
    left = rows[: MOST + 1].count()
    return Card(asset=found[0] if found else None, ahead=tuple(found[1:]), left=left)


def judge(sitting: Sitting, *, actor: User, asset_id: UUID, verdict: str) -> None:
    """Say it of the image, or skip it. Raises Refused (also for an unknown verdict), Missing, Forbidden or Conflict."""
    if verdict not in VERDICTS:
        raise Refused("unknown_verdict", "There is no such verdict.", field="verdict", remedy="Use the buttons.")
    act = ""
    if verdict == "skip":
        Asset.objects.see(actor, asset_id)
    else:
        done, _ = feedback.give_several(actor=actor, asset_ids=[asset_id], kind=verdict)
        act = str(done.pk)
    sitting.steps.append((str(asset_id), verdict, act))


def step_back(sitting: Sitting, *, actor: User) -> tuple[str, str] | None:
    """Undo the last step of this sitting: its image and verdict, or None where there is none.

    Raises Conflict when newer feedback took its place.
    """
    if not sitting.steps:
        return None
    asset, verdict, act = sitting.steps.pop()
    if act:
        feedback.undo(actor=actor, act_id=UUID(act))
    return asset, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a sitting did to one weight."""

    label: str
    before: float
    after: float

    @property
    def up(self) -> bool:
        return self.after > self.before

    @property
    def points(self) -> str:
        moved = round(100 * (self.after - self.before))
        return f"{moved:+d} points" if moved else "no change"


def lessons(acts: Sequence[str], team: Team) -> list[Lesson]:
    """What these acts taught together, the largest change first."""
    rows = LearningMove.objects.filter(team=team, act_id__in=[UUID(act) for act in acts]).order_by("created_at", "id")
    found: dict[str, tuple[float, float]] = {}
    for move in rows:
        found[move.key] = (found.get(move.key, (move.mean_before, 0))[0], move.mean_after)
    told = [Lesson(label=learning.label_of(key), before=first, after=last) for key, (first, last) in found.items()]
    return sorted(told, key=lambda each: -abs(each.after - each.before))[:SHOWN]
