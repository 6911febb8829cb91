"""Personas over HTTP."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from designer.personas import keeping, services
from designer.personas.models import Persona
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base.preconditions import etag_of
from teams.membership.ownership import visible_team

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag you read")


class PersonaSerializer(serializers.ModelSerializer[Persona]):
    team = serializers.UUIDField(source="team_id", read_only=True)
    keywords = serializers.DictField(read_only=True)
    attributes = serializers.DictField(read_only=True)
    palette = serializers.ListField(read_only=True)
    weights = serializers.SerializerMethodField(
        help_text="attribute -> value -> 0 to 1, the dearest first; of pictures: its share of those in which the "
        "attribute was read, until it is changed"
    )
    distributions = serializers.DictField(
        read_only=True,
        help_text="attribute -> value -> pictures; of evidence pictures those in which the attribute was not read are "
        "in none. A picture of several colours counts for each.",
    )
    exemplars = serializers.ListField(child=serializers.UUIDField(), read_only=True, help_text="Assets.")
    evidence = serializers.IntegerField(read_only=True, help_text="Pictures behind it; 0 for one made of words.")
    origin = serializers.DictField(read_only=True)

    class Meta:
        model = Persona
        fields = [
            "id", "team", "name", "description", "keywords", "attributes", "weights", "palette", "distributions",
            "exemplars", "evidence", "confidence", "origin", "starter", "version", "created_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.DictField(child=serializers.DictField(child=serializers.FloatField())))
    def get_weights(self, row: Persona) -> dict[str, dict[str, float]]:
        return services.shown_weights(row)


class PersonaMadeSerializer(PersonaSerializer):
    """One just made from words."""

    notes = serializers.SerializerMethodField(help_text="What of its words is not in its profile, and what to do.")

    class Meta(PersonaSerializer.Meta):
        fields = [*PersonaSerializer.Meta.fields, "notes"]

    def get_notes(self, row: Persona) -> list[str]:
        return services.notes_on(row)


class ColourRequest(StrictSerializer):
    # DRF formats it
    default_error_messages = {"invalid": 'A colour is an object. Send {{"name": "camel"}} or {{"hex": "#c19a6b"}}.'}
    name = serializers.CharField(max_length=40, required=False, allow_blank=True)
    hex = serializers.CharField(max_length=9, required=False, allow_blank=True)


class PersonaChange(StrictSerializer):
    name = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    keywords = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=50, required=False, default=list
    )


class PersonaEdit(PersonaChange):
    weights = serializers.DictField(
        child=serializers.DictField(child=serializers.FloatField(min_value=0, max_value=1), allow_empty=True),
        required=False,
        help_text="attribute -> value -> 0 to 1, in place of all there were; 0 takes a value away",
    )
    palette = serializers.ListField(child=ColourRequest(), required=False, max_length=services.MOST_COLOURS)


class PersonaRequest(PersonaChange):
    team = serializers.UUIDField(required=False, allow_null=True, default=None)


class PersonaFilter(filters.FilterSet):
    starter = filters.BooleanFilter()
    search = filters.CharFilter(method="matching", max_length=200)
    from_pictures = filters.BooleanFilter(method="by_evidence")

    class Meta:
        model = Persona
        fields: list[str] = []

    def matching(self, rows: QuerySet[Persona], name: str, words: str) -> QuerySet[Persona]:
        return keeping.matching(rows, words)

    def by_evidence(self, rows: QuerySet[Persona], name: str, wish: bool) -> QuerySet[Persona]:
        return rows.filter(evidence__gt=0) if wish else rows.filter(evidence=0)


class PersonaList(IdempotentPostMixin, generics.ListAPIView[Persona]):
    """List personas, or make one from words."""

    serializer_class = PersonaSerializer
    filterset_class = PersonaFilter

    def get_queryset(self) -> QuerySet[Persona]:
        return Persona.objects.visible_to(self.request.user)

    @extend_schema(request=PersonaRequest, responses={201: PersonaMadeSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        form = PersonaRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        team = kwargs.get("team") or said.pop("team")
        said.pop("team", None)
        made = services.create_persona(actor=person(request), team_id=team, **said)
        headers = {"ETag": etag_of(made)}
        body = PersonaMadeSerializer(made, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)


class TeamPersonaList(PersonaList):
    """The personas of one team."""

    def get_queryset(self) -> QuerySet[Persona]:
        if getattr(self, "swagger_fake_view", False):
            return Persona.objects.none()
        return super().get_queryset().filter(team=visible_team(self.request.user, self.kwargs["team"]))


class PersonaDetail(generics.GenericAPIView[Persona]):
    """One persona."""

    serializer_class = PersonaSerializer
    queryset = Persona.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        return self._answer(Persona.objects.see(request.user, pk))

    @extend_schema(request=PersonaEdit, responses=PersonaSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what is given. For its maker, owners and admins; needs If-Match."""
        Persona.objects.for_edit(request.user, pk)
        form = PersonaEdit(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        if_match = request.headers.get("If-Match")
        row = services.change_persona(actor=person(request), persona_id=pk, if_match=if_match, **form.validated_data)
        return self._answer(row)

    def _answer(self, row: Persona) -> Response:
        return Response(self.get_serializer(row).data, headers={"ETag": etag_of(row)})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete it. If you began with it, you begin with the one you used last from now on, else with the team's
        newest: `GET /api/personas/default` says which. Without one where it was the team's last."""
        keeping.delete_persona(actor=person(request), persona_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
