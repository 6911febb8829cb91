"""The only writers of people's profiles and tokens."""

import zoneinfo
from collections.abc import Collection
from datetime import timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from teams.accounts.credentials import SHOWN, digest_of, new_key
from teams.accounts.models import ApiToken, Scope, User
from teams.accounts.throttle import take_try
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.text import one_line
from teams.signals import access_revoked

NAME_LENGTH: Final = 80
MOST_LIVE: Final = 50  # live tokens of one person
LIFETIME: Final = timedelta(days=90)


def prove(request: HttpRequest, *, email: str, password: str) -> User:
    """The person whose e-mail and password these are. Raises Refused: 401, 403 (unconfirmed address), 429, 503.

    The answer and the time it takes are the same for a wrong password and for an unknown account.
    """
    tried = take_try(request, email)
    user = authenticate(request, email=email.strip(), password=password)
    if not isinstance(user, User):
        raise Refused(
            "wrong_credentials",
            "The e-mail address or the password is wrong.",
            remedy="Check both, or reset your password.",
            status=401,
        )
    tried.give_back()
    if app_settings.EMAIL_VERIFICATION == "mandatory" and not _verified(user):
        raise Forbidden(
            "email_unconfirmed", "Your e-mail address is not confirmed.", remedy="Follow the link in the mail we sent."
        )
    return user


def _verified(user: User) -> bool:
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())


@transaction.atomic
def create_token(
    *,
    actor: User,
    name: str,
    scopes: Collection[str] = (Scope.READ, Scope.WRITE),
    lifetime: timedelta | None = LIFETIME,
) -> tuple[ApiToken, str]:
    """A token of `actor` and its key, which cannot be shown again. `lifetime=None` never ends.

    Raises Refused for a bad name or scope, Conflict beyond `MOST_LIVE` live tokens.
    """
    name = one_line(name, field="name", longest=NAME_LENGTH)
    if not scopes or not set(scopes) <= set(Scope.values):
        raise Refused(
            "unknown_scope", "No such scope.", field="scopes", remedy=f"Choose from {', '.join(Scope.values)}."
        )
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two at once would both count too few
    if ApiToken.objects.live().filter(user=actor).count() >= MOST_LIVE:
        raise Conflict(
            "too_many_tokens", f"You have {MOST_LIVE} live tokens.", remedy="Revoke one that you no longer use."
        )
    key = new_key()
    token = ApiToken.objects.create(
        user=actor,
        name=name,
        prefix=key[:SHOWN],
        digest=digest_of(key),
        scopes=[scope for scope in Scope.values if scope in scopes],
        expires_at=None if lifetime is None else Now() + lifetime,
    )
    token.refresh_from_db()
    audit.write(actor, "token.created", f"token:{token.pk}", {"name": name, "scopes": token.scopes})
    return token, key


@transaction.atomic
def revoke_token(*, actor: User, token_id: UUID) -> None:
    """End one of `actor`'s tokens at once; doing so again changes nothing. Raises Missing."""
    tokens = ApiToken.objects.filter(pk=token_id, user=actor)
    if tokens.filter(revoked_at=None).update(revoked_at=Now(), updated_at=Now()):
        audit.write(actor, "token.revoked", f"token:{token_id}", {})
        access_revoked.send(sender=ApiToken, user_id=actor.pk, team_id=None)
    elif not tokens.exists():
        raise Missing(message="There is no such token.", remedy="List your tokens.")


@transaction.atomic
def revoke_all_tokens(*, actor: User, why: str) -> int:
    """End every token of `actor`; how many there were."""
    count = ApiToken.objects.filter(user=actor, revoked_at=None).update(revoked_at=Now(), updated_at=Now())
    if count:
        audit.write(actor, "token.all_revoked", f"user:{actor.pk}", {"count": count, "why": why})
    access_revoked.send(sender=ApiToken, user_id=actor.pk, team_id=None)
    return count


@transaction.atomic
def update_profile(*, actor: User, name: str | None = None, timezone: str | None = None) -> User:
    """Change what is given. Raises Refused for a bad name or an unknown time zone."""
    user = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if name is not None:
        user.name = one_line(name, field="name", longest=120, empty=True)
    if timezone is not None:
        if timezone not in time_zones():
            raise Refused(
                "unknown_time_zone", "No such time zone.", field="timezone", remedy="Use a name like Europe/Paris."
            )
        user.timezone = timezone
    user.save(update_fields=["name", "timezone", "updated_at"])
    return user


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """The names of all time zones, sorted, UTC first."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return ("UTC", *names)
