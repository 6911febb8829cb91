"""One's own notifications over HTTP."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.notifications import digests, services
from designer.notifications.kinds import KINDS
from designer.notifications.models import Alert, Notification, Pace
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base import ids


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    team = serializers.UUIDField(source="team_id", read_only=True)

    class Meta:
        model = Notification
        fields = ["id", "team", "kind", "subject", "title", "body", "link", "read_at", "created_at"]
        read_only_fields = fields


class NotificationFilter(filters.FilterSet):
    unread = filters.BooleanFilter(method="only_unread")

    class Meta:
        model = Notification
        fields: list[str] = []

    def only_unread(self, rows: QuerySet[Notification], name: str, wish: bool) -> QuerySet[Notification]:
        return rows.filter(read_at__isnull=wish)


class NotificationList(generics.ListAPIView[Notification]):
    """What the caller was told, newest first."""

    queryset = Notification.objects.none()
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilter

    def get_queryset(self) -> QuerySet[Notification]:
        return Notification.objects.visible_to(self.request.user)


class AlertSerializer(serializers.ModelSerializer[Alert]):
    team = serializers.UUIDField(source="team_id", read_only=True, allow_null=True, help_text="Null: for everybody")

    class Meta:
        model = Alert
        fields = ["id", "kind", "level", "team", "title", "text", "link", "starts_at", "ends_at", "created_at"]
        read_only_fields = fields


class AlertList(generics.ListAPIView[Alert]):
    """What holds now for everybody or for one's teams, newest first: providers down, budgets, maintenance."""

    queryset = Alert.objects.none()
    serializer_class = AlertSerializer

    def get_queryset(self) -> QuerySet[Alert]:
        return Alert.objects.visible_to(self.request.user).lasting()


class ReadRequest(StrictSerializer):
    ids = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=ids.MOST,
        help_text="Which; all of them when left out.",
    )


class ReadAnswer(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread until now.")


class NotificationsRead(IdempotentPostMixin):
    @extend_schema(request=ReadRequest, responses=ReadAnswer)
    def post(self, request: Request) -> Response:
        """Mark notifications as read."""
        form = ReadRequest(data=request.data)
        form.is_valid(raise_exception=True)
        return Response({"read": services.mark_read(actor=person(request), ids=form.validated_data.get("ids"))})


class WaysSerializer(StrictSerializer):
    in_app = serializers.BooleanField()
    mail = serializers.BooleanField()
    pace = serializers.ChoiceField(choices=Pace.choices, required=False, help_text="When its mails go out")


class WishRequest(StrictSerializer):
    """The kinds to change, each by its name; and `daily_hour`, the hour of one's own day for daily digests."""

    def get_fields(self) -> dict[str, Any]:
        return {kind: WaysSerializer(required=False) for kind in KINDS} | {"daily_hour": _hour(required=False)}


class WishAnswer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {kind: WaysSerializer() for kind in KINDS} | {"daily_hour": _hour()}


def _hour(**about: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=23, help_text="In the time zone of one's profile", **about)


class NotificationSettings(APIView):
    """How the caller wants to hear of each kind of news."""

    @extend_schema(responses=WishAnswer)
    def get(self, request: Request) -> Response:
        return self._answer(request)

    @extend_schema(request=WishRequest, responses=WishAnswer)
    def patch(self, request: Request) -> Response:
        """Change the kinds that are named."""
        form = WishRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said, actor = dict(form.validated_data), person(request)
        hour, before = said.pop("daily_hour", None), services.wishes_of(actor)
        wishes = {kind: replace(before[kind], **ways) for kind, ways in said.items()}
        services.set_wishes(actor=actor, wishes=wishes, daily_hour=hour)
        return self._answer(request)

    def _answer(self, request: Request) -> Response:
        user = person(request)
        return Response(WishAnswer({**services.wishes_of(user), "daily_hour": digests.hour_of(user)}).data)
