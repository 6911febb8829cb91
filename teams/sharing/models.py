"""Shares: one image, collection or batch of a team, opened to somebody outside it, for a while."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from teams.accounts.models import User
from teams.membership.models import NO_SHARE_LINKS, Membership, Team
from teams.membership.ownership import OwnedQuerySet, TeamOwned
from teams.membership.permissions import CODES
from teams.review.models import ABOUT, one_of_three

NAME_LENGTH: Final = 80
MOST_WRONG: Final = 1000  # passwords tried in all: then whoever has not been in needs a new one
LIFETIME: Final = timedelta(days=30)  # unless another end is named
LONGEST: Final = timedelta(days=366)


class Way(models.TextChoices):
    LINK = "link", "Link"
    PERSON = "person", "Person"
    TEAM = "team", "Team"


STATES: Final = ("open", "resting", "expired", "revoked")
# A link has a digest, perhaps a password; a person an address; a team is named. Nothing else of the three.
FITTING: Final = (
    Q(way=Way.LINK, digest__isnull=False, email="", user=None, to_team=None, may_comment=False)
    | (Q(way=Way.PERSON, digest=None, password="", to_team=None) & ~Q(email=""))
    | Q(way=Way.TEAM, digest=None, password="", email="", user=None, to_team__isnull=False)
)


def _roles(code: str) -> list[str]:
    return [role for role, codes in CODES.items() if code in codes]


class ShareQuerySet(OwnedQuerySet["Share"]):
    """`visible_to` and `for_edit`: who may change them. What a share opens is asked of `standing`, each time."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those that this person may change and take back: their own, and all for who may change everybody's work. To
        others of the team there is none: it tells addresses of people outside."""
        mine = Membership.objects.filter(user=user.pk, role__in=_roles("edit_all_work")).values("team")
        return super().visible_to(user).filter(Q(sharer=user.pk) | Q(team__in=mine))

    def editable_by(self, user: "User | AnonymousUser") -> Self:
        return self.visible_to(user)

    def for_edit(self, user: "User | AnonymousUser", pk: UUID | str) -> "Share":
        """Who sees a share may take it back, also when their role has become a lower one. Raises Missing."""
        return self.see(user, pk)

    def standing(self) -> Self:
        """Those that open something now: neither revoked nor over by the database's clock, what they show is not in the
        trash, links are allowed, and who shared could do so still. A share is worth no more than its giver."""
        kept = Q(asset__trashed_at=None, collection__trashed_at=None)
        allowed = ~Q(way=Way.LINK) | ~Q(team__settings__has_key=NO_SHARE_LINKS)
        return self.rightful().filter(kept, allowed, revoked_at=None, expires_at__gt=Now())

    def rightful(self) -> Self:
        """Those whose giver could share it so now."""
        held = Membership.objects.filter(team=OuterRef("team"), user=OuterRef("sharer"), user__is_active=True)
        own = Q(asset__owner=F("sharer")) | Q(collection__owner=F("sharer")) | Q(batch__owner=F("sharer"))
        everything, theirs = (held.filter(role__in=_roles(code)) for code in ("edit_all_work", "edit_own_work"))
        return self.filter(Exists(everything) | (Exists(theirs) & own))

    def reaching(self, user: "User | AnonymousUser") -> Self:
        """Those to this person or to a team of theirs. A link reaches nobody: who has it opens it."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        from teams.sharing.whose import addresses_of  # its tables are loaded after these

        waiting = Q(user=None, email__in=addresses_of(user))  # it was shared before they had an account
        teams = Membership.objects.filter(user=user).values("team")
        return self.filter(Q(way=Way.PERSON) & (Q(user=user) | waiting) | Q(way=Way.TEAM, to_team__in=teams))

    def in_state(self, state: str) -> Self:
        """Those whose `state` is this."""
        if state == "revoked":
            return self.filter(revoked_at__isnull=False)
        left = self.filter(revoked_at=None)
        if state == "expired":
            return left.filter(expires_at__lte=Now())
        stands = Share.objects.standing().values("pk")
        return (
            left.filter(pk__in=stands) if state == "open" else left.filter(expires_at__gt=Now()).exclude(pk__in=stands)
        )

    def told(self) -> Self:
        """With all that a list shows of them, `stands` among it."""
        stands = Share.objects.standing().filter(pk=OuterRef("pk"))
        rows = self.select_related("sharer", "user", "to_team", "asset", "collection", "batch")
        return rows.defer("batch__plan").annotate(stands=Exists(stands))

    def for_eyes_of(self, user: "User | AnonymousUser") -> Self:
        """With `knows_team`: whether this person may know what the team is called for which it is."""
        return self.annotate(knows_team=Exists(Membership.objects.filter(team=OuterRef("to_team"), user=user.pk)))

    def matching(self, words: str) -> Self:
        """Every word stands in its name, in what it shows or in whom it is for."""
        rows = self
        for word in words.replace("\x00", "").split()[:8]:
            fields = ("name", "email", "asset__title", "collection__name", "batch__title", "sharer__name")
            said = Q()
            for field in fields:
                said |= Q(**{f"{field}__icontains": word})
            rows = rows.filter(said)
        return rows


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
        return own | Q(Exists(held.filter(role__in=_roles("edit_all_work"))))

    @property
    def rights(self) -> list[str]:
        """view, and what else it lets do."""
        granted = {"view": True, "comment": self.may_comment, "download": self.may_download}
        return [right for right, given in granted.items() if given]

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
        """In a word of STATES; of one that was `told`. resting: what it shows is in the trash; it may come back."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "open" if self.stands else "resting"

    @property
    def heading(self) -> str:
        """How it is called outside: by none of the studio's own names and titles, unless these are shown."""
        called = str(self.about) if self.with_briefs else ""
        return self.name or called or ("An image" if self.kind == "asset" else "A set of images")
