"""Reports and their schedules over HTTP: shapes in `serializers`, rules in the services."""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.reports import schedules, serializers, services, templates
from analytics.reports.files import TYPES
from analytics.reports.models import Cadence, Kind, Report, ReportQuerySet, ReportTemplate, Schedule, Status
from designer.assets.delivery import stored
from designer.web.idempotency import IdempotentPostMixin
from teams.accounts.models import ApiToken, Scope
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing
from teams.base.preconditions import etag_of

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag you read")
FOR_MANAGERS: dict[str, str] = dict.fromkeys(("POST", "PATCH", "DELETE"), Scope.ADMIN.value)


def check_may_mail(request: Request, *, outside: bool) -> None:
    """Raises Forbidden for a token that may not mail to addresses outside: it takes the scope that schedules take."""
    if outside and isinstance(request.auth, ApiToken) and Scope.ADMIN.value not in request.auth.scopes:
        message = "This token lacks the scope 'admin', which mails to addresses outside of the team need."
        raise Forbidden(
            "insufficient_scope", message, field="addresses", remedy="Use one that has it, or name members."
        )


class ReportFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=Status.choices)
    kind = filters.ChoiceFilter(choices=Kind.choices)
    team = filters.UUIDFilter(field_name="team_id")
    schedule = filters.UUIDFilter(field_name="schedule_id")
    search = filters.CharFilter(method="matching", max_length=200)

    class Meta:
        model = Report
        fields: list[str] = []

    def matching(self, rows: ReportQuerySet, name: str, words: str) -> ReportQuerySet:
        for word in words.split():
            rows = rows.filter(title__icontains=word)
        return rows


class ReportList(IdempotentPostMixin, generics.ListAPIView[Report]):
    """The reports that the caller may see."""

    serializer_class = serializers.ReportSerializer
    filterset_class = ReportFilter
    queryset = Report.objects.none()

    def get_queryset(self) -> QuerySet[Report]:
        rows: QuerySet[Report] = Report.objects.visible_to(self.request.user).defer("content")
        return rows

    @extend_schema(request=serializers.ReportRequest, responses={202: serializers.ReportSerializer})
    def post(self, request: Request) -> Response:
        """Have a report made. It is mailed to whom it names once it is there."""
        form = serializers.ReportRequest(data=request.data)
        form.is_valid(raise_exception=True)
        check_may_mail(request, outside=bool(form.validated_data["addresses"]))
        row = services.request_report(actor=person(request), wish=form.wish())
        body = self.get_serializer(row).data
        return Response(body, status=202, headers={"Location": f"/api/reports/{row.pk}"})


class ReportDetail(generics.GenericAPIView[Report]):
    """One report, as it was made."""

    serializer_class = serializers.ReportDetailSerializer
    queryset = Report.objects.none()

    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(Report.objects.see(request.user, pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete it, its files and the log of where it went."""
        services.delete(actor=person(request), report_id=pk)
        return Response(status=204)


class ReportCancel(IdempotentPostMixin):
    @extend_schema(request=None, responses={202: serializers.ReportSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Stop making it."""
        row = services.cancel(actor=person(request), report_id=pk)
        return Response(serializers.ReportSerializer(row).data, status=202)


class ReportResend(IdempotentPostMixin):
    @extend_schema(request=serializers.ResendRequest, responses={202: serializers.ResentSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Send it again to whom it could not be sent. Whoever has it does not get it twice."""
        row = services.changeable(person(request), pk)
        form = serializers.ResendRequest(data=request.data)
        form.is_valid(raise_exception=True)
        named = form.validated_data["deliveries"] if "deliveries" in request.data else None
        check_may_mail(request, outside=services.failed_of(row, named).filter(user=None).exists())
        count = services.resend(actor=person(request), report_id=pk, delivery_ids=named)
        return Response({"count": count}, status=202)


class ReportFile(APIView):
    @extend_schema(responses={(200, kind.partition(";")[0]): OpenApiTypes.BINARY for kind in TYPES.values()})
    def get(self, request: Request, pk: UUID, name: str) -> HttpResponse | StreamingHttpResponse:
        """A file of it: report.pdf, rows.xlsx, figures.csv, generations.csv, images.csv or charges.csv."""
        row = Report.objects.defer("content").see(request.user, pk)
        told = row.files.get(name)
        if told is None:
            raise Missing(message="This report has no such file.", remedy="Take one that it names.")
        shown = f"{row.first}-{row.last}-{name}"
        etag = f'"{row.pk.hex}-{name}"'
        return stored(request._request, told["path"], told["type"], etag, shown, download=True)


class ScheduleFilter(filters.FilterSet):
    cadence = filters.ChoiceFilter(choices=Cadence.choices)
    team = filters.UUIDFilter(field_name="team_id")
    active = filters.BooleanFilter()

    class Meta:
        model = Schedule
        fields: list[str] = []


def told(row: Schedule, status: int = 200) -> Response:
    body = serializers.ReportScheduleSerializer(row).data
    return Response(body, status=status, headers={"ETag": etag_of(row)})


class ScheduleList(IdempotentPostMixin, generics.ListAPIView[Schedule]):
    """When reports are made by themselves, in the teams that the caller manages."""

    serializer_class = serializers.ReportScheduleSerializer
    filterset_class = ScheduleFilter
    queryset = Schedule.objects.none()
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    def get_queryset(self) -> QuerySet[Schedule]:
        return schedules.visible_to(person(self.request))

    @extend_schema(request=serializers.ScheduleRequest, responses={201: serializers.ReportScheduleSerializer})
    def post(self, request: Request) -> Response:
        """Have reports made by themselves. Whoever sets them up answers for them."""
        form = serializers.ScheduleRequest(data=request.data)
        form.is_valid(raise_exception=True)
        row = schedules.create(actor=person(request), wish=form.wish())
        answer = told(row, 201)
        answer["Location"] = f"/api/reports/schedules/{row.pk}"
        return answer


class ScheduleDetail(generics.GenericAPIView[Schedule]):
    """One schedule."""

    serializer_class = serializers.ReportScheduleSerializer
    queryset = Schedule.objects.none()
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    def get(self, request: Request, pk: UUID) -> Response:
        return told(schedules.managed(person(request), pk))

    @extend_schema(
        request=serializers.ScheduleChange, responses=serializers.ReportScheduleSerializer, parameters=[IF_MATCH]
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what is given, or switch it on or off; needs If-Match. Who changes it answers for it from then on."""
        schedules.managed(person(request), pk)
        form = serializers.ScheduleChange(data=request.data)
        form.is_valid(raise_exception=True)
        if_match = request.headers.get("If-Match")
        return told(schedules.change(actor=person(request), schedule_id=pk, if_match=if_match, said=form.said()))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Have no more made. The reports that there are stay."""
        schedules.delete(actor=person(request), schedule_id=pk)
        return Response(status=204)


class TemplateFilter(filters.FilterSet):
    team = filters.UUIDFilter(field_name="team_id")
    search = filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=200)

    class Meta:
        model = ReportTemplate
        fields: list[str] = []


def template_told(row: ReportTemplate, status: int = 200) -> Response:
    body = serializers.ReportTemplateSerializer(row).data
    return Response(body, status=status, headers={"ETag": etag_of(row)})


class TemplateList(IdempotentPostMixin, generics.ListAPIView[ReportTemplate]):
    """The templates of reports of the caller's teams."""

    serializer_class = serializers.ReportTemplateSerializer
    filterset_class = TemplateFilter
    queryset = ReportTemplate.objects.none()
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    def get_queryset(self) -> QuerySet[ReportTemplate]:
        rows: QuerySet[ReportTemplate] = ReportTemplate.objects.visible_to(self.request.user)
        return rows

    @extend_schema(request=serializers.ReportTemplateRequest, responses={201: serializers.ReportTemplateSerializer})
    def post(self, request: Request) -> Response:
        """Keep what the team wants in its reports under a name; for owners and admins."""
        form = serializers.ReportTemplateRequest(data=request.data)
        form.is_valid(raise_exception=True)
        row = templates.create(actor=person(request), wish=form.wish())
        answer = template_told(row, 201)
        answer["Location"] = f"/api/reports/templates/{row.pk}"
        return answer


class TemplateDetail(generics.GenericAPIView[ReportTemplate]):
    """One template of reports."""

    serializer_class = serializers.ReportTemplateSerializer
    queryset = ReportTemplate.objects.none()
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    def get(self, request: Request, pk: UUID) -> Response:
        return template_told(ReportTemplate.objects.see(request.user, pk))

    @extend_schema(
        request=serializers.ReportTemplateChange, responses=serializers.ReportTemplateSerializer, parameters=[IF_MATCH]
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change what is given; needs If-Match. Reports that there are stay; those of schedules follow from then on."""
        ReportTemplate.objects.see(request.user, pk)
        form = serializers.ReportTemplateChange(data=request.data)
        form.is_valid(raise_exception=True)
        said, if_match = dict(form.validated_data), request.headers.get("If-Match")
        return template_told(templates.change(actor=person(request), template_id=pk, if_match=if_match, said=said))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete it, if no schedule uses it. The reports that were made of it stay."""
        templates.delete(actor=person(request), template_id=pk)
        return Response(status=204)
