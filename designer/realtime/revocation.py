"""Who may still watch: told by signals within a second, and asked again at every heartbeat in case that was lost."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from designer.realtime.herald import herald
from teams.accounts.models import ApiToken, User
from teams.membership.models import Membership

Mark = str


def person_changed(user_id: UUID | str) -> None:
    """After the commit, every socket of this person proves itself and its channels anew."""
    transaction.on_commit(partial(herald.recheck, user=str(user_id)))


def people_changed(user_ids: Iterable[UUID]) -> None:
    """As `person_changed`, of many at once."""
    people = [str(pk) for pk in user_ids]

    def tell() -> None:
        for person in people:
            herald.recheck(user=person)

    transaction.on_commit(tell)


def channel_changed(channel: str) -> None:
    """After the commit, everyone who watches `channel` is asked anew: for a subject that was trashed or handed over."""
    transaction.on_commit(partial(herald.recheck, channel=channel))


def marks(user_ids: list[str]) -> dict[str, Mark]:
    """A fingerprint per person of all that their rights rest on: account, password, roles, tokens. Three queries."""
    facts: dict[str, list[Any]] = defaultdict(list)
    for pk, *account in User.objects.filter(pk__in=user_ids).values_list("pk", "is_active", "password"):
        facts[str(pk)] += account
    for user, team, role in (
        Membership.objects.filter(user_id__in=user_ids).order_by("team").values_list("user", "team", "role")
    ):
        facts[str(user)] += [team, role]
    for user, token in ApiToken.objects.live().filter(user_id__in=user_ids).order_by("pk").values_list("user", "pk"):
        facts[str(user)].append(token)
    return {person: hashlib.sha256(repr(found).encode()).hexdigest() for person, found in facts.items()}


def live_sessions(keys: list[str]) -> set[str]:
    """Those of the session keys that still hold: signing out deletes a session, and none lasts for ever."""
    live = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return set(live.values_list("session_key", flat=True))
