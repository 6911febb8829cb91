"""What the ground floor announces. Sent with `send` inside the transaction of the change."""

from typing import Final

from django.dispatch import Signal

# user_id: UUID, team_id: UUID | None (None: everywhere). The person lost a role, or has a lower one, in that team.
access_revoked: Final = Signal()

# actor: User, team_id: UUID. The team shares by no link from now on.
links_switched_off: Final = Signal()

# invitation: teams.membership.models.Invitation. It has a new key, to be mailed to the address where it goes by mail.
invitation_renewed: Final = Signal()

# invitation: teams.membership.models.Invitation, accepted just now by its `accepted_by`.
member_joined: Final = Signal()

# comment: teams.review.models.Comment, what: "created" | "updated" | "deleted" | "resolved" | "reopened" | "reacted",
# mentioned: list[User], whom its text names and did not name before; with the last three actor: User, who did it.
comment_changed: Final = Signal()

# collection: teams.review.collections.models.Collection,
# what: "created" | "renamed" | "added" | "removed" | "moved" | "trashed" | "restored".
collection_changed: Final = Signal()

# approval: teams.review.approvals.models.Approval, actor: User | None (None: nobody did it), what: "requested" |
# "answered" | "settled" (without somebody who left) | "ownerless" (no owner is left of those who were to sign) |
# "withdrawn" | "due_soon" | "overdue", more: dict[str, str], of an answer verdict, note and before (the verdict that it
# replaces), of what is withdrawn why.
approval_changed: Final = Signal()

# team: teams.membership.models.Team, actor: User | None, what: "archived" | "unarchived" | "deleted" (with grace) |
# "restored" | "handed_over" | "end_begun" (its rows are to go) | "ended" (they are gone, and its own row is next).
# In the transaction of the change.
team_changed: Final = Signal()

# teams: a queryset of those that were archived or deleted; outside any transaction and again every minute. First who
# holds work that can go on later pauses it, and answers with the ids of the jobs that are theirs: none of these is
# cancelled. Then whatever else is left in the queue is (`spared`: those ids), and how many it were is answered.
work_stopping: Final = Signal()
work_stopped: Final = Signal()
