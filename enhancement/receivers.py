"""What enhancement hears from below: a finished generation that asked to be enhanced, and the end of a migration."""

import logging
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from designer.generations import follow_ups
from designer.generations.models import Generation, Status
from designer.generations.signals import generation_finished
from designer.notifications.models import Notification
from designer.notifications.services import notify
from enhancement import following, rights
from enhancement.prices import ensure_prices
from enhancement.services import request_enhancement
from teams.base.errors import Refused

log = logging.getLogger(__name__)
NEWS: Final = "follow_up"


@receiver(post_migrate, sender=None)
def price_operations(sender: Any, **facts: Any) -> None:
    if sender is apps.get_app_config("enhancement") and not facts.get("plan_only"):
        ensure_prices()


@receiver(generation_finished)
def enhance_when_asked(sender: Any, generation: Generation, **_: Any) -> None:
    """Queue the recipe for each new image, in the transaction that ended the generation; not where it was cancelled.

    Whatever goes wrong here must not undo what was made and paid for: it is noted, and the image stays as it is.
    """
    wish = generation.settings.get("auto_enhance")
    failed_partly = generation.status == Status.PARTIAL and generation.error is not None
    if not wish or not (generation.status == Status.SUCCEEDED or failed_partly):
        return
    refused = [why for asset in generation.shown_assets if (why := _begun(generation, asset.pk, wish))]
    if refused:
        _tell(generation, refused)


def _begun(generation: Generation, asset_id: UUID, wish: dict[str, Any]) -> str:
    """Why the recipe could not be queued for one image; "" where it is."""
    try:
        with transaction.atomic():
            rights.refuse_unattended(wish["operations"])
            request_enhancement(
                actor=generation.owner,
                asset_id=asset_id,
                operations=wish["operations"],
                preset=wish.get("preset"),
            )
    except Refused as refused:
        log.warning("auto_enhance_refused", extra={"asset": str(asset_id), "code": refused.code})
        return f"{refused.message} {refused.remedy}".strip()
    except Exception:
        log.exception("auto-enhance of asset %s could not begin", asset_id)
        return "Why is not known. Enhance the image by hand."
    return ""


def _tell(generation: Generation, refused: list[str]) -> None:
    """The owner saw the promise, and hears that it was not kept; of a batch's many items once, till that is read."""
    if Notification.objects.filter(user=generation.owner, kind=NEWS, body=refused[0], read_at=None).exists():
        return
    images = "1 image" if len(refused) == 1 else f"{len(refused)} images"
    notify(
        users=[generation.owner],
        kind=NEWS,
        subject=f"generation:{generation.pk}",
        title=f"{generation.brief[:80] or 'Your generation'}: {images} not enhanced",
        body=refused[0],
        link=f"/generations/{generation.pk}",
        team_id=generation.team_id,
    )


follow_ups.register(follow_ups.FollowUp(settle=following.settle, choices=following.choices))
