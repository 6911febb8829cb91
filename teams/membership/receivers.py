"""What membership hears: a new account gets its personal team."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from teams.accounts.models import User
from teams.membership.services import create_personal_team


@receiver(post_save, sender=User, dispatch_uid="membership.personal_team")
def give_personal_team(sender: object, instance: User, created: bool, raw: bool = False, **_: Any) -> None:
    if created and not raw:
        create_personal_team(owner=instance)
