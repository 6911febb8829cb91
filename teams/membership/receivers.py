"""What membership hears: a new account gets its personal team; permissions follow every change of a role, and so do the
invitations that somebody gave or was given."""

from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models.signals import post_delete, post_migrate, post_save
from django.dispatch import receiver

from teams.accounts.models import User
from teams.membership import invitations, permissions
from teams.membership.models import Membership
from teams.membership.services import create_personal_team
from teams.signals import access_revoked


@receiver(post_save, sender=User, dispatch_uid="membership.personal_team")
def give_personal_team(sender: object, instance: User, created: bool, raw: bool = False, **_: Any) -> None:
    if created and not raw:
        create_personal_team(owner=instance)


@receiver([post_save, post_delete], sender=Membership, dispatch_uid="membership.permissions")
def follow_role(sender: object, instance: Membership, **_: Any) -> None:
    permissions.sync(user_id=instance.user_id, team_id=instance.team_id)


@receiver(access_revoked, dispatch_uid="membership.invitations")
def take_invitations_back(sender: object, user_id: UUID, team_id: UUID | None, **_: Any) -> None:
    if team_id is not None:
        invitations.follow_role(user_id=user_id, team_id=team_id)


@receiver(post_migrate, dispatch_uid="membership.permissions_of_all")
def follow_release(sender: Any, apps: Apps | None = None, **_: Any) -> None:
    """A release may give roles other permissions: existing members get them too. Not on the way back, nor halfway
    forth: the columns that these roles ask for are not there, and the release that has them sees to its own."""
    if sender.name == "teams" and (apps is None or _has_columns(apps)):
        permissions.sync()


def _has_columns(apps: Apps) -> bool:
    """Whether the tables are as this release has them."""
    try:
        return bool(apps.get_model("teams", "Membership")._meta.get_field("away"))
    except (LookupError, FieldDoesNotExist):
        return False
