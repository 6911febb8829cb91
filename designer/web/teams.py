"""Views of the ground floor, which knows no Idempotency-Key, with it."""

from designer.web.idempotency import IdempotentPostMixin
from teams.membership.api import TeamList


class IdempotentTeamList(IdempotentPostMixin, TeamList):
    """The teams that the caller belongs to."""
