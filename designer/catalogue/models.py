"""Which models there are, what they can do, what they cost and until when they live."""

from django.db import models
from django.db.models import Q

from teams.base.models import Row


class Lifecycle(models.TextChoices):
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


class ModelKind(models.TextChoices):
    IMAGE = "image"
    ENHANCEMENT = "enhancement"


class ModelProfile(Row):
    """One model of one provider, under the family name a designer knows."""

    kind = models.CharField(max_length=16, choices=ModelKind, default=ModelKind.IMAGE)
    provider = models.CharField(max_length=60)
    model = models.CharField(max_length=120)
    family = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    lifecycle = models.CharField(max_length=16, choices=Lifecycle, default=Lifecycle.ACTIVE)
    ends_on = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    enabled = models.BooleanField(default=True)
    ratios = models.JSONField(default=list, blank=True)
    max_pixels = models.PositiveIntegerField(default=2_000_000)
    quality = models.FloatField(default=0.5)
    latency_seconds = models.FloatField(default=5.0)
    limits = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "model_profiles"
        constraints = [
            models.UniqueConstraint(name="model_once", fields=["provider", "model"]),
            models.CheckConstraint(name="model_kind_known", condition=Q(kind__in=ModelKind.values)),
            models.CheckConstraint(name="model_lifecycle_known", condition=Q(lifecycle__in=Lifecycle.values)),
        ]

    def __str__(self) -> str:
        return self.title


class ModelPrice(Row):
    """What one image of a model costs from a day on. The newest valid row counts; none means unknown, never free."""

    model = models.ForeignKey(ModelProfile, models.CASCADE, related_name="prices")
    valid_from = models.DateField()
    quality = models.CharField(max_length=20, default="standard")
    max_pixels = models.PositiveIntegerField(null=True, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=6)

    class Meta:
        db_table = "model_prices"
        constraints = [
            models.UniqueConstraint(
                name="model_price_once",
                fields=["model", "valid_from", "quality", "max_pixels"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="model_price_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.amount} from {self.valid_from}"
