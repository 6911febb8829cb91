"""Shares: one image, collection or batch of a team, opened to somebody outside it, for a while."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q
from django.utils import timezone

from teams.base.models import Row
from teams.membership.models import Membership, Team
from teams.membership.ownership import TeamOwned
from teams.membership.permissions import roles_with
from teams.review.models import ABOUT, one_of_three
from teams.sharing.finding import STATES, ShareQuerySet, Way

__all__ = ["LIFETIME", "LONGEST", "NAME_LENGTH", "STATES", "Declined", "Share", "ShareQuerySet", "Way"]
NAME_LENGTH: Final = 80
MOST_WRONG: Final = 1000  # passwords tried in all: then whoever has not been in needs a new one
LIFETIME: Final = timedelta(days=30)  # unless another end is named
LONGEST: Final = timedelta(days=366)


# A link has a digest, perhaps a password; a person an address; a team is named. Nothing else of the three.
FITTING: Final = (
    Q(way=Way.LINK, digest__isnull=False, email="", user=None, to_team=None, may_comment=False)
    | (Q(way=Way.PERSON, digest=None, password="", to_team=None) & ~Q(email=""))
    | Q(way=Way.TEAM, digest=None, password="", email="", user=None, to_team__isnull=False)
)


class Share(TeamOwned):
    """What of a team may be seen by whom outside it. Of the key of a link only the SHA-256 is kept."""

    sharer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asset = models.ForeignKey("designer.Asset", models.CASCADE, null=True, blank=True, related_name="+")
    collection = models.ForeignKey("teams.Collection", models.CASCADE, null=True, blank=True, related_name="+")
    batch = models.ForeignKey("batches.Batch", models.CASCADE, null=True, blank=True, related_name="+")
    way = models.CharField(max_length=8, choices=Way)
    digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    password = models.CharField(max_length=128, blank=True)
    wrong = models.PositiveIntegerField(default=0, help_text="Wrong passwords since it was given this one.")
    email = models.EmailField(max_length=254, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    to_team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH, blank=True, help_text="What it is headed with, for those outside.")
    may_comment = models.BooleanField(default=False)
    may_download = models.BooleanField(default=False)
    with_briefs = models.BooleanField(default=False, help_text="Briefs and titles are shown, too.")
    with_names = models.BooleanField(default=False, help_text="The names of people are shown, too.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    openings = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    objects = ShareQuerySet.as_manager()

    if TYPE_CHECKING:
        stands: bool

    class Meta:
        db_table = "team_shares"
        constraints = [
            models.CheckConstraint(
                name="share_of_one_thing",
                condition=one_of_three(),
                violation_error_message="A share shows one thing: an image, a collection or a batch.",
            ),
            models.CheckConstraint(
                name="share_way_fits",
                condition=FITTING,
                violation_error_message="A share is by link, for a person or for a team, and has what belongs to that.",
            ),
            models.CheckConstraint(
                name="share_for_another_team",
                condition=Q(to_team=None) | ~Q(to_team=F("team")),
                violation_error_message="A team sees its own work as it is. Share it with another one.",
            ),
            models.CheckConstraint(
                name="share_ends_later",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message="A share ends after it was made.",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"]),
            models.Index(name="share_of_person", fields=["user", "-created_at"], condition=Q(user__isnull=False)),
            models.Index(name="share_of_address", fields=["email"], condition=~Q(email="") & Q(user=None)),
            models.Index(name="share_of_team", fields=["to_team"], condition=Q(to_team__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.way}"

    @property
    def kind(self) -> str:
        """What is shared: a word of ABOUT."""
        return next(kind for kind in ABOUT if getattr(self, f"{kind}_id"))

    @property
    def about_id(self) -> UUID:
        pk: UUID = getattr(self, f"{self.kind}_id")
        return pk

    @property
    def about(self) -> Any:
        """The image, collection or batch itself."""
        return getattr(self, self.kind)

    def given(self, *owners: str) -> Q:
        """For a query of images: those that its giver could share now one by one: own ones by all these fields, and
        everybody's for who may change that. A collection is no way round that."""
        held = Membership.objects.filter(team=self.team_id, user=self.sharer_id, user__is_active=True)
        own = Q(**dict.fromkeys(owners, self.sharer_id))
        return own | Q(Exists(held.filter(role__in=roles_with("edit_all_work"))))

    @property
    def rights(self) -> list[str]:
        """view, and what else it lets do."""
        granted = {"view": True, "comment": self.may_comment, "download": self.may_download}
        return [right for right, given in granted.items() if given]

    @property
    def rights_now(self) -> list[str]:
        """What of it is let at present: in an archived team nobody comments."""
        return [right for right in self.rights if right != "comment" or self.team.archived_at is None]

    @property
    def is_locked(self) -> bool:
        """Whether it asks for a password."""
        return bool(self.password)

    @property
    def is_closed(self) -> bool:
        """Whether so many wrong passwords were tried that it needs another."""
        return self.is_locked and self.wrong >= MOST_WRONG

    @property
    def recipient(self) -> str:
        """Whom it is for, to those who manage it: a team by its name to who is in it (`for_eyes_of`), else by id."""
        if self.way == Way.LINK:
            return "Whoever has the link"
        if self.to_team is None:
            return self.email
        return self.to_team.name if getattr(self, "knows_team", False) else f"Team {self.to_team_id}"

    @property
    def state(self) -> str:
        """In a word of STATES; of one that was `told`. resting: it may open again, see `rests_because`."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "open" if self.stands else "resting"

    @property
    def rests_because(self) -> str:
        """Why one that rests opens nothing now, as its list says it."""
        if getattr(self.about, "trashed_at", None) is not None:
            return "it lies in the trash"
        if self.way == Way.LINK and not self.team.allows_share_links:
            return "links are off"
        return "who shared it may not at present"

    @property
    def heading(self) -> str:
        """How it is called outside: by none of the studio's own names and titles, unless these are shown."""
        called = str(self.about) if self.with_briefs else ""
        return self.name or called or ("An image" if self.kind == "asset" else "A set of images")


class Declined(Row):
    """Somebody wants to see nothing of what was shared with them or with a team of theirs."""

    share = models.ForeignKey(Share, models.CASCADE, related_name="declined")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        db_table = "team_shares_declined"
        constraints = [models.UniqueConstraint(name="share_declined_once", fields=["share", "user"])]

    def __str__(self) -> str:
        return f"{self.share_id} by {self.user_id}"
