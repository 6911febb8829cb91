"""Addresses of one's own account."""

from django.urls import path

from teams.accounts import api as room
from teams.accounts import views

api = [
    path("auth/tokens", room.TokenList.as_view(), name="api_tokens"),
    path("auth/tokens/<uuid:token_id>", room.TokenDetail.as_view(), name="api_token"),
    path("me", room.MyAccount.as_view(), name="api_me"),
]
pages = [
    path("settings", views.profile, name="settings_profile"),
    path("settings/tokens", views.tokens, name="settings_tokens"),
    path("settings/tokens/<uuid:token_id>/revoke", views.revoke, name="settings_token_revoke"),
]
