"""The queue in the admin: to read, and to cancel or replay through the services."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from designer.jobs.models import Job, JobAttempt, LanePause, PeriodicSlot, SchedulerBeat, TeamWeight, WorkerBeat
from designer.jobs.services import request_cancel, revive
from teams.accounts.models import User
from teams.audit.services import write
from teams.base.admin import LookedAt
from teams.base.errors import Refused


@admin.register(Job)
class JobAdmin(LookedAt, admin.ModelAdmin[Any]):
    list_display = [
        "id",
        "kind",
        "lane",
        "priority",
        "status",
        "attempts",
        "failures",
        "deaths",
        "worker",
        "created_at",
    ]
    list_filter = ["status", "lane", "kind"]
    search_fields = ["id", "team_id", "dedup_key"]
    show_full_result_count = False
    actions = ["cancel", "replay"]

    @admin.action(description="Cancel", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for pk in queryset.values_list("pk", flat=True):
            request_cancel(pk)

    @admin.action(description="Replay (dead jobs only)", permissions=["view"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for pk, team in queryset.values_list("pk", "team_id"):
            try:
                with transaction.atomic():
                    revive(pk)
                    write(cast("User", request.user), "queue.replay", f"job:{pk}", {}, team)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)


@admin.register(JobAttempt)
class JobAttemptAdmin(LookedAt, admin.ModelAdmin[Any]):
    list_display = ["id", "job_id", "number", "step", "provider", "model", "outcome", "price", "created_at"]
    list_filter = ["outcome", "provider"]
    search_fields = ["job__id", "idempotency_key"]
    show_full_result_count = False


@admin.register(LanePause)
class LanePauseAdmin(LookedAt, admin.ModelAdmin[Any]):
    list_display = ["lane", "paused_at", "by_id", "reason"]


@admin.register(TeamWeight)
class TeamWeightAdmin(LookedAt, admin.ModelAdmin[Any]):
    list_display = ["team_id", "weight", "by_id", "changed_at"]


@admin.register(WorkerBeat)
class WorkerBeatAdmin(LookedAt, admin.ModelAdmin[Any]):
    list_display = ["name", "lanes", "processes", "beat_at", "draining_since"]


@admin.register(SchedulerBeat)
class SchedulerBeatAdmin(LookedAt, admin.ModelAdmin[Any]):
    list_display = ["name", "holder", "beat_at"]


@admin.register(PeriodicSlot)
class PeriodicSlotAdmin(LookedAt, admin.ModelAdmin[Any]):
    list_display = ["name", "slot"]
