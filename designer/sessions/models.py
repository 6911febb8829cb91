"""Review sessions: a team looks at a collection together, one image after the other, and votes."""

from typing import TYPE_CHECKING, Any, Final, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Count, Q

from designer.assets.models import Asset
from teams.base.states import MovingQuerySet
from teams.membership.ownership import OwnedQuerySet, TeamOwned
from teams.review.collections.models import NAME_LENGTH, Collection

LONGEST_NOTE: Final = 500


class SessionStatus(models.TextChoices):
    OPEN = "open"
    ENDED = "ended"


class Choice(models.TextChoices):
    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"


class SessionQuerySet(OwnedQuerySet["ReviewSession"], MovingQuerySet["ReviewSession"]):  # type: ignore[override]  # both make a manager
    def open(self) -> Self:
        return self.filter(status=SessionStatus.OPEN)

    def light(self) -> Self:
        """Without the summary, which may be a megabyte."""
        return self.defer("summary")


class ReviewSession(TeamOwned):
    """One meeting over a collection. Its images are those that the collection had when it began.

    The timer runs until `ends_at`, or stands with `left` seconds to go; `seconds` 0 means that there is none.
    """

    MOVES = {SessionStatus.OPEN: {SessionStatus.ENDED}}

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    collection = models.ForeignKey(Collection, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=NAME_LENGTH)
    status = models.CharField(max_length=16, choices=SessionStatus, default=SessionStatus.OPEN)
    presenter = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    present = models.ForeignKey("designer.SessionImage", models.SET_NULL, null=True, related_name="+")
    shown_since = models.DateTimeField()
    votes_hidden = models.BooleanField(default=False)  # until the presenter reveals them, image by image
    seconds = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(null=True, blank=True)
    left = models.FloatField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    objects = SessionQuerySet.as_manager()

    if TYPE_CHECKING:
        images: Any
        people: Any
        present_id: UUID | None

    class Meta:
        db_table = "review_sessions"
        constraints = [
            models.CheckConstraint(name="review_session_status_known", condition=Q(status__in=SessionStatus.values)),
            models.UniqueConstraint(
                name="review_session_one_open",
                fields=["collection"],
                condition=Q(status=SessionStatus.OPEN),
                violation_error_message="A review of this collection is under way. Join it.",
            ),
        ]
        indexes = [models.Index(fields=["team", "-created_at", "-id"])]

    def __str__(self) -> str:
        return self.title


class ImageQuerySet(OwnedQuerySet["SessionImage"]):
    def told(self) -> Self:
        """In order, each with its asset, and with how many voted what: `yes`, `no`, `perhaps`."""
        counts = {choice: Count("votes", filter=Q(votes__choice=choice)) for choice in Choice.values}
        return self.select_related("asset__chosen").annotate(**counts).order_by("position")


class SessionImage(TeamOwned):
    """One image on the agenda. `seconds`: its own time, None for the session's; `spent`: for how long it was shown."""

    session = models.ForeignKey(ReviewSession, models.CASCADE, related_name="images")
    asset = models.ForeignKey(Asset, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=200, blank=True)  # stays when the image is deleted for good
    position = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField(null=True, blank=True)
    spent = models.FloatField(default=0)
    revealed = models.BooleanField(default=False)
    objects = ImageQuerySet.as_manager()

    if TYPE_CHECKING:
        asset_id: UUID | None
        session_id: UUID
        votes: Any
        yes: int
        no: int
        perhaps: int

    class Meta:
        db_table = "review_session_images"
        constraints = [
            models.UniqueConstraint(name="review_image_place_once", fields=["session", "position"]),
            models.UniqueConstraint(name="review_image_once", fields=["session", "asset"]),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.title}"

    @property
    def gone(self) -> bool:
        """Whether the image is in the trash, or deleted."""
        return self.asset is None or self.asset.trashed_at is not None

    @property
    def tally(self) -> dict[str, int]:
        """Of a row that `told` has read."""
        return {choice: getattr(self, choice) for choice in Choice.values}


class SessionVote(TeamOwned):
    """What one member thinks of one image. One per member, changed until the session ends."""

    image = models.ForeignKey(SessionImage, models.CASCADE, related_name="votes")
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    choice = models.CharField(max_length=8, choices=Choice)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)

    class Meta:
        db_table = "review_session_votes"
        constraints = [
            models.UniqueConstraint(name="review_vote_once", fields=["image", "voter"]),
            models.CheckConstraint(name="review_vote_choice_known", condition=Q(choice__in=Choice.values)),
        ]

    def __str__(self) -> str:
        return f"{self.voter_id}: {self.choice}"


class SessionPerson(TeamOwned):
    """Who was there: since `created_at`, last at `seen_at`, for `seconds` in all."""

    session = models.ForeignKey(ReviewSession, models.CASCADE, related_name="people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    seconds = models.FloatField(default=0)

    class Meta:
        db_table = "review_session_people"
        constraints = [
            models.UniqueConstraint(name="review_person_once", fields=["session", "user"]),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.session_id}"
