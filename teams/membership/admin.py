"""Teams and members in the admin: to be looked at. Roles change through the services, which keep the rules."""

from django.contrib import admin

from teams.base.admin import LookedAt
from teams.membership.models import Invitation, Membership, Team, TeamGroupObjectPermission, TeamUserObjectPermission


class Members(LookedAt, admin.TabularInline[Membership, Team]):
    model = Membership
    fields = readonly_fields = ("user", "role", "created_at")
    extra = 0


@admin.register(Team)
class TeamAdmin(LookedAt, admin.ModelAdmin[Team]):
    list_display = ["name", "slug", "personal", "created_at"]
    list_filter = ["personal"]
    search_fields = ["name", "slug"]
    inlines = [Members]


@admin.register(Membership)
class MembershipAdmin(LookedAt, admin.ModelAdmin[Membership]):
    list_display = ["user", "team", "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user", "team"]
    search_fields = ["user__email", "team__name"]


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
