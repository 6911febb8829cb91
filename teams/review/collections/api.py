"""A team's collections over HTTP."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from teams.accounts.people import person
from teams.base import ids
from teams.base.errors import Missing
from teams.base.preconditions import etag_of
from teams.membership.api import IF_MATCH
from teams.membership.ownership import visible_team
from teams.review.collections import services
from teams.review.collections.models import NAME_LENGTH, Collection, CollectionItem, CollectionQuerySet


class CollectionAnswer(serializers.ModelSerializer[Collection]):
    team = serializers.UUIDField(source="team_id")
    owner = serializers.UUIDField(source="owner_id", help_text="Who made it")
    images = serializers.IntegerField(help_text="How many are in it and not in the trash")
    cover = serializers.UUIDField(allow_null=True, help_text="The image that stands for it: its first one")

    class Meta:
        model = Collection
        fields = ["id", "team", "name", "owner", "images", "cover", "trashed_at", "created_at", "updated_at"]
        read_only_fields = fields


class CollectionWish(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=NAME_LENGTH)
    assets = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=ids.MOST, help_text="Its first images, in order"
    )


class CollectionChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=NAME_LENGTH)


class AssetsWish(serializers.Serializer[Any]):
    assets = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=ids.MOST)


class AddedAnswer(serializers.Serializer[Any]):
    added = serializers.IntegerField(help_text="How many were not in it yet")


class PlaceWish(serializers.Serializer[Any]):
    position = serializers.IntegerField(min_value=1, help_text="The place of the image that makes room for it")


class CollectedAnswer(serializers.ModelSerializer[CollectionItem]):
    asset = serializers.UUIDField(source="asset_id")
    title = serializers.CharField(source="asset.title")
    width = serializers.IntegerField(source="asset.width")
    height = serializers.IntegerField(source="asset.height")
    thumbnail = serializers.SerializerMethodField(help_text="Of the version in use")
    added_by = serializers.UUIDField(source="added_by_id", allow_null=True)
    added_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = CollectionItem
        fields = ["asset", "position", "title", "width", "height", "thumbnail", "added_by", "added_at"]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.STR)
    def get_thumbnail(self, item: CollectionItem) -> str:
        return reverse("api_asset_thumbnail", args=[item.asset.face_id])


class CollectedPage(serializers.Serializer[Any]):
    results = CollectedAnswer(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="Send it as `after` for the next ones.")


class CollectedQuery(serializers.Serializer[Any]):
    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=1_000_000)
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class CollectionFilter(filters.FilterSet):
    search = filters.CharFilter(method="named", max_length=200)
    asset = filters.UUIDFilter(method="with_image", help_text="Those with this image in them.")
    owner = filters.UUIDFilter(field_name="owner_id")
    trashed = filters.BooleanFilter(field_name="trashed_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Collection
        fields: list[str] = []

    def named(self, rows: CollectionQuerySet, name: str, words: str) -> CollectionQuerySet:
        return rows.matching(words)

    def with_image(self, rows: CollectionQuerySet, name: str, pk: UUID) -> CollectionQuerySet:
        return rows.holding(pk)


def collection_of(request: Request, team_id: UUID, collection_id: UUID) -> Collection:
    """The collection of this team, if the caller may see it. Raises Missing."""
    team = visible_team(person(request), team_id)
    row: Collection = Collection.objects.filter(team=team).see(request.user, collection_id)
    return row


def answer(collection_id: UUID, status: int = 200) -> Response:
    row = Collection.objects.told().get(pk=collection_id)
    headers = {"ETag": etag_of(row)}
    if status == 201:
        headers["Location"] = reverse("api_collection", args=[row.team_id, row.pk])
    return Response(CollectionAnswer(row).data, status=status, headers=headers)


class CollectionList(generics.ListAPIView[Collection]):
    """The team's collections, newest first; those in the trash only with `trashed`."""

    queryset = Collection.objects.none()
    serializer_class = CollectionAnswer
    filterset_class = CollectionFilter

    def get_queryset(self) -> QuerySet[Collection]:
        team = visible_team(person(self.request), self.kwargs["team_id"])
        rows = Collection.objects.visible_to(self.request.user).filter(team=team).told()
        return rows if "trashed" in self.request.query_params else rows.kept()

    @extend_schema(request=CollectionWish, responses={201: CollectionAnswer})  # type: ignore[untyped-decorator]
    def post(self, request: Request, team_id: UUID) -> Response:
        """Make a collection, with images in it or without."""
        visible_team(person(request), team_id)
        wish = CollectionWish(data=request.data)
        wish.is_valid(raise_exception=True)
        made = services.create(actor=person(request), team_id=team_id, **wish.validated_data)
        return answer(made.pk, 201)


class CollectionDetail(APIView):
    """One collection; DELETE moves it to the trash for 30 days, its images stay."""

    @extend_schema(responses=CollectionAnswer)  # type: ignore[untyped-decorator]
    def get(self, request: Request, team_id: UUID, collection_id: UUID) -> Response:
        return answer(collection_of(request, team_id, collection_id).pk)

    @extend_schema(request=CollectionChange, responses=CollectionAnswer, parameters=[IF_MATCH])  # type: ignore[untyped-decorator]
    def patch(self, request: Request, team_id: UUID, collection_id: UUID) -> Response:
        """Give it another name. Needs If-Match."""
        collection_of(request, team_id, collection_id)
        wish = CollectionChange(data=request.data)
        wish.is_valid(raise_exception=True)
        if_match = request.headers.get("If-Match")
        services.rename(actor=person(request), collection_id=collection_id, if_match=if_match, **wish.validated_data)
        return answer(collection_id)

    @extend_schema(responses={204: None})  # type: ignore[untyped-decorator]
    def delete(self, request: Request, team_id: UUID, collection_id: UUID) -> Response:
        collection_of(request, team_id, collection_id)
        services.trash(actor=person(request), collection_id=collection_id)
        return Response(status=204)


class CollectionRestore(APIView):
    """Take a collection out of the trash."""

    @extend_schema(request=None, responses=CollectionAnswer)  # type: ignore[untyped-decorator]
    def post(self, request: Request, team_id: UUID, collection_id: UUID) -> Response:
        collection_of(request, team_id, collection_id)
        return answer(services.restore(actor=person(request), collection_id=collection_id).pk)


class CollectionAssets(APIView):
    """The images of a collection, in order; those in the trash are left out until they are restored."""

    @extend_schema(parameters=[CollectedQuery], responses=CollectedPage)  # type: ignore[untyped-decorator]
    def get(self, request: Request, team_id: UUID, collection_id: UUID) -> Response:
        row = collection_of(request, team_id, collection_id)
        query = CollectedQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = list(row.items.shown().page(**query.validated_data))
        full = len(found) == query.validated_data["limit"]
        return Response(
            {"results": CollectedAnswer(found, many=True).data, "next": found[-1].position if full else None}
        )

    @extend_schema(request=AssetsWish, responses=AddedAnswer)  # type: ignore[untyped-decorator]
    def post(self, request: Request, team_id: UUID, collection_id: UUID) -> Response:
        """Put images of the team at its end; those that are in it already stay where they are."""
        collection_of(request, team_id, collection_id)
        wish = AssetsWish(data=request.data)
        wish.is_valid(raise_exception=True)
        added = services.add(actor=person(request), collection_id=collection_id, **wish.validated_data)
        return Response({"added": added})


class CollectionAsset(APIView):
    """One image in a collection: move it, or take it out."""

    @extend_schema(request=PlaceWish, responses=CollectionAnswer)  # type: ignore[untyped-decorator]
    def patch(self, request: Request, team_id: UUID, collection_id: UUID, asset_id: UUID) -> Response:
        """Move it to another's place; those between move by one."""
        collection_of(request, team_id, collection_id)
        wish = PlaceWish(data=request.data)
        wish.is_valid(raise_exception=True)
        services.place(actor=person(request), collection_id=collection_id, asset_id=asset_id, **wish.validated_data)
        return answer(collection_id)

    @extend_schema(responses={204: None})  # type: ignore[untyped-decorator]
    def delete(self, request: Request, team_id: UUID, collection_id: UUID, asset_id: UUID) -> Response:
        collection_of(request, team_id, collection_id)
        if not services.remove(actor=person(request), collection_id=collection_id, assets=[asset_id]):
            raise Missing(message="This image is not in the collection.", remedy="Reload it.")
        return Response(status=204)
