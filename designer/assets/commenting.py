"""What is said of an image and of its versions, for the page of one of them: pins stand where they are in this one."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from designer.assets.models import Asset
from designer.assets.pins import Region, carried, way_between
from designer.assets.versions import root_of, versions_of
from teams.accounts.models import User
from teams.review.discussing import Thread, discussion
from teams.review.models import Comment
from teams.review.panels import Panel


class Family:
    """The versions of one image by their ids, and the way of a spot from one to another."""

    def __init__(self, user: User, asset: Asset) -> None:
        self.by_id: dict[UUID, Asset] = {each.pk: each for each in (*versions_of(user, asset), asset)}
        self.shown = list(self.by_id)  # but what is in the trash and only lies on the way

    def carried(self, region: Region, origin: UUID, target: UUID) -> Region | None:
        """The spot or region of `origin` in `target`; None where it was cropped away."""
        way = way_between(origin, target, lambda pk: self._get(pk).parent_id)
        if way is None:
            return None
        left, entered = ([self._recipe(pk) for pk in side] for side in way)
        return carried(region, out_of=left, into=entered)

    def _recipe(self, pk: UUID) -> list[dict[str, Any]]:
        return list(self._get(pk).provenance.get("operations", []))

    def _get(self, pk: UUID) -> Asset:
        if pk not in self.by_id:
            self.by_id[pk] = Asset.objects.get(pk=pk)
        return self.by_id[pk]


def panel_of(user: User, asset: Asset) -> Panel:
    """The panel of an image's page."""
    root = root_of(asset)
    return Panel(
        address=reverse("asset_comments", args=[asset.pk]),
        page=reverse("asset", args=[asset.pk]),
        team=asset.team,
        subject=" ".join(dict.fromkeys((f"asset:{asset.pk}", f"asset:{root.pk}"))),
        about=lambda answered: ("asset", _image_of(user, asset, answered)),
        facts=lambda thread: _facts(user, asset, thread),
    )


def _facts(user: User, asset: Asset, thread: UUID | None) -> dict[str, Any]:
    family = Family(user, asset)
    told = discussion(
        user, asset.team, Q(asset__in=family.shown), thread=thread, open_to_words=asset.trashed_at is None
    )
    for each in told["threads"]:
        _place(each, family, asset)
    return {**told, "original": root_of(asset).pk}


def _place(thread: Thread, family: Family, asset: Asset) -> None:
    row = thread.said.row
    thread.elsewhere = row.asset_id != asset.pk
    if row.pin is None or row.deleted_at:
        return
    region = (row.pin["x"], row.pin["y"], row.pin.get("width", 0.0), row.pin.get("height", 0.0))
    found = family.carried(region, row.asset_id, asset.pk)
    thread.lost = found is None
    if found is not None:
        thread.place = dict(zip(("x", "y", "width", "height"), found, strict=True))
        if "width" not in row.pin:
            del thread.place["width"], thread.place["height"]


def _image_of(user: User, asset: Asset, answered: UUID | None) -> UUID:
    """The version that a new comment on this page is about: an answer belongs where its question is."""
    row = Comment.objects.visible_to(user).filter(pk=answered).first() if answered else None
    return row.asset_id if row and row.asset_id else asset.pk
