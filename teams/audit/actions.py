"""Which entries of the audit log a team's feed tells: each list has an index of its own, with exactly these actions."""

from typing import Final

REVIEWED: Final = ("approval.requested", "approval.answered", "approval.withdrawn", "approval.settled")
# What every member sees of the team anyway; all else that was done is for owners and admins.
COMMON: Final = (
    "team.created", "team.renamed", "team.archived", "team.unarchived", "team.restored", "team.handed_over",
    "member.joined",
)  # fmt: skip
MANAGED: Final = (
    *COMMON, "team.slug_changed", "team.setting_changed", "team.avatar_changed", "team.exported", "member.invited",
    "member.invited_again", "member.invitation_revoked", "member.role_changed", "member.removed", "member.left",
    "budget.set", "share.changed", "share.revoked",
)  # fmt: skip
