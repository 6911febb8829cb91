"""The writers of generations: ask, cancel, trash, restore. And the preview, which writes nothing."""

import secrets
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from designer.assets.models import Asset, AssetQuerySet
from designer.assets.services import move_to_trash
from designer.generations import absences, costs, estimates, follow_ups, readers, telling
from designer.generations.choosing import Plan
from designer.generations.models import Generation, Stage, StageStatus, Status
from designer.generations.orders import IMAGE_STEP
from designer.generations.signals import generation_finished
from designer.generations.wishes import DRAWS, STRATEGIES, STRATEGY, GenerationWish
from designer.jobs.attempts import OPEN
from designer.jobs.models import AttemptOutcome, Job, JobAttempt, Lane
from designer.jobs.services import enqueue, request_cancel
from designer.ledger import budgets
from designer.notifications.services import notify
from designer.personas.corrections import remember_corrections
from designer.personas.models import Persona
from designer.realtime.events import (
    GENERATION_CANCELLED,
    GENERATION_COMPLETE,
    GENERATION_FAILED,
    GENERATION_STAGE,
    record,
)
from teams.accounts.models import User
from teams.base.errors import Forbidden, Refused
from teams.membership.defaults import Default, said_by, usual
from teams.membership.models import Team
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed

SETTINGS = (
    "n",
    "best_of",
    "aspect_ratio",
    "strategy",
    "weights",
    "min_quality",
    "quality",
    "fallback",
    "provider",
    "model",
    "seed",
    "exact",
    "auto_enhance",
    "part_edits",
    "added_words",
    "one_each",
)


class Unplanned(Refused):
    """Nobody can draw it as it is wished; what was understood of it is in `made`."""

    def __init__(self, refused: Refused, made: estimates.Composed) -> None:
        facts: dict[str, Any] = {"field": refused.field, "remedy": refused.remedy, "status": refused.status}
        super().__init__(refused.code, refused.message, **facts, **refused.facts)
        self.made = made


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a generation runs that is part of something larger: its lane and priority, its rank among what else its team
    waits for there, and whose budget it is under."""

    lane: str = "interactive"
    priority: int = 5
    rank: int | None = None
    batch_id: UUID | None = None


SINGLE: Final = Terms()


STRATEGY_USED: Final = usual(
    Default(
        "strategy",
        "A model is chosen by",
        STRATEGY,
        tuple((name, name.capitalize().replace("_", " ")) for name in STRATEGIES if name != "custom"),
    )
)


def _as_usual(wish: GenerationWish, team: Team) -> GenerationWish:
    """What the wish leaves open, as the team has it."""
    return replace(wish, strategy=said_by(team, STRATEGY_USED)) if "strategy" in wish.unsaid else wish


def _team_for(actor: User, wish: GenerationWish) -> Team:
    team = working_team(actor, wish.team)
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not create.", remedy="Ask an owner or admin of the team.")
    return team


def _references(actor: User, team: Team, wish: GenerationWish) -> list[Asset]:
    """The wished photos, in order. A foreign id is answered like one that does not exist."""
    ids = wish.photos
    found = {asset.pk: asset for asset in Asset.objects.visible_to(actor).kept().filter(team=team, pk__in=ids)}
    if len(found) < len(ids):
        _refuse_trashed(Asset.objects.visible_to(actor).filter(team=team, pk__in=ids))
        raise Refused(
            "not_found", "There is no such image in this team.", field="references", remedy="Upload it first."
        )
    return [found[pk] for pk in ids]


def _refuse_trashed(wished: AssetQuerySet) -> None:
    row = wished.filter(trashed_at__isnull=False).first()
    if row is not None:
        shown = f"“{row.title[:60] or 'One of the images'}” is in the trash."
        raise Refused("trashed", shown, field="references", remedy="Restore it, or leave it out.")


def _source(actor: User, team: Team, wish: GenerationWish) -> Asset | None:
    """The image that the wish began from. A foreign id is answered like one that does not exist."""
    if wish.source is None:
        return None
    found = Asset.objects.visible_to(actor).filter(team=team, pk=wish.source).first()
    if found is None:
        raise Refused("not_found", "There is no such image in this team.", field="source", remedy="Leave it out.")
    return found


def _persona(actor: User, team: Team, wish: GenerationWish) -> Persona | None:
    if wish.persona is None:
        return None
    found = Persona.objects.visible_to(actor).filter(team=team, pk=wish.persona).first()
    if found is None:
        raise Refused("not_found", "There is no such persona in this team.", field="persona", remedy="Choose another.")
    return found


def preview(*, actor: User, wish: GenerationWish) -> estimates.Preview:
    """What the wish is understood as, its prompt and price. Raises Refused naming the field at fault.

    Where only a model is lacking, `Unplanned` says so, with what was understood all the same.
    """
    wish, told = telling.heard(wish)
    wish.check()
    team = _team_for(actor, wish)
    wish = _as_usual(wish, team)
    persona, references = _persona(actor, team, wish), _references(actor, team, wish)
    _source(actor, team, wish)
    made = replace(estimates.composed(wish, team=team, references=references, persona=persona), told=told)
    try:
        found = estimates.preview(wish, made, team=team, photos=costs.sizes_of(references))
    except Refused as refused:
        raise Unplanned(refused, made) from refused
    return replace(found, plan=_followed(wish, team, found.plan)[0])


def _followed(wish: GenerationWish, team: Team, plan: Plan, *, usual: bool = True) -> tuple[Plan, follow_ups.Promise]:
    """The plan with what follows its images, and that. Raises Refused where it is no recipe, or over the ceiling."""
    promise = follow_ups.settled(wish, team, width=plan.width, height=plan.height, usual=usual)
    whole = replace(plan, follows=promise.title, following=promise.cost, following_most=promise.most)
    if wish.max_cost is not None and promise.most and whole.most > wish.max_cost:
        message = f"With “{promise.title}” after it, it may cost {whole.most:f} USD."
        raise Refused("too_expensive", message, field="max_cost", remedy="Raise the limit, or let nothing follow.")
    return whole, promise


def analyse_request(*, actor: User, brief: str, references: list[UUID]) -> dict[str, Any]:
    """The attributes read from a brief and photos, as JSON, with what their team has said of them and taught."""
    wish = GenerationWish(brief=brief, references=tuple(references))
    wish.check()
    found = list(Asset.objects.visible_to(actor).kept().filter(pk__in=wish.references))
    if len(found) < len(set(wish.references)):
        _refuse_trashed(Asset.objects.visible_to(actor).filter(pk__in=wish.references))
        raise Refused("not_found", "There is no such image.", field="references", remedy="Upload it first.")
    teams = {asset.team_id for asset in found}
    team = found[0].team if len(teams) == 1 else None  # words alone, or photos of several teams, are read plainly
    return estimates.understand(wish, found, team=team).to_json()


@transaction.atomic
def request_generation(*, actor: User, wish: GenerationWish, terms: Terms = SINGLE) -> Generation:
    """Queue a generation, and set aside what it may cost.

    Raises Refused (with the field at fault), Missing, Forbidden, or Conflict("budget"); then nothing is written.
    """
    wish, told = telling.heard(wish)
    wish.check()
    team = _team_for(actor, wish)
    wish = _as_usual(wish, team)
    references, persona = _references(actor, team, wish), _persona(actor, team, wish)
    read = estimates.understand(wish, [], team=team)
    photos = costs.sizes_of(references)
    plan = estimates.whole_plan(wish, team=team, garment=read.value("garment"), photos=photos)
    plan, promise = _followed(wish, team, plan, usual=terms.batch_id is None)  # a batch was priced without it
    said = {**asdict(wish), "auto_enhance": promise.value}
    if wish.seed is None and terms.batch_id is not None:
        wish = replace(wish, draw=secrets.randbelow(DRAWS))  # nobody saw a prompt of a batch
    dice = estimates.dice_of(wish, team)
    seed = wish.seed if wish.seed is not None else estimates.seed_of(dice)
    asked = readers.asks(wish, Stage.ANALYSIS)  # what does not suit what the model reads is left out then
    learned = estimates.learned(wish, read, team=team, persona=persona, seed=dice, asked=asked)
    made = Generation.objects.create(
        team=team,
        owner=actor,
        brief=wish.brief,
        source=_source(actor, team, wish),
        mode=wish.mode,
        persona=persona,
        settings={
            **{name: said[name] for name in SETTINGS},
            "references": [str(asset.pk) for asset in references],
            "max_cost": _text(wish.max_cost),
            "following": str(plan.following_most * plan.shown),  # so much is left to it of a ceiling
            "most": str(plan.most),
            "for_images": str(plan.for_images),
            "for_reading": str(plan.reading_most),
            "photo_most": costs.PHOTO_TOKENS,
            "told": told,
            "dice": dice,
            "learned": [each.to_json() for each in learned],
        },
        corrections=wish.corrections,
        seed=seed,
        estimate=plan.total,
        simulated=plan.simulated,
    )
    made.references.set(references)
    if wish.corrections:
        _remember(actor, team, wish, references, made.pk)
    job = enqueue(
        "generation.run",
        {"generation_id": str(made.pk)},
        team_id=team.pk,
        lane=terms.lane,
        priority=terms.priority,
        rank=terms.rank,
    )
    Generation.objects.filter(pk=made.pk).update(job_id=job.pk)
    made.job_id = job.pk
    _set_aside(made, terms.batch_id)
    announce(made, GENERATION_STAGE, {"stage": "queued", "percent": 0, "status": Status.QUEUED})
    return made


def _set_aside(row: Generation, batch_id: UUID | None) -> None:
    """Reserve the most that may still be spent on the generation. Raises Conflict("budget")."""
    budgets.reserve(
        team_id=row.team_id,
        actor_id=row.owner_id,
        subject=subject_of(row.pk),
        amount=costs.still_to_come(row),
        job_id=row.job_id,
        batch_id=batch_id,
    )


def subject_of(pk: UUID) -> str:
    """What the ledger calls a generation."""
    return f"generation:{pk}"


def _remember(actor: User, team: Team, wish: GenerationWish, references: list[Asset], made: UUID) -> None:
    """Check the designer's fixes against the words (photos are read by the worker) and keep them for the next time."""
    words = estimates.understand(replace(wish, corrections={}), [])
    estimates.understand(wish, [])
    remember_corrections(
        owner=actor,
        team=team,
        brief=wish.brief,
        references=references,
        understood=words.to_json(),
        fixes=wish.corrections,
        generation_id=made,
        remix=wish.is_remix,
    )


def _text(amount: Any) -> str | None:
    return None if amount is None else str(amount)


def announce(row: Generation, event: str, data: dict[str, Any]) -> None:
    """Tell those who watch the generation."""
    record(f"generation:{row.pk}", event, data, team_id=row.team_id)


@transaction.atomic
def cancel(*, actor: User, generation_id: UUID) -> Generation:
    """Stop at the next safe point; harmless when it has ended. Raises Missing or Forbidden."""
    row: Generation = Generation.objects.for_edit(actor, generation_id)
    if row.job_id and row.is_live:
        asked = request_cancel(row.job_id)  # its lock keeps the worker from ending it before this is told
        row.refresh_from_db()
        if asked and row.is_live:
            _tell(row, "It is being stopped. A call that is under way is waited for.")
    return row


def close(generation_id: str, *, status: str, error: dict[str, Any]) -> None:
    """End a generation whose job did not succeed. Called in the transaction that ends the job.

    What was made before stays, and the row says so: `partial` when there are images.
    """
    row = Generation.objects.select_for_update().filter(pk=generation_id).first()
    if row is None or not row.is_live:
        return
    stopped = status == "cancelled"
    end = StageStatus.CANCELLED if stopped else StageStatus.FAILED
    now = timezone.now()
    row.stages.filter(status=StageStatus.RUNNING).update(status=end, finished_at=now)
    final = Status.PARTIAL if row.shown_assets else Status(end)
    if not row.cost:  # also the 0 of an earlier end, before it was tried again
        unsettled = JobAttempt.objects.filter(job_id=row.job_id, outcome__in=OPEN).exists()
        row.cost = None if unsettled else Decimal(0)  # that nothing was paid is known, or it is not
    Generation.objects.move(row.pk, final, error=None if stopped else error, finished_at=now, cost=row.cost)
    announce_end(row.pk)


def tell_of_delay(generation_id: str, error: dict[str, Any]) -> None:
    """Tell those who watch why it is tried again. Called in the transaction that puts its job off."""
    row = Generation.objects.filter(pk=generation_id).first()
    if row is not None and row.is_live:
        _tell(row, error["message"])


def _tell(row: Generation, message: str) -> None:
    told = {"stage": row.stage or "queued", "percent": row.percent, "status": row.status}
    announce(row, GENERATION_STAGE, {**told, "message": message})


def announce_end(pk: UUID) -> None:
    """Give back what was not spent, and tell the floors above and those who watch how it ended. Called in the
    transaction that ends it."""
    budgets.release(subject_of(pk))
    row = Generation.objects.select_related("owner").get(pk=pk)
    generation_finished.send(Generation, generation=row)
    _tell_owner(row)
    if row.status in (Status.SUCCEEDED, Status.PARTIAL):
        assets = [str(asset.pk) for asset in row.shown_assets]
        known = row.cost or Decimal(0)  # what is known to be paid: a call may have been billed besides
        facts = {"percent": row.percent, "assets": assets, "cost": str(known), "simulated": row.simulated}
        announce(row, GENERATION_COMPLETE, {"status": row.status, **facts})
        return
    event = GENERATION_CANCELLED if row.status == Status.CANCELLED else GENERATION_FAILED
    announce(row, event, {"status": row.status, **(row.error or {})})


def _tell_owner(row: Generation) -> None:
    """As they wish; not of what they stopped themselves, nor of an item of a batch, which tells of its own end."""
    if row.job_id is None or row.status == Status.CANCELLED:
        return
    if not Job.objects.filter(pk=row.job_id, lane=Lane.INTERACTIVE).exists():
        return
    brief = row.brief[:80] or "Your image"
    failed = row.status == Status.FAILED
    notify(
        users=[row.owner],
        kind="generation",
        subject=f"generation:{row.pk}",
        title=f"{brief}: it could not be made" if failed else f"{brief}: ready",
        body=(row.error or {}).get("message", ""),
        link=f"/generations/{row.pk}",
        team_id=row.team_id,
    )


def reopen(generation_id: str) -> None:
    """Make a failed generation wait again. Called in the transaction that revives its dead job.

    Raises Conflict("budget") where there is no money left for it. It is planned anew, unless an image was made or may
    have been paid for already: then the same is asked again, for every image that is missing. What a model read before
    is kept either way.
    """
    Generation.objects.move(generation_id, Status.QUEUED, error=None, finished_at=None)
    row = Generation.objects.get(pk=generation_id)
    _set_aside(row, budgets.batch_of(subject_of(row.pk)))
    images = JobAttempt.objects.filter(job_id=row.job_id, step__startswith=IMAGE_STEP)
    absences.forget(row, unknown=not images.filter(outcome__in=OPEN).exists())
    if not images.exclude(outcome=AttemptOutcome.FAILED).exists():
        drawn = row.stages.filter(name=Stage.GENERATION)
        drawn.filter(cost=0).delete()
        for run in drawn:  # what images of no use cost stays on it; what was shown is shown anew for all of them
            run.output = {costs.BEFORE: str(run.cost)}
            run.save(update_fields=["output", "updated_at"])
        planned: dict[str, Any] = {"provider": "", "model": "", "fallbacks": []}
        Generation.objects.filter(pk=row.pk).update(stage="", percent=0, **planned)
    announce(row, GENERATION_STAGE, {"stage": "queued", "percent": row.percent, "status": Status.QUEUED})


@transaction.atomic
def trash(*, actor: User, generation_id: UUID) -> None:
    """Move a generation and its images to the trash, and stop it if it runs. Raises Missing, Forbidden, or Conflict
    where one of its images is approved."""
    row = cancel(actor=actor, generation_id=generation_id)
    now = timezone.now()
    Generation.objects.filter(pk=row.pk, trashed_at__isnull=True).update(trashed_at=now)
    move_to_trash(Asset.objects.filter(generation=row), at=now)


@transaction.atomic
def restore(*, actor: User, generation_id: UUID) -> None:
    """Take a generation and its images out of the trash."""
    row: Generation = Generation.objects.for_edit(actor, generation_id)
    Generation.objects.filter(pk=row.pk).update(trashed_at=None)
    Asset.objects.filter(generation=row, trashed_at=row.trashed_at).update(trashed_at=None)
