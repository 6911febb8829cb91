"""What else is done with personas over HTTP: the default, merge, duplicate, match and drift."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer.personas import drift, keeping
from designer.personas.api import PersonaSerializer
from designer.personas.models import Persona
from designer.personas.services import taste_of
from designer.pipeline import persona as pipeline
from designer.pipeline.analysis import analyse
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base.errors import Refused
from teams.base.preconditions import etag_of
from teams.membership.ownership import working_team

TEAM = OpenApiParameter("team", UUID, description="Your personal team where none is named.")
BASIS = OpenApiParameter("basis", str, enum=list(drift.BASES), description="Which images: liked (the default) or made.")


class DefaultRequest(StrictSerializer):
    persona = serializers.UUIDField(allow_null=True, help_text="null: begin without one.")
    team = serializers.UUIDField(required=False, allow_null=True, default=None)


class DefaultAnswer(serializers.Serializer[Any]):
    team = serializers.UUIDField()
    persona = PersonaSerializer(allow_null=True)


class PersonaDefault(APIView):
    """The persona that you begin with in a team: one at most, and yours alone."""

    @extend_schema(parameters=[TEAM], responses={200: DefaultAnswer})
    def get(self, request: Request) -> Response:
        raw = request.query_params.get("team") or None
        team = working_team(person(request), _id(raw) if raw else None)
        return Response(_default_json(team.pk, keeping.default_persona(person(request), team)))

    @extend_schema(request=DefaultRequest, responses={200: DefaultAnswer})
    def put(self, request: Request) -> Response:
        form = DefaultRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        row = keeping.set_default(actor=person(request), persona_id=said["persona"], team_id=said["team"])
        team = row.team_id if row else working_team(person(request), said["team"]).pk
        return Response(_default_json(team, row))


def _id(raw: str) -> UUID:
    try:
        return UUID(raw)
    except ValueError as error:
        raise Refused(
            "invalid", "This is no id.", field="team", remedy="Send a team's id, or none.", status=400
        ) from error


def _default_json(team: UUID, row: Persona | None) -> dict[str, Any]:
    return {"team": str(team), "persona": PersonaSerializer(row).data if row else None}


class MergeRequest(StrictSerializer):
    personas = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=keeping.MOST)
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    remove = serializers.BooleanField(required=False, default=False, help_text="Let the new one take their place.")


class PersonaMerge(IdempotentPostMixin, APIView):
    """One persona of several; each counts by the pictures behind it, one made of words as three."""

    @extend_schema(request=MergeRequest, responses={201: PersonaSerializer})
    def post(self, request: Request) -> Response:
        form = MergeRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        ids = said.pop("personas")
        made = keeping.merge_personas(actor=person(request), persona_ids=ids, **said)
        body = PersonaSerializer(made).data
        return Response(body, status=status.HTTP_201_CREATED, headers={"ETag": etag_of(made)})


class DuplicateRequest(StrictSerializer):
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class PersonaDuplicate(IdempotentPostMixin, generics.GenericAPIView[Persona]):
    """A copy to go on from."""

    serializer_class = PersonaSerializer
    queryset = Persona.objects.none()

    @extend_schema(request=DuplicateRequest, responses={201: PersonaSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        Persona.objects.see(request.user, pk)
        form = DuplicateRequest(data=request.data)
        form.is_valid(raise_exception=True)
        made = keeping.duplicate_persona(actor=person(request), persona_id=pk, **form.validated_data)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED, headers={"ETag": etag_of(made)})


class MatchRequest(StrictSerializer):
    brief = serializers.CharField(max_length=4000)


class MatchAnswer(serializers.Serializer[Any]):
    persona = serializers.CharField()
    score = serializers.FloatField(help_text="0.6 x keywords + 0.4 x embedding, 0 to 1.")
    parts = serializers.DictField(child=serializers.FloatField())
    strength = serializers.FloatField(help_text="How much it adds; a vague brief leaves it more.")
    adjustments = serializers.ListField(child=serializers.DictField())


class PersonaMatch(generics.GenericAPIView[Persona]):
    """How near a brief is to a persona, by its parts, and what the persona would add to it. Changes nothing."""

    serializer_class = MatchAnswer
    queryset = Persona.objects.none()

    @extend_schema(request=MatchRequest, responses={200: MatchAnswer})
    def post(self, request: Request, pk: UUID) -> Response:
        taste = taste_of(Persona.objects.see(request.user, pk))
        form = MatchRequest(data=request.data)
        form.is_valid(raise_exception=True)
        brief = form.validated_data["brief"]
        assert taste is not None  # noqa: S101  (the row is there)
        return Response(pipeline.match(brief, analyse(brief), taste).to_json())


class AttributeDriftSerializer(serializers.Serializer[Any]):
    attribute = serializers.CharField()
    samples = serializers.IntegerField()
    divergence = serializers.FloatField(allow_null=True, help_text="Jensen-Shannon, bits; null below the minimum.")
    noise = serializers.FloatField(allow_null=True, help_text="Bits that so small a sample lies off by chance.")
    verdict = serializers.ChoiceField(choices=["too_few", "steady", "moving", "apart"])
    top = serializers.ListField(child=serializers.CharField())


class MonthDriftSerializer(serializers.Serializer[Any]):
    month = serializers.CharField()
    images = serializers.IntegerField()
    divergence = serializers.FloatField(allow_null=True)
    attributes = AttributeDriftSerializer(many=True)


class DriftSerializer(serializers.Serializer[Any]):
    basis = serializers.CharField()
    minimum = serializers.IntegerField(help_text="Images of a month under which nothing is said.")
    months = MonthDriftSerializer(many=True)


class PersonaDrift(generics.GenericAPIView[Persona]):
    """The persona's profile against what was liked, or made, with it, month by month."""

    serializer_class = DriftSerializer
    queryset = Persona.objects.none()

    @extend_schema(parameters=[BASIS], responses={200: DriftSerializer})
    def get(self, request: Request, pk: UUID) -> Response:
        row = Persona.objects.see(request.user, pk)
        basis = request.query_params.get("basis", "liked")
        if basis not in drift.BASES:
            raise Refused("invalid", "There is no such basis.", field="basis", remedy="Use liked or made.", status=400)
        return Response(asdict(drift.drift_of(row, basis)))
