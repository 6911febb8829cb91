"""Before a paid call: what its provider allows is taken, or the job goes back to the queue until it may be."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from designer.catalogue.limits import wish_for
from designer.catalogue.models import ModelProfile
from designer.generations import health
from designer.jobs import allowances
from designer.jobs.allowances import Limits, Wish
from designer.jobs.handlers import Later, RunningJob
from designer.providers.remote import headers

SPELLED: Final = {"openai": "OpenAI", "fal": "fal", "comfyui": "ComfyUI", "a1111": "A1111"}
AT_ONCE: Final = 8.0  # calls that a model is believed to take where nobody told its limits


class Resting(Later):
    """The vendor itself asked to be left alone."""


def load_of(profile: ModelProfile, *, seconds: float, images: int) -> tuple[float | None, float]:
    """How busy a model is: the calls that run or wait, and how many it takes at once; None while nobody can tell.

    What a minute allows becomes calls at once by Little's law (1961): calls per second times the seconds of one. A
    pause that the vendor asked for counts as the calls that would be made in it.
    """
    stand = allowances.standing(wish_for(profile, holder=""))
    if stand is None:
        return None, AT_ONCE
    lasts = max(seconds, 0.1)
    told: list[float] = []
    for each in (stand.written, stand.learned):
        calls_a_minute = each.requests_per_minute, each.images_per_minute / images
        told += [each.concurrent, *(calls * lasts / 60 for calls in calls_a_minute)]
    at_once = min((most for most in told if most), default=AT_ONCE)
    pause = (stand.paused_until - timezone.now()).total_seconds() if stand.paused_until else 0.0
    return stand.running + stand.waiting + max(0.0, pause) / lasts * at_once, at_once


@contextmanager
def paced(job: RunningJob, kind: str, provider: str, model: str, *, images: int = 1) -> Iterator[None]:
    """Hold the right to one call while the block runs, and keep what the vendor says of its limits. Raises Later."""
    wish = wish_of(job, kind, provider, model, images=images)
    with allowed(wish), hearing(wish):
        yield


def wish_of(job: RunningJob, kind: str, provider: str, model: str, **call: Any) -> Wish:
    """A call that a job is about to make. `call`: other fields of a Wish, where they are known better."""
    profile = ModelProfile.objects.filter(kind=kind, provider=provider, model=model).first()
    facts: dict[str, Any] = {"holder": str(job.id), "urgent": job.is_urgent, **call}
    if profile is None:
        return Wish(provider=provider, model=model, limits=Limits(), **facts)
    return wish_for(profile, **{"usual": timedelta(seconds=profile.latency_seconds), **facts})


@contextmanager
def allowed(wish: Wish, *, begun: bool = False) -> Iterator[None]:
    """Hold the right to one call while the block runs. Raises Later, unless the call has `begun` and only goes on."""
    if begun:
        allowances.hold(wish)
    else:
        _take(wish)
    try:
        yield
    finally:
        allowances.give_back(wish)


def _take(wish: Wish) -> None:
    rest = health.rest_of(wish.provider, wish.models)
    if rest:
        raise Resting(rest, f"{_spelled(wish.provider)} asks for a pause.")
    wait = allowances.take(wish)
    if wait:
        raise Later(wait, f"What {_spelled(wish.provider)} allows is used up for the moment.")


def _spelled(provider: str) -> str:
    return SPELLED.get(provider, provider.capitalize())


@contextmanager
def hearing(wish: Wish) -> Iterator[None]:
    """Keep what the vendor says of its limits in what it answers while the block runs."""
    with headers.listening() as heard:
        try:
            yield
        finally:
            for said in map(headers.told, heard):
                allowances.learn(wish, said.per_minute, said.left, timedelta(seconds=said.pause_s))
