"""Review sessions in the admin: to be looked at."""

from django.contrib import admin

from designer.sessions.models import ReviewSession, SessionImage, SessionPerson, SessionVote
from teams.base.admin import LookedAt


@admin.register(ReviewSession)
class ReviewSessionAdmin(LookedAt, admin.ModelAdmin[ReviewSession]):
    list_display = ["title", "team", "status", "presenter", "created_at", "ended_at"]
    list_filter = ["status"]
    list_select_related = ["team", "presenter"]
    search_fields = ["title"]


@admin.register(SessionImage)
class SessionImageAdmin(LookedAt, admin.ModelAdmin[SessionImage]):
    list_display = ["session", "position", "title", "spent", "revealed"]
    list_select_related = ["session"]
    show_full_result_count = False


@admin.register(SessionVote)
class SessionVoteAdmin(LookedAt, admin.ModelAdmin[SessionVote]):
    list_display = ["image", "voter", "choice", "created_at"]
    list_select_related = ["image", "voter"]
    show_full_result_count = False


@admin.register(SessionPerson)
class SessionPersonAdmin(LookedAt, admin.ModelAdmin[SessionPerson]):
    list_display = ["session", "user", "created_at", "seen_at", "seconds"]
    list_select_related = ["session", "user"]
    show_full_result_count = False
