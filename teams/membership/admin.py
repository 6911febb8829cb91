"""Teams and members in the admin: to be looked at. Roles change through the services, which keep the rules."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from teams.base.admin import LookedAt
from teams.membership.models import (
    FormerSlug,
    Invitation,
    Membership,
    Team,
    TeamAvatar,
    TeamGroupObjectPermission,
    TeamUserObjectPermission,
)


class Members(LookedAt, admin.TabularInline[Membership, Team]):
    model = Membership
    fields = readonly_fields = ("user", "role", "created_at")
    extra = 0


@admin.register(Team)
class TeamAdmin(LookedAt, admin.ModelAdmin[Team]):
    list_display = ["name", "slug", "personal", "archived_at", "ends_at", "created_at"]
    list_filter = ["personal", ("archived_at", admin.EmptyFieldListFilter), ("ends_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "slug"]
    inlines = [Members]


@admin.register(Membership)
class MembershipAdmin(LookedAt, admin.ModelAdmin[Membership]):
    list_display = ["user", "team", "role", "away", "created_at"]
    list_filter = ["role", "away"]
    list_select_related = ["user", "team"]
    search_fields = ["user__email", "team__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Also those in teams that are about to be deleted."""
        return Membership.every.all()


@admin.register(FormerSlug)
class FormerSlugAdmin(LookedAt, admin.ModelAdmin[FormerSlug]):
    list_display = ["slug", "team", "until"]
    list_select_related = ["team"]
    search_fields = ["slug", "team__name"]


@admin.register(TeamAvatar)
class TeamAvatarAdmin(LookedAt, admin.ModelAdmin[TeamAvatar]):
    list_display = ["team", "sha256", "updated_at"]
    list_select_related = ["team"]
    exclude = ["data"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamAvatar]:
        return super().get_queryset(request).defer("data")


@admin.register(Invitation)
class InvitationAdmin(LookedAt, admin.ModelAdmin[Invitation]):
    list_display = ["email", "team", "role", "state", "inviter", "expires_at"]
    list_filter = ["role", "by_mail"]
    list_select_related = ["team", "inviter"]
    search_fields = ["email", "team__name"]
    exclude = ["digest"]


@admin.register(TeamUserObjectPermission)
class TeamUserObjectPermissionAdmin(LookedAt, admin.ModelAdmin[TeamUserObjectPermission]):
    list_display = ["content_object", "user", "permission"]
    list_select_related = ["content_object", "user", "permission__content_type"]


@admin.register(TeamGroupObjectPermission)
class TeamGroupObjectPermissionAdmin(LookedAt, admin.ModelAdmin[TeamGroupObjectPermission]):
    list_display = ["content_object", "group", "permission"]
