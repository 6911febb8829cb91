"""Teams and their members over HTTP."""

from typing import Any, cast
from uuid import UUID

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from teams.accounts.models import User
from teams.base.preconditions import etag_of
from teams.membership import services
from teams.membership.models import Membership, Role, Team
from teams.membership.ownership import visible_team, visible_teams

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag you read")


class TeamAnswer(serializers.ModelSerializer[Team]):
    role = serializers.ChoiceField(Role.choices, help_text="Your own role in this team")
    time_zone = serializers.CharField(help_text="In which repeats are meant; empty: in each member's own")
    keep_exif = serializers.BooleanField(source="keeps_exif", help_text="Whether uploads keep camera and author")
    share_links = serializers.BooleanField(
        source="allows_share_links", help_text="Whether links may open what is shared"
    )
    avatar = serializers.SerializerMethodField(help_text="Where its picture is; null: it has none")

    class Meta:
        model = Team
        fields = [
            "id", "name", "slug", "personal", "role", "time_zone", "keep_exif", "share_links", "avatar", "archived_at",
            "created_at",
            "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_avatar(self, team: Team) -> str | None:
        return picture_of(team.pk, team.avatar_tag)  # type: ignore[attr-defined]


def picture_of(team_id: UUID, tag: str | None) -> str | None:
    """The address of a team's picture, another one for another picture."""
    return f"/api/teams/{team_id}/avatar?v={tag[:12]}" if tag else None


class TeamWish(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=services.NAME_LENGTH)


class TeamChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=services.NAME_LENGTH, required=False)
    slug = serializers.CharField(max_length=120, required=False, help_text="For /t/{slug}: a to z, digits, hyphens")
    time_zone = serializers.CharField(
        max_length=64, required=False, allow_blank=True, help_text="Such as Europe/Paris; empty: each member's own"
    )
    keep_exif = serializers.BooleanField(
        required=False,
        help_text="Whether what camera and author wrote stays in uploads from now on, without place and serial numbers",
    )
    share_links = serializers.BooleanField(
        required=False, help_text="false: links to what is shared open nothing, also those given before"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(
                {"name": "Say what to change: name, slug, time_zone, keep_exif or share_links."}
            )
        return attrs


class MemberAnswer(serializers.ModelSerializer[Membership]):
    user = serializers.UUIDField(source="user_id")
    name = serializers.CharField(source="user.shown_name")
    email = serializers.EmailField(source="user.email")
    joined_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Membership
        fields = ["user", "name", "email", "role", "joined_at"]
        read_only_fields = fields


class RoleWish(serializers.Serializer[Any]):
    role = serializers.ChoiceField(Role.choices)


def person(request: Request) -> User:
    return cast("User", request.user)


def with_role(user: User) -> QuerySet[Team]:
    """The teams of `user`, each with `role`, theirs in it, and `avatar_tag`, which names its picture."""
    role = Membership.objects.filter(team=OuterRef("pk"), user=user).values("role")[:1]
    rows = visible_teams(user).annotate(role=Subquery(role, output_field=CharField()))
    return rows.annotate(avatar_tag=F("avatar__sha256"))


def answer(team_id: UUID, request: Request, status: int = 200) -> Response:
    team = with_role(person(request)).get(pk=team_id)
    headers = {"ETag": etag_of(team)}
    if status == 201:
        headers["Location"] = f"/api/teams/{team.pk}"
    return Response(TeamAnswer(team).data, status=status, headers=headers)


class TeamList(generics.ListAPIView[Team]):
    """The teams that the caller belongs to."""

    queryset = Team.objects.none()
    serializer_class = TeamAnswer

    def get_queryset(self) -> QuerySet[Team]:
        return with_role(person(self.request)).order_by("-created_at", "-id")

    @extend_schema(request=TeamWish, responses={201: TeamAnswer})  # type: ignore[untyped-decorator]
    def post(self, request: Request) -> Response:
        """Make a team and be its owner."""
        wish = TeamWish(data=request.data)
        wish.is_valid(raise_exception=True)
        team = services.create_team(actor=person(request), **wish.validated_data)
        return answer(team.pk, request, 201)


class TeamDetail(APIView):
    @extend_schema(responses=TeamAnswer)  # type: ignore[untyped-decorator]
    def get(self, request: Request, team_id: UUID) -> Response:
        return answer(visible_team(person(request), team_id).pk, request)

    @extend_schema(request=TeamChange, responses=TeamAnswer, parameters=[IF_MATCH])  # type: ignore[untyped-decorator]
    def patch(self, request: Request, team_id: UUID) -> Response:
        """Change name, slug, zone, what uploads keep or whether links share. For owners and admins; needs If-Match."""
        visible_team(person(request), team_id)
        wish = TeamChange(data=request.data)
        wish.is_valid(raise_exception=True)
        if_match = request.headers.get("If-Match")
        services.change_team(actor=person(request), team_id=team_id, if_match=if_match, **wish.validated_data)
        return answer(team_id, request)


class MemberFilter(filters.FilterSet):  # type: ignore[misc]
    search = filters.CharFilter(
        method="called", max_length=120, help_text="part of the name, or how the address begins"
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def called(self, rows: QuerySet[Membership], name: str, words: str) -> QuerySet[Membership]:
        words = words.replace("\x00", "").strip()
        return rows.filter(Q(user__name__icontains=words) | Q(user__email__istartswith=words))


class MemberList(generics.ListAPIView[Membership]):
    """Who belongs to the team. For every member of it."""

    queryset = Membership.objects.none()
    serializer_class = MemberAnswer
    filterset_class = MemberFilter

    def get_queryset(self) -> QuerySet[Membership]:
        team = visible_team(person(self.request), self.kwargs["team_id"])
        members = Membership.objects.filter(team=team).select_related("user")
        return members.order_by("-created_at", "-id")


class MemberDetail(APIView):
    required_scopes = {"PUT": "admin", "DELETE": "admin"}

    @extend_schema(request=RoleWish, responses=MemberAnswer)  # type: ignore[untyped-decorator]
    def put(self, request: Request, team_id: UUID, user_id: UUID) -> Response:
        """Change a member's role. For owners and admins; only owners make or change owners."""
        visible_team(person(request), team_id)
        wish = RoleWish(data=request.data)
        wish.is_valid(raise_exception=True)
        membership = services.change_role(
            actor=person(request), team_id=team_id, user_id=user_id, **wish.validated_data
        )
        return Response(MemberAnswer(membership).data)

    @extend_schema(responses={204: None})  # type: ignore[untyped-decorator]
    def delete(self, request: Request, team_id: UUID, user_id: UUID) -> Response:
        """Remove a member, or leave the team oneself."""
        services.remove_member(actor=person(request), team_id=team_id, user_id=user_id)
        return Response(status=204)
