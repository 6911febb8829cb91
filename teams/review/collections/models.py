"""Collections: a team's images, gathered in an order."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from teams.membership.models import Team
from teams.membership.ownership import OwnedQuerySet, TeamOwned

NAME_LENGTH: Final = 80
KEPT_IN_TRASH: Final = timedelta(days=30)


class CollectionQuerySet(OwnedQuerySet["Collection"]):
    """Whose team one is in, its collections one sees. `for_edit`: who made it, or who may change everybody's work."""

    def kept(self) -> Self:
        """Those not in the trash."""
        return self.filter(trashed_at=None)

    def expired(self) -> Self:
        """Those whose time in the trash is over; while their team is closed it does not pass."""
        limit = timezone.now() - KEPT_IN_TRASH
        return self.filter(trashed_at__lt=limit).exclude(team__in=Team.objects.keeping_trash(limit))

    def matching(self, words: str) -> Self:
        """Every word stands in the name."""
        rows = self
        for word in words.replace("\x00", "").split()[:8]:
            rows = rows.filter(name__icontains=word)
        return rows

    def holding(self, asset_id: UUID) -> Self:
        """Those with this image in them."""
        return self.filter(pk__in=CollectionItem.objects.filter(asset=asset_id).values("collection"))

    def told(self) -> Self:
        """With `images`, how many are shown, and `cover`, the id of the first one's present version; None if empty."""
        shown = CollectionItem.objects.shown().filter(collection=OuterRef("pk"))
        count = shown.order_by().values("collection").annotate(n=Count("pk")).values("n")
        return self.annotate(
            images=Coalesce(Subquery(count, output_field=IntegerField()), 0),
            cover=Subquery(shown.annotate(face=Coalesce("asset__chosen_id", "asset_id")).values("face")[:1]),
        )


class Collection(TeamOwned):
    """Images of one team in an order that people gave them."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    trashed_at = models.DateTimeField(null=True, blank=True)
    objects = CollectionQuerySet.as_manager()

    if TYPE_CHECKING:
        items: Any

    class Meta:
        db_table = "team_collections"
        indexes = [models.Index(fields=["team", "-created_at", "-id"])]

    def __str__(self) -> str:
        return self.name


class CollectionItemQuerySet(OwnedQuerySet["CollectionItem"]):
    def shown(self) -> Self:
        """Those whose image is not in the trash, in order. One that is keeps its place, and comes back with it."""
        return self.filter(asset__trashed_at=None).order_by("position")

    def page(self, *, after: int, limit: int) -> Self:
        """The next ones behind a position."""
        return self.filter(position__gt=after).select_related("asset", "added_by")[:limit]


class CollectionItem(TeamOwned):
    """One image in a collection. Positions tell the order; they have gaps where images were taken out."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    asset = models.ForeignKey("designer.Asset", models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    objects = CollectionItemQuerySet.as_manager()

    class Meta:
        db_table = "team_collection_items"
        constraints = [
            models.UniqueConstraint(
                name="collection_holds_once",
                fields=["collection", "asset"],
                violation_error_message="This image is in the collection already.",
            ),
            models.UniqueConstraint(  # deferred: while some move up by one, two share a place
                name="collection_place_once",
                fields=["collection", "position"],
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.asset_id}"


def assets_of(teams: Iterable[Team | UUID]) -> Any:
    """The images of these teams, asked of their own floor through the field that points there."""
    related: Any = CollectionItem.asset.field.related_model
    return related.objects.filter(team__in=teams)
