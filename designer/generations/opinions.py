"""What everybody in the team thinks of an image, as parts of pages that move while others judge."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from designer.assets.models import Asset
from designer.personas.models import Feedback, FeedbackKind

NAMED = 5  # people by name; of more the rest is counted
WORDS = {FeedbackKind.LIKE: "Liked by", FeedbackKind.PICK: "Picked by", FeedbackKind.DISLIKE: "Not for"}


def likes_of(assets: Iterable[Asset]) -> dict[UUID, int]:
    """How many like or picked each of the images; those that nobody does are left out."""
    said = Feedback.objects.filter(asset__in=list(assets), kind__in=[FeedbackKind.LIKE, FeedbackKind.PICK])
    return dict(said.values("asset").annotate(people=Count("owner", distinct=True)).values_list("asset", "people"))


def with_likes(assets: list[Asset]) -> list[Asset]:
    """The same images, each with `likes`."""
    found = likes_of(assets)
    for asset in assets:
        asset.likes = found.get(asset.pk, 0)  # type: ignore[attr-defined]  # for the template alone
    return assets


@login_required
@require_GET
def likes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The number on a tile of the gallery."""
    asset = Asset.objects.see(request.user, pk)
    return render(request, "designer/assets/_likes.html", {"asset": with_likes([asset])[0]})


@login_required
@require_GET
def opinions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who likes it, who picked it, who does not, and the mean of the ratings."""
    return render(request, "designer/assets/_opinions.html", opinions_context(Asset.objects.see(request.user, pk)))


def opinions_context(asset: Asset) -> dict[str, Any]:
    rows = list(Feedback.objects.filter(asset=asset).select_related("owner").order_by("created_at"))
    lines = []
    for kind, word in WORDS.items():
        names = [row.owner.shown_name for row in rows if row.kind == kind]
        if names:
            lines.append({"word": word, "names": names[:NAMED], "more": max(0, len(names) - NAMED)})
    ratings = [row.rating for row in rows if row.kind == FeedbackKind.RATING and row.rating]
    mean = sum(ratings) / len(ratings) if ratings else None
    return {"opinions": lines, "rated": mean, "ratings": len(ratings)}
