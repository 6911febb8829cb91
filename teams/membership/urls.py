"""Addresses of teams and members."""

from django.urls import path

from teams.membership import api as room
from teams.membership import views

api = [
    path("teams", room.TeamList.as_view(), name="api_teams"),
    path("teams/<uuid:team_id>", room.TeamDetail.as_view(), name="api_team"),
    path("teams/<uuid:team_id>/members", room.MemberList.as_view(), name="api_members"),
    path("teams/<uuid:team_id>/members/<uuid:user_id>", room.MemberDetail.as_view(), name="api_member"),
]
pages = [
    path("settings/teams", views.teams, name="settings_teams"),
]
