"""Addresses of teams and members."""

from django.urls import path

from teams.membership import api as room
from teams.membership import audit_api, audit_views, invitation_views, life_api, life_views, member_views, views
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
    path("teams/ending", life_api.TeamEnding.as_view(), name="api_teams_ending"),
    path("teams/<uuid:team_id>/life", life_api.TeamLife.as_view(), name="api_team_life"),
    path("teams/<uuid:team_id>/plan", life_api.TeamPlan.as_view(), name="api_team_plan"),
    path("teams/<uuid:team_id>/defaults", life_api.TeamDefaults.as_view(), name="api_team_defaults"),
    path("teams/<uuid:team_id>/archive", life_api.TeamArchive.as_view(), name="api_team_archive"),
    path("teams/<uuid:team_id>/unarchive", life_api.TeamUnarchive.as_view(), name="api_team_unarchive"),
    path("teams/<uuid:team_id>/delete", life_api.TeamDelete.as_view(), name="api_team_delete"),
    path("teams/<uuid:team_id>/restore", life_api.TeamRestore.as_view(), name="api_team_restore"),
    path("teams/<uuid:team_id>/hand-over", life_api.TeamHandOver.as_view(), name="api_team_hand_over"),
    path("teams/<uuid:team_id>/export", life_api.TeamExport.as_view(), name="api_team_export"),
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
    path("teams/<uuid:team_id>/life", life_views.life, name="team_life"),
    path("teams/<uuid:team_id>/defaults", life_views.usual, name="team_defaults"),
    path("teams/<uuid:team_id>/slug", life_views.slug, name="team_slug"),
    path("teams/<uuid:team_id>/archive", life_views.archive, name="team_archive"),
    path("teams/<uuid:team_id>/delete", life_views.delete, name="team_delete"),
    path("teams/<uuid:team_id>/restore", life_views.restore, name="team_restore"),
    path("teams/<uuid:team_id>/hand-over", life_views.hand_over, name="team_hand_over"),
    path("teams/<uuid:team_id>/export", life_views.export, name="team_export"),
    path("t/<slug:slug>", life_views.by_slug, name="team_by_slug"),
    path("invitation", invitation_views.invitation, name="invitation"),
]
