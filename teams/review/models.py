"""What people say about images, in the team that the image belongs to."""

from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from teams.membership.ownership import OwnedQuerySet, TeamOwned

PINNED = Q(pin_x__isnull=False, pin_y__isnull=False)  # said apart: what is compared with nothing passes every check


class CommentQuerySet(OwnedQuerySet["Comment"]):
    """Whose team one is in, its comments one sees. `for_edit`: the author, or who may change everybody's work."""

    def kept(self) -> Self:
        """Those that were not taken back."""
        return self.filter(deleted_at=None)

    def standing(self) -> Self:
        """What a list shows: what is kept, and what was taken back but is still answered."""
        answers = self.model.objects.filter(reply_to=OuterRef("pk"), deleted_at=None)
        return self.filter(Q(deleted_at=None) | Exists(answers))

    def matching(self, words: str) -> Self:
        """Every word stands in the text."""
        rows = self.kept()
        for word in words.replace("\x00", "").split()[:8]:
            rows = rows.filter(text__icontains=word)
        return rows


class Comment(TeamOwned):
    """Something said of an image, perhaps of one spot of it: `pin_x`, `pin_y` in shares of its sides, 0..1.

    An answer (`reply_to`) is an answer to a comment, never to an answer. What was taken back keeps its row.
    """

    asset = models.ForeignKey("designer.Asset", models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    pin_x = models.FloatField(null=True, blank=True)
    pin_y = models.FloatField(null=True, blank=True)
    reply_to = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    objects = CommentQuerySet.as_manager()

    class Meta:
        db_table = "team_comments"
        constraints = [
            models.CheckConstraint(
                name="comment_pin_in_picture",
                condition=Q(pin_x=None, pin_y=None) | (PINNED & Q(pin_x__range=(0, 1), pin_y__range=(0, 1))),
                violation_error_message="A pin lies in the picture: x and y from 0 to 1.",
            ),
            models.CheckConstraint(name="comment_answers_another", condition=~Q(reply_to=F("id"))),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"]),
            models.Index(name="comment_of_asset", fields=["asset", "created_at"]),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def owner_id(self) -> UUID:
        return self.author_id

    @property
    def pin(self) -> dict[str, float] | None:
        """The spot it is about."""
        return None if self.pin_x is None else {"x": self.pin_x, "y": self.pin_y or 0.0}

    @property
    def shown_text(self) -> str:
        """Its words, as long as they are not taken back."""
        return "" if self.deleted_at else self.text
