"""What is said of a team's images, over HTTP."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from teams.accounts.people import person
from teams.base.errors import Missing
from teams.base.preconditions import etag_of
from teams.membership.api import IF_MATCH
from teams.membership.ownership import visible_team
from teams.review import services
from teams.review.models import Comment, CommentQuerySet


class PinSerializer(serializers.Serializer[Any]):
    """A spot of the picture, in shares of its width and height."""

    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)


class CommentAnswer(serializers.ModelSerializer[Comment]):
    team = serializers.UUIDField(source="team_id")
    asset = serializers.UUIDField(source="asset_id")
    author = serializers.UUIDField(source="author_id")
    name = serializers.CharField(source="author.shown_name", help_text="The author's")
    text = serializers.CharField(source="shown_text", help_text="Empty once it is taken back")
    pin = PinSerializer(allow_null=True)
    reply_to = serializers.UUIDField(source="reply_to_id", allow_null=True)

    class Meta:
        model = Comment
        fields = [
            "id", "team", "asset", "author", "name", "text", "pin", "reply_to", "edited_at", "deleted_at",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class CommentWish(serializers.Serializer[Any]):
    asset = serializers.UUIDField()
    text = serializers.CharField(max_length=services.LONGEST, trim_whitespace=True)
    pin = PinSerializer(required=False, allow_null=True, default=None)
    reply_to = serializers.UUIDField(required=False, allow_null=True, default=None)


class CommentChange(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=services.LONGEST)


class CommentFilter(filters.FilterSet):
    asset = filters.UUIDFilter(field_name="asset_id")
    author = filters.UUIDFilter(field_name="author_id")
    reply_to = filters.UUIDFilter(field_name="reply_to_id", help_text="the answers to this comment")
    pinned = filters.BooleanFilter(field_name="pin_x", lookup_expr="isnull", exclude=True)
    search = filters.CharFilter(method="of_words", max_length=200, help_text="words of the text")

    class Meta:
        model = Comment
        fields: list[str] = []

    def of_words(self, rows: CommentQuerySet, name: str, words: str) -> CommentQuerySet:
        return rows.matching(words)


class CommentList(generics.ListAPIView[Comment]):
    """What was said of the team's images, newest first; what was taken back only while it is answered."""

    queryset = Comment.objects.none()
    serializer_class = CommentAnswer
    filterset_class = CommentFilter

    def get_queryset(self) -> QuerySet[Comment]:
        team = visible_team(person(self.request), self.kwargs["team_id"])
        return Comment.objects.visible_to(self.request.user).filter(team=team).standing().select_related("author")

    @extend_schema(request=CommentWish, responses={201: CommentAnswer})
    def post(self, request: Request, team_id: UUID) -> Response:
        """Say something of an image, of a spot of it, or in answer to a comment."""
        visible_team(person(request), team_id)
        wish = CommentWish(data=request.data)
        wish.is_valid(raise_exception=True)
        said = dict(wish.validated_data)
        pin = said.pop("pin")
        made = services.write_comment(
            actor=person(request),
            team_id=team_id,
            asset_id=said.pop("asset"),
            pin=(pin["x"], pin["y"]) if pin else None,
            **said,
        )
        headers = {"Location": f"/api/teams/{team_id}/comments/{made.pk}", "ETag": etag_of(made)}
        return Response(CommentAnswer(made).data, status=201, headers=headers)


class CommentDetail(APIView):
    def _named(self, request: Request, team_id: UUID, comment_id: UUID) -> Comment:
        rows = Comment.objects.visible_to(request.user).filter(team=team_id, pk=comment_id).standing()
        found = rows.select_related("author").first()
        if found is None:
            raise Missing(message="There is no such comment.", remedy="Check the id, or ask for access.")
        return found

    @extend_schema(responses=CommentAnswer)
    def get(self, request: Request, team_id: UUID, comment_id: UUID) -> Response:
        found = self._named(request, team_id, comment_id)
        return Response(CommentAnswer(found).data, headers={"ETag": etag_of(found)})

    @extend_schema(request=CommentChange, responses=CommentAnswer, parameters=[IF_MATCH])
    def patch(self, request: Request, team_id: UUID, comment_id: UUID) -> Response:
        """Give one's own comment other words. Needs If-Match."""
        self._named(request, team_id, comment_id)
        wish = CommentChange(data=request.data)
        wish.is_valid(raise_exception=True)
        changed = services.change_comment(
            actor=person(request),
            comment_id=comment_id,
            if_match=request.headers.get("If-Match"),
            **wish.validated_data,
        )
        return Response(CommentAnswer(changed).data, headers={"ETag": etag_of(changed)})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, team_id: UUID, comment_id: UUID) -> Response:
        """Take a comment back: one's own; for owners and admins anybody's."""
        self._named(request, team_id, comment_id)
        services.remove_comment(actor=person(request), comment_id=comment_id)
        return Response(status=204)
