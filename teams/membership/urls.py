"""Addresses of teams and members."""

from django.urls import path

from teams.membership import api as room
from teams.membership import audit_api, audit_views, invitation_views, member_views, views
from teams.membership import invitation_api as invited

api = [
    path("teams", room.TeamList.as_view(), name="api_teams"),
    path("teams/<uuid:team_id>", room.TeamDetail.as_view(), name="api_team"),
    path("teams/<uuid:team_id>/members", room.MemberList.as_view(), name="api_members"),
    path("teams/<uuid:team_id>/members/<uuid:user_id>", room.MemberDetail.as_view(), name="api_member"),
    path("teams/<uuid:team_id>/invite", invited.Invite.as_view(), name="api_invite"),
    path("teams/<uuid:team_id>/invitations", invited.InvitationList.as_view(), name="api_invitations"),
    path(
        "teams/<uuid:team_id>/invitations/<uuid:invitation_id>",
        invited.InvitationDetail.as_view(),
        name="api_invitation",
    ),
    path("teams/<uuid:team_id>/audit", audit_api.AuditList.as_view(), name="api_team_audit"),
    path("teams/<uuid:team_id>/audit/export", audit_api.AuditExport.as_view(), name="api_team_audit_export"),
    path("invitations/accept", invited.InvitationAccept.as_view(), name="api_invitation_accept"),
]
pages = [
    path("settings/teams", views.teams, name="settings_teams"),
    path("settings/teams/new", views.new, name="settings_team_new"),
    path("teams/<uuid:team_id>", member_views.members, name="members"),
    path("teams/<uuid:team_id>/invite", member_views.invite, name="member_invite"),
    path("teams/<uuid:team_id>/audit", audit_views.log, name="team_audit"),
    path("teams/<uuid:team_id>/rights", audit_views.rights, name="team_rights"),
    path("teams/<uuid:team_id>/leave", member_views.leave, name="member_leave"),
    path("teams/<uuid:team_id>/members/<uuid:user_id>", member_views.member, name="member"),
    path("teams/<uuid:team_id>/invitations/<uuid:invitation_id>", member_views.invited, name="member_invitation"),
    path("invitation", invitation_views.invitation, name="invitation"),
]
