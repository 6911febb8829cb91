"""What is said of a team's images, collections and batches, over HTTP."""

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
from teams.review.models import ABOUT, Comment, CommentQuerySet, Sign, Wording


class PinSerializer(serializers.Serializer[Any]):
    """A spot of the picture, or with a width and a height a region of it: shares of its sides."""

    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)
    width = serializers.FloatField(min_value=services.SMALLEST, max_value=1, required=False)
    height = serializers.FloatField(min_value=services.SMALLEST, max_value=1, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("width" in attrs) != ("height" in attrs):
            raise serializers.ValidationError("A region has a width and a height, a spot has neither.")
        return attrs


class SignAnswer(serializers.Serializer[Any]):
    sign = serializers.ChoiceField(Sign.choices)
    count = serializers.IntegerField()
    mine = serializers.BooleanField(help_text="Whether one of them is yours")


class MentionAnswer(serializers.Serializer[Any]):
    user = serializers.UUIDField()
    name = serializers.CharField(help_text="As it stands in the text, behind the @")


class CommentAnswer(serializers.ModelSerializer[Comment]):
    team = serializers.UUIDField(source="team_id")
    asset = serializers.UUIDField(source="asset_id", allow_null=True)
    collection = serializers.UUIDField(source="collection_id", allow_null=True)
    batch = serializers.UUIDField(source="batch_id", allow_null=True)
    author = serializers.UUIDField(source="author_id")
    name = serializers.CharField(source="author.shown_name", help_text="The author's")
    text = serializers.CharField(source="shown_text", help_text="Empty once it is taken back")
    pin = PinSerializer(allow_null=True)
    reply_to = serializers.UUIDField(source="reply_to_id", allow_null=True)
    answers = serializers.IntegerField(help_text="How many answers it has")
    mentions = MentionAnswer(source="named", many=True)
    reactions = SignAnswer(source="signs", many=True)
    resolved_by = serializers.UUIDField(source="resolved_by_id", allow_null=True)

    class Meta:
        model = Comment
        fields = [
            "id", "team", "asset", "collection", "batch", "author", "name", "text", "pin", "reply_to", "answers",
            "mentions", "reactions", "resolved_at", "resolved_by", "edited_at", "deleted_at", "created_at",
            "updated_at", "guest",
        ]  # fmt: skip
        read_only_fields = fields


class CommentWish(serializers.Serializer[Any]):
    """What is said, and of which one thing: an asset, a collection or a batch."""

    text = serializers.CharField(max_length=services.LONGEST, trim_whitespace=True)
    asset = serializers.UUIDField(required=False)
    collection = serializers.UUIDField(required=False)
    batch = serializers.UUIDField(required=False)
    pin = PinSerializer(required=False, allow_null=True, default=None)
    reply_to = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="What it answers. A guest reads all answers to theirs."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [kind for kind in ABOUT if kind in attrs]
        if len(named) != 1:
            said = f"Name one thing that it is about: {', '.join(ABOUT)}."
            raise serializers.ValidationError({(named or ABOUT)[-1 if named else 0]: said})
        return {**attrs, "about": (named[0], attrs[named[0]])}


class CommentChange(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=services.LONGEST)


class WordingAnswer(serializers.ModelSerializer[Wording]):
    until = serializers.DateTimeField(source="created_at", help_text="When it was given other words")

    class Meta:
        model = Wording
        fields = ["text", "said_at", "until"]
        read_only_fields = fields


class CommentFilter(filters.FilterSet):
    asset = filters.UUIDFilter(field_name="asset_id")
    collection = filters.UUIDFilter(field_name="collection_id")
    batch = filters.UUIDFilter(field_name="batch_id")
    author = filters.UUIDFilter(field_name="author_id")
    reply_to = filters.UUIDFilter(field_name="reply_to_id", help_text="the answers to this comment")
    threads = filters.BooleanFilter(field_name="reply_to", lookup_expr="isnull", help_text="false: answers alone")
    pinned = filters.BooleanFilter(field_name="pin_x", lookup_expr="isnull", exclude=True)
    resolved = filters.BooleanFilter(field_name="resolved_at", lookup_expr="isnull", exclude=True)
    mentions = filters.UUIDFilter(method="naming", help_text="those that name this person")
    search = filters.CharFilter(method="of_words", max_length=200, help_text="words of the text")

    class Meta:
        model = Comment
        fields: list[str] = []

    def of_words(self, rows: CommentQuerySet, name: str, words: str) -> CommentQuerySet:
        return rows.matching(words)

    def naming(self, rows: CommentQuerySet, name: str, user: UUID) -> CommentQuerySet:
        return rows.kept().naming(user)


class CommentList(generics.ListAPIView[Comment]):
    """What was said in the team, newest first; what was taken back only while it is answered."""

    queryset = Comment.objects.none()
    serializer_class = CommentAnswer
    filterset_class = CommentFilter

    def get_queryset(self) -> QuerySet[Comment]:
        user = person(self.request)
        team = visible_team(user, self.kwargs["team_id"])
        return Comment.objects.visible_to(user).filter(team=team).standing().told(user)

    @extend_schema(request=CommentWish, responses={201: CommentAnswer})
    def post(self, request: Request, team_id: UUID) -> Response:
        """Say something of an image, a collection or a batch; of a spot or region of an image; or in answer."""
        visible_team(person(request), team_id)
        wish = CommentWish(data=request.data)
        wish.is_valid(raise_exception=True)
        said = wish.validated_data
        made = services.write_comment(
            actor=person(request),
            team_id=team_id,
            about=said["about"],
            text=said["text"],
            pin=services.Pin(**said["pin"]) if said["pin"] else None,
            reply_to=said["reply_to"],
        )
        answer = told(request, team_id, made.pk, status=201)
        answer["Location"] = f"/api/teams/{team_id}/comments/{made.pk}"
        return answer


def named(request: Request, team_id: UUID, comment_id: UUID) -> Comment:
    """The comment as it is shown. Raises Missing."""
    user = person(request)
    found = Comment.objects.visible_to(user).filter(team=team_id, pk=comment_id).standing().told(user).first()
    if found is None:
        raise Missing(message="There is no such comment.", remedy="Check the id, or ask for access.")
    return found


def told(request: Request, team_id: UUID, comment_id: UUID, status: int = 200) -> Response:
    found = named(request, team_id, comment_id)
    return Response(CommentAnswer(found).data, status=status, headers={"ETag": etag_of(found)})


class CommentDetail(APIView):
    @extend_schema(responses=CommentAnswer)
    def get(self, request: Request, team_id: UUID, comment_id: UUID) -> Response:
        return told(request, team_id, comment_id)

    @extend_schema(request=CommentChange, responses=CommentAnswer, parameters=[IF_MATCH])
    def patch(self, request: Request, team_id: UUID, comment_id: UUID) -> Response:
        """Give one's own comment other words; those before are kept. Needs If-Match."""
        named(request, team_id, comment_id)
        wish = CommentChange(data=request.data)
        wish.is_valid(raise_exception=True)
        if_match = request.headers.get("If-Match")
        services.change_comment(actor=person(request), comment_id=comment_id, if_match=if_match, **wish.validated_data)
        return told(request, team_id, comment_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, team_id: UUID, comment_id: UUID) -> Response:
        """Take a comment back: one's own; for owners and admins anybody's."""
        named(request, team_id, comment_id)
        services.remove_comment(actor=person(request), comment_id=comment_id)
        return Response(status=204)


class CommentResolve(APIView):
    @extend_schema(request=None, responses=CommentAnswer)
    def post(self, request: Request, team_id: UUID, comment_id: UUID) -> Response:
        """Call a thread resolved. Said again it changes nothing, nor who did it first."""
        named(request, team_id, comment_id)
        services.settle(actor=person(request), comment_id=comment_id, resolved=True)
        return told(request, team_id, comment_id)


class CommentReopen(APIView):
    @extend_schema(request=None, responses=CommentAnswer)
    def post(self, request: Request, team_id: UUID, comment_id: UUID) -> Response:
        """Open a resolved thread again."""
        named(request, team_id, comment_id)
        services.settle(actor=person(request), comment_id=comment_id, resolved=False)
        return told(request, team_id, comment_id)


class CommentReaction(APIView):
    @extend_schema(request=None, responses=CommentAnswer)
    def put(self, request: Request, team_id: UUID, comment_id: UUID, sign: str) -> Response:
        """Put a sign to a comment: agree, love, celebrate, smile, looking or done; one of each."""
        named(request, team_id, comment_id)
        services.react(actor=person(request), comment_id=comment_id, sign=sign, given=True)
        return told(request, team_id, comment_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, team_id: UUID, comment_id: UUID, sign: str) -> Response:
        """Take one's own sign from a comment."""
        named(request, team_id, comment_id)
        services.react(actor=person(request), comment_id=comment_id, sign=sign, given=False)
        return Response(status=204)


class CommentHistory(generics.ListAPIView[Wording]):
    """What a comment said before it was given other words, newest first; of one that was taken back nothing."""

    queryset = Wording.objects.none()
    serializer_class = WordingAnswer

    def get_queryset(self) -> QuerySet[Wording]:
        found = named(self.request, self.kwargs["team_id"], self.kwargs["comment_id"])
        return found.earlier().order_by("-created_at", "-id")
