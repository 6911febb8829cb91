"""The shares of a team over HTTP: for who made them, and for its owners and admins."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from teams.accounts.models import Scope
from teams.accounts.people import person
from teams.base.errors import Missing
from teams.base.preconditions import etag_of
from teams.base.repeats import key_said
from teams.membership.api import IF_MATCH
from teams.membership.ownership import visible_team
from teams.review.models import ABOUT
from teams.sharing import keys, passwords, services
from teams.sharing.models import NAME_LENGTH, STATES, Share, ShareQuerySet, Way

OPENS = {"POST": Scope.ADMIN.value, "PATCH": Scope.ADMIN.value}  # to people outside; what takes it back only closes
RIGHTS = ("view", "comment", "download")


class ShareAnswer(serializers.ModelSerializer[Share]):
    team = serializers.UUIDField(source="team_id")
    kind = serializers.ChoiceField(ABOUT)
    about = serializers.UUIDField(source="about_id", help_text="The image, collection or batch that is shared")
    to_team = serializers.UUIDField(source="to_team_id", allow_null=True)
    sharer = serializers.UUIDField(source="sharer_id")
    rights = serializers.ListField(child=serializers.ChoiceField(RIGHTS))
    locked = serializers.BooleanField(source="is_locked", help_text="Whether it asks for a password")
    state = serializers.ChoiceField(
        STATES,
        help_text="resting: what it shows lies in the trash, or its giver may not share it now; it may come back",
    )
    wrong_passwords = serializers.IntegerField(source="wrong", help_text="Tried since it was given this one")
    closed = serializers.BooleanField(source="is_closed", help_text="So many were tried that it needs another one")

    class Meta:
        model = Share
        fields = [
            "id", "team", "kind", "about", "way", "email", "to_team", "sharer", "name", "rights", "with_briefs",
            "with_names", "locked", "wrong_passwords", "closed", "state", "openings", "opened_at", "expires_at",
            "revoked_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class ShareMade(ShareAnswer):
    link = serializers.SerializerMethodField(help_text="Shown this once; null for a person or a team.")

    class Meta(ShareAnswer.Meta):
        fields = [*ShareAnswer.Meta.fields, "link"]
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"]})
    def get_link(self, row: Share) -> str | None:
        return keys.link_of(self.context["key"]) if self.context["key"] else None


class ShareChange(serializers.Serializer[Any]):
    """What of a share may be changed: what it lets do, its end and the password of a link."""

    rights = serializers.ListField(
        child=serializers.ChoiceField(RIGHTS), required=False, max_length=3, help_text="view is always among them"
    )
    expires_at = serializers.DateTimeField(required=False, help_text="Within a year; when none is named, in 30 days")
    password = serializers.CharField(
        required=False, allow_blank=True, max_length=passwords.LONGEST, trim_whitespace=False, help_text="Of a link"
    )

    def granted(self) -> dict[str, Any]:
        """What was said, as the services take it."""
        said = dict(self.validated_data)
        rights = said.pop("rights", None)
        if rights is not None:
            said |= {"may_comment": "comment" in rights, "may_download": "download" in rights}
        return said


class ShareWish(ShareChange):
    """What to share: one asset, collection or batch. With whom: `email` or `to_team`; with neither a link is made."""

    asset = serializers.UUIDField(required=False)
    collection = serializers.UUIDField(required=False)
    batch = serializers.UUIDField(required=False)
    email = serializers.CharField(required=False, default="", allow_blank=True, max_length=254)
    to_team = serializers.UUIDField(required=False, allow_null=True, default=None)
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=NAME_LENGTH)
    with_briefs = serializers.BooleanField(required=False, default=False, help_text="Show briefs and titles too")
    with_names = serializers.BooleanField(required=False, default=False, help_text="Show the names of people too")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [kind for kind in ABOUT if kind in attrs]
        if len(named) != 1:
            said = f"Name one thing to share: {', '.join(ABOUT)}."
            raise serializers.ValidationError({(named or ABOUT)[-1 if named else 0]: said})
        if attrs["email"] and attrs["to_team"]:
            raise serializers.ValidationError({"to_team": "Name a person or a team, and share twice for both."})
        return {
            **{name: value for name, value in attrs.items() if name not in ABOUT},
            "about": (named[0], attrs[named[0]]),
        }


class ShareFilter(filters.FilterSet):
    search = filters.CharFilter(method="of_words", max_length=200)
    kind = filters.ChoiceFilter(choices=[(kind, kind) for kind in ABOUT], method="of_kind")
    way = filters.ChoiceFilter(choices=Way.choices)
    state = filters.ChoiceFilter(choices=[(state, state) for state in STATES], method="by_state")

    class Meta:
        model = Share
        fields: list[str] = []

    def of_words(self, rows: ShareQuerySet, name: str, words: str) -> ShareQuerySet:
        return rows.matching(words)

    def of_kind(self, rows: ShareQuerySet, name: str, kind: str) -> ShareQuerySet:
        return rows.filter(**{f"{kind}__isnull": False})

    def by_state(self, rows: ShareQuerySet, name: str, state: str) -> ShareQuerySet:
        return rows.in_state(state)


def told(request: Request, team_id: UUID, share_id: UUID) -> Response:
    row = managed(request, team_id).filter(pk=share_id).first()
    if row is None:
        raise Missing(message="There is no such share.", remedy="List the team's shares.")
    return Response(ShareAnswer(row).data, headers={"ETag": etag_of(row)})


def managed(request: Request, team_id: UUID) -> ShareQuerySet:
    team = visible_team(person(request), team_id)
    rows: ShareQuerySet = Share.objects.visible_to(request.user).filter(team=team).told()
    return rows


class ShareList(generics.ListAPIView[Share]):
    """What the team shares, newest first: for owners and admins all of it, for others what they share themselves."""

    required_scopes: ClassVar[dict[str, str]] = OPENS
    queryset = Share.objects.none()
    serializer_class = ShareAnswer
    filterset_class = ShareFilter

    def get_queryset(self) -> QuerySet[Share]:
        return managed(self.request, self.kwargs["team_id"])

    @extend_schema(request=ShareWish, responses={201: ShareMade})
    def post(self, request: Request, team_id: UUID) -> Response:
        """Share what you may change with a person, another team, or whoever has a link.

        With the same Idempotency-Key it is shared once, and the same share and link are told; with another wish under
        it, or when that share has ended or was changed, it is refused.
        """
        visible_team(person(request), team_id)
        wish = ShareWish(data=request.data)
        wish.is_valid(raise_exception=True)
        told_once = services.Wish(**wish.granted(), once=key_said(request.headers))
        made, key = services.share(actor=person(request), team_id=team_id, wish=told_once)
        row = Share.objects.told().get(pk=made.pk)
        headers = {"ETag": etag_of(row), "Location": reverse("api_share", args=[team_id, row.pk])}
        return Response(ShareMade(row, context={"key": key}).data, status=201, headers=headers)


class ShareDetail(APIView):
    required_scopes: ClassVar[dict[str, str]] = OPENS

    @extend_schema(responses=ShareAnswer)
    def get(self, request: Request, team_id: UUID, share_id: UUID) -> Response:
        return told(request, team_id, share_id)

    @extend_schema(request=ShareChange, responses=ShareAnswer, parameters=[IF_MATCH])
    def patch(self, request: Request, team_id: UUID, share_id: UUID) -> Response:
        """Give it another end, other rights or another password. Needs If-Match."""
        told(request, team_id, share_id)
        wish = ShareChange(data=request.data)
        wish.is_valid(raise_exception=True)
        if_match = request.headers.get("If-Match")
        services.change(actor=person(request), team_id=team_id, share_id=share_id, if_match=if_match, **wish.granted())
        return told(request, team_id, share_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, team_id: UUID, share_id: UUID) -> Response:
        """Take it back: it opens nothing from now on."""
        services.revoke(actor=person(request), team_id=team_id, share_id=share_id)
        return Response(status=204)
