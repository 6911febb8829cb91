"""Stage 6: draws an order image by image. Each is stored, paid for and announced as it comes; what is made stays."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from designer.assets.models import Asset
from designer.assets.services import prepare_result, read_bytes, store_prepared
from designer.generations.models import Generation, Stage, StageRun, StageStatus, Status
from designer.generations.orders import Order
from designer.generations.services import announce, announce_end
from designer.jobs.handlers import Cancelled, Permanent, Retry, RunningJob
from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.jobs.services import begin_attempt, settle_attempt
from designer.ledger.models import EntryKind
from designer.ledger.services import charge
from designer.pipeline.generation import check_image
from designer.providers import base
from designer.providers.registry import image_provider
from designer.realtime.events import COST_UPDATED, GENERATION_PROGRESS, record
from designer.realtime.ticks import tick
from teams.base.errors import Refused

BEGINS = 24  # percent of the whole that the stages before have taken
IPTC_SYNTHETIC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
IPTC_DRAWN = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"


def make(job: RunningJob, row: Generation, order: Order, references: list[Asset]) -> None:
    """Make the images that are still missing and finish the job.

    Raises Permanent, Retry or Cancelled; then the images made so far are there, with their charges.
    """
    provider = image_provider(order.provider)
    capabilities = provider.capabilities(order.model)
    photos = _photos(references) if capabilities.references else ()
    made = set(
        JobAttempt.objects.filter(job_id=job.id, outcome=AttemptOutcome.SUCCEEDED).values_list("step", flat=True)
    )
    for place in range(len(order.seeds)):
        if step_of(place) not in made:
            job.stop_if_cancelled()
            _make_one(job, row, order, place, provider, capabilities, photos)
    _finish(job, row)


def _open(job: RunningJob, row: Generation) -> None:
    """The stage is under way, be it for the first time or after a retry."""
    with job.fenced():
        StageRun.objects.filter(generation=row, name=Stage.GENERATION).update(
            status=StageStatus.RUNNING, finished_at=None
        )
        Generation.objects.move(row.pk, Status.RUNNING, stage=Stage.GENERATION)


def step_of(place: int) -> str:
    return f"image-{place}"


def _photos(references: list[Asset]) -> tuple[bytes, ...]:
    """Read before any attempt is on record: a photo that is gone must not look like a call that may have been paid."""
    try:
        return tuple(read_bytes(asset) for asset in references)
    except Refused as refused:
        if refused.status >= 500:
            raise Retry(reason=refused.message) from refused
        raise Permanent(refused.code, refused.message, refused.remedy) from refused


def _make_one(
    job: RunningJob,
    row: Generation,
    order: Order,
    place: int,
    provider: base.ImageProvider,
    capabilities: base.Capabilities,
    photos: tuple[bytes, ...],
) -> None:
    attempt = begin_attempt(
        job,
        provider=order.provider,
        model=order.model,
        price=order.unit_price,
        step=step_of(place),
        idempotency=capabilities.idempotency,
    )
    request = base.ImageRequest(
        prompt=order.prompt,
        negative_prompt=order.negative_prompt,
        model=order.model,
        width=order.width,
        height=order.height,
        seeds=order.seeds[place : place + 1],
        attributes=order.attributes,
        references=photos,
    )
    with _translated(job, attempt, free=provider.simulated):
        result = _found(provider, capabilities, attempt) or provider.generate(
            request,
            idempotency_key=attempt.idempotency_key,
            cancelled=job.is_cancelled,
            progress=_shows(row, place, len(order.seeds)),
        )
    _keep(job, row, order, place, attempt, result)


def _found(provider: base.ImageProvider, can: base.Capabilities, attempt: JobAttempt) -> base.ImageResult | None:
    """What an earlier call with this key made, where the provider can be asked for it."""
    if can.idempotency != "lookup" or not isinstance(provider, base.Lookup):
        return None
    unknown = JobAttempt.objects.filter(idempotency_key=attempt.idempotency_key, outcome=AttemptOutcome.UNKNOWN)
    return provider.look_up(attempt.idempotency_key) if unknown.exists() else None


def _shows(row: Generation, place: int, count: int) -> Callable[[float], None]:
    last = 0

    def show(share: float) -> None:
        nonlocal last
        percent = percent_at(place + share, count)
        if percent > last:
            last = percent
            tick(f"generation:{row.pk}", GENERATION_PROGRESS, {"stage": Stage.GENERATION, "percent": percent})

    return show


def percent_at(done: float, count: int) -> int:
    return min(99, int(BEGINS + (100 - BEGINS) * done / count))


@contextmanager
def _translated(job: RunningJob, attempt: JobAttempt, *, free: bool) -> Iterator[None]:
    """A provider's errors as the queue's words; each leaves the attempt's outcome on record."""
    try:
        yield
    except base.Cancelled as stop:  # a paid call that was broken off may have been charged for
        told = {"code": "cancelled", "message": "Cancelled.", "remedy": ""}
        _settle(job, attempt, AttemptOutcome.FAILED if free else AttemptOutcome.UNKNOWN, told)
        raise Cancelled from stop
    except base.ProviderError as error:
        told = {"code": error.code, "message": error.message, "remedy": error.remedy}
        _settle(job, attempt, AttemptOutcome.UNKNOWN if error.outcome_unknown else AttemptOutcome.FAILED, told)
        if error.retryable:
            raise Retry(_wait_of(error), error.message) from error
        raise Permanent(error.code, error.message, error.remedy) from error


def _settle(job: RunningJob, attempt: JobAttempt, outcome: str, told: dict[str, str]) -> None:
    with job.fenced():
        settle_attempt(attempt, outcome, error=told)


def _wait_of(error: base.ProviderError) -> timedelta | None:
    """How long the provider asked to be left alone; None when it did not say."""
    said: datetime | None = getattr(error, "retry_at", None)
    return max(said - timezone.now(), timedelta()) if said else None


def _keep(
    job: RunningJob, row: Generation, order: Order, place: int, attempt: JobAttempt, result: base.ImageResult
) -> None:
    """Store what came, with its charge, in one transaction. Raises Permanent when nothing of it can be used."""
    image = next((each for each in result.images if not check_image(each.data, (order.width, order.height))), None)
    # A file without a row is swept later; a row never lacks its file.
    made = prepare_result(team_id=row.team_id, data=image.data) if image else None
    refused = Permanent("no_image", "The model returned no usable image.", "Try again, or choose another model.")
    with job.fenced():
        if image is None or made is None:
            told = {"code": refused.code, "message": refused.message, "remedy": refused.remedy}
            settle_attempt(attempt, AttemptOutcome.FAILED, error=told)
            assets = []
        else:
            settle_attempt(attempt, AttemptOutcome.SUCCEEDED)
            asset = store_prepared(made, **_facts(row, order, image, result))
            Asset.objects.filter(pk=asset.pk).update(trashed_at=_trashed_at(row))
            assets = [str(asset.pk)]
        if result.images or result.cost:
            _pay(job, row, order, place, result)
        percent = percent_at(place + 1, len(order.seeds))
        Generation.objects.filter(pk=row.pk).update(percent=percent, model=result.model, simulated=result.simulated)
        announce(row, GENERATION_PROGRESS, {"stage": Stage.GENERATION, "percent": percent, "assets": assets})
    if image is None:
        raise refused


def _trashed_at(row: Generation) -> datetime | None:
    """Since when the generation is in the trash; its images go where it went."""
    return Generation.objects.values_list("trashed_at", flat=True).get(pk=row.pk)


def _facts(row: Generation, order: Order, image: base.GeneratedImage, result: base.ImageResult) -> dict[str, Any]:
    return {
        "owner_id": row.owner_id,
        "kind": "generated",
        "generation_id": row.pk,
        "title": row.brief[:200],
        "seed": image.seed,
        "simulated": result.simulated,
        "provenance": {
            "digital_source_type": IPTC_DRAWN if result.simulated else IPTC_SYNTHETIC,
            "provider": order.provider,
            "model": result.model,
            "prompt_sha256": hashlib.sha256(order.prompt.encode()).hexdigest(),
            "references": [str(pk) for pk in row.settings.get("references", [])],
        },
    }


def _pay(job: RunningJob, row: Generation, order: Order, place: int, result: base.ImageResult) -> None:
    """Charge what the provider says it cost in all; else the dated price of each image that it sent."""
    count, unit = (len(result.images), order.unit_price) if result.cost is None else (1, result.cost)
    entry = charge(
        team_id=row.team_id,
        job_id=job.id,
        attempt=job.attempt,
        step=step_of(place),
        kind=EntryKind.GENERATION,
        subject=f"generation:{row.pk}",
        actor_id=row.owner_id,
        provider=order.provider,
        model=result.model,
        quantity=Decimal(count),
        unit_price=unit,
        simulated=result.simulated,
    )
    Generation.objects.filter(pk=row.pk).update(cost=Coalesce(F("cost"), Decimal(0)) + entry.amount)
    StageRun.objects.filter(generation=row, name=Stage.GENERATION).update(cost=F("cost") + entry.amount)
    paid = {"subject": f"generation:{row.pk}", "amount": str(entry.amount), "simulated": result.simulated}
    record(f"team:{row.team_id}", COST_UPDATED, paid, team_id=row.team_id)


def _finish(job: RunningJob, row: Generation) -> None:
    now = timezone.now()
    with job.fenced(finish=True):
        StageRun.objects.filter(generation=row, name=Stage.GENERATION).update(
            status=StageStatus.SUCCEEDED, finished_at=now
        )
        Generation.objects.move(row.pk, Status.SUCCEEDED, percent=100, finished_at=now)
        announce_end(row.pk)
