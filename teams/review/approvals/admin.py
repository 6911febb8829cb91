"""Approvals in the admin: to be looked at. They change through the services, which tell those who wait for them."""

from django.contrib import admin

from teams.base.admin import LookedAt
from teams.review.approvals.models import Approval, Reviewer


class ReviewerInline(LookedAt, admin.TabularInline[Reviewer, Approval]):
    model = Reviewer
    extra = 0


@admin.register(Approval)
class ApprovalAdmin(LookedAt, admin.ModelAdmin[Approval]):
    list_display = ["created_at", "asset_id", "team", "requester", "policy", "status", "due_at"]
    list_select_related = ["team", "requester"]
    list_filter = ["status", "policy"]
    search_fields = ["asset__title", "requester__email", "team__name"]
    inlines = [ReviewerInline]


@admin.register(Reviewer)
class ReviewerAdmin(LookedAt, admin.ModelAdmin[Reviewer]):
    list_display = ["approval", "user", "verdict", "answered_at"]
    list_select_related = ["approval", "user"]
    search_fields = ["user__email"]
