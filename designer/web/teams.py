"""Views of the ground floor, which knows no Idempotency-Key, with it."""

from designer.web.idempotency import IdempotentPostMixin
from teams.membership.api import TeamList
from teams.membership.life_api import TeamHandOver
from teams.review.api import CommentList
from teams.review.approvals.api import ApprovalAnswering, ApprovalList
from teams.review.collections.api import CollectionList
from teams.sharing.guest_api import SharedComments


class IdempotentTeamList(IdempotentPostMixin, TeamList):
    """The teams that the caller belongs to."""


class IdempotentCommentList(IdempotentPostMixin, CommentList):
    """What was said in the team, newest first; what was taken back only while it is answered."""


class IdempotentCollectionList(IdempotentPostMixin, CollectionList):
    """The team's collections, newest first; those in the trash only with `trashed`."""


class IdempotentApprovalList(IdempotentPostMixin, ApprovalList):
    """The team's reviews, newest first."""


class IdempotentAnswer(IdempotentPostMixin, ApprovalAnswering):
    """A reviewer's answer: of one that was lost on its way back the same is told, not that it is decided already."""


class IdempotentHandOver(IdempotentPostMixin, TeamHandOver):
    """A team handed over: who did it owns it no more, and asks again only because the answer was lost."""

    kept_with_work = False  # who may not is noted in the audit log, and no transaction takes that back


class IdempotentSharedComments(IdempotentPostMixin, SharedComments):
    """What was said through this share, and what the team answered, newest first."""
