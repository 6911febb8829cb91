"""What people say about images, collections and batches, in the team that these belong to."""

from typing import Any, Final, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject

from teams.accounts.models import User
from teams.base.models import Row
from teams.membership.ownership import OwnedQuerySet, TeamOwned

ABOUT: Final = ("asset", "collection", "batch")  # the fields of which exactly one says what is spoken of
PINNED = Q(pin_x__isnull=False, pin_y__isnull=False)  # said apart: what is compared with nothing passes every check
SPANNED = Q(pin_width__isnull=False, pin_height__isnull=False)
ROUNDED: Final = 1e-6  # two shares that end at the picture's edge may add up to a hair more


class Sign(models.TextChoices):
    """What one may put to a comment without words."""

    AGREE = "agree", "Agree"
    LOVE = "love", "Love"
    CELEBRATE = "celebrate", "Celebrate"
    SMILE = "smile", "Smile"
    LOOKING = "looking", "Looking"
    DONE = "done", "Done"

    @property
    def glyph(self) -> str:
        """Its picture; shown beside the word, for not every machine has a font with it."""
        return GLYPHS[self.value]


GLYPHS: Final = {"agree": "👍", "love": "❤️", "celebrate": "🎉", "smile": "😄", "looking": "👀", "done": "✅"}


def one_of_three() -> Q:
    """For a constraint: exactly one of the fields of ABOUT is set."""
    cases = Q()
    for named in ABOUT:
        cases |= Q(**{f"{field}__isnull": field != named for field in ABOUT})
    return cases


class CommentQuerySet(OwnedQuerySet["Comment"]):
    """Whose team one is in, its comments one sees. `for_edit`: the author, or who may change everybody's work."""

    def kept(self) -> Self:
        """Those that were not taken back."""
        return self.filter(deleted_at=None)

    def standing(self) -> Self:
        """What a list shows: what is kept, and what was taken back but is still answered."""
        answers = self.model.objects.filter(reply_to=OuterRef("pk"), deleted_at=None)
        return self.filter(Q(deleted_at=None) | Exists(answers))

    def told(self, user: "User | AnonymousUser") -> Self:
        """With all that is shown of a comment: `answers`, how many are kept; `signs` ({sign, count, mine}: how many of
        them are this person's); `named` ({user, name}), who is mentioned in it; `heard`, whether the guest who said it
        still sees what is answered. One query for any number of rows."""
        kept = self.model.objects.filter(reply_to=OuterRef("pk"), deleted_at=None).order_by()
        answers = kept.values("reply_to").annotate(n=Count("pk")).values("n")
        signs = Reaction.objects.filter(comment=OuterRef("pk")).order_by("sign").values("sign")
        signs = signs.annotate(n=Count("pk"), own=Count("pk", filter=Q(user=user.pk)))
        named = Mention.objects.filter(comment=OuterRef("pk")).order_by("created_at", "pk")
        shares: Any = self.model._meta.get_field("share").related_model  # of a room that rests on this one
        open_to_them = shares.objects.standing().heard_by("author").filter(pk=OuterRef("share"))
        return self.select_related("author", "resolved_by").annotate(
            heard=Exists(open_to_them),
            answers=Coalesce(Subquery(answers, output_field=IntegerField()), 0),
            signs=ArraySubquery(signs.values(said=JSONObject(sign="sign", count="n", mine="own"))),
            named=ArraySubquery(named.values(said=JSONObject(user="user_id", name="name"))),
        )

    def naming(self, user_id: UUID) -> Self:
        """Those that mention this person."""
        return self.filter(pk__in=Mention.objects.filter(user=user_id).values("comment"))

    def matching(self, words: str) -> Self:
        """Every word stands in the text."""
        rows = self.kept()
        for word in words.replace("\x00", "").split()[:8]:
            rows = rows.filter(text__icontains=word)
        return rows


class Comment(TeamOwned):
    """Something said of an image, a collection or a batch; of an image perhaps about one spot or region of it.

    `pin_x`, `pin_y`: the spot, or the region's left upper corner; `pin_width`, `pin_height`: the region's sides; all in
    shares of the picture's sides, 0..1. An answer (`reply_to`) is an answer to a comment, never to an answer; only what
    is no answer can be resolved. What was taken back keeps its row. `share`: what it was said through, by a guest.
    """

    asset = models.ForeignKey("designer.Asset", models.CASCADE, null=True, blank=True, related_name="+")
    collection = models.ForeignKey("teams.Collection", models.CASCADE, null=True, blank=True, related_name="+")
    batch = models.ForeignKey("batches.Batch", models.CASCADE, null=True, blank=True, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    pin_x = models.FloatField(null=True, blank=True)
    pin_y = models.FloatField(null=True, blank=True)
    pin_width = models.FloatField(null=True, blank=True)
    pin_height = models.FloatField(null=True, blank=True)
    reply_to = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    share = models.ForeignKey("teams.Share", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    guest = models.BooleanField(default=False, db_default=False, help_text="Said through a share, by somebody outside.")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    objects = CommentQuerySet.as_manager()

    class Meta:
        db_table = "team_comments"
        constraints = [
            models.CheckConstraint(
                name="comment_through_share_by_guest",
                condition=Q(share=None) | Q(guest=True),
                violation_error_message="What is said through a share is said by a guest.",
            ),
            models.CheckConstraint(name="comment_about_one_thing", condition=one_of_three()),
            models.CheckConstraint(
                name="comment_pin_in_picture",
                condition=Q(pin_x=None, pin_y=None)
                | (PINNED & Q(asset__isnull=False) & Q(pin_x__range=(0, 1), pin_y__range=(0, 1))),
                violation_error_message="A pin lies in the picture: x and y from 0 to 1.",
            ),
            models.CheckConstraint(
                name="comment_region_in_picture",
                condition=Q(pin_width=None, pin_height=None)
                | (
                    PINNED
                    & SPANNED
                    & Q(pin_width__gt=0, pin_height__gt=0)
                    & Q(pin_width__lte=1 + ROUNDED - F("pin_x"), pin_height__lte=1 + ROUNDED - F("pin_y"))
                ),
                violation_error_message="A region lies in the picture.",
            ),
            models.CheckConstraint(name="comment_answers_another", condition=~Q(reply_to=F("id"))),
            models.CheckConstraint(
                name="comment_resolved_by_somebody",
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, reply_to=None),
                violation_error_message="A thread is resolved by somebody, and as a whole.",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"]),
            models.Index(name="comment_of_asset", fields=["asset", "created_at"]),
            models.Index(name="comment_of_collection", fields=["collection", "created_at"]),
            models.Index(name="comment_of_batch", fields=["batch", "created_at"]),
            models.Index(name="comment_of_team", fields=["team", "-created_at", "-id"]),
            models.Index(name="comment_of_author", fields=["team", "author", "-created_at", "-id"]),
            models.Index(name="comment_of_share", fields=["share"], condition=Q(share__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def owner_id(self) -> UUID:
        return self.author_id

    @property
    def kind(self) -> str:
        """What is spoken of: a word of ABOUT."""
        return next(kind for kind in ABOUT if getattr(self, f"{kind}_id"))

    @property
    def about(self) -> Any:
        """The image, collection or batch itself."""
        return getattr(self, self.kind)

    @property
    def subject(self) -> str:
        """The channel of what is spoken of: "asset:<id>"."""
        return f"{self.kind}:{getattr(self, f'{self.kind}_id')}"

    @property
    def pin(self) -> dict[str, float] | None:
        """The spot or region it is about."""
        if self.pin_x is None or self.pin_y is None:
            return None
        spot = {"x": self.pin_x, "y": self.pin_y}
        if self.pin_width is None or self.pin_height is None:
            return spot
        return {**spot, "width": self.pin_width, "height": self.pin_height}

    @property
    def shown_text(self) -> str:
        """Its words, as long as they are not taken back."""
        return "" if self.deleted_at else self.text

    def earlier(self) -> "models.QuerySet[Wording]":
        """What it said before, as long as it is not taken back."""
        return Wording.objects.none() if self.deleted_at else Wording.objects.filter(comment=self)


class Wording(Row):
    """What a comment said before it was given other words, and since when."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="wordings")
    text = models.TextField()
    said_at = models.DateTimeField()

    class Meta:
        db_table = "team_comment_wordings"
        indexes = [models.Index(name="wording_of_comment", fields=["comment", "-created_at", "-id"])]

    def __str__(self) -> str:
        return self.text[:60]


class Mention(Row):
    """Somebody named in a comment, and how: the name as it stands in the text, behind the @."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=254)

    class Meta:
        db_table = "team_comment_mentions"
        constraints = [models.UniqueConstraint(name="comment_mentions_once", fields=["comment", "user"])]

    def __str__(self) -> str:
        return f"@{self.name}"


class Reaction(Row):
    """A sign that somebody put to a comment: one of each."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    sign = models.CharField(max_length=16, choices=Sign)

    class Meta:
        db_table = "team_comment_reactions"
        constraints = [
            models.UniqueConstraint(name="comment_sign_once", fields=["comment", "user", "sign"]),
            models.CheckConstraint(name="comment_sign_known", condition=Q(sign__in=Sign.values)),
        ]

    def __str__(self) -> str:
        return self.sign
