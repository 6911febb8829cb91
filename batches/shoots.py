"""A whole shoot through one recipe: which images are meant, of which team, and the plan that they make.

A collection is read once, when the batch is planned: its images are then named one by one.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import QueryDict

from batches.forms import BatchForm
from batches.parts import MAX_ITEMS
from batches.services import USUAL_AT_ONCE, BatchWish
from designer.assets.models import Asset
from designer.generations.compare_views import chosen
from designer.generations.gallery import BEHIND, Filters
from enhancement.recipes import Recipe
from teams.accounts.models import User
from teams.base.errors import Missing
from teams.base.ids import id_of
from teams.membership.models import Team
from teams.membership.ownership import visible_teams
from teams.review.collections.models import Collection, CollectionItem

FILTERS: Final = ("q", "kind", "liked", "order", "alike", *BEHIND)  # of the gallery
SHOWN: Final = 24


class ShootForm(forms.Form):
    """How it runs: the builder's own fields."""

    title = BatchForm.base_fields["title"]
    budget = BatchForm.base_fields["budget"]
    parallelism = BatchForm.base_fields["parallelism"]
    priority = BatchForm.base_fields["priority"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].help_text = "Empty: the collection's name, or how many images."

    @classmethod
    def of(cls, said: QueryDict) -> "ShootForm":
        """As it was filled in; untouched where `said` comes from elsewhere: a link, or the gallery's selection."""
        return cls(said if "title" in said or "do" in said else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shoot:
    """The images of a collection, those that were chosen one by one, or all that the gallery's filter finds, as far as
    one team's are meant and `actor` may change them."""

    ids: tuple[UUID, ...]  # of the team's, in the collection's or the gallery's order
    shown: tuple[Asset, ...]  # the first of them
    left_out: int  # of the team's, that may only be looked at
    beyond: int  # that one batch has no room for
    team: Team | None
    teams: tuple[tuple[Team, int], ...]  # whose images are among those meant, the most first
    collection: Collection | None
    picked: tuple[UUID, ...]  # as they were chosen one by one
    filters: Mapping[str, str]  # else the gallery's filter

    @property
    def seen(self) -> str:
        """How many images it means, and which: what is run is what was shown, or nothing."""
        return f"{len(self.ids)}.{hashlib.sha256(','.join(map(str, self.ids)).encode()).hexdigest()[:16]}"

    def wish(self, recipe: Recipe, said: Mapping[str, Any] | None = None, *, start: bool = True) -> BatchWish:
        """What it comes to as a batch. `said`: the cleaned data of a ShootForm."""
        said = said or {}
        named = self.collection.name if self.collection else ""
        return BatchWish(
            plan={"kind": "enhance", "sources": [str(pk) for pk in self.ids], "operations": recipe},
            team=self.team.pk if self.team else None,
            title=said.get("title", "") or named,
            budget=said.get("budget", "").strip() or None,
            parallelism=said.get("parallelism") or USUAL_AT_ONCE,
            priority=5 if said.get("priority") is None else said["priority"],
            start=start,
        )


def shoot_of(actor: User, query: QueryDict) -> Shoot:
    """What an address or a form means: a `collection`, the ids in `asset`, or the gallery's filter with `all`; and
    `team`. Raises Missing for a collection that is not there."""
    collection = _collection(actor, query.get("collection", ""))
    picked = () if collection else tuple(chosen(query.getlist("asset"))[:MAX_ITEMS])
    by_filter = "all" in query and not picked and not collection
    filters = {name: query.get(name, "")[:200] for name in FILTERS} if by_filter else {}
    rows = _held(actor, collection) if collection else _meant(actor, query, picked)
    counts = Counter(rows.order_by().values_list("team", flat=True))
    known = {team.pk: team for team in visible_teams(actor).filter(pk__in=counts)}
    teams = tuple((known[pk], count) for pk, count in counts.most_common() if pk in known)
    team = next((team for team, _ in teams if str(team.pk) == query.get("team")), teams[0][0] if teams else None)
    own = rows.filter(team=team)
    mine = list(own.filter(pk__in=Asset.objects.filter(team=team).editable_by(actor).values("pk")))
    ids = tuple(row.pk for row in mine[:MAX_ITEMS])
    left_out = (counts[team.pk] if team else 0) - len(mine)
    return Shoot(
        ids=ids, shown=tuple(mine[:SHOWN]), left_out=left_out, beyond=len(mine) - len(ids), team=team, teams=teams,
        collection=collection, picked=picked, filters=filters,
    )  # fmt: skip


def collections_of(actor: User) -> QuerySet[Collection]:
    """Those that show an image, the newest first, with how many `images` each shows."""
    filled = CollectionItem.objects.shown().order_by().values("collection")
    return Collection.objects.visible_to(actor).kept().filter(pk__in=filled).told().order_by("-created_at", "-id")


def _collection(actor: User, said: str) -> Collection | None:
    if not said:
        return None
    pk = id_of(said)
    row: Collection | None = Collection.objects.visible_to(actor).kept().filter(pk=pk).first() if pk else None
    if row is None:
        message = "There is no such collection, or it is in the trash."
        raise Missing(message=message, field="collection", remedy="Choose another, or restore it.")
    return row


def _held(actor: User, collection: Collection) -> QuerySet[Asset]:
    place = collection.items.filter(asset=OuterRef("pk")).values("position")
    rows = Asset.objects.visible_to(actor).kept().filter(pk__in=collection.items.values("asset"))
    return rows.annotate(place=Subquery(place)).order_by("place")


def _meant(actor: User, query: QueryDict, picked: tuple[UUID, ...]) -> QuerySet[Asset]:
    rows = Asset.objects.visible_to(actor).kept()
    if picked:
        return rows.filter(pk__in=picked).order_by("-created_at", "-id")
    if "all" not in query:
        return rows.none()
    filters = Filters.from_query(query)
    return filters.apply(rows).order_by(*filters.ordering)
