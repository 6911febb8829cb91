"""Comments in the admin: to be looked at. They change through the services, which tell those who watch."""

from django.contrib import admin

from teams.base.admin import LookedAt
from teams.review.models import Comment, Mention, Reaction, Wording


@admin.register(Comment)
class CommentAdmin(LookedAt, admin.ModelAdmin[Comment]):
    list_display = ["created_at", "author", "team", "kind", "resolved_at", "deleted_at"]
    list_select_related = ["author", "team"]
    search_fields = ["text", "author__email"]


@admin.register(Wording)
class WordingAdmin(LookedAt, admin.ModelAdmin[Wording]):
    list_display = ["created_at", "comment", "said_at"]
    list_select_related = ["comment"]
    search_fields = ["text"]


@admin.register(Mention)
class MentionAdmin(LookedAt, admin.ModelAdmin[Mention]):
    list_display = ["created_at", "name", "user", "comment"]
    list_select_related = ["user", "comment"]
    search_fields = ["name", "user__email"]


@admin.register(Reaction)
class ReactionAdmin(LookedAt, admin.ModelAdmin[Reaction]):
    list_display = ["created_at", "sign", "user", "comment"]
    list_select_related = ["user", "comment"]
    search_fields = ["user__email"]
