"""What this room hears from the sign-in pages: each step that matters for safety is noted in the audit log."""

from typing import Any

from allauth.account import signals
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from teams.accounts.models import User
from teams.accounts.services import revoke_all_tokens
from teams.accounts.throttle import address_of
from teams.audit import services as audit
from teams.signals import access_revoked


def _where(request: HttpRequest | None) -> dict[str, object]:
    return {"address": address_of(request)} if request else {}


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def note_sign_in(sender: object, user: User, request: HttpRequest | None = None, **_: Any) -> None:
    audit.write(user, "account.signed_in", f"user:{user.pk}", _where(request))


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def note_sign_out(sender: object, user: User | None = None, request: HttpRequest | None = None, **_: Any) -> None:
    if user is not None:
        audit.write(user, "account.signed_out", f"user:{user.pk}", _where(request))


@receiver(signals.password_changed, dispatch_uid="accounts.password_changed")
def note_password_change(sender: object, user: User, request: HttpRequest | None = None, **_: Any) -> None:
    audit.write(user, "account.password_changed", f"user:{user.pk}", _where(request))
    access_revoked.send(sender=User, user_id=user.pk, team_id=None)


@receiver(signals.password_reset, dispatch_uid="accounts.password_reset")
def end_tokens_after_reset(sender: object, user: User, request: HttpRequest | None = None, **_: Any) -> None:
    """Whoever resets a password may have lost the old one to a thief, who may have made tokens."""
    audit.write(user, "account.password_reset", f"user:{user.pk}", _where(request))
    revoke_all_tokens(actor=user, why="password_reset")
