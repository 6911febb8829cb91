"""Where a team's facts are sent, what was sent, and what came back."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from teams.accounts.models import User
from teams.base.models import Row
from teams.base.states import MovingQuerySet
from teams.membership.ownership import OwnedQuerySet, TeamOwned


class EndpointStatus(models.TextChoices):
    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"


class Why(models.TextChoices):
    """Why an endpoint is off."""

    PERSON = "person", "Somebody switched it off"
    GONE = "gone", "The receiver said that it is gone (410)"
    FAILING = "failing", "Nothing was received for five days"
    OWNER_LEFT = "owner_left", "Who set it up no longer manages the team"


class EndpointQuerySet(OwnedQuerySet["Endpoint"], MovingQuerySet["Endpoint"]):  # type: ignore[override]  # both make a manager
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return super().visible_to(user).exclude(status=EndpointStatus.REMOVED)


class Endpoint(TeamOwned):
    """An address that a team's facts are sent to. `owner` answers for it: without their rights nothing is sent.

    `patterns`: `*`, `family.*` or `family.what`. The secrets are sealed (teams.base.sealing). What the courier notes
    (`failing_since`, `hold_until`, `warned_at`) leaves `updated_at` alone, which is the version that editors compare.
    """

    MOVES: ClassVar[dict[str, set[str]]] = {
        EndpointStatus.ENABLED: {EndpointStatus.DISABLED, EndpointStatus.REMOVED},
        EndpointStatus.DISABLED: {EndpointStatus.ENABLED, EndpointStatus.REMOVED},
    }

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    url = models.CharField(max_length=2048)
    name = models.CharField(max_length=80, blank=True)
    patterns = ArrayField(models.CharField(max_length=60))
    status = models.CharField(max_length=16, choices=EndpointStatus, default=EndpointStatus.ENABLED)
    why = models.CharField(max_length=16, choices=Why, blank=True)
    secret = models.CharField(max_length=400)
    old_secret = models.CharField(max_length=400, blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)  # the receiver asked for a pause
    warned_at = models.DateTimeField(null=True, blank=True)
    objects = EndpointQuerySet.as_manager()

    class Meta:
        db_table = "webhook_endpoints"
        verbose_name = "webhook"
        constraints = [
            models.CheckConstraint(name="webhook_status_known", condition=Q(status__in=EndpointStatus.values)),
            models.CheckConstraint(name="webhook_why_known", condition=Q(why__in=["", *Why.values])),
            models.UniqueConstraint(
                name="webhook_url_once",
                fields=["team", "url"],
                condition=~Q(status=EndpointStatus.REMOVED),
                violation_error_message="This team has a webhook with that address. Change that one instead.",
            ),
        ]
        indexes = [models.Index(name="webhook_on", fields=["team"], condition=Q(status=EndpointStatus.ENABLED))]

    def __str__(self) -> str:
        return self.name or self.url

    @property
    def sealed_for(self) -> str:
        """What its secrets are bound to."""
        return f"webhook:{self.pk}"


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Delivery(TeamOwned):
    """One fact for one endpoint, written by a trigger in the transaction that numbers the fact (`*_sql_fan_out`).

    `number` orders deliveries as their facts are ordered. `tries` counts since the last replay, `attempts` for ever.
    `courier` is the job and lease that is sending it: whoever holds another may write no outcome.
    """

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    number = models.BigIntegerField()
    event_id = models.BigIntegerField(null=True)  # of a test there is none
    type = models.CharField(max_length=60)
    channel = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    data = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=DeliveryStatus, default=DeliveryStatus.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    # somebody asked for it now, also where the receiver wants to be left alone (db_default: a trigger writes rows too)
    asked_for = models.BooleanField(default=False, db_default=False)
    courier = models.CharField(max_length=80, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    if TYPE_CHECKING:
        endpoint_id: UUID

    class Meta:
        db_table = "webhook_deliveries"
        verbose_name = "delivery"
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(name="webhook_delivery_status_known", condition=Q(status__in=DeliveryStatus.values)),
            models.UniqueConstraint(name="webhook_delivery_once", fields=["endpoint", "event_id"]),
        ]
        indexes = [
            models.Index(
                name="webhook_due",
                fields=["endpoint", "next_at", "number"],
                condition=Q(status=DeliveryStatus.WAITING),
            ),
            models.Index(name="webhook_sending", fields=["endpoint"], condition=Q(status=DeliveryStatus.SENDING)),
            models.Index(name="webhook_log", fields=["endpoint", "-number"]),
            models.Index(name="webhook_done", fields=["finished_at"], condition=Q(finished_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"

    @property
    def due_at(self) -> datetime:
        """When its next call is due: not before the end of the pause that its receiver asked for."""
        held = None if self.asked_for else self.endpoint.hold_until
        return max(self.next_at, held) if held else self.next_at

    @property
    def message_id(self) -> str:
        """The `webhook-id`: the same for every try and replay, so that a receiver can tell a repetition."""
        return f"msg_{self.pk.hex}"


class Attempt(Row):
    """One call, written before it is made. Without `ms` nobody knows how it ended: the courier died."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="calls")
    number = models.PositiveIntegerField()
    request_headers = models.JSONField(default=dict)
    ms = models.PositiveIntegerField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True)
    error = models.JSONField(null=True, blank=True)  # code, message

    class Meta:
        db_table = "webhook_attempts"
        constraints = [models.UniqueConstraint(name="webhook_attempt_once", fields=["delivery", "number"])]

    def __str__(self) -> str:
        return f"#{self.number} of {self.delivery_id}"
