"""What people do with webhooks. The courier, which sends, is the other writer (`courier`, `outcomes`)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from batches.webhooks import signing, types
from batches.webhooks.models import Delivery, DeliveryStatus, Endpoint, EndpointQuerySet, EndpointStatus, Why
from designer import outbound
from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.sealing import seal
from teams.base.text import one_line
from teams.membership.models import Team
from teams.membership.ownership import working_team
from teams.membership.permissions import check_awake, may

MOST: Final = 20  # webhooks of one team
MOST_PATTERNS: Final = 50
GRACE: Final = timedelta(hours=24)  # both secrets sign for as long, unless the one who changes them says otherwise
LONGEST_GRACE: Final = timedelta(days=7)
UNDER_WAY: Final = (DeliveryStatus.WAITING, DeliveryStatus.SENDING)
AGAIN: Final = {
    "status": DeliveryStatus.WAITING,
    "tries": 0,
    "next_at": Now(),
    "finished_at": None,
    "updated_at": Now(),
}
NEXT_NUMBER: Final = "SELECT nextval('webhook_order')"


def may_manage(user: User, team: Team) -> bool:
    """Whether `user` sets up what leaves the team: owners and admins, who may look at it in an archived one too."""
    return may(user, "manage_members", team)


def managed(actor: User, pk: UUID | str) -> Endpoint:
    """The webhook, if `actor` manages it. Raises Missing, or Forbidden for one only to see."""
    row: Endpoint = Endpoint.objects.select_related("team").see(actor, pk)
    _insist(actor, row.team)
    return row


def _changing(actor: User, pk: UUID | str, *, closes: bool = False) -> Endpoint:
    """As `managed`, for who changes something. Raises Conflict too, while the team is archived, unless it only
    `closes`: what sends out of a team must never be out of reach."""
    row = managed(actor, pk)
    if not closes:
        check_awake(row.team_id)
    return row


def _insist(actor: User, team: Team) -> None:
    if not may_manage(actor, team):
        raise Forbidden(message="Only owners and admins of the team manage its webhooks.", remedy="Ask one of them.")


def create_endpoint(
    *, actor: User, url: str, patterns: Sequence[str], name: str = "", team_id: UUID | None = None
) -> tuple[Endpoint, str]:
    """A webhook and its secret, which is not shown again. The address is looked up first, outside any transaction.

    Raises Missing, Forbidden, Refused for the address or the choice of events, Conflict for an address that is taken.
    """
    team = working_team(actor, team_id)
    _insist(actor, team)
    check_awake(team.pk)
    address, chosen, name = checked_url(url), checked_patterns(patterns), _name(name)
    secret = signing.new_secret()
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # two at once would both count too few
        live = Endpoint.objects.visible_to(actor).filter(team=team)
        if live.count() >= MOST:
            raise Conflict("too_many_webhooks", f"This team has {MOST} webhooks.", remedy="Remove one of them.")
        _refuse_twin(live, address)
        row = Endpoint(team=team, owner=actor, url=address, name=name, patterns=chosen)
        row.secret = seal(secret, about=row.sealed_for)
        row.save()
        _note(actor, "webhook.created", row)
    return row, secret


def _refuse_twin(live: EndpointQuerySet, url: str) -> None:
    if live.filter(url=url).exists():
        raise Conflict(
            "url_taken", "This team has a webhook with that address.", field="url", remedy="Change that one instead."
        )


def _name(name: str) -> str:
    return one_line(name, field="name", longest=80, empty=True)


def checked_url(url: str) -> str:
    """The address, if it may be called. Raises Refused naming what is wrong with it."""
    try:
        return outbound.checked(url.strip(), allow_http=settings.WEBHOOK_ALLOW_HTTP).url
    except outbound.OutboundRefused as refused:
        remedy = "Give the public address of your receiver, such as https://hooks.example.com/designer."
        raise Refused(refused.code, refused.message, field="url", remedy=remedy) from refused


def checked_patterns(patterns: Sequence[str]) -> list[str]:
    """The choice of events, each once. Raises Refused for none, too many, or one that can never happen."""
    chosen = sorted(set(patterns))
    remedy = f"Use *, a family such as generation.*, or one of: {', '.join(types.TYPES)}."
    if not 1 <= len(chosen) <= MOST_PATTERNS:
        raise Refused("bad_count", f"Choose 1 to {MOST_PATTERNS} kinds of events.", field="events", remedy=remedy)
    for each in chosen:
        if not types.is_pattern(each):
            raise Refused("unknown_event", f"No event is called {each[:60]}.", field="events", remedy=remedy)
    return chosen


def change_endpoint(
    *,
    actor: User,
    endpoint_id: UUID,
    if_match: str | None,
    url: str | None = None,
    patterns: Sequence[str] | None = None,
    name: str | None = None,
    enabled: bool | None = None,
) -> Endpoint:
    """Change what is given, if `if_match` names the present version. Who changes it answers for it from then on.

    Switched on again, it sends at once what still waits. Raises as `create_endpoint` does, and Refused (428, 412).
    """
    _changing(actor, endpoint_id, closes=enabled is False and (url, patterns, name) == (None,) * 3)
    address = None if url is None else checked_url(url)
    with transaction.atomic():
        row: Endpoint = Endpoint.objects.select_for_update(no_key=True).see(actor, endpoint_id)
        require_match(if_match, row)
        if address is not None and address != row.url:
            _refuse_twin(Endpoint.objects.visible_to(actor).filter(team=row.team_id).exclude(pk=row.pk), address)
            row.url = address
        row.patterns = row.patterns if patterns is None else checked_patterns(patterns)
        row.name = row.name if name is None else _name(name)
        if enabled is not None:
            _switch(row, on=enabled)
        row.owner = actor
        row.save()
        _note(actor, "webhook.changed", row)
    return row


def _switch(row: Endpoint, *, on: bool) -> None:
    was_on = row.status == EndpointStatus.ENABLED
    row.status, row.why = (EndpointStatus.ENABLED, "") if on else (EndpointStatus.DISABLED, row.why or Why.PERSON)
    if on and not was_on:
        row.failing_since = row.hold_until = row.warned_at = None


@transaction.atomic
def rotate_secret(*, actor: User, endpoint_id: UUID, grace: timedelta = GRACE) -> tuple[Endpoint, str]:
    """A new secret, shown this once; for `grace` both sign. Raises Missing, Forbidden or Refused."""
    if not timedelta() <= grace <= LONGEST_GRACE:
        raise Refused(
            "bad_grace",
            "Both secrets may live side by side for at most 7 days.",
            field="grace_hours",
            remedy="0 to 168.",
        )
    _changing(actor, endpoint_id, closes=True)
    row: Endpoint = Endpoint.objects.select_for_update(no_key=True).see(actor, endpoint_id)
    secret = signing.new_secret()
    row.old_secret, row.secret = (row.secret if grace else ""), seal(secret, about=row.sealed_for)
    row.save(update_fields=["secret", "old_secret", "updated_at"])
    Endpoint.objects.filter(pk=row.pk).update(old_secret_until=Now() + grace if grace else None)
    row.refresh_from_db()
    _note(actor, "webhook.secret_rotated", row)
    return row, secret


@transaction.atomic
def remove_endpoint(*, actor: User, endpoint_id: UUID) -> None:
    """Send nothing more there. What was sent stays in the log until it is old. Raises Missing or Forbidden."""
    row = _changing(actor, endpoint_id, closes=True)
    Endpoint.objects.move(row.pk, EndpointStatus.REMOVED, secret="", old_secret="")
    _note(actor, "webhook.removed", row)


@transaction.atomic
def send_test(*, actor: User, endpoint_id: UUID) -> Delivery:
    """Queue one message of type `webhook.test`, sent once, also while the webhook is off. Raises Missing, Forbidden."""
    row = _changing(actor, endpoint_id)
    if Delivery.objects.filter(endpoint=row, type=types.TEST, status__in=UNDER_WAY).exists():
        raise Conflict("test_under_way", "A test is under way already.", remedy="Wait for its answer.")
    data = {"message": "If you can read this and its signature holds, your receiver works."}
    made: Delivery = Delivery.objects.create(
        team_id=row.team_id,
        endpoint=row,
        number=next_number(),
        type=types.TEST,
        channel=f"webhook:{row.pk}",
        seq=0,
        data=data,
        happened_at=Now(),
        next_at=Now(),
    )
    made.refresh_from_db()
    return made


def next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER)
        return int(cursor.fetchone()[0])


def delivery_of(actor: User, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """One line of the log. Raises Missing or Forbidden."""
    endpoint = managed(actor, endpoint_id)
    found = Delivery.objects.filter(endpoint=endpoint, pk=delivery_id).select_related("endpoint")
    row: Delivery | None = found.first()
    if row is None:
        raise Missing(message="There is no such delivery.", remedy="Reload the log.")
    return row


@transaction.atomic
def replay(*, actor: User, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """Send it now under the same id: again with all its tries, or at once what waits for its next one. That the
    receiver asked to be left alone does not hold it up: somebody has looked. The others keep to that.

    Raises Missing, Forbidden, Conflict while a call is under way.
    """
    row = delivery_of(actor, endpoint_id, delivery_id)
    check_awake(row.team_id)
    _refuse_off(row.endpoint)
    same = Delivery.objects.filter(pk=row.pk)
    later = Q(next_at__gt=Now()) | Q(endpoint__hold_until__gt=Now(), asked_for=False)
    sooner = same.filter(later, status=DeliveryStatus.WAITING).update(next_at=Now(), asked_for=True, updated_at=Now())
    if not sooner and not same.filter(finished_at__isnull=False).update(**AGAIN, asked_for=True):
        raise Conflict("under_way", "This delivery is under way already.", remedy="Wait for its outcome.")
    row.refresh_from_db()
    return row


@transaction.atomic
def replay_dead(*, actor: User, endpoint_id: UUID) -> int:
    """Send again all that was given up, in their order; how many. Raises Missing, Forbidden or Conflict."""
    endpoint = _changing(actor, endpoint_id)
    _refuse_off(endpoint)
    dead = Delivery.objects.filter(endpoint=endpoint, status=DeliveryStatus.DEAD).exclude(type=types.TEST)
    return int(dead.update(**AGAIN))


def _refuse_off(endpoint: Endpoint) -> None:
    if endpoint.status != EndpointStatus.ENABLED:
        raise Conflict("webhook_off", "This webhook is off.", remedy="Switch it on first.")


def _note(actor: User, action: str, row: Endpoint) -> None:
    facts: dict[str, object] = {"host": urlsplit(row.url).hostname, "events": row.patterns, "status": str(row.status)}
    audit.write(actor, action, row.sealed_for, facts, row.team_id)
