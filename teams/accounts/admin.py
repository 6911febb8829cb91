"""People and tokens in the admin. Tokens can be seen and revoked; digests are not shown."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest

from teams.accounts.models import ApiToken, User
from teams.accounts.services import revoke_token
from teams.base.admin import LookedAt


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """Nobody is deleted here: their work and the audit log name them. Take the tick from `active` instead."""

    form = UserChangeForm[User]
    add_form = AdminUserCreationForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "created_at", "updated_at"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "timezone"]}),
        ("Access", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        ("Times", {"fields": ["last_login", "created_at", "updated_at"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]})]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(ApiToken)
class TokenAdmin(LookedAt, admin.ModelAdmin[ApiToken]):
    list_display = ["name", "prefix", "user", "scopes", "expires_at", "revoked_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__email"]
    fields = readonly_fields = (
        "name", "prefix", "user", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at",
    )  # fmt: skip
    actions = ["revoke"]

    @admin.action(description="Revoke at once", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset.select_related("user"):
            revoke_token(actor=token.user, token_id=token.pk)
        self.message_user(request, "Revoked.", messages.SUCCESS)
