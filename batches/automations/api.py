"""A team's automations over HTTP. Members see them; owners and admins make them and steer their runs."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from batches.automations import pricing, services, taking
from batches.automations.models import (
    NAME_LENGTH,
    Automation,
    AutomationQuerySet,
    AutomationRun,
    RunQuerySet,
    RunStatus,
    Scope,
    Target,
)
from batches.automations.standing import Memo, recipe_of, trouble_of
from batches.webhooks.api import FOR_MANAGERS, IF_MATCH
from designer.web.idempotency import IdempotentPostMixin
from designer.web.serializers import StrictSerializer
from teams.accounts.models import User
from teams.accounts.people import person
from teams.accounts.proofs import still
from teams.base.errors import Missing, Refused
from teams.base.preconditions import etag_of
from teams.base.streams import Streamed
from teams.membership.ownership import visible_team
from teams.membership.permissions import may

ACTIONS: Final[dict[str, Callable[..., int]]] = {"cancel": services.cancel, "retry": services.retry}


class TroubleSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class AutomationEstimate(serializers.Serializer[Any]):
    """USD. Nothing is spent."""

    per_image = serializers.CharField(help_text="As the last approved images were.")
    at_most = serializers.CharField(help_text="For the dearest of them.")
    seconds = serializers.FloatField()
    approved_lately = serializers.IntegerField(help_text="Images of the team in the last 30 days.")
    a_month = serializers.CharField(help_text="For as many as that.")
    looked_at = serializers.IntegerField()
    refused = serializers.IntegerField(help_text="Of those looked at, which the recipe cannot be done to.")


class AutomationSerializer(serializers.ModelSerializer[Automation]):
    team = serializers.UUIDField(source="team_id")
    owner = serializers.UUIDField(source="owner_id", help_text="In whose name it works")
    source = serializers.SerializerMethodField(  # type: ignore[assignment]  # hides an attribute of the base
        help_text="The collection or batch of its scope; null for the team."
    )
    collection = serializers.UUIDField(source="collection_id", allow_null=True)
    rests = serializers.SerializerMethodField(help_text="Why it does nothing although it is on; null where it works.")
    delivered = serializers.IntegerField(help_text="Runs")
    failed = serializers.IntegerField()
    live = serializers.IntegerField(help_text="Runs that wait or are under way")

    class Meta:
        model = Automation
        fields = [
            "id", "team", "owner", "name", "active", "scope", "source", "preset", "preset_name", "target", "collection",
            "tells_webhooks", "tells_people", "rests", "delivered", "failed", "live", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_source(self, row: Automation) -> str | None:
        source = services.plan_of(row).source
        return str(source) if source else None

    @extend_schema_field(TroubleSerializer(allow_null=True))
    def get_rests(self, row: Automation) -> dict[str, str] | None:
        return trouble_of(row, self.context.get("memo"))


class AutomationDetailSerializer(AutomationSerializer):
    estimate = serializers.SerializerMethodField(help_text="Null for who does not see the team's costs.")

    class Meta(AutomationSerializer.Meta):
        fields = [*AutomationSerializer.Meta.fields, "estimate"]
        read_only_fields = fields

    @extend_schema_field(AutomationEstimate(allow_null=True))
    def get_estimate(self, row: Automation) -> dict[str, Any] | None:
        return estimate_of(person(self.context["request"]), row)


def estimate_of(user: User, row: Automation) -> dict[str, Any] | None:
    """What it would cost; None for who sees no costs, and where its recipe cannot be done now."""
    if not may(user, "view_billing", row.team):
        return None
    try:
        return pricing.estimate(row.team_id, recipe_of(row)[0])
    except Refused:
        return None


class AutomationChange(StrictSerializer):
    name = serializers.CharField(max_length=NAME_LENGTH)
    scope = serializers.ChoiceField(choices=Scope.choices, required=False)
    source = serializers.UUIDField(  # type: ignore[assignment]  # hides an attribute of the base
        required=False, allow_null=True, help_text="The collection or batch of the scope"
    )
    preset = serializers.UUIDField(required=False, allow_null=True)
    target = serializers.ChoiceField(choices=Target.choices, required=False, allow_blank=True)
    collection = serializers.UUIDField(required=False, allow_null=True, help_text="Where the results go")
    new_collection = serializers.CharField(required=False, allow_blank=True, max_length=80)
    tells_webhooks = serializers.BooleanField(required=False, help_text="With the event automation:delivered")
    tells_people = serializers.BooleanField(required=False, help_text="Who asked for the review, and the owners")
    active = serializers.BooleanField(required=False)


class RunSerializer(serializers.ModelSerializer[AutomationRun]):
    asset = serializers.UUIDField(source="asset_id")
    approval = serializers.UUIDField(source="approval_id")
    enhancement = serializers.UUIDField(source="enhancement_id", allow_null=True)
    result = serializers.UUIDField(source="result_id", allow_null=True)
    percent = serializers.IntegerField()
    cost = serializers.DecimalField(max_digits=12, decimal_places=6, help_text="USD")
    error = TroubleSerializer(allow_null=True)
    told = serializers.IntegerField(help_text="How many webhooks heard of the delivery")

    class Meta:
        model = AutomationRun
        fields = [
            "id", "asset", "approval", "status", "percent", "enhancement", "result", "cost", "error", "tries", "told",
            "created_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


class RunsChange(StrictSerializer):
    action = serializers.ChoiceField(choices=sorted(ACTIONS))
    run = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Null: all under way, or all that failed or were left undone while it rested",
    )


class CountSerializer(serializers.Serializer[Any]):
    runs = serializers.IntegerField(help_text="How many it were")


class AutomationFilter(filters.FilterSet):
    search = filters.CharFilter(method="named", max_length=200)
    active = filters.BooleanFilter()

    class Meta:
        model = Automation
        fields: list[str] = []

    def named(self, rows: AutomationQuerySet, name: str, words: str) -> AutomationQuerySet:
        return rows.matching(words)


class RunFilter(filters.FilterSet):
    search = filters.CharFilter(method="titled", max_length=200)
    status = filters.MultipleChoiceFilter(choices=RunStatus.choices)
    asset = filters.UUIDFilter(field_name="asset_id")

    class Meta:
        model = AutomationRun
        fields: list[str] = []

    def titled(self, rows: RunQuerySet, name: str, words: str) -> RunQuerySet:
        return rows.matching(words)


def there(user: User, team_id: UUID, automation_id: UUID) -> Automation:
    """The automation of this team without its figures, if `user` may see it. Raises Missing."""
    row: Automation = Automation.objects.filter(team=visible_team(user, team_id)).see(user, automation_id)
    return row


def seen(user: User, team_id: UUID, automation_id: UUID) -> Automation:
    """The automation of this team, if `user` may see it. Raises Missing."""
    team = visible_team(user, team_id)
    row: Automation = Automation.objects.told().filter(team=team).see(user, automation_id)
    return row


def answer(request: Request, pk: UUID, status: int = 200) -> Response:
    row: Automation = Automation.objects.told().get(pk=pk)
    headers = {"ETag": etag_of(row)}
    if status == 201:
        headers["Location"] = reverse("api_automation", args=[row.team_id, row.pk])
    body = AutomationDetailSerializer(row, context={"request": request}).data
    return Response(body, status=status, headers=headers)


class AutomationList(IdempotentPostMixin, generics.ListAPIView[Automation]):
    """The team's automations."""

    queryset = Automation.objects.none()
    serializer_class = AutomationSerializer
    filterset_class = AutomationFilter
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    def get_queryset(self) -> QuerySet[Automation]:
        team = visible_team(person(self.request), self.kwargs["team_id"])
        rows: QuerySet[Automation] = Automation.objects.visible_to(self.request.user).filter(team=team).told()
        return rows

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "memo": Memo()}

    @extend_schema(request=AutomationChange, responses={201: AutomationDetailSerializer})
    def post(self, request: Request, team_id: UUID) -> Response:
        """Make an automation, switched on; with what it is expected to cost."""
        visible_team(person(request), team_id)
        form = AutomationChange(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        active = said.pop("active", True)
        with transaction.atomic():
            row = services.create(actor=person(request), team_id=team_id, plan=services.Plan(**said))
            if not active:
                services.switch(actor=person(request), automation_id=row.pk, on=False)
        return answer(request, row.pk, 201)


class AutomationDetail(APIView):
    """One automation."""

    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS

    @extend_schema(responses=AutomationDetailSerializer)
    def get(self, request: Request, team_id: UUID, automation_id: UUID) -> Response:
        return answer(request, seen(person(request), team_id, automation_id).pk)

    @extend_schema(request=AutomationChange, responses=AutomationDetailSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, team_id: UUID, automation_id: UUID) -> Response:
        """Change what is given, or switch it on or off; needs If-Match. From then on it works in your name."""
        row = seen(person(request), team_id, automation_id)
        services.check_managed(person(request), row)
        form = AutomationChange(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        active, if_match = said.pop("active", None), request.headers.get("If-Match")
        with transaction.atomic():
            if said or active is None:
                plan = replace(services.plan_of(row), **said)
                services.change(actor=person(request), automation_id=row.pk, plan=plan, if_match=if_match)
                if_match = "*"
            if active is not None:
                services.switch(actor=person(request), automation_id=row.pk, on=active, if_match=if_match)
        return answer(request, row.pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, team_id: UUID, automation_id: UUID) -> Response:
        """Delete it with its list of runs; what it made stays."""
        row = seen(person(request), team_id, automation_id)
        services.delete(actor=person(request), automation_id=row.pk)
        return Response(status=204)


class AutomationRuns(generics.ListAPIView[AutomationRun]):
    """What became of each approval, newest first."""

    queryset = AutomationRun.objects.none()
    required_scopes: ClassVar[dict[str, str]] = FOR_MANAGERS
    serializer_class = RunSerializer
    filterset_class = RunFilter

    def get_queryset(self) -> QuerySet[AutomationRun]:
        row = seen(person(self.request), self.kwargs["team_id"], self.kwargs["automation_id"])
        rows: QuerySet[AutomationRun] = AutomationRun.objects.filter(automation=row).told()
        return rows

    @extend_schema(request=RunsChange, responses={202: CountSerializer})
    def patch(self, request: Request, team_id: UUID, automation_id: UUID) -> Response:
        """Cancel one run or all that are under way, or retry one or all that failed: what was made already is not made
        again."""
        row = seen(person(request), team_id, automation_id)
        services.check_managed(person(request), row)
        form = RunsChange(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        count = ACTIONS[said["action"]](actor=person(request), automation_id=row.pk, run_id=said["run"])
        return Response({"runs": count}, status=202)


class ZipQuery(StrictSerializer):
    since = serializers.DateField(required=False, default=None, help_text="The first day, UTC")
    until = serializers.DateField(required=False, default=None, help_text="The last day, UTC")


class AutomationZip(APIView):
    """Every image that was delivered, of these days or of all, with a table, in one archive."""

    @extend_schema(parameters=[ZipQuery], responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, team_id: UUID, automation_id: UUID) -> StreamingHttpResponse:
        user = person(request)
        row = there(user, team_id, automation_id)
        query = ZipQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        since, until = query.validated_data["since"], query.validated_data["until"]
        found = taking.delivered(row, since, until).count()
        if not found:
            remedy = "Choose other days, or wait for the next approval."
            raise Missing("nothing_delivered", "Nothing was delivered in this time.", remedy=remedy)
        if found > taking.MOST:
            message = f"{found} images were delivered in this time; an archive holds {taking.MOST}."
            raise Refused("too_many", message, field="since", remedy="Choose fewer days.")
        allowed = still(request, partial(there, team_id=team_id, automation_id=automation_id))
        return Streamed(
            taking.as_zip(row, since, until),
            allowed=allowed,
            content_type="application/zip",
            name=f"automation-{row.pk}.zip",
        )
