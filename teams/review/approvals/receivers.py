"""What approvals hear: who leaves a team, may only look from now on or has no account any more, is not waited for."""

from typing import Any
from uuid import UUID

from django.db.models.signals import post_save
from django.dispatch import receiver

from teams.accounts.models import User
from teams.membership.models import Team
from teams.review.approvals.services import catch_up, follow_roles
from teams.signals import access_revoked, team_changed


@receiver(access_revoked, dispatch_uid="approvals.follow_roles")
def wait_no_longer(sender: object, user_id: UUID, team_id: UUID | None, **_: Any) -> None:
    follow_roles(user_id=user_id, team_id=team_id)


@receiver(post_save, sender=User, dispatch_uid="approvals.account_closed")
def wait_for_no_closed_account(sender: object, instance: User, created: bool, **_: Any) -> None:
    if not instance.is_active and not created:
        follow_roles(user_id=instance.pk, team_id=None)


@receiver(team_changed, dispatch_uid="approvals.team_changed")
def wait_anew(sender: object, team: Team, what: str, **_: Any) -> None:
    if what == "restored":
        catch_up(team_id=team.pk)
