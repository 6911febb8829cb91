"""A designer's hand: personas, feedback, corrections and what was learned from them."""

from collections.abc import Iterable
from functools import cached_property
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.db.models import Q

from teams.membership.ownership import OwnedQuerySet, TeamOwned


class Persona(TeamOwned):
    """A named taste: keywords, attribute preferences and a palette.

    `attributes`: name -> values, the dearest first; `weights`: name -> value -> 0..1, for those that have them. Behind
    one from pictures stand `evidence` of them, counted by value in `distributions`, the most typical as `exemplars`.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True, max_length=2000)
    keywords = models.JSONField(default=dict, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    palette = models.JSONField(default=list, blank=True)
    weights = models.JSONField(default=dict, blank=True)
    distributions = models.JSONField(default=dict, blank=True)
    exemplars = models.JSONField(default=list, blank=True)
    evidence = models.PositiveIntegerField(default=0)
    confidence = models.FloatField(null=True, blank=True)
    origin = models.JSONField(default=dict, blank=True)
    starter = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    objects = OwnedQuerySet["Persona"].as_manager()

    class Meta:
        db_table = "personas"
        constraints = [
            models.UniqueConstraint(
                name="persona_name_once",
                fields=["team", "name"],
                violation_error_message="This team already has a persona of that name. Choose another name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class DefaultPersona(TeamOwned):
    """The persona that a member's composer begins with in a team; one at most."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    persona = models.ForeignKey(Persona, models.CASCADE, related_name="default_of")
    objects = OwnedQuerySet["DefaultPersona"].as_manager()

    class Meta:
        db_table = "default_personas"
        constraints = [models.UniqueConstraint(name="default_persona_once", fields=["team", "user"])]

    def __str__(self) -> str:
        return f"{self.persona_id} of {self.user_id}"


class FeedbackKind(models.TextChoices):
    LIKE = "like"
    DISLIKE = "dislike"
    PICK = "pick"
    RATING = "rating"
    COMMENT = "comment"


LIKED: Final = Q(kind__in=[FeedbackKind.LIKE, FeedbackKind.PICK])


class Feedback(TeamOwned):
    """What a person said of an image. Undo deletes the row and its effect."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    generation = models.ForeignKey("designer.Generation", models.CASCADE, related_name="feedback")
    asset = models.ForeignKey("designer.Asset", models.CASCADE, related_name="feedback", null=True)
    kind = models.CharField(max_length=16, choices=FeedbackKind)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.TextField(blank=True, max_length=2000)
    moved = models.JSONField(default=list, blank=True)
    objects = OwnedQuerySet["Feedback"].as_manager()

    class Meta:
        db_table = "feedback"
        verbose_name_plural = "feedback"
        indexes = [  # for the feed, which tells likes and picks alone
            models.Index(name="feedback_liked", fields=["team", "-created_at", "-id"], condition=LIKED),
            models.Index(name="feedback_liked_by", fields=["team", "owner", "-created_at", "-id"], condition=LIKED),
        ]
        constraints = [
            models.UniqueConstraint(
                name="feedback_once", fields=["owner", "generation", "asset", "kind"], nulls_distinct=False
            ),
            models.CheckConstraint(name="feedback_kind_known", condition=Q(kind__in=FeedbackKind.values)),
            models.CheckConstraint(
                name="feedback_rating_range",
                condition=Q(kind=FeedbackKind.RATING, rating__range=(1, 5))
                | (~Q(kind=FeedbackKind.RATING) & Q(rating__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.owner_id}"


class AttributeCorrection(TeamOwned):
    """A designer's fix of an analysed attribute, reused for the same image or brief.

    `read_from`: where `before` came from; `asset`: the picture that it is about, if it is about one alone.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    subject_digest = models.CharField(max_length=64)
    attribute = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    read_from = models.CharField(max_length=16, blank=True)
    asset = models.ForeignKey("designer.Asset", models.SET_NULL, null=True, blank=True, related_name="+")
    generation = models.ForeignKey("designer.Generation", models.SET_NULL, null=True, blank=True, related_name="+")
    objects = OwnedQuerySet["AttributeCorrection"].as_manager()

    class Meta:
        db_table = "attribute_corrections"
        indexes = [
            models.Index(fields=["team", "subject_digest"]),
            models.Index(name="correction_by_reading", fields=["team", "attribute", "read_from"]),
        ]

    def __str__(self) -> str:
        return f"{self.attribute}: {self.before} → {self.after}"


class LearnedWeight(TeamOwned):
    """A Beta posterior for one key, such as `attribute:<persona>:silhouette=a_line` or `model:sketchbook-1:dress`."""

    key = models.CharField(max_length=200)
    alpha = models.FloatField(default=1.0)
    beta = models.FloatField(default=1.0)
    moved_at = models.DateTimeField(null=True, blank=True)
    objects = OwnedQuerySet["LearnedWeight"].as_manager()

    class Meta:
        db_table = "learned_weights"
        constraints = [models.UniqueConstraint(name="learned_weight_once", fields=["team", "key"])]
        indexes = [  # for what all teams together think of a model
            models.Index(name="learned_weight_models", fields=["key"], condition=Q(key__startswith="model:"))
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.alpha:.2f}/{self.beta:.2f}"


class ActKind(models.TextChoices):
    """What somebody did to feedback or to what was learned."""

    GIVE = "give"
    WITHDRAW = "withdraw"
    REVERT = "revert"
    UNDO = "undo"


# an act as it was done, undone, and done again
TOLD: Final = {
    ActKind.GIVE: ("{}", "{} undone", "{} is back"),
    ActKind.WITHDRAW: ("Withdrawn: {}", "{} is back", "{} withdrawn again"),
    ActKind.REVERT: ("Reverted: {}", "{} counts again", "{} reverted again"),
}


ROOTS: Final = """
    WITH RECURSIVE chain AS (
        SELECT id AS act, kind, undoes_id, 0 AS undos FROM learning_acts WHERE id = ANY(%s)
        UNION ALL
        SELECT chain.act, below.kind, below.undoes_id, chain.undos + 1
        FROM chain JOIN learning_acts below ON below.id = chain.undoes_id
    ) SELECT act, kind, undos FROM chain WHERE undoes_id IS NULL"""


class LearningAct(TeamOwned):
    """One thing a person did, written once and kept. `said` and `unsaid`: feedback that appeared and went, whole;
    `reverted` and `restored`: ids of the evidence that no longer counts, or counts again, by this act."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=16, choices=ActKind)
    about = models.CharField(max_length=200, blank=True)
    said = models.JSONField(default=list, blank=True)
    unsaid = models.JSONField(default=list, blank=True)
    reverted = models.JSONField(default=list, blank=True)
    restored = models.JSONField(default=list, blank=True)
    undoes = models.OneToOneField("self", models.CASCADE, null=True, blank=True, related_name="undone_by")
    objects = OwnedQuerySet["LearningAct"].as_manager()

    class Meta:
        db_table = "learning_acts"
        constraints = [
            models.CheckConstraint(name="learning_act_kind_known", condition=Q(kind__in=ActKind.values)),
            models.CheckConstraint(
                name="learning_act_undoes_one",
                condition=Q(kind=ActKind.UNDO, undoes__isnull=False) | (~Q(kind=ActKind.UNDO) & Q(undoes__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["team", "-created_at"]), models.Index(fields=["owner", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}".strip()

    @property
    def is_undone(self) -> bool:
        return hasattr(self, "undone_by")

    @property
    def told(self) -> str:
        """What was done, in words; of an undo what stands after it."""
        kind, undos = self.root
        told = TOLD[ActKind(kind)][0 if not undos else 1 + (undos + 1) % 2].format(self.about)
        return told[:1].upper() + told[1:]

    @cached_property
    def root(self) -> tuple[str, int]:
        """The kind of the act that it undoes in the end, and by how many undos; its own where it undoes none."""
        return roots_of([self])[self.pk] if self.undoes_id else (self.kind, 0)


def find_roots(acts: Iterable[LearningAct]) -> None:
    """Have `root` ready for all of these: a chain of undos has no end, and each of its links is a query else."""
    undos = [act for act in acts if act.undoes_id]
    found = roots_of(undos) if undos else {}
    for act in undos:
        act.root = found[act.pk]


def roots_of(acts: Iterable[LearningAct]) -> dict[UUID, tuple[str, int]]:
    """By act: the kind of what it undoes in the end, and the number of undos up to it."""
    with connection.cursor() as cursor:
        cursor.execute(ROOTS, [[act.pk for act in acts]])
        return {pk: (kind, undos) for pk, kind, undos in cursor.fetchall()}


class Evidence(TeamOwned):
    """What one feedback adds to one weight. It counts while the feedback stands and nobody reverted it.

    `feedback` is no foreign key: feedback goes and comes back under its id. None = what was known before the record.
    """

    key = models.CharField(max_length=200)
    feedback = models.UUIDField(null=True, blank=True)
    alpha = models.FloatField()
    beta = models.FloatField()
    at = models.DateTimeField()
    stands = models.BooleanField(default=True)
    reverted = models.BooleanField(default=False)
    objects = OwnedQuerySet["Evidence"].as_manager()

    class Meta:
        db_table = "learning_evidence"
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(name="evidence_once", fields=["team", "key", "feedback"], nulls_distinct=False),
            models.CheckConstraint(name="evidence_not_negative", condition=Q(alpha__gte=0, beta__gte=0)),
        ]
        indexes = [models.Index(fields=["team", "key", "at"]), models.Index(fields=["feedback"])]

    def __str__(self) -> str:
        return f"{self.key} +{self.alpha:.2f}/+{self.beta:.2f}"


class LearningMove(TeamOwned):
    """How one act moved one weight: the posterior before and after, both as they stood then. Written once."""

    act = models.ForeignKey(LearningAct, models.CASCADE, related_name="moves")
    key = models.CharField(max_length=200)
    alpha_before = models.FloatField()
    beta_before = models.FloatField()
    alpha_after = models.FloatField()
    beta_after = models.FloatField()
    objects = OwnedQuerySet["LearningMove"].as_manager()

    class Meta:
        db_table = "learning_moves"
        constraints = [models.UniqueConstraint(name="learning_move_once", fields=["act", "key"])]
        indexes = [models.Index(fields=["team", "-created_at", "-id"]), models.Index(fields=["team", "key"])]

    def __str__(self) -> str:
        return self.key

    @property
    def mean_before(self) -> float:
        return self.alpha_before / (self.alpha_before + self.beta_before)

    @property
    def mean_after(self) -> float:
        return self.alpha_after / (self.alpha_after + self.beta_after)


class LearningSettings(TeamOwned):
    """How a team wants to be learned from. No row = the studio's own settings."""

    exploration = models.FloatField()
    objects = OwnedQuerySet["LearningSettings"].as_manager()

    class Meta:
        db_table = "learning_settings"
        verbose_name_plural = "learning settings"
        constraints = [
            models.UniqueConstraint(name="learning_settings_once", fields=["team"]),
            models.CheckConstraint(
                name="learning_exploration_range",
                condition=Q(exploration__gte=0, exploration__lte=0.5),
                violation_error_message="The share of trials is from 0 to 0.5.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exploration:.0%}"
