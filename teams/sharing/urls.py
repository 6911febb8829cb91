"""Addresses of what a team shares, and of what is shared with one."""

from django.urls import path

from teams.sharing import api as room
from teams.sharing import guest_api as guests
from teams.sharing import views

api = [
    path("shared", guests.SharedList.as_view(), name="api_shared"),
    path("shared/<uuid:share_id>", guests.SharedDetail.as_view(), name="api_shared_one"),
    path("shared/<uuid:share_id>/comments", guests.SharedComments.as_view(), name="api_shared_comments"),
    path("teams/<uuid:team_id>/shares", room.ShareList.as_view(), name="api_shares"),
    path("teams/<uuid:team_id>/shares/<uuid:share_id>", room.ShareDetail.as_view(), name="api_share"),
]
pages = [
    path("shared", views.shared, name="shared_list"),
    path("shared/<uuid:share_id>/decline", views.decline, name="shared_decline"),
    path("teams/<uuid:team_id>/shares", views.shares, name="team_shares"),
    path("teams/<uuid:team_id>/shares/<uuid:share_id>", views.one, name="team_share"),
    path("assets/<uuid:pk>/shares", views.panel, {"kind": "asset"}, name="asset_shares"),
    path("collections/<uuid:pk>/shares", views.panel, {"kind": "collection"}, name="collection_shares"),
    path("batches/<uuid:pk>/shares", views.panel, {"kind": "batch"}, name="batch_shares"),
]
