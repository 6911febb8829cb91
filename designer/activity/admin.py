"""The mails of what happened, in the admin: to look at."""

from django.contrib import admin

from designer.activity.models import ActivityDigest
from teams.base.admin import LookedAt


@admin.register(ActivityDigest)
class ActivityDigestAdmin(LookedAt, admin.ModelAdmin[ActivityDigest]):
    list_display = ["user", "since", "due_at", "ordered_at", "sent_at"]
    date_hierarchy = "due_at"
