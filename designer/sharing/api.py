"""What is shared with the caller, over HTTP: its images and their files. The share is asked about each time."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.sharing import limits, sending
from designer.sharing.pictures import Picture, page_of, picture_of
from teams.accounts.models import User
from teams.accounts.people import person
from teams.accounts.proofs import still
from teams.sharing.models import Share
from teams.sharing.talking import share_of


class SharedImage(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    thumbnail = serializers.CharField()
    url = serializers.CharField(allow_null=True, help_text="Of the file; null where it may only be looked at")


class SharedImages(serializers.Serializer[Any]):
    results = SharedImage(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="Send it as `after` for the next ones.")


class SharedQuery(serializers.Serializer[Any]):
    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=1_000_000)


def _told(share: Share, picture: Picture) -> dict[str, Any]:
    ids, asset = [share.pk, picture.pk], picture.asset
    return {
        "id": picture.pk,
        "name": picture.label,
        "width": asset.width,
        "height": asset.height,
        "thumbnail": reverse("api_shared_thumbnail", args=ids),
        "url": reverse("api_shared_content", args=ids) if share.may_download else None,
    }


class SharedImageList(APIView):
    """The images that a share shows now, in order."""

    @extend_schema(parameters=[SharedQuery], responses=SharedImages)
    def get(self, request: Request, share_id: UUID) -> Response:
        share = share_of(person(request), share_id)
        query = SharedQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found, more = page_of(share, query.validated_data["after"])
        return Response(SharedImages({"results": [_told(share, each) for each in found], "next": more}).data)


class SharedThumbnail(APIView):
    """A WebP of one of them, to be looked at."""

    @extend_schema(
        parameters=[OpenApiParameter("w", int, description="160, 320, 640 or 1280")],
        responses={(200, "image/webp"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, share_id: UUID, image_id: UUID) -> HttpResponseBase:
        share = share_of(person(request), share_id)
        return sending.strict(sending.shown(request, picture_of(share, image_id)))


class SharedContent(APIView):
    """The file of one of them, where the share lets download."""

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, share_id: UUID, image_id: UUID) -> HttpResponseBase:
        share = share_of(person(request), share_id)
        sending.check(share)
        picture = picture_of(share, image_id)
        limits.files(request, share, picture.asset)
        allowed = still(request, partial(_downloadable, share_id=share_id, image_id=image_id))
        return sending.strict(sending.downloaded(share, picture, allowed))


def _downloadable(user: User, share_id: UUID, image_id: UUID) -> None:
    share = share_of(user, share_id)
    sending.check(share)
    picture_of(share, image_id)
