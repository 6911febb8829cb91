"""Buys a step of a recipe from a service: once, whatever dies, and for what it really cost.

No work is ordered above what the account allows: it waits in the queue. The call is on record before it is made, and
its id at the service as soon as that is known; whoever goes on with the job asks for that work instead of ordering it
again. The money is in the ledger as soon as the service says that it is done, before the picture is fetched. A call
whose answer was lost is not made again: a message of the service heals it, else somebody has to look.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from designer.catalogue.amounts import money
from designer.catalogue.models import ModelKind
from designer.generations import health
from designer.generations.pacing import Resting, allowed, hearing, wish_of
from designer.jobs.allowances import Wish
from designer.jobs.handlers import Cancelled, Permanent, Retry, RunningJob
from designer.jobs.models import AttemptOutcome, Job, JobAttempt
from designer.jobs.rights import check_owner
from designer.jobs.services import begin_attempt, is_asked, last_heard, note_reference, settle_attempt
from designer.ledger.models import EntryKind
from designer.ledger.services import charge
from designer.providers.base import ProviderError, RateLimited
from designer.realtime.events import COST_UPDATED, record
from enhancement.engine.asking import Progress
from enhancement.models import Enhancement
from enhancement.operations.base import OperationResult, Parameters
from enhancement.prices import by_the_second, check_offered
from enhancement.remote import fetching, offers, registry
from enhancement.remote.base import OVER, Phase, Service, Standing, WorkFailed
from enhancement.remote.errands import Errand, errand_of
from teams.base.errors import Refused

FIRST_LOOK, SLOWER, LONGEST_LOOK = 0.5, 1.5, 8.0  # seconds between two looks, ever longer
GLANCE: Final = 0.25  # seconds between two questions whether to stop, or whether the service has called
GRACE: Final = timedelta(minutes=2)  # for the order itself, and the last look
HEALING: Final = timedelta(seconds=150)  # for which a lost answer may still be told by the service itself
ASKED, SENT, DONE = 0.02, 0.05, 0.95  # shares of progress: on its way, taken, ready to be fetched


@dataclass(slots=True, kw_only=True)
class Purchase:
    """One step that is being bought."""

    job: RunningJob
    row: Enhancement
    step: dict[str, Any]  # of the quote
    errand: Errand
    service: Service
    attempt: JobAttempt
    turn: Wish

    @property
    def title(self) -> str:
        return self.service.title

    @property
    def limit_s(self) -> int:
        """How long it may run. What is sold by the second is paid for until then, so much was set aside."""
        return _limit_s(self.step)


def bought(
    job: RunningJob, row: Enhancement, place: int, image: Image.Image, params: Parameters, progress: Progress
) -> OperationResult | None:
    """The step's result from the service that its wish names; None where this machine does it.

    Raises Permanent, Retry, Cancelled or Later; what was paid until then is in the ledger.
    """
    step = row.quote[place]
    errand = errand_of(step["name"], image, params)
    if not isinstance(errand, Errand):
        return errand
    service = registry.service(errand.offer.service)
    if not service.is_ready():
        raise Permanent("auth", f"{service.title} is not set up here.", f"Have {service.key_name} set, or use local.")
    turn, begun = _turn(job, step), _begun(job, step, service)
    if not begun and not is_asked(job.id, step["name"]):
        check_owner(row.owner_id, row.team)
    with _in_the_queues_words():
        with allowed(turn, begun=begun):
            attempt = _opened(job, step, begun=begun)
            purchase = Purchase(job=job, row=row, step=step, errand=errand, service=service, attempt=attempt, turn=turn)
            standing = _done(purchase, progress)
            _pay(purchase, standing)
        progress(DONE)
        made = fetching.picture(service, standing.output)
        result = errand.finish(made)
    progress(1.0)
    told = {"prediction": standing.id, "sent": f"{made.width} x {made.height}"}
    return replace(result, facts={**result.facts, **told})


def paid_so_far(row: Enhancement) -> Decimal:
    """USD that services were paid for this enhancement already."""
    return Enhancement.objects.values_list("cost", flat=True).get(pk=row.pk) or Decimal(0)


def _turn(job: RunningJob, step: dict[str, Any]) -> Wish:
    """What one piece of work uses up of the account's limits: a call, and a place from its order to its end."""
    usual, longest = timedelta(seconds=step["seconds"]), timedelta(seconds=offers.QUEUE_S + _limit_s(step)) + GRACE
    names = step["provider"], step["model"]
    return wish_of(job, ModelKind.ENHANCEMENT, *names, usual=usual, longest=longest)


def _limit_s(step: dict[str, Any]) -> int:
    by_time = by_the_second(step["provider"], step["model"])
    return offers.LONGEST_S if by_time is None else offers.limit_s(step["seconds"])


def _begun(job: RunningJob, step: dict[str, Any], service: Service) -> bool:
    """Whether the service has this work already, from an earlier try. Raises Retry while it may still tell whether it
    has, and Permanent where it is not to be ordered any more."""
    there = (AttemptOutcome.STARTED, AttemptOutcome.UNKNOWN, AttemptOutcome.SUCCEEDED)
    calls = JobAttempt.objects.filter(job_id=job.id, step=step["name"], outcome__in=there)
    if calls.exclude(reference="").exists():
        return True
    if service.tells() and _hooks() and _lately(calls.order_by("created_at").first()):
        raise Retry(HEALING / 3, f"{service.title} may still tell whether it got the order.")
    _check_offered(step)
    return False


def _opened(job: RunningJob, step: dict[str, Any], *, begun: bool) -> JobAttempt:
    """One that was paid for already, or a new try at one that is known, or a new one."""
    calls = JobAttempt.objects.filter(job_id=job.id, step=step["name"])
    return calls.filter(outcome=AttemptOutcome.SUCCEEDED).order_by("number").last() or begin_attempt(
        job,
        provider=step["provider"],
        model=step["model"],
        price=Decimal(step["cost"]),
        step=step["name"],
        idempotency="lookup" if begun else "none",
    )


def _check_offered(step: dict[str, Any]) -> None:
    """A retry or a replay may come days after the quote: a model past its end is ordered nothing. Raises Permanent."""
    try:
        check_offered(step["provider"], step["model"], field="operations")
    except Refused as ended:
        raise Permanent(ended.code, ended.message, ended.remedy) from ended


def _lately(call: JobAttempt | None) -> bool:
    return call is not None and timezone.now() - call.created_at < HEALING


def _hooks() -> bool:
    """Whether a service can reach us."""
    return settings.TLS


def _done(purchase: Purchase, progress: Progress) -> Standing:
    """The work's end, well; ordered unless it was before. Raises ProviderError, Permanent, Cancelled."""
    if purchase.attempt.reference:
        standing = _looked(purchase)
    else:
        purchase.job.stop_if_cancelled()
        progress(ASKED)
        standing = _ordered(purchase)
    standing = _awaited(purchase, standing, progress)
    if standing.phase is not Phase.SUCCEEDED:
        _pay(purchase, standing)
        raise standing.error or WorkFailed(f"{purchase.title} stopped the work by itself.", "Try again, or use local.")
    return standing


def _ordered(purchase: Purchase) -> Standing:
    """From here on it costs. Raises ProviderError, with the attempt's outcome on record."""
    hook = ""
    if _hooks() and purchase.service.tells():
        hook = settings.SITE_URL + reverse("enhancement_hook", args=[purchase.service.name, purchase.attempt.pk])
    order = replace(purchase.errand.order, hook=hook, queue_s=offers.QUEUE_S, limit_s=purchase.limit_s)
    try:
        with hearing(purchase.turn):
            standing = purchase.service.order(order)
    except ProviderError as error:
        if isinstance(error, RateLimited):
            health.rest(purchase.turn.provider, purchase.turn.model, error.retry_at)
        outcome = AttemptOutcome.UNKNOWN if error.outcome_unknown else AttemptOutcome.FAILED
        _settle(purchase, outcome, {"code": error.code, "message": error.message, "remedy": error.remedy})
        raise
    note_reference(purchase.job, purchase.attempt, standing.id)
    return standing


def _awaited(purchase: Purchase, standing: Standing, progress: Progress) -> Standing:
    """Looks, ever less often, until it is over; sooner when the service calls. Raises Permanent when time is up."""
    shown, wait = 0.0, FIRST_LOOK
    since: datetime | None = None
    while not standing.is_over:
        since = _running_since(purchase, standing, since)
        shown = max(shown, _share(purchase, standing, since))
        progress(shown)
        if late := _late(purchase, since):
            return _given_up(purchase, late)
        _rest(purchase, wait)
        wait = min(wait * SLOWER, LONGEST_LOOK)
        try:
            standing = _looked(purchase)
        except ProviderError as error:
            if not error.retryable:
                raise
            at = getattr(error, "retry_at", None)
            wait = max(wait, min(60.0, (at - timezone.now()).total_seconds())) if at else wait
    return standing


def _share(purchase: Purchase, standing: Standing, since: datetime | None) -> float:
    """How far it is: as the service says, else as far as its usual time has passed."""
    if since is None:
        return SENT
    elapsed, usual = (timezone.now() - since).total_seconds(), max(1.0, float(purchase.step["seconds"]))
    return SENT + (DONE - SENT) * max(min(1.0, standing.share), min(0.9, elapsed / usual))


def _running_since(purchase: Purchase, standing: Standing, seen: datetime | None) -> datetime | None:
    """When it began to run: as the service says, but not before it was ordered, else when that was seen first; None
    while it waits, also where it has to begin again."""
    if standing.phase is Phase.WAITING:
        return None
    return max(standing.since, _ordered_at(purchase)) if standing.since else seen or timezone.now()


def _late(purchase: Purchase, since: datetime | None) -> str:
    """What takes too long: its turn, with a machine that has to be started, or the work itself; "" for neither."""
    most = offers.QUEUE_S if since is None else purchase.limit_s
    if timezone.now() - (since or _ordered_at(purchase)) <= timedelta(seconds=most):
        return ""
    return f"did not {'begin' if since is None else 'finish'} within {most} seconds"


def _ordered_at(purchase: Purchase) -> datetime:
    """When it was first ordered, also where another worker did that."""
    first = JobAttempt.objects.filter(
        job_id=purchase.job.id, idempotency_key=purchase.attempt.idempotency_key
    ).order_by("created_at")
    ordered: datetime = first.values_list("created_at", flat=True)[0]
    return ordered


def _rest(purchase: Purchase, seconds: float) -> None:
    """Wait, and no longer than until the service calls. Raises Cancelled, after the work there was stopped too."""
    end, before = time.monotonic() + seconds, last_heard(purchase.attempt)
    while time.monotonic() < end:
        if purchase.job.is_cancelled():
            _stopped(purchase)
        time.sleep(min(GLANCE, max(0.0, end - time.monotonic())))
        if last_heard(purchase.attempt) != before:
            return


def _looked(purchase: Purchase) -> Standing:
    """How it stands. Of an error that will not pass it is written down that the work may be charged."""
    try:
        return purchase.service.look(purchase.step["model"], purchase.attempt.reference)
    except ProviderError as error:
        if not error.retryable and purchase.attempt.outcome != AttemptOutcome.SUCCEEDED:
            told = {"code": error.code, "message": error.message, "remedy": error.remedy}
            _settle(purchase, AttemptOutcome.UNKNOWN, told)
        raise


def _given_up(purchase: Purchase, late: str) -> Standing:
    """Too long: stop it there, and take its last word. Raises Permanent unless it is done after all."""
    last = _last_word(purchase)
    if last is not None and last.phase is Phase.SUCCEEDED:
        return last
    _settled_end(purchase, last, {"code": "remote_timeout", "message": "It took too long.", "remedy": ""})
    message = f"{purchase.title} {late} and was told to stop. {_paid_words(purchase)}"
    raise Permanent("remote_timeout", message, "Try again later, choose another service, or local.")


def _stopped(purchase: Purchase) -> None:
    """Raises Cancelled. Only a person's wish stops the work there; whoever else takes the job over goes on with it."""
    if Job.objects.filter(pk=purchase.job.id, cancel_requested_at__isnull=False).exists():
        last = _last_word(purchase)
        _settled_end(purchase, last, {"code": "cancelled", "message": "Cancelled.", "remedy": ""})
        _note_stop(purchase)
    raise Cancelled


def _last_word(purchase: Purchase) -> Standing | None:
    """Stop it there, and how it stands then; None where the service does not say that it is over."""
    try:
        purchase.service.stop(purchase.step["model"], purchase.attempt.reference)
        last = purchase.service.look(purchase.step["model"], purchase.attempt.reference)
    except ProviderError:
        return None
    return last if last.phase in OVER else None


def _settled_end(purchase: Purchase, last: Standing | None, told: dict[str, str]) -> None:
    """Pay what a broken-off work cost; where the service does not say, that stays open and is shown."""
    if last is not None:
        _pay(purchase, last)
    else:
        _settle(purchase, AttemptOutcome.UNKNOWN, told)


def _note_stop(purchase: Purchase) -> None:
    with purchase.job.fenced():
        row = Enhancement.objects.get(pk=purchase.row.pk)
        Enhancement.objects.filter(pk=row.pk).update(
            facts={**row.facts, "stopped": f"{purchase.title} was told to stop. {_paid_words(purchase)}"}
        )


def _paid_words(purchase: Purchase) -> str:
    """What a broken-off work cost, as far as is known."""
    if purchase.attempt.outcome == AttemptOutcome.UNKNOWN:
        return f"Whether it charges for {purchase.attempt.reference} is not known: see its own page."
    paid = paid_so_far(purchase.row)
    return f"Paid so far: ${money(paid)}." if paid else "Nothing was charged."


def _pay(purchase: Purchase, standing: Standing) -> None:
    """Put the end on record with what it cost, in one transaction; nothing where that was done before."""
    if purchase.attempt.outcome in (AttemptOutcome.SUCCEEDED, AttemptOutcome.FAILED):
        return
    well = standing.phase is Phase.SUCCEEDED
    quantity, unit = _cost(purchase.step, standing)
    error = standing.error
    told = None if error is None else {"code": error.code, "message": error.message, "remedy": error.remedy}
    with purchase.job.fenced():
        settle_attempt(purchase.attempt, AttemptOutcome.SUCCEEDED if well else AttemptOutcome.FAILED, error=told)
        if quantity * unit > 0 or well:
            _charge(purchase, quantity, unit)


def _cost(step: dict[str, Any], standing: Standing) -> tuple[Decimal, Decimal]:
    """Quantity and unit price: of what is sold by time, the seconds that the service says; else as quoted, if it was
    done at all."""
    by_time = by_the_second(step["provider"], step["model"])
    if by_time is not None and standing.seconds is not None:
        return Decimal(str(round(standing.seconds, 3))), by_time
    return Decimal(1), Decimal(step["cost"]) if standing.phase is Phase.SUCCEEDED else Decimal(0)


def _charge(purchase: Purchase, quantity: Decimal, unit: Decimal) -> None:
    row = purchase.row
    entry = charge(
        team_id=row.team_id,
        job_id=purchase.job.id,
        attempt=purchase.job.attempt,
        kind=EntryKind.ENHANCEMENT,
        step=purchase.step["name"],
        subject=f"enhancement:{row.pk}",
        actor_id=row.owner_id,
        provider=purchase.step["provider"],
        model=purchase.step["model"],
        quantity=quantity,
        unit_price=unit,
        simulated=False,
    )
    Enhancement.objects.filter(pk=row.pk).update(cost=Coalesce(F("cost"), Decimal(0)) + entry.amount)
    paid = {"subject": f"enhancement:{row.pk}", "amount": str(entry.amount), "simulated": False}
    record(f"team:{row.team_id}", COST_UPDATED, paid, team_id=row.team_id)


def _settle(purchase: Purchase, outcome: str, told: dict[str, str]) -> None:
    with purchase.job.fenced():
        settle_attempt(purchase.attempt, outcome, error=told)


@contextmanager
def _in_the_queues_words() -> Iterator[None]:
    """A service's error as a wish to the queue."""
    try:
        yield
    except ProviderError as error:
        if error.retryable:
            at = getattr(error, "retry_at", None)
            wait = max(at - timezone.now(), timedelta()) if at else None
            if wait is not None and isinstance(error, RateLimited):
                raise Resting(wait, error.message) from error
            raise Retry(wait, error.message) from error
        raise Permanent(error.code, error.message, error.remedy) from error
