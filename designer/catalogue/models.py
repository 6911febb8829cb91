"""Which models there are, what they can do, what they cost and until when they live."""

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from teams.base.models import Row

LIMITS: Final = ("requests_per_minute", "images_per_minute", "concurrent")


def check_limits(limits: Any) -> None:
    """Raises ValidationError for what is no object of whole numbers above 0 under the known names."""
    fine = isinstance(limits, dict) and all(type(value) is int and 0 < value < 10**9 for value in limits.values())
    if not fine or set(limits) - set(LIMITS):
        raise ValidationError(f"Write whole numbers above 0 under {', '.join(LIMITS)}, or leave a name out.")


class Lifecycle(models.TextChoices):
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class ModelKind(models.TextChoices):
    IMAGE = "image"
    ENHANCEMENT = "enhancement"
    LANGUAGE = "language"


class LimitsScope(models.TextChoices):
    """Whom a vendor counts: the calls of one model, or those of an account over all of its models that say so."""

    MODEL = "model"
    ACCOUNT = "account"


class PriceUnit(models.TextChoices):
    """What a price buys: one image, a million pixels of it, a second of work, or a million tokens of one sort."""

    IMAGE = "image"
    MEGAPIXEL = "megapixel"
    SECOND = "second"
    TEXT_IN = "text_in"
    IMAGE_IN = "image_in"
    TEXT_OUT = "text_out"
    IMAGE_OUT = "image_out"


WORK_UNITS = (PriceUnit.IMAGE, PriceUnit.MEGAPIXEL, PriceUnit.SECOND)  # the others are tokens


class ModelProfile(Row):
    """One model of one provider, under the family name a designer knows."""

    kind = models.CharField(max_length=16, choices=ModelKind, default=ModelKind.IMAGE)
    provider = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    family = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    lifecycle = models.CharField(max_length=16, choices=Lifecycle, default=Lifecycle.ACTIVE)
    ends_on = models.DateField(null=True, blank=True, help_text="The day from which the model is not called any more.")
    successor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    enabled = models.BooleanField(default=True)
    ratios = models.JSONField(default=list, blank=True)
    max_pixels = models.PositiveIntegerField(default=2_000_000)
    quality = models.FloatField(default=0.5)
    latency_seconds = models.FloatField(default=5.0)
    limits = models.JSONField(
        default=dict, blank=True, validators=[check_limits], help_text="At most: " + ", ".join(LIMITS) + "."
    )
    limits_scope = models.CharField(
        max_length=16,
        choices=LimitsScope,
        default=LimitsScope.MODEL,
        db_default=LimitsScope.MODEL,
        help_text="Account: its provider's models of this scope use up one limit, the lowest that any of them states.",
    )

    if TYPE_CHECKING:
        prices: Any

    class Meta:
        db_table = "model_profiles"
        constraints = [
            models.UniqueConstraint(name="model_once_per_kind", fields=["kind", "provider", "model"]),
            models.CheckConstraint(name="model_kind_known", condition=Q(kind__in=ModelKind.values)),
            models.CheckConstraint(name="model_lifecycle_known", condition=Q(lifecycle__in=Lifecycle.values)),
            models.CheckConstraint(name="model_limits_scope_known", condition=Q(limits_scope__in=LimitsScope.values)),
        ]

    def __str__(self) -> str:
        return self.title

    def is_over(self, today: date) -> bool:
        """Whether it may not be called any more."""
        return self.lifecycle == Lifecycle.RETIRED or (self.ends_on is not None and self.ends_on <= today)


class ModelPrice(Row):
    """What one unit of a model costs from a day on. The newest valid row counts; none means unknown, never free."""

    model = models.ForeignKey(ModelProfile, models.CASCADE, related_name="prices")
    valid_from = models.DateField()
    unit = models.CharField(max_length=16, choices=PriceUnit, default=PriceUnit.IMAGE)
    quality = models.CharField(max_length=20, default="standard")
    max_pixels = models.PositiveIntegerField(null=True, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=6, help_text="USD per unit; of tokens, per million.")
    source = models.CharField(max_length=200, blank=True, help_text="Where this price was read.")

    class Meta:
        db_table = "model_prices"
        constraints = [
            models.UniqueConstraint(
                name="model_price_once",
                fields=["model", "valid_from", "unit", "quality", "max_pixels"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="model_price_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(name="model_price_unit_known", condition=Q(unit__in=PriceUnit.values)),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.amount} from {self.valid_from}"


class ModelHealth(Row):
    """How the calls to one model went lately: the circuit that rests it, its success rate and its pace. And the circuit
    of each account: `model` then says for which key (generations.health).

    `calls` and `successes` are faded counts (half-life in calls: see generations.health); `seconds` per image.
    """

    provider = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    trips = models.PositiveIntegerField(default=0)
    calls = models.FloatField(default=0.0)
    successes = models.FloatField(default=0.0)
    seconds = models.FloatField(null=True, blank=True)
    last_error = models.CharField(max_length=60, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    resting_until = models.DateTimeField(null=True, blank=True)  # its vendor asked for a pause until then

    class Meta:
        db_table = "model_health"
        verbose_name_plural = "model health"
        constraints = [models.UniqueConstraint(name="model_health_once", fields=["provider", "model"])]

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"
