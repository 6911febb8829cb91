"""Approvals: an image of a team put before reviewers, who let it pass, ask for changes or refuse it."""

from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Now
from django.utils import timezone

from teams.accounts.models import User
from teams.base.models import Row
from teams.base.states import MovingQuerySet
from teams.membership.models import Membership, Role
from teams.membership.ownership import OwnedQuerySet, TeamOwned
from teams.membership.permissions import roles_with

# To review is to decide about the work, and a viewer only looks: whoever may make work may review it.
ABLE: Final = roles_with("create_work")


class Status(models.TextChoices):
    OPEN = "open", "In review"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    REJECTED = "rejected", "Rejected"
    APPROVED = "approved", "Approved"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Policy(models.TextChoices):
    """Whose approval it takes."""

    ALL_OF = "all_of", "All of them"
    ONE_OF = "one_of", "Any one of them"
    OWNER_LAST = "owner_last", "All of them, an owner of the team last"


class Verdict(models.TextChoices):
    """What a reviewer may answer."""

    APPROVE = "approve", "Approves"
    CHANGES_REQUESTED = "changes_requested", "Asks for changes"
    REJECT = "reject", "Rejects"


PENDING: Final = (Status.OPEN, Status.CHANGES_REQUESTED, Status.REJECTED)  # answers may come, or be changed


class ApprovalQuerySet(OwnedQuerySet["Approval"], MovingQuerySet["Approval"]):  # type: ignore[override]  # both make a manager
    """Whose team one is in, its approvals one sees. `for_edit`: who asked, or who may change everybody's work."""

    def standing(self) -> Self:
        """Those not withdrawn; of an image one at most."""
        return self.exclude(status=Status.WITHDRAWN)

    def awaited(self) -> Self:
        """Those in review whose image is there to be looked at."""
        return self.filter(status=Status.OPEN, asset__trashed_at=None)

    def waiting_for(self, user: "User | AnonymousUser") -> Self:
        """Those that this person was asked for, may answer and has not; and those that want an owner, of whom none that
        was named is left, if they own the team."""
        held = Membership.objects.filter(user=user.pk)
        asked = Reviewer.objects.filter(user=user.pk, verdict="").values("approval")
        mine = Q(pk__in=asked, team__in=held.filter(role__in=ABLE).values("team"))
        owners = Reviewer.objects.of_owners().filter(approval=OuterRef("pk"))
        owned = Q(policy=Policy.OWNER_LAST, team__in=held.filter(role=Role.OWNER).values("team"))
        return self.awaited().filter(mine | owned & ~Q(requester=user.pk) & ~Exists(owners))

    def asked_of(self, user_id: UUID) -> Self:
        """Those that this person was asked for, answered or not."""
        return self.filter(pk__in=Reviewer.objects.filter(user=user_id).values("approval"))

    def overdue(self) -> Self:
        return self.awaited().filter(due_at__lte=Now())

    def matching(self, words: str) -> Self:
        """Every word stands in the image's title, in the note or in the name of who asked."""
        rows = self
        for word in words.replace("\x00", "").split()[:8]:
            rows = rows.filter(
                Q(asset__title__icontains=word) | Q(note__icontains=word) | Q(requester__name__icontains=word)
            )
        return rows

    def told(self) -> Self:
        """With all that is shown of an approval; two queries for any number of rows."""
        seats = Prefetch("reviewers", Reviewer.objects.told())
        return self.select_related("asset", "requester", "team").prefetch_related(seats)


class Approval(TeamOwned):
    """A request to review one image, and what came of it. It is about the very file: `sha256` is the image's.

    `checklist`: lines of text. `remind_at`: when its reviewers are to be reminded next; null: no more.
    """

    MOVES = {
        Status.OPEN: {Status.CHANGES_REQUESTED, Status.REJECTED, Status.APPROVED, Status.WITHDRAWN},
        Status.CHANGES_REQUESTED: {Status.OPEN, Status.REJECTED, Status.APPROVED, Status.WITHDRAWN},
        Status.REJECTED: {Status.OPEN, Status.CHANGES_REQUESTED, Status.APPROVED, Status.WITHDRAWN},
        Status.APPROVED: {Status.WITHDRAWN},
    }
    asset = models.ForeignKey("designer.Asset", models.CASCADE, related_name="+")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    policy = models.CharField(max_length=16, choices=Policy, default=Policy.ALL_OF)
    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN)
    sha256 = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    checklist = models.JSONField(default=list, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    objects = ApprovalQuerySet.as_manager()

    if TYPE_CHECKING:
        reviewers: Any

    class Meta:
        db_table = "team_approvals"
        constraints = [
            models.CheckConstraint(name="approval_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="approval_policy_known", condition=Q(policy__in=Policy.values)),
            models.CheckConstraint(
                name="approval_decided_at_a_time",
                condition=Q(status=Status.OPEN, decided_at=None)
                | (~Q(status=Status.OPEN) & Q(decided_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="approval_one_standing",
                fields=["asset"],
                condition=~Q(status=Status.WITHDRAWN),
                violation_error_message="This image is being reviewed already. Answer that review, or withdraw it.",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"]),
            models.Index(name="approval_of_asset", fields=["asset", "-created_at"]),
            models.Index(name="approval_to_remind", fields=["remind_at"], condition=Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id}: {self.status}"

    @property
    def owner_id(self) -> UUID:
        return self.requester_id

    @property
    def is_pending(self) -> bool:
        return self.status in PENDING

    @property
    def is_overdue(self) -> bool:
        return self.status == Status.OPEN and self.due_at is not None and self.due_at <= timezone.now()

    @property
    def answered(self) -> int:
        """How many reviewers have; of a row as `told`."""
        return sum(bool(seat.verdict) for seat in self.reviewers.all())


class ReviewerQuerySet(models.QuerySet["Reviewer"]):
    def told(self) -> Self:
        """With `present`, whether they may still review for the team, and `owns`, whether they own it."""
        held = _held_by_reviewer()
        return (
            self.select_related("user")
            .annotate(present=Exists(held.filter(role__in=ABLE)), owns=Exists(held.filter(role=Role.OWNER)))
            .order_by("created_at", "pk")
        )

    def absent(self) -> Self:
        """Those who may not review for the team any more."""
        return self.filter(~Exists(_held_by_reviewer().filter(role__in=ABLE)))

    def of_owners(self) -> Self:
        """Of those who own the team now."""
        return self.filter(Exists(_held_by_reviewer().filter(role=Role.OWNER)))


def _held_by_reviewer() -> models.QuerySet[Membership]:
    """Within a query of reviewers: what each is in the team of the approval."""
    return Membership.objects.filter(user=OuterRef("user"), team=OuterRef("approval__team"), user__is_active=True)


class Reviewer(Row):
    """Somebody who was asked, and their last answer; "": none yet. `checked`: places in the checklist, from 0."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="reviewers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=20, choices=Verdict, blank=True)
    note = models.TextField(blank=True)
    checked = models.JSONField(default=list, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    objects = ReviewerQuerySet.as_manager()

    if TYPE_CHECKING:
        approval_id: UUID
        user_id: UUID
        present: bool
        owns: bool

    class Meta:
        db_table = "team_approval_reviewers"
        constraints = [
            models.UniqueConstraint(name="approval_asks_once", fields=["approval", "user"]),
            models.CheckConstraint(name="approval_verdict_known", condition=Q(verdict__in=["", *Verdict.values])),
            models.CheckConstraint(
                name="approval_answered_at_a_time",
                condition=Q(verdict="", answered_at=None) | (~Q(verdict="") & Q(answered_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(name="approval_of_reviewer", fields=["user", "verdict"])]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.verdict or 'not yet'}"
