"""What enhancement hears from below: a finished generation that asked to be enhanced."""

import logging
from typing import Any

from django.dispatch import receiver

from designer.generations.models import Generation
from designer.generations.signals import generation_finished
from enhancement.services import request_enhancement
from teams.base.errors import Refused

log = logging.getLogger(__name__)


@receiver(generation_finished)
def enhance_when_asked(sender: Any, generation: Generation, **_: Any) -> None:
    """Queue the recipe for each new image, in the transaction that ended the generation."""
    wish = generation.settings.get("auto_enhance")
    if not wish:
        return
    for asset in generation.shown_assets:
        try:
            request_enhancement(actor=generation.owner, asset_id=asset.pk, operations=wish.get("operations"))
        except Refused as refused:
            log.warning("auto-enhance of asset %s was refused: %s", asset.pk, refused)
