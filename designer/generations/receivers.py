"""What generations hear: a persona goes, and what was asked for with it stays, with none."""

from typing import Any, Final

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from designer.generations.models import Generation
from designer.personas.models import Persona

SOME: Final = 2_000  # at once: the figures of each are noted to be worked out anew, and a statement has ten seconds


@receiver(pre_delete, sender=Persona, dispatch_uid="generations.let_go")
def let_go(sender: object, instance: Persona, **_: Any) -> None:
    asked = Generation.objects.filter(persona=instance)
    while asked.filter(pk__in=asked.values("pk")[:SOME]).update(persona=None):
        pass
