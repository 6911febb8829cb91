"""Before a paid call: what its provider allows is taken, or the job goes back to the queue until it may be."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from designer.catalogue.models import ModelProfile
from designer.generations import health
from designer.jobs import allowances
from designer.jobs.allowances import Limits, Wish
from designer.jobs.handlers import Later, RunningJob
from designer.jobs.models import Lane
from designer.providers.remote import headers


class Resting(Later):
    """The vendor itself asked to be left alone."""


@contextmanager
def paced(job: RunningJob, kind: str, provider: str, model: str, *, images: int = 1) -> Iterator[None]:
    """Hold the right to one call while the block runs, and keep what the vendor says of its limits. Raises Later."""
    rest = health.rest_of(provider, model)
    if rest:
        raise Resting(rest, f"{provider} asked for a pause.")
    profile = ModelProfile.objects.filter(kind=kind, provider=provider, model=model).first()
    wish = Wish(
        provider=provider,
        model=model,
        holder=str(job.id),
        limits=Limits.read(profile.limits if profile else {}),
        urgent=job.lane == Lane.INTERACTIVE,
        images=images,
        usual=timedelta(seconds=profile.latency_seconds if profile else 5),
    )
    wait = allowances.take(wish)
    if wait:
        raise Later(wait, f"What {provider} allows in a minute is used up.")
    try:
        with headers.listening() as heard:
            yield
    finally:
        allowances.give_back(wish)
        for said in map(headers.told, heard):
            allowances.learn(wish, said.per_minute, said.left, timedelta(seconds=said.pause_s))
