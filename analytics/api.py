"""Figures over HTTP: what was asked for, made, liked and paid. `format=csv` sends the same figures as a table."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics import exports, noticing, queries
from analytics.asking import (
    CostsQuery,
    FiguresQuery,
    InsightsQuery,
    QualityQuery,
    ScopedQuery,
    TrendsQuery,
    UsersQuery,
    question,
    read,
)
from analytics.serializers import (
    AnalyticsCostsSerializer,
    AnalyticsInsightSerializer,
    AnalyticsInsightsSerializer,
    AnalyticsModelsSerializer,
    AnalyticsOverviewSerializer,
    AnalyticsQualitySerializer,
    AnalyticsTrendsSerializer,
    AnalyticsUsersSerializer,
)
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base.streams import NOT_RUN


class SnoozeRequest(StrictSerializer):
    days = serializers.IntegerField(
        min_value=1, max_value=noticing.LONGEST, required=False, default=noticing.USUAL, help_text="From now on."
    )


def described(query: type[FiguresQuery], answer: type[serializers.Serializer[Any]]) -> Callable[..., Any]:
    return extend_schema(
        parameters=[query], responses={(200, "application/json"): answer, (200, "text/csv"): OpenApiTypes.STR}
    )


class FiguresView(APIView):
    """One question; the answer as JSON, or its table as CSV."""

    query: ClassVar[type[FiguresQuery]] = ScopedQuery
    answer: ClassVar[type[serializers.Serializer[Any]]]
    ask: ClassVar[Any]  # a function of `queries`, that takes the question
    table: ClassVar[str]
    usual: ClassVar[str] = "series"  # the table that comes as CSV where none is named

    def told(self, request: Request, team: UUID | None = None) -> HttpResponse:
        said = read(self.query, request.query_params)
        ask = question(person(request), said, team)
        wished = said.get("table", self.usual)
        found = type(self).ask(replace(ask, beside=said["format"] == "json" or wished != self.usual))
        if said["format"] == "json":
            return Response(self.answer(found).data)
        table = self.table if wished == self.usual else f"{self.table}.{wished}"
        period = found.about.period
        name = f"{table.replace('.', '-')}-{period.first}-{period.last}.csv"
        headers = {**NOT_RUN, "Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(exports.csv_of(table, found), content_type="text/csv; charset=utf-8", headers=headers)


class Overview(FiguresView):
    """What was asked for, how it ended, what it cost and how it was liked, in all and over time."""

    answer, ask, table = AnalyticsOverviewSerializer, staticmethod(queries.overview), "overview"

    @described(ScopedQuery, AnalyticsOverviewSerializer)
    def get(self, request: Request) -> HttpResponse:
        return self.told(request)


class TeamAnalytics(FiguresView):
    """The overview of one team."""

    query, answer, ask, table = FiguresQuery, AnalyticsOverviewSerializer, staticmethod(queries.overview), "overview"

    @described(FiguresQuery, AnalyticsOverviewSerializer)
    def get(self, request: Request, team: UUID) -> HttpResponse:
        return self.told(request, team)


class Costs(FiguresView):
    """What was charged, over time and by kind, provider, model and member: the ledger's own lines. Of a team to whoever
    may see its billing, to everybody else their own."""

    query, answer, ask, table = CostsQuery, AnalyticsCostsSerializer, staticmethod(queries.costs), "costs"

    @described(CostsQuery, AnalyticsCostsSerializer)
    def get(self, request: Request) -> HttpResponse:
        return self.told(request)


class Quality(FiguresView):
    """How good the images were, by measure, by what was said of them and by what was approved: over time, by model,
    persona and garment."""

    query, answer, ask, table = QualityQuery, AnalyticsQualitySerializer, staticmethod(queries.quality), "quality"

    @described(QualityQuery, AnalyticsQualitySerializer)
    def get(self, request: Request) -> HttpResponse:
        return self.told(request)


class Models(FiguresView):
    """Each model: success, errors, seconds, what was said of its images, and the price of one that is liked."""

    answer, ask, table = AnalyticsModelsSerializer, staticmethod(queries.models), "models"

    @described(ScopedQuery, AnalyticsModelsSerializer)
    def get(self, request: Request) -> HttpResponse:
        return self.told(request)


class Users(FiguresView):
    """Each member: what they asked for and made, on how many days and, where it may be seen, what it cost; and of those
    who began in one week, how many come back."""

    query, answer, ask, table = UsersQuery, AnalyticsUsersSerializer, staticmethod(queries.members), "users"
    usual = "members"

    @described(UsersQuery, AnalyticsUsersSerializer)
    def get(self, request: Request) -> HttpResponse:
        return self.told(request)


class Trends(FiguresView):
    """When work is done, every hour of every weekday; what is asked for: attributes, words and briefs; what rises and
    what falls."""

    query, answer, ask, table = TrendsQuery, AnalyticsTrendsSerializer, staticmethod(queries.trends), "trends"
    usual = "hours"

    @described(TrendsQuery, AnalyticsTrendsSerializer)
    def get(self, request: Request) -> HttpResponse:
        return self.told(request)


class Insights(APIView):
    """What the last 90 days of your teams tell that is more than chance, as sentences with their evidence; and what is
    lacking to tell more. What is about costs is for those who see all of a team's."""

    @extend_schema(parameters=[InsightsQuery], responses=AnalyticsInsightsSerializer)
    def get(self, request: Request) -> Response:
        said, actor = read(InsightsQuery, request.query_params), person(request)
        scope = queries.scope_of(actor, said.get("team"))
        rows = noticing.insights_of(actor, scope.teams, state=said["state"], kind=said.get("kind", ""))
        looked = noticing.looks_of(scope.teams, scope.whole)
        return Response(AnalyticsInsightsSerializer({"insights": rows, "looked": looked}).data)


class InsightDismiss(APIView):
    """Hide an insight from yourself as long as it holds."""

    @extend_schema(request=None, responses=AnalyticsInsightSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(AnalyticsInsightSerializer(noticing.dismiss(actor=person(request), pk=pk)).data)


class InsightSnooze(APIView):
    """Hide an insight from yourself for some days."""

    @extend_schema(request=SnoozeRequest, responses=AnalyticsInsightSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        form = SnoozeRequest(data=request.data)
        form.is_valid(raise_exception=True)
        row = noticing.snooze(actor=person(request), pk=pk, **form.validated_data)
        return Response(AnalyticsInsightSerializer(row).data)


class InsightRestore(APIView):
    """Show yourself an insight again that you dismissed or snoozed."""

    @extend_schema(request=None, responses=AnalyticsInsightSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(AnalyticsInsightSerializer(noticing.restore(actor=person(request), pk=pk)).data)
