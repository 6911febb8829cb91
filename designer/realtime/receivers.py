"""What this room hears: whoever lost a right, a token or a session is asked anew on every socket, within a second."""

from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from designer.realtime.events import TEAM_CHANGED, record
from designer.realtime.revocation import people_changed, person_changed
from teams.accounts.models import ApiToken, User
from teams.membership.models import Membership, Team
from teams.signals import access_revoked, team_changed


@receiver(access_revoked, dispatch_uid="realtime.access_revoked")
def recheck_after_revocation(sender: object, user_id: UUID, **_: Any) -> None:
    person_changed(user_id)


@receiver([post_save, post_delete], sender=ApiToken, dispatch_uid="realtime.token_changed")
def recheck_after_token_change(sender: object, instance: ApiToken, created: bool = False, **about: Any) -> None:
    if not created and about.get("update_fields") != frozenset({"last_used_at"}):
        person_changed(instance.user_id)


@receiver(post_save, sender=User, dispatch_uid="realtime.user_changed")
def recheck_after_account_change(sender: object, instance: User, created: bool, **_: Any) -> None:
    if not created:
        person_changed(instance.pk)


@receiver(post_delete, sender=Session, dispatch_uid="realtime.session_ended")
def recheck_after_sign_out(sender: object, instance: Session, **_: Any) -> None:
    """Not `user_logged_out`: that is sent while the session still stands."""
    if instance.expire_date > timezone.now() and (user_id := instance.get_decoded().get(SESSION_KEY)):
        person_changed(user_id)


@receiver(team_changed, dispatch_uid="realtime.team_changed")
def tell_of_team(sender: object, team: Team, actor: User | None, what: str, **_: Any) -> None:
    """Its watchers hear it; those of a team that is deleted lose it at once, and of its end nobody is left to hear."""
    if what in ("end_begun", "ended"):
        return
    told = {"what": what, "by": str(actor.pk) if actor else None, "name": actor.shown_name if actor else ""}
    record(f"team:{team.pk}", TEAM_CHANGED, told, team_id=team.pk)
    if what == "deleted":
        people_changed(list(Membership.every.filter(team=team).values_list("user", flat=True)))
