"""The family of an image over HTTP."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.assets.approving import RE_REVIEW
from designer.assets.models import Asset
from enhancement import lineage
from enhancement.lineage import Node, Step
from teams.accounts.people import person
from teams.review.approvals.models import Status


class LineageQuery(serializers.Serializer[Any]):
    limit = serializers.IntegerField(
        min_value=1, max_value=lineage.MOST, default=lineage.FEW, help_text="Images told at most, the nearest first."
    )
    alone = serializers.BooleanField(
        default=False, help_text="Only what the image comes from and what comes of it, without the other branches."
    )


class MakerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class LineageImageSerializer(serializers.Serializer[Any]):
    """One image. Of one that you may not see only that it is there: `id` is null, and so is all else."""

    id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    version_name = serializers.CharField(allow_blank=True)
    thumbnail = serializers.CharField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    cost = serializers.DecimalField(
        max_digits=12, decimal_places=6, allow_null=True, help_text="USD that it came to; null where you may not see it"
    )
    simulated = serializers.BooleanField()
    approval = serializers.ChoiceField(
        choices=["", *Status.values, RE_REVIEW],
        help_text="How its review stands; re_review: that of an earlier version",
    )
    in_use = serializers.BooleanField(help_text="This version stands for its original.")
    set_aside = serializers.BooleanField()
    trashed = serializers.BooleanField()
    more = serializers.IntegerField(help_text=f"Images made of it that are not told here, counted to {lineage.WIDE}.")


class LineageStepSerializer(serializers.Serializer[Any]):
    """What was done once, and the images that came of it."""

    made_from = serializers.UUIDField(
        allow_null=True, help_text="The image it is drawn under; null for the first step, and where you may not see it."
    )
    kind = serializers.ChoiceField(choices=list(lineage.SAID))
    id = serializers.UUIDField(allow_null=True, help_text="Of the generation or the enhancement.")
    said = serializers.CharField(help_text="What was done, for people.")
    words = serializers.CharField(allow_blank=True, help_text="The brief.")
    by = MakerSerializer(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    cost = serializers.DecimalField(
        max_digits=12,
        decimal_places=6,
        allow_null=True,
        help_text="USD; null where it is not known or not yours to see",
    )
    also_from = serializers.ListField(
        child=serializers.UUIDField(allow_null=True), help_text="What else it was made from; null: you may not see it."
    )
    images = LineageImageSerializer(many=True)


class LineageAnswer(serializers.Serializer[Any]):
    """The steps, each after that from which it comes."""

    asset = serializers.UUIDField()
    count = serializers.IntegerField(help_text="Images told here.")
    cut = serializers.BooleanField(help_text="There are more: ask with a higher limit, or for one of these images.")
    steps = LineageStepSerializer(many=True)


class AssetLineage(APIView):
    """What an image was made from, up to the first of all, and everything that was made of that: by whom, when, and
    for how much. One that was made from several images stands under the first of them.
    """

    @extend_schema(parameters=[LineageQuery], responses=LineageAnswer)
    def get(self, request: Request, pk: UUID) -> Response:
        asset = Asset.objects.see(request.user, pk)
        query = LineageQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = lineage.lineage_of(person(request), asset, **query.validated_data)
        steps = [_step(above, step) for above, step in lineage.in_order(found)]
        told = {"asset": pk, "count": found.count, "cut": found.is_cut, "steps": steps}
        return Response(LineageAnswer(told).data)


def _step(above: Node | None, step: Step) -> dict[str, Any]:
    return {
        "made_from": above.asset.pk if above and above.asset else None,
        "kind": step.kind,
        "id": step.pk,
        "said": step.said,
        "words": step.words,
        "by": {"id": step.by.pk, "name": step.by.shown_name} if step.by else None,
        "at": step.at,
        "cost": step.cost,
        "also_from": [asset.pk if asset else None for asset in step.also],
        "images": [_image(node) for node in step.images],
    }


def _image(node: Node) -> dict[str, Any]:
    asset = node.asset
    return {
        "id": asset.pk if asset else None,
        "title": asset.title if asset else "",
        "version_name": asset.version_name if asset else "",
        "thumbnail": reverse("api_asset_thumbnail", args=[asset.pk]) if asset else None,
        "width": asset.width if asset else None,
        "height": asset.height if asset else None,
        "cost": node.cost,
        "simulated": bool(asset and asset.simulated),
        "approval": node.approval,
        "in_use": node.in_use,
        "set_aside": bool(asset and asset.set_aside),
        "trashed": bool(asset and asset.trashed_at),
        "more": node.more,
    }
