"""The life of a team over HTTP: how it stands, handed over, archived, deleted with grace, taken away whole."""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from teams.accounts.proofs import still
from teams.base.errors import Forbidden
from teams.base.preconditions import etag_of
from teams.base.streams import Streamed
from teams.membership import closing, defaults, exporting
from teams.membership.api import IF_MATCH, MemberAnswer, person
from teams.membership.deeds import note_refusal
from teams.membership.handing_over import hand_over
from teams.membership.models import Membership, Role, Team
from teams.membership.ownership import visible_team
from teams.membership.plan import limits_of, use_of

FOR_OWNERS: dict[str, str] = {"POST": "admin"}


class LifeAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    role = serializers.ChoiceField(Role.choices, help_text="Your own role in it")
    state = serializers.ChoiceField(["open", "archived", "deleted"])
    archived_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True, help_text="When it is deleted for good; until then restored")


class UseAnswer(serializers.Serializer[Any]):
    seats = serializers.IntegerField(help_text="Members and open invitations")
    storage = serializers.IntegerField(help_text="Bytes of pictures, the trash included")
    pictures = serializers.IntegerField()


class LimitsAnswer(serializers.Serializer[Any]):
    seats = serializers.IntegerField(allow_null=True, help_text="Null: as many as you like; so everywhere here")
    storage = serializers.IntegerField(allow_null=True)
    parallel = serializers.IntegerField(allow_null=True, help_text="Jobs at once in each lane")


class PlanAnswer(serializers.Serializer[Any]):
    limits = LimitsAnswer()
    use = UseAnswer()


class DeletionWish(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, help_text="The team's name, by which you say that you mean it")


class DefaultChoiceAnswer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides an attribute of the base


class TeamDefaultAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides an attribute of the base
    value = serializers.CharField(allow_blank=True, help_text="Empty: the team says nothing")
    usual = serializers.CharField(allow_blank=True, help_text="What holds then")
    choices = DefaultChoiceAnswer(many=True, help_text="None: any line of text, or a colour")
    colour = serializers.BooleanField(help_text="Like #1f6b52")


class DefaultsWish(serializers.Serializer[Any]):
    values = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=200),
        allow_empty=False,
        help_text='{"name": value}; an empty value takes back what was said',
    )


class HandOverWish(serializers.Serializer[Any]):
    user = serializers.UUIDField(help_text="A member, who becomes an owner")
    own_role = serializers.ChoiceField(
        [role for role in Role.values if role != Role.OWNER], default=Role.ADMIN, help_text="Yours from then on"
    )


def told(row: Membership) -> Response:
    team = row.team
    state = "deleted" if team.ends_at else "archived" if team.archived_at else "open"
    facts = {"id": team.pk, "name": team.name, "slug": team.slug, "role": row.role, "state": state}
    return Response(LifeAnswer({**facts, "archived_at": team.archived_at, "ends_at": team.ends_at}).data)


class TeamLife(APIView):
    @extend_schema(responses=LifeAnswer)
    def get(self, request: Request, team_id: UUID) -> Response:
        """How the team stands: also of one that is about to be deleted, of which nothing else is shown."""
        return told(closing.seen(person(request), team_id))


class TeamPlan(APIView):
    @extend_schema(responses=PlanAnswer)
    def get(self, request: Request, team_id: UUID) -> Response:
        """What the team may use, and how much of it it does."""
        team = closing.seen(person(request), team_id).team
        return Response(PlanAnswer({"limits": limits_of(team), "use": use_of(team)}).data)


class TeamDefaults(APIView):
    @extend_schema(responses=TeamDefaultAnswer(many=True))
    def get(self, request: Request, team_id: UUID) -> Response:
        """What holds in the team where nobody says otherwise. The ETag is the team's."""
        return self.answer(visible_team(person(request), team_id))

    @extend_schema(request=DefaultsWish, responses=TeamDefaultAnswer(many=True), parameters=[IF_MATCH])
    def patch(self, request: Request, team_id: UUID) -> Response:
        """Change the defaults that are named. For owners and admins; needs If-Match."""
        visible_team(person(request), team_id)
        wish = DefaultsWish(data=request.data)
        wish.is_valid(raise_exception=True)
        if_match = request.headers.get("If-Match")
        values = wish.validated_data["values"]
        return self.answer(defaults.change(actor=person(request), team_id=team_id, if_match=if_match, values=values))

    def answer(self, team: Team) -> Response:
        return Response(TeamDefaultAnswer(defaults.shown(team), many=True).data, headers={"ETag": etag_of(team)})


class TeamEnding(APIView):
    @extend_schema(responses=LifeAnswer(many=True))
    def get(self, request: Request) -> Response:
        """The teams of the caller that are about to be deleted, the first to go first."""
        return Response([told(row).data for row in closing.ending_teams(person(request))])


def _check(request: Request, team_id: UUID, deed: str) -> None:
    """Before a word is read of what was sent. Raises Missing, Forbidden (and notes the try)."""
    try:
        closing.owned(person(request), team_id)
    except Forbidden:
        note_refusal(person(request), team_id, deed)
        raise


class _Deed(APIView):
    """What an owner does to the team as a whole."""

    required_scopes: ClassVar[dict[str, str]] = FOR_OWNERS

    def answer(self, request: Request, team_id: UUID) -> Response:
        return told(closing.seen(person(request), team_id))


class TeamArchive(_Deed):
    @extend_schema(request=None, responses=LifeAnswer)
    def post(self, request: Request, team_id: UUID) -> Response:
        """Let everybody look and nobody write: what runs is paused or cancelled. For owners."""
        closing.archive(actor=person(request), team_id=team_id)
        return self.answer(request, team_id)


class TeamUnarchive(_Deed):
    @extend_schema(request=None, responses=LifeAnswer)
    def post(self, request: Request, team_id: UUID) -> Response:
        """Let it be worked in again; what was paused waits to be resumed. For owners."""
        closing.unarchive(actor=person(request), team_id=team_id)
        return self.answer(request, team_id)


class TeamDelete(_Deed):
    @extend_schema(request=DeletionWish, responses=LifeAnswer)
    def post(self, request: Request, team_id: UUID) -> Response:
        """Hide the team at once and delete it in 30 days; until then every owner can restore it. For owners."""
        _check(request, team_id, "delete")
        wish = DeletionWish(data=request.data)
        wish.is_valid(raise_exception=True)
        closing.delete(actor=person(request), team_id=team_id, **wish.validated_data)
        return self.answer(request, team_id)


class TeamRestore(_Deed):
    @extend_schema(request=None, responses=LifeAnswer)
    def post(self, request: Request, team_id: UUID) -> Response:
        """Take the deletion back. For owners."""
        closing.restore(actor=person(request), team_id=team_id)
        return self.answer(request, team_id)


class TeamHandOver(_Deed):
    @extend_schema(request=HandOverWish, responses=MemberAnswer)
    def post(self, request: Request, team_id: UUID) -> Response:
        """Make a member an owner and step down, in one step; the new owner is answered. For owners."""
        _check(request, team_id, "hand_over")
        wish = HandOverWish(data=request.data)
        wish.is_valid(raise_exception=True)
        said = wish.validated_data
        heir = hand_over(actor=person(request), team_id=team_id, user_id=said["user"], own_role=said["own_role"])
        return Response(MemberAnswer(heir).data)


class TeamExport(APIView):
    required_scopes: ClassVar[dict[str, str]] = {"GET": "admin"}
    # a HEAD would begin one that nobody reads
    http_method_names: ClassVar[list[str]] = ["get", "options"]  # type: ignore[misc]  # of an instance, say the stubs

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, team_id: UUID) -> StreamingHttpResponse:
        """All that the team has: JSON lines, every picture, and a manifest with the SHA-256 of each. For owners."""
        team, blocks = exporting.begin(actor=person(request), team_id=team_id)
        allowed = still(request, partial(closing.owned, team_id=team_id))
        return Streamed(blocks, allowed=allowed, content_type="application/zip", name=f"{team.slug}.zip")
