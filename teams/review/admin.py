"""Comments in the admin: to be looked at. They change through the services, which tell those who watch."""

from django.contrib import admin

from teams.base.admin import LookedAt
from teams.review.models import Comment


@admin.register(Comment)
class CommentAdmin(LookedAt, admin.ModelAdmin[Comment]):
    list_display = ["created_at", "author", "team", "asset", "deleted_at"]
    list_select_related = ["author", "team", "asset"]
    search_fields = ["text", "author__email"]
