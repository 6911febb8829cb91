"""Boards over HTTP. Their figures are those of /api/analytics, narrowed as each widget says."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.dashboards import services
from analytics.dashboards.boards import KINDS
from analytics.dashboards.models import DAYS, NAME_LENGTH, Dashboard
from designer.ledger.models import EntryKind
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.people import person
from teams.base.preconditions import etag_of

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag you read")


class DashboardWidget(StrictSerializer):
    """One figure of a board; what it is narrowed by is left out where it is not."""

    id = serializers.CharField(required=False, max_length=36, help_text="Of one that is there; a new one gets its own.")
    kind = serializers.CharField(max_length=40, help_text=f"One of {', '.join(KINDS)}.")
    provider = serializers.CharField(required=False, max_length=60)
    model = serializers.CharField(required=False, max_length=120)
    member = serializers.UUIDField(required=False)
    simulated = serializers.ChoiceField(choices=["yes", "no"], required=False)
    kind_of_cost = serializers.ChoiceField(choices=EntryKind.values, required=False, help_text="Of costs alone.")


class DashboardWidgetShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="One of those that a new one may be of, or one that is gone.")
    provider = serializers.CharField(required=False)
    model = serializers.CharField(required=False)
    member = serializers.UUIDField(required=False)
    simulated = serializers.CharField(required=False)
    kind_of_cost = serializers.CharField(required=False)


class DashboardSerializer(serializers.ModelSerializer[Dashboard]):
    team = serializers.UUIDField(source="team_id")
    owner = serializers.UUIDField(source="owner_id")
    widgets = DashboardWidgetShown(many=True, help_text="In their order.")

    class Meta:
        model = Dashboard
        fields = ["id", "team", "owner", "name", "shared", "days", "widgets", "created_at", "updated_at"]
        read_only_fields = fields


class DashboardChange(StrictSerializer):
    name = serializers.CharField(max_length=NAME_LENGTH, required=False)
    shared = serializers.BooleanField(required=False, help_text="All members of the team see it.")
    days = serializers.ChoiceField(choices=DAYS, required=False)
    widgets = DashboardWidget(many=True, required=False, help_text="All of them, in their order.")


class DashboardRequest(DashboardChange):
    team = serializers.UUIDField(required=False, allow_null=True, help_text="Your own where none is named.")
    name = serializers.CharField(max_length=NAME_LENGTH)


class DashboardFilter(filters.FilterSet):
    team = filters.UUIDFilter(field_name="team_id")
    shared = filters.BooleanFilter()

    class Meta:
        model = Dashboard
        fields: list[str] = []


def told(row: Dashboard, status: int = 200) -> Response:
    return Response(DashboardSerializer(row).data, status=status, headers={"ETag": etag_of(row)})


class DashboardList(IdempotentPostMixin, generics.ListAPIView[Dashboard]):
    """Your boards, and those that are shared in your teams."""

    serializer_class = DashboardSerializer
    filterset_class = DashboardFilter
    queryset = Dashboard.objects.none()

    def get_queryset(self) -> QuerySet[Dashboard]:
        rows: QuerySet[Dashboard] = Dashboard.objects.visible_to(self.request.user)
        return rows

    @extend_schema(request=DashboardRequest, responses={201: DashboardSerializer})
    def post(self, request: Request) -> Response:
        """Make a board."""
        form = DashboardRequest(data=request.data)
        form.is_valid(raise_exception=True)
        wish = dict(form.validated_data)
        row = services.create(actor=person(request), team_id=wish.pop("team", None), **wish)
        answer = told(row, 201)
        answer["Location"] = f"/api/dashboards/{row.pk}"
        return answer


class DashboardDetail(generics.GenericAPIView[Dashboard]):
    """One board."""

    serializer_class = DashboardSerializer
    queryset = Dashboard.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        return told(Dashboard.objects.see(request.user, pk))

    @extend_schema(request=DashboardChange, responses=DashboardSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what is given; needs If-Match. A widget that is sent as it is stays, though its kind may be gone."""
        Dashboard.objects.for_edit(request.user, pk)
        form = DashboardChange(data=request.data)
        form.is_valid(raise_exception=True)
        if_match = request.headers.get("If-Match")
        return told(
            services.change(actor=person(request), dashboard_id=pk, if_match=if_match, said=form.validated_data)
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete it for good."""
        services.delete(actor=person(request), dashboard_id=pk)
        return Response(status=204)
