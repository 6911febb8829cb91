"""What others share with one, over HTTP: a list, and what guests and the team say of it."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from teams.accounts.people import person
from teams.review.models import ABOUT, Comment
from teams.review.services import LONGEST
from teams.sharing import talking
from teams.sharing.api import RIGHTS
from teams.sharing.models import Share


class SharedAnswer(serializers.ModelSerializer[Share]):
    kind = serializers.ChoiceField(ABOUT)
    name = serializers.CharField(source="heading")
    sharer = serializers.CharField(source="sharer.shown_name", help_text="Who shares it")
    rights = serializers.ListField(
        child=serializers.ChoiceField(RIGHTS),
        source="rights_now",
        help_text="At present; none comments on archived work",
    )
    page = serializers.SerializerMethodField()

    class Meta:
        model = Share
        fields = ["id", "kind", "name", "sharer", "rights", "page", "expires_at", "created_at"]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.STR)
    def get_page(self, row: Share) -> str:
        return reverse("shared", args=[row.pk])


class SharedList(generics.ListAPIView[Share]):
    """What others share with you and your teams, newest first, as long as it stands."""

    queryset = Share.objects.none()
    serializer_class = SharedAnswer

    def get_queryset(self) -> QuerySet[Share]:
        rows: QuerySet[Share] = Share.objects.standing().reaching(person(self.request)).told()
        return rows


class SharedDetail(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, share_id: UUID) -> Response:
        """Decline it: you see nothing of it any more. Nobody is told, and others of a team of yours see it still."""
        talking.decline(actor=person(request), share_id=share_id)
        return Response(status=204)


class GuestWish(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST)
    reply_to = serializers.UUIDField(required=False, allow_null=True, default=None)


class GuestAnswer(serializers.ModelSerializer[Comment]):
    text = serializers.SerializerMethodField(help_text="@colleague: one of the team, whose name is not told")
    name = serializers.SerializerMethodField(help_text="Who said it; empty where that is not told")
    reply_to = serializers.UUIDField(source="reply_to_id", allow_null=True)

    class Meta:
        model = Comment
        fields = ["id", "text", "name", "guest", "reply_to", "created_at"]
        read_only_fields = fields

    def get_text(self, row: Comment) -> str:
        return talking.text_of(row, self.context["share"])

    def get_name(self, row: Comment) -> str:
        return talking.name_of(row, self.context["user"], self.context["share"])


class SharedComments(generics.ListAPIView[Comment]):
    """What was said through this share, and what the team answered, newest first."""

    queryset = Comment.objects.none()
    serializer_class = GuestAnswer
    filter_backends = []

    def get_serializer_context(self) -> dict[str, Any]:
        if getattr(self, "swagger_fake_view", False):
            return dict(super().get_serializer_context())
        share = talking.share_of(person(self.request), self.kwargs["share_id"])
        return {**super().get_serializer_context(), "user": self.request.user, "share": share}

    def get_queryset(self) -> QuerySet[Comment]:
        return talking.said_in(talking.share_of(person(self.request), self.kwargs["share_id"]))

    @extend_schema(request=GuestWish, responses={201: GuestAnswer})
    def post(self, request: Request, share_id: UUID) -> Response:
        """Say something of what is shared, where that is among your rights."""
        talking.share_of(person(request), share_id)
        wish = GuestWish(data=request.data)
        wish.is_valid(raise_exception=True)
        made = talking.say(actor=person(request), share_id=share_id, **wish.validated_data)
        return Response(GuestAnswer(made, context=self.get_serializer_context()).data, status=201)
