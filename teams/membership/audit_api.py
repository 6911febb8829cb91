"""A team's audit log over HTTP. For owners and admins; by token with the scope `admin`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from teams.accounts.people import person
from teams.accounts.proofs import still
from teams.audit.models import AuditEntry
from teams.base.streams import Streamed
from teams.membership import audit_log


class AuditAnswer(serializers.ModelSerializer[AuditEntry]):
    actor = serializers.UUIDField(source="actor_id", allow_null=True, help_text="null: the studio itself")
    digest = serializers.CharField(help_text="SHA-256 over this entry and the digest of the one before")

    class Meta:
        model = AuditEntry
        fields = ["number", "action", "subject", "actor", "facts", "previous_digest", "digest", "created_at"]
        read_only_fields = fields


class AuditFilter(filters.FilterSet):  # type: ignore[misc]
    search = filters.CharFilter(method="sought", label="By, about or with what", max_length=200)
    action = filters.CharFilter(label="Such as member.joined", max_length=80)
    since = filters.DateFilter(method="from_day", label="From this day on (UTC)")
    until = filters.DateFilter(method="to_day", label="Up to this day (UTC), included")

    def sought(self, rows: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        return audit_log.found(rows, search=value)

    def from_day(self, rows: QuerySet[AuditEntry], name: str, value: Any) -> QuerySet[AuditEntry]:
        return audit_log.found(rows, since=value)

    def to_day(self, rows: QuerySet[AuditEntry], name: str, value: Any) -> QuerySet[AuditEntry]:
        return audit_log.found(rows, until=value)


class AuditList(generics.ListAPIView[AuditEntry]):
    """What was done in the team to its members, settings and budgets, and what was tried and refused."""

    queryset = AuditEntry.objects.none()
    serializer_class = AuditAnswer
    filterset_class = AuditFilter
    required_scopes = {"GET": "admin"}

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return audit_log.entries_of(person(self.request), self.kwargs["team_id"])


class ExportQuery(serializers.Serializer[Any]):
    vars()["as"] = serializers.ChoiceField(choices=["csv", "jsonl"], required=False, default="csv")


class AuditExport(APIView):
    """All of the log, the oldest first, with the digests that chain each entry to the one before. Cells that a
    spreadsheet would run are guarded by an apostrophe."""

    required_scopes = {"GET": "admin"}

    @extend_schema(
        parameters=[ExportQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, "application/jsonl"): OpenApiTypes.STR},
    )
    def get(self, request: Request, team_id: UUID) -> StreamingHttpResponse:
        rows = audit_log.entries_of(person(request), team_id)
        query = ExportQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        allowed = still(request, lambda user: audit_log.entries_of(user, team_id))
        if query.validated_data["as"] == "jsonl":
            blocks, kind, name = audit_log.as_json(rows), "application/jsonl", f"audit-{team_id}.jsonl"
        else:
            blocks, kind, name = audit_log.as_csv(rows), "text/csv; charset=utf-8", f"audit-{team_id}.csv"
        return Streamed(blocks, allowed=allowed, content_type=kind, name=name)
