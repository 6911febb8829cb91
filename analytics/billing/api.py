"""Statements over HTTP. For whoever may see a team's costs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.billing import paper, services
from analytics.billing.models import Statement
from teams.accounts.people import person
from teams.accounts.proofs import still
from teams.base.streams import NOT_RUN, Streamed

AMOUNT: Mapping[str, Any] = {"max_digits": 18, "decimal_places": 6}


class StatementAnswer(serializers.ModelSerializer[Statement]):
    """USD, exact. `owed` was paid to providers; `simulated` to nobody; `late` is what of both is of earlier months."""

    team = serializers.UUIDField(source="team_id")
    month = serializers.SerializerMethodField(help_text="2026-11, UTC")

    class Meta:
        model = Statement
        fields = ["id", "team", "number", "month", "called", "charges", "owed", "simulated", "late", "created_at"]
        read_only_fields = fields

    @extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}$"})
    def get_month(self, row: Statement) -> str:
        return f"{row.month:%Y-%m}"


class StatementLine(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    note = serializers.CharField()
    charges = serializers.IntegerField()
    owed = serializers.DecimalField(**AMOUNT)
    simulated = serializers.DecimalField(**AMOUNT)


class StatementLines(serializers.Serializer[Any]):
    """The lines of each of the first four add up to the whole; corrections and what is late stand in them too."""

    kinds = StatementLine(many=True)
    models = StatementLine(many=True)
    members = StatementLine(many=True)
    batches = StatementLine(many=True)
    corrections = StatementLine(many=True)
    late = StatementLine(many=True)


class StatementWhole(StatementAnswer):
    lines = StatementLines()

    class Meta(StatementAnswer.Meta):
        fields = [*StatementAnswer.Meta.fields, "lines"]
        read_only_fields = fields


class StatementFilter(filters.FilterSet):  # type: ignore[misc]
    search = filters.CharFilter(method="sought", label="A month, number, member, model or batch", max_length=200)
    year = filters.NumberFilter(method="of_year", label="Such as 2026", min_value=1, max_value=9999)

    def sought(self, rows: QuerySet[Statement], name: str, value: str) -> QuerySet[Statement]:
        return services.found(rows, search=value)

    def of_year(self, rows: QuerySet[Statement], name: str, value: int) -> QuerySet[Statement]:
        return services.found(rows, year=int(value))


class StatementList(generics.ListAPIView[Statement]):
    """The monthly statements of a team. Each is made when its month is over, and never changed."""

    queryset = Statement.objects.none()
    serializer_class = StatementAnswer
    filterset_class = StatementFilter

    def get_queryset(self) -> QuerySet[Statement]:
        return services.statements_of(person(self.request), self.kwargs["team"]).defer("lines")


class StatementDetail(APIView):
    """A statement with its lines."""

    @extend_schema(responses={200: StatementWhole})
    def get(self, request: Request, team: UUID, statement: UUID) -> Response:
        return Response(StatementWhole(services.statement(person(request), team, statement)).data)


class FileQuery(serializers.Serializer[Any]):
    vars()["as"] = serializers.ChoiceField(choices=["pdf", "csv"], required=False, default="pdf")


class StatementFile(APIView):
    """A statement as a PDF, in whole cents, or as CSV, exact. Cells that a spreadsheet would run are guarded by an
    apostrophe."""

    @extend_schema(
        parameters=[FileQuery],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, (200, "text/csv"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, team: UUID, statement: UUID) -> HttpResponse | StreamingHttpResponse:
        row = services.statement(person(request), team, statement)
        query = FileQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        if query.validated_data["as"] == "csv":
            allowed = still(request, lambda user: services.statement(user, team, statement))
            name = services.file_name(row, "csv")
            return Streamed(services.as_csv(row), allowed=allowed, content_type="text/csv; charset=utf-8", name=name)
        headers = {
            **NOT_RUN,
            "Content-Disposition": f'attachment; filename="{services.file_name(row, "pdf")}"',
            "Cache-Control": "private",
        }
        return HttpResponse(paper.pdf(row), content_type="application/pdf", headers=headers)
