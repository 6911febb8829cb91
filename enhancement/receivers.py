"""What enhancement hears from below: a finished generation that asked to be enhanced, and the end of a migration."""

import logging
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from designer.generations import follow_ups
from designer.generations.models import Generation, Status
from designer.generations.services import SINGLE, Terms
from designer.generations.signals import generation_finished
from designer.jobs.models import Job, Lane
from enhancement import following
from enhancement.prices import ensure_prices
from enhancement.services import request_enhancement

log = logging.getLogger(__name__)


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
    terms = _terms_after(generation)
    for asset in generation.shown_assets:
        try:
            with transaction.atomic():
                request_enhancement(
                    actor=generation.owner,
                    asset_id=asset.pk,
                    operations=wish["operations"],
                    preset=wish.get("preset"),
                    terms=terms,
                )
        except Exception:
            log.exception("auto-enhance of asset %s could not begin", asset.pk)


def _terms_after(generation: Generation) -> Terms:
    """What follows one of many is one of many too, and as urgent as that among its team's."""
    job = Job.objects.filter(pk__in=[generation.job_id], lane=Lane.BATCH).first()
    return SINGLE if job is None else Terms(priority=job.priority, rank=job.rank)


follow_ups.register(follow_ups.FollowUp(settle=following.settle, choices=following.choices))
