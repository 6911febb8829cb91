"""The face of the ground floor for Django: each room's models, named once."""

from teams.accounts.models import ApiToken, User
from teams.audit.models import AuditEntry
from teams.membership.models import (
    FormerSlug,
    Invitation,
    Membership,
    Team,
    TeamAvatar,
    TeamGroupObjectPermission,
    TeamUserObjectPermission,
)
from teams.review.approvals.models import Approval, Reviewer
from teams.review.collections.models import Collection, CollectionItem
from teams.review.models import Comment, Mention, Reaction, Wording
from teams.sharing.models import Declined, Share

__all__ = [
    "ApiToken",
    "Approval",
    "AuditEntry",
    "Collection",
    "CollectionItem",
    "Comment",
    "Declined",
    "FormerSlug",
    "Invitation",
    "Membership",
    "Mention",
    "Reaction",
    "Reviewer",
    "Share",
    "Team",
    "TeamAvatar",
    "TeamGroupObjectPermission",
    "TeamUserObjectPermission",
    "User",
    "Wording",
]
