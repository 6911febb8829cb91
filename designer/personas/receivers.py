"""What personas hear: a team that has its owner gets the starter personas."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from designer.personas.services import ensure_starters
from teams.membership.models import Membership, Role


@receiver(post_save, sender=Membership)
def welcome(sender: Any, instance: Membership, created: bool, raw: bool = False, **_: Any) -> None:
    if created and not raw and instance.role == Role.OWNER:
        ensure_starters(instance.team, instance.user)
