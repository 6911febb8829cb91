"""Presets over HTTP."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.personas.api import IF_MATCH
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from enhancement import following, presets
from enhancement.recipes import MAX_OPERATIONS
from teams.accounts.people import person
from teams.base.preconditions import etag_of
from teams.membership.ownership import visible_team

TEAM = OpenApiParameter("team", UUID, OpenApiParameter.QUERY, description="only those of this team")


class PresetSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="pk")
    team = serializers.UUIDField(
        source="row.team_id", default=None, allow_null=True, help_text="null: the studio's own"
    )
    owner = serializers.UUIDField(source="row.owner_id", default=None, allow_null=True)
    name = serializers.CharField()
    description = serializers.CharField()
    operations = serializers.ListField(child=serializers.DictField())
    version = serializers.IntegerField()
    starter = serializers.BooleanField(help_text="comes with the studio and cannot be changed")


class PresetChange(StrictSerializer):
    name = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    operations = serializers.ListField(child=serializers.DictField(), max_length=MAX_OPERATIONS)


class PresetRequest(PresetChange):
    team = serializers.UUIDField(required=False, allow_null=True, default=None)


def _answer(preset: presets.Shown, code: int = status.HTTP_200_OK) -> Response:
    headers = {"ETag": etag_of(preset.row)} if preset.row else {}
    return Response(PresetSerializer(preset).data, status=code, headers=headers)


class PresetList(IdempotentPostMixin, APIView):
    """The presets you may choose: those of your teams (at most 200 each), then those that come with the studio."""

    @extend_schema(responses=PresetSerializer(many=True), parameters=[TEAM])
    def get(self, request: Request) -> Response:
        raw = request.query_params.get("team") or None
        wanted = serializers.UUIDField(allow_null=True).run_validation(raw)
        team = visible_team(request.user, wanted).pk if wanted else None
        return Response(PresetSerializer(presets.choices(person(request), team), many=True).data)

    @extend_schema(request=PresetRequest, responses={201: PresetSerializer})
    def post(self, request: Request) -> Response:
        """Keep a recipe under a name, for the whole team."""
        form = PresetRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said: dict[str, Any] = form.validated_data
        row = presets.create_preset(actor=person(request), team_id=said.pop("team"), **said)
        return _answer(presets.shown(row), status.HTTP_201_CREATED)


class UsualRequest(StrictSerializer):
    preset = serializers.UUIDField(allow_null=True, help_text="null: nothing follows")


class UsualAnswer(serializers.Serializer[Any]):
    preset = PresetSerializer(allow_null=True)


class TeamUsual(APIView):
    """The preset that follows each generation of a team which does not say otherwise."""

    @extend_schema(responses=UsualAnswer)
    def get(self, request: Request, team: UUID) -> Response:
        return _usual(following.usual_of(actor=person(request), team_id=team))

    @extend_schema(request=UsualRequest, responses=UsualAnswer)
    def put(self, request: Request, team: UUID) -> Response:
        """For owners and admins of the team."""
        visible_team(person(request), team)
        form = UsualRequest(data=request.data)
        form.is_valid(raise_exception=True)
        wish = form.validated_data["preset"]
        return _usual(following.set_usual(actor=person(request), team_id=team, preset_id=wish))


def _usual(preset: presets.Shown | None) -> Response:
    return Response({"preset": PresetSerializer(preset).data if preset else None})


class PresetDetail(APIView):
    """One preset."""

    @extend_schema(responses=PresetSerializer)
    def get(self, request: Request, preset: UUID) -> Response:
        return _answer(presets.find(person(request), preset))

    @extend_schema(request=PresetChange, responses=PresetSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, preset: UUID) -> Response:
        """Change what is given. For its maker, owners and admins; needs If-Match."""
        presets.find(person(request), preset)
        form = PresetChange(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        if_match = request.headers.get("If-Match")
        row = presets.change_preset(actor=person(request), preset_id=preset, if_match=if_match, **form.validated_data)
        return _answer(presets.shown(row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, preset: UUID) -> Response:
        presets.delete_preset(actor=person(request), preset_id=preset)
        return Response(status=status.HTTP_204_NO_CONTENT)
