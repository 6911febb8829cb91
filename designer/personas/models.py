"""A designer's hand: personas, feedback, corrections and what was learned from them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from teams.membership.ownership import OwnedQuerySet, TeamOwned


class Persona(TeamOwned):
    """A named taste: keywords, attribute preferences and a palette."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True, max_length=2000)
    keywords = models.JSONField(default=dict, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    palette = models.JSONField(default=list, blank=True)
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


class FeedbackKind(models.TextChoices):
    LIKE = "like"
    DISLIKE = "dislike"
    PICK = "pick"
    RATING = "rating"
    COMMENT = "comment"


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
    """A designer's fix of an analysed attribute, reused for the same image or brief."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    subject_digest = models.CharField(max_length=64)
    attribute = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    objects = OwnedQuerySet["AttributeCorrection"].as_manager()

    class Meta:
        db_table = "attribute_corrections"
        indexes = [models.Index(fields=["team", "subject_digest"])]

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

    def __str__(self) -> str:
        return f"{self.key} {self.alpha:.2f}/{self.beta:.2f}"
