"""Stage 6: draws an order call by call. Images are stored, paid for and announced as they come; what is made stays."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from designer.assets.models import Asset
from designer.assets.services import Prepared, anonymous_bytes, prepare_result, store_prepared
from designer.catalogue.models import ModelKind
from designer.catalogue.services import living
from designer.generations import absences, health, origins, stand_ins
from designer.generations.judging import pick, quality_of, set_aside
from designer.generations.models import Generation, Stage, StageRun, StageStatus, Status
from designer.generations.orders import IMAGE_STEP, NOT_SUPPORTED, Order
from designer.generations.origins import Photo
from designer.generations.pacing import Resting, paced
from designer.generations.paying import have_money, pay, profile_of, share_of, withheld
from designer.generations.services import announce, announce_end
from designer.generations.wishes import GenerationWish
from designer.jobs.handlers import Cancelled, Later, Permanent, Retry, RunningJob
from designer.jobs.models import AttemptOutcome, JobAttempt
from designer.jobs.rights import check_owner
from designer.jobs.services import begin_attempt, is_asked, settle_attempt
from designer.pipeline.generation import check_image, check_pixels
from designer.providers import base
from designer.providers.registry import image_provider
from designer.realtime.events import GENERATION_PROGRESS
from designer.realtime.ticks import tick
from teams.base.errors import Refused

PERCENT_EVERY = 2.0  # seconds between two that are written down; ticks go out with each
BEGINS = 24  # percent of the whole that the stages before have taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call for images. `can`: what the model takes; `photos`: as many as that are; `places`: of the images."""

    order: Order
    provider: base.ImageProvider
    can: base.Capabilities
    places: list[int]
    photos: tuple[Photo, ...]

    @property
    def avoided(self) -> str | None:
        """What the model is told to avoid; None where it takes no such words, and is sent none."""
        return self.order.negative_prompt if self.can.negative_prompt else None

    def prompt_at(self, place: int) -> str:
        return self.order.prompt_at(place, photos=len(self.photos))


def make(job: RunningJob, row: Generation, wish: GenerationWish, order: Order, references: list[Asset]) -> None:
    """Make the images that are still missing and finish the job; where the model is out of order, another steps in.

    Raises Permanent, Retry or Cancelled; then the images made so far are there, with their charges.
    """
    photos = _photos(references)
    while left := _left(row, order):
        job.stop_if_cancelled()
        _wait_out_rest(job, wish, order)
        try:
            _make_some(job, row, order, left, photos)
        except (Permanent, Retry, Resting) as stop:
            stand_in = stand_ins.find(job, row, wish, order, _reason(stop), left)
            if stand_in is None:
                raise stand_ins.told_of_all(job, stop, row, wish, order) from stop.__cause__
            order = stand_in
    absences.check(row, order, wanted=wish.n)
    _finish(job, row, wish)


def _wait_out_rest(job: RunningJob, wish: GenerationWish, order: Order) -> None:
    """What nobody sits and waits for, by a model that nobody may stand in for, uses up no try on it while it rests.
    Raises Later."""
    if job.is_urgent or not wish.stands_alone:
        return
    if left := health.left_of_rest(health.health_of(order.provider, order.model), timezone.now()):
        raise Later(left, f"{order.model} is given a rest.")


def _reason(stop: Exception) -> Exception | None:
    """What the provider said; a pause that it asked another job for counts as said to this one."""
    if isinstance(stop, Resting):
        return base.RateLimited(stop.reason, retry_at=timezone.now() + stop.after)
    cause = stop.__cause__
    return cause if isinstance(cause, Exception) else None


def _left(row: Generation, order: Order) -> list[int]:
    """The places of the images that are still to be asked for."""
    output = StageRun.objects.values_list("output", flat=True).get(generation=row, name=Stage.GENERATION)
    return absences.left(output, len(order.seeds))


def step_of(place: int, turn: int = 0) -> str:
    """The name of the purchase that begins with the image at `place`; `turn` tells the stand-ins' purchases apart."""
    return f"{IMAGE_STEP}{place}.{turn}" if turn else f"{IMAGE_STEP}{place}"


def _photos(references: list[Asset]) -> tuple[Photo, ...]:
    """Read before any attempt is on record: a photo that is gone must not look like a call that may have been paid."""
    try:
        return tuple((asset.pk, anonymous_bytes(asset)) for asset in references)
    except Refused as refused:
        if refused.status >= 500:
            raise Retry(reason=refused.message) from refused
        raise Permanent(refused.code, refused.message, refused.remedy) from refused


def _make_some(job: RunningJob, row: Generation, order: Order, left: list[int], photos: tuple[Photo, ...]) -> None:
    """One call for the next missing image, or for the next few where the model takes several at once. That none came
    is written down."""
    _check_end(order)
    provider, can = _drawer(order)
    sent = photos[: can.max_references]
    places = _together(order, left, len(sent), can.images_per_call if photos else 1)
    call = Call(order=order, provider=provider, can=can, places=places, photos=sent)
    try:
        with _its_turn(job, order, len(places), free=provider.simulated):
            attempt, result, seconds = _called(job, row, call)
        ready = _keep(job, row, call, attempt, result)
        if result.images:
            health.went_well(order.provider, order.model, seconds / len(result.images))
        if not ready:
            raise absences.nothing_usable(result.said)
    except Permanent as stop:
        if absences.is_told(stop):
            absences.note(job, row, places, stop)
        if not absences.ends_one_only(stop):
            raise


def _drawer(order: Order) -> tuple[base.ImageProvider, base.Capabilities]:
    """Who draws, and what the model takes: a release since the order was written may know neither of them any more."""
    try:
        provider = image_provider(order.provider)
        return provider, provider.capabilities(order.model)
    except base.ProviderError as error:
        stand_ins.note_end(order, error)
        raise Permanent(error.code, error.message, error.remedy) from error


def _check_end(order: Order) -> None:
    """A retry or a replay may come days after the order was written: nobody is called past their end."""
    profile = profile_of(order)
    try:
        if profile:
            living(profile, timezone.now().date())
    except Refused as ended:
        gone = base.ModelRetired(ended.message, ended.remedy)
        raise Permanent(gone.code, gone.message, gone.remedy) from gone


def _its_turn(job: RunningJob, order: Order, images: int, *, free: bool) -> AbstractContextManager[None]:
    """The right to call, which the studio's own drawing needs from nobody. Raises Later."""
    return nullcontext() if free else paced(job, ModelKind.IMAGE, order.provider, order.model, images=images)


def _called(job: RunningJob, row: Generation, call: Call) -> tuple[JobAttempt, base.ImageResult, float]:
    """One call, on record before it is made; with the seconds that it took."""
    order, places = call.order, call.places
    step = step_of(places[0], order.turn)
    if not is_asked(job.id, step):
        check_owner(row.owner_id, row.team)
    if not call.provider.simulated:  # what nobody bills costs what was set aside for it
        have_money(row, (order.most or order.unit_price) * len(places))
    attempt = begin_attempt(
        job,
        provider=order.provider,
        model=order.model,
        price=order.unit_price * len(places),
        step=step,
        idempotency=call.can.idempotency,
    )
    begun = time.monotonic()
    with _translated(job, row, attempt, call):
        result = _found(job, row, call, attempt) or call.provider.generate(
            _request(call),
            idempotency_key=attempt.idempotency_key,
            cancelled=job.is_cancelled,
            progress=_shows(row, places, len(order.seeds)),
        )
    return attempt, result, time.monotonic() - begun


def _request(call: Call) -> base.ImageRequest:
    order = call.order
    return base.ImageRequest(
        prompt=call.prompt_at(call.places[0]),
        negative_prompt=call.avoided or "",
        model=order.model,
        width=order.width,
        height=order.height,
        aspect_ratio=order.aspect_ratio,
        quality=order.quality,
        seeds=tuple(order.seeds[place] for place in call.places),
        attributes=order.attributes,
        references=tuple(data for _, data in call.photos),
    )


def _together(order: Order, left: list[int], photos: int, at_once: int) -> list[int]:
    """The first missing place, and those after it that one call can bring as well: they share their prompt."""
    asked = order.prompt_at(left[0], photos=photos)
    return [place for place in left if order.prompt_at(place, photos=photos) == asked][: max(1, at_once)]


def _found(job: RunningJob, row: Generation, call: Call, attempt: JobAttempt) -> base.ImageResult | None:
    """What an earlier call with this key made, where the provider can be asked for it. Where it made nothing, the next
    one is bought anew: raises Permanent for somebody who has left."""
    if call.can.idempotency != "lookup" or not isinstance(call.provider, base.Lookup):
        return None
    unknown = JobAttempt.objects.filter(idempotency_key=attempt.idempotency_key, outcome=AttemptOutcome.UNKNOWN)
    if not unknown.exists():
        return None
    found = call.provider.look_up(attempt.idempotency_key)
    if found is None:
        try:
            check_owner(row.owner_id, row.team)
        except Permanent as left:
            told = {"code": left.code, "message": left.message, "remedy": left.remedy}
            with job.fenced():
                settle_attempt(attempt, AttemptOutcome.FAILED, error=told)
            raise
    return found


def _shows(row: Generation, places: list[int], count: int) -> Callable[[float], None]:
    last, kept = 0, 0.0

    def show(share: float) -> None:
        nonlocal last, kept
        percent = percent_at(places[0] + share * len(places), count)
        if percent > last:
            last = percent
            kept = _keep_percent(row, percent, kept)
            tick(f"generation:{row.pk}", GENERATION_PROGRESS, {"stage": Stage.GENERATION, "percent": percent})

    return show


def _keep_percent(row: Generation, percent: int, kept: float) -> float:
    """Write the percent down now and then, for a page that is opened in the middle; when it was done last."""
    now = time.monotonic()
    if now - kept < PERCENT_EVERY:
        return kept
    Generation.objects.filter(pk=row.pk, status=Status.RUNNING, percent__lt=percent).update(percent=percent)
    return now


def percent_at(done: float, count: int) -> int:
    return min(99, int(BEGINS + (100 - BEGINS) * done / count))


@contextmanager
def _translated(job: RunningJob, row: Generation, attempt: JobAttempt, call: Call) -> Iterator[None]:
    """A provider's errors as the queue's words; each leaves the attempt's outcome on record, with what it cost."""
    try:
        yield
    except base.Cancelled as stop:  # a paid call that was broken off may have been charged for
        told = {"code": "cancelled", "message": "Cancelled.", "remedy": ""}
        outcome = AttemptOutcome.FAILED if call.provider.simulated else AttemptOutcome.UNKNOWN
        with job.fenced():
            settle_attempt(attempt, outcome, error=told)
        raise Cancelled from stop
    except base.ProviderError as error:
        told = {"code": error.code, "message": error.message, "remedy": error.remedy}
        with job.fenced():
            settle_attempt(
                attempt, AttemptOutcome.UNKNOWN if error.outcome_unknown else AttemptOutcome.FAILED, error=told
            )
            if error.usage:  # a picture that is withheld was drawn, and is billed
                pay(job, row, call.order, attempt, withheld(call.order, error.usage, simulated=call.provider.simulated))
        stand_ins.note_end(call.order, error)
        health.went_wrong(attempt.provider, attempt.model, error)
        if isinstance(error, base.RateLimited):
            health.rest(attempt.provider, attempt.model, error.retry_at)
        if error.retryable:
            raise Retry(_wait_of(error), error.message, code=error.code, remedy=error.remedy) from error
        raise Permanent(error.code, error.message, error.remedy) from error


def _wait_of(error: base.ProviderError) -> timedelta | None:
    """How long the provider asked to be left alone; None when it did not say."""
    said: datetime | None = getattr(error, "retry_at", None)
    return max(said - timezone.now(), timedelta()) if said else None


def _keep(job: RunningJob, row: Generation, call: Call, attempt: JobAttempt, result: base.ImageResult) -> int:
    """Store what came, with its charge, in one transaction; how many of them can be used."""
    order, places = call.order, call.places
    images = [each for each in result.images if not _faults(each)]
    # A file without a row is swept later; a row never lacks its file.
    ready = [_ready(row, call, place, image, result) for place, image in zip(places, images, strict=False)]
    with job.fenced():
        if ready:
            settle_attempt(attempt, AttemptOutcome.SUCCEEDED)
        else:
            refused = absences.nothing_usable(result.said)
            told = {"code": refused.code, "message": refused.message, "remedy": refused.remedy}
            settle_attempt(attempt, AttemptOutcome.FAILED, error=told)
        assets = [
            store_prepared(made, **_facts(row, image, result), provenance=provenance, quality=quality)
            for image, made, provenance, quality in ready
        ]
        if trashed_at := _trashed_at(row):
            Asset.objects.filter(pk__in=[asset.pk for asset in assets]).update(trashed_at=trashed_at)
        if result.images or result.spoiled or result.cost or result.usage:
            pay(job, row, order, attempt, result)
        percent = percent_at(_note_made(row, places[: len(ready)]), len(order.seeds))
        Generation.objects.filter(pk=row.pk).update(percent=percent, model=result.model, simulated=result.simulated)
        shown = [str(asset.pk) for asset in assets]
        announce(row, GENERATION_PROGRESS, {"stage": Stage.GENERATION, "percent": percent, "assets": shown})
    return len(ready)


def _faults(image: base.GeneratedImage) -> tuple[str, ...]:
    return check_image(image.data) if image.pixels is None else check_pixels(image.pixels)


def _ready(
    row: Generation, call: Call, place: int, image: base.GeneratedImage, result: base.ImageResult
) -> tuple[base.GeneratedImage, Prepared, dict[str, Any], dict[str, Any]]:
    """The image with its files written, how it came to be, and what it is worth."""
    provenance = _provenance(row, call, place, image, result)
    edited = origins.edited(row, call.photos, simulated=result.simulated)
    facts: dict[str, Any] = {"data": image.data, "pixels": image.pixels, "parent": edited}
    made = prepare_result(team_id=row.team_id, **facts, provenance=provenance)
    quality = quality_of(image.pixels or made.picture.data, call.order, simulated=result.simulated)
    return image, made, provenance, quality


def _note_made(row: Generation, places: list[int]) -> int:
    """Write down which images are there; how many there are now."""
    run = StageRun.objects.get(generation=row, name=Stage.GENERATION)
    made = sorted({*run.output.get("made", []), *places})
    StageRun.objects.filter(pk=run.pk).update(output={**run.output, "made": made})
    return len(made)


def _trashed_at(row: Generation) -> datetime | None:
    """Since when the generation is in the trash; its images go where it went."""
    return Generation.objects.values_list("trashed_at", flat=True).get(pk=row.pk)


def _facts(row: Generation, image: base.GeneratedImage, result: base.ImageResult) -> dict[str, Any]:
    return {
        "owner_id": row.owner_id,
        "kind": "generated",
        "generation_id": row.pk,
        "title": row.brief[:200],
        "seed": image.seed,
        "simulated": result.simulated,
    }


def _provenance(
    row: Generation, call: Call, place: int, image: base.GeneratedImage, result: base.ImageResult
) -> dict[str, Any]:
    """All that is needed to ask for this very image again, as it was sent, who asked, and what it came to."""
    order, avoided = call.order, call.avoided
    prompt = call.prompt_at(place)
    return {
        "digital_source_type": origins.source_type(row, call.photos, simulated=result.simulated),
        "provider": order.provider,
        "model": result.model,
        "asked_model": order.model,
        "prompt": prompt,
        "prompt_sha256": hashlib.sha256(prompt.encode()).hexdigest(),
        "negative_prompt": NOT_SUPPORTED if avoided is None else avoided,
        "seed": NOT_SUPPORTED if image.seed is None else image.seed,
        "quality": order.quality,
        "size": [order.width, order.height],
        "aspect_ratio": order.aspect_ratio,
        "attributes": order.attributes,
        "persona": {"id": str(row.persona.pk), "version": row.persona.version} if row.persona else None,
        "unit_price": str(order.unit_price),
        "paid": str(share_of(order, result)),
        "request_id": result.request_id,
        "references": [str(pk) for pk, _ in call.photos],
        "source": str(row.source_id) if row.source_id else None,
    }


def _finish(job: RunningJob, row: Generation, wish: GenerationWish) -> None:
    now, picks = timezone.now(), pick(row, wish)
    with job.fenced(finish=True):
        set_aside(picks)
        StageRun.objects.filter(generation=row, name=Stage.GENERATION).update(
            status=StageStatus.SUCCEEDED, finished_at=now
        )
        Generation.objects.move(row.pk, Status.SUCCEEDED, percent=100, finished_at=now)
        announce_end(row.pk)
