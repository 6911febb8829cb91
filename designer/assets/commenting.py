"""What is said of an image and of its versions, for the page of one of them: pins stand where they are in this one."""

from typing import Any, Final
from uuid import UUID

from designer.assets.models import Asset
from designer.assets.pins import Spot, carried, way_between
from designer.assets.versions import root_of, versions_of
from teams.accounts.models import User
from teams.membership.permissions import may
from teams.review.models import Comment
from teams.review.services import LONGEST

SHOWN: Final = 100  # threads, the newest


class Family:
    """The versions of one image by their ids, and the way of a spot from one to another."""

    def __init__(self, user: User, asset: Asset) -> None:
        self.by_id: dict[UUID, Asset] = {each.pk: each for each in (*versions_of(user, asset), asset)}
        self.shown = list(self.by_id)  # but what is in the trash and only lies on the way

    def carried(self, spot: Spot, origin: UUID, target: UUID) -> Spot | None:
        """The spot of `origin` in `target`; None where it was cropped away."""
        way = way_between(origin, target, lambda pk: self._get(pk).parent_id)
        if way is None:
            return None
        left, entered = ([self._recipe(pk) for pk in side] for side in way)
        return carried(spot, out_of=left, into=entered)

    def _recipe(self, pk: UUID) -> list[dict[str, Any]]:
        return list(self._get(pk).provenance.get("operations", []))

    def _get(self, pk: UUID) -> Asset:
        if pk not in self.by_id:
            self.by_id[pk] = Asset.objects.get(pk=pk)
        return self.by_id[pk]


def discussion(user: User, asset: Asset) -> dict[str, Any]:
    """The threads on all versions of the image, the newest first, and what this person may do about them."""
    family = Family(user, asset)
    said = Comment.objects.visible_to(user).filter(asset__in=family.shown).standing().select_related("author")
    found = list(said.filter(reply_to=None).order_by("-created_at", "-id")[: SHOWN + 1])
    more, found = len(found) > SHOWN, found[:SHOWN]
    answers: dict[UUID | None, list[Comment]] = {}
    for row in said.filter(reply_to__in=found).order_by("created_at", "id"):
        answers.setdefault(row.reply_to_id, []).append(row)
    threads = [_thread(row, answers.get(row.pk, []), family, asset) for row in found]
    for number, thread in enumerate([each for each in reversed(threads) if each["place"]], start=1):
        thread["number"] = number  # by age: a pin keeps its number when others come
    return {
        "threads": threads,
        "more": more,
        "longest": LONGEST,
        "original": root_of(asset).pk,
        "may_comment": asset.trashed_at is None and may(user, "create_work", asset.team),
        "may_remove": may(user, "edit_all_work", asset.team),
    }


def _thread(row: Comment, answers: list[Comment], family: Family, asset: Asset) -> dict[str, Any]:
    spot = (row.pin["x"], row.pin["y"]) if row.pin and not row.deleted_at else None
    place = family.carried(spot, row.asset_id, asset.pk) if spot else None
    return {
        "row": row,
        "answers": answers,
        "place": {"x": f"{place[0]:.6f}", "y": f"{place[1]:.6f}"} if place else None,
        "lost": bool(spot and not place),
        "elsewhere": row.asset_id != asset.pk,
    }


def image_of(user: User, asset: Asset, answered: UUID | None) -> UUID:
    """The version that a new comment on this page is about: an answer belongs where its question is."""
    row = Comment.objects.visible_to(user).filter(pk=answered).first() if answered else None
    return row.asset_id if row else asset.pk
