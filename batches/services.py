"""The writers of batches: estimate, create, start, change, clone, save as template. (Stop, go on: `steering`.)"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Greatest
from django.utils import timezone

from batches import calendar, money
from batches.fields import FIELDS
from batches.models import IN_FLIGHT, Batch, BatchItem, BatchStatus, BatchTemplate, ItemStatus
from batches.planning import Entry, Planned, plan_of, planned, team_for
from batches.plans import Plan
from batches.pricing import span_of
from batches.reporting import announce_state
from designer.jobs.services import enqueue
from designer.jobs.steering import set_rank
from designer.pipeline.colours import colour_of
from teams.accounts.models import User
from teams.base.errors import Conflict, Refused
from teams.base.text import one_line
from teams.membership.models import Team

TITLE: Final = 120
MOST_AT_ONCE: Final = 64
USUAL_AT_ONCE: Final = 4
PREVIEWED: Final = 50
FARTHEST: Final = timedelta(days=366)
AT_ONCE_ROWS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchWish:
    """What a person asks for. `plan` as in docs/batches.md; `start` False leaves a draft."""

    plan: dict[str, Any]
    team: UUID | None = None
    title: str = ""
    budget: Any = None
    parallelism: int = USUAL_AT_ONCE
    priority: int = 5
    run_at: datetime | None = None
    cron: str = ""
    time_zone: str = ""
    template: UUID | None = None
    start: bool = True


def estimate(*, actor: User, wish: BatchWish) -> dict[str, Any]:
    """What the plan makes, costs and takes, and how much of it the budgets allow. Raises Refused; writes nothing."""
    team = team_for(actor, wish.team, wish.plan)
    plan = plan_of(actor, team, wish.plan)
    found = planned(actor, team, plan, strict=False)
    budget = money.amount_of(wish.budget, cheapest=found.cheapest)
    span = span_of([entry.price for entry in found.entries], parallelism=wish.parallelism)
    warnings = _unread(plan)
    return {
        "items": len(found.entries),
        "images": found.images,
        "duplicates": found.duplicates,
        "cost": {"low": f"{found.low:f}", "high": f"{found.high:f}"},
        "simulated": found.simulated,
        "seconds": {"low": span.low, "high": span.high},
        "each": _groups(found),
        **money.fits(found, team_id=team.pk, actor_id=actor.pk, budget=budget),
        "warnings": list(dict.fromkeys([*warnings, *(w for entry in found.entries for w in entry.price.warnings)])),
        "preview": [_previewed(place, entry) for place, entry in enumerate(found.entries[:PREVIEWED])],
    }


def _unread(plan: Plan) -> list[str]:
    """What of the plan goes into no image, or only as a word."""
    columns = plan.unused(name for row in plan.rows for name in row if name not in FIELDS)
    told = [f"{{{name}}} is only shown with its item: no brief has a place for it." for name in columns]
    colours = dict.fromkeys(colour for palette in plan.palettes for colour in palette)
    unknown = [colour for colour in colours if not any(map(colour_of, _ends_of(colour)))]
    told += [f"No colour is known here as {colour}: it is sent to the model as you wrote it." for colour in unknown]
    return told


def _ends_of(colour: str) -> list[str]:
    """The colour, and what of it is left without its first words: pale sea green, sea green, green."""
    words = colour.split()
    return [" ".join(words[place:]) for place in range(len(words))]


def _groups(found: Planned) -> list[dict[str, Any]]:
    """Items of one price together."""
    counts = Counter(
        (p.provider, p.model, p.title, p.images, p.low, p.high, p.seconds, p.simulated)
        for p in (entry.price for entry in found.entries)
    )
    names = ("provider", "model", "title", "images", "low", "high", "seconds", "simulated")
    told = [{"count": count, **dict(zip(names, key, strict=True))} for key, count in counts.most_common()]
    return [{**each, "low": f"{each['low']:f}", "high": f"{each['high']:f}"} for each in told]


def _previewed(place: int, entry: Entry) -> dict[str, Any]:
    return {
        "position": place + 1,
        "label": entry.cell.label,
        "brief": entry.cell.wish.get("brief", ""),
        "model": entry.price.model,
        "low": f"{entry.price.low:f}",
        "high": f"{entry.price.high:f}",
    }


@transaction.atomic
def create(*, actor: User, wish: BatchWish, stored: bool = False) -> Batch:
    """Plan a batch whole: all of its items, priced, or (Refused, Missing, Forbidden) nothing at all. `stored`: its plan
    was accepted once."""
    team = team_for(actor, wish.team, wish.plan)
    plan = plan_of(actor, team, wish.plan, stored=stored)
    found = planned(actor, team, plan)
    budget = money.amount_of(wish.budget, cheapest=found.cheapest)
    run_at, zone = _moment(actor, team, wish)
    span = span_of([entry.price for entry in found.entries], parallelism=wish.parallelism)
    row = Batch.objects.create(
        team=team,
        owner=actor,
        title=one_line(wish.title, field="title", longest=TITLE, empty=True) or _title_of(plan),
        kind=plan.kind,
        plan=plan.to_json(),
        estimate_low=found.low,
        estimate_high=found.high,
        seconds_high=span.high,
        images=found.images,
        simulated=found.simulated,
        priority=wish.priority,
        parallelism=wish.parallelism,
        run_at=run_at,
        cron=wish.cron,
        time_zone=zone,
        template=_template(actor, team, wish.template),
    )
    money.set_budget(team.pk, row.pk, budget)
    if not row.cron:
        _add_items(row, found)
    if wish.start:
        begin(row)
    row.refresh_from_db()
    return row


def _add_items(row: Batch, found: Planned) -> None:
    BatchItem.objects.bulk_create(
        [
            BatchItem(
                batch=row,
                team_id=row.team_id,
                position=place + 1,
                wish=entry.cell.wish,
                label=entry.cell.label,
                arm=entry.cell.arm,
                pair=entry.cell.pair,
                low=entry.price.low,
                high=entry.price.high,
                most=entry.price.most,
                provider=entry.price.provider,
                model=entry.price.model,
            )
            for place, entry in enumerate(found.entries)
        ],
        batch_size=AT_ONCE_ROWS,
    )


def _title_of(plan: Plan) -> str:
    if plan.kind == "enhance":
        return f"{len(plan.sources):,} images enhanced"
    first = plan.base.get("brief") or next(iter(plan.prompts), "") or str(next(iter(plan.rows), {}).get("brief", ""))
    return " ".join(first.split())[:TITLE] or "Batch"


def _template(actor: User, team: Team, pk: UUID | None) -> BatchTemplate | None:
    if pk is None:
        return None
    found = BatchTemplate.objects.visible_to(actor).filter(team=team, pk=pk).first()
    if found is None:
        raise Refused("not_found", "There is no such template.", field="template", remedy="Leave it out.")
    return found


def _moment(actor: User, team: Team, wish: BatchWish) -> tuple[datetime | None, str]:
    """When it runs first, and the time zone its cron is meant in. Raises Refused for what cannot be."""
    now = timezone.now()
    zone = calendar.known(wish.time_zone) if wish.time_zone else zone_of(team, actor)
    if wish.cron and wish.run_at:
        raise Refused("two_times", "Send run_at or cron, not both.", field="cron", remedy="Remove one.")
    if wish.cron:
        return calendar.check(wish.cron, calendar.known(zone), after=now), zone
    if wish.run_at is not None and wish.run_at <= now:
        raise Refused("in_the_past", "This moment is over.", field="run_at", remedy="Leave it out to start at once.")
    if wish.run_at is not None and wish.run_at > now + FARTHEST:
        raise Refused("too_far", "This is more than a year away.", field="run_at", remedy="Choose an earlier day.")
    return wish.run_at, zone


def zone_of(team: Team, actor: User) -> str:
    """The time zone that a repeat is meant in where none was said."""
    return team.time_zone or actor.timezone


@transaction.atomic
def start(*, actor: User, batch_id: UUID) -> Batch:
    """Start a draft, or what waits for its time, now. Nothing if it runs. Raises Missing, Forbidden, Conflict."""
    row: Batch = Batch.objects.for_edit(actor, batch_id)
    if row.status == BatchStatus.RUNNING:
        return row
    if row.status == BatchStatus.SCHEDULED and not row.cron:
        run(row)
    elif row.status == BatchStatus.DRAFT:
        _catch_up(row)
        begin(row)
    else:
        raise Conflict("cannot_start", f"This batch is {row.status}.", remedy="Reload it.")
    row.refresh_from_db()
    return row


def _catch_up(row: Batch) -> None:
    """The moment that a draft was kept for may be over: a repeat begins with its next one, anything else now."""
    now = timezone.now()
    if row.run_at is not None and row.run_at <= now:
        row.run_at = calendar.following(row.cron, row.time_zone, after=now) if row.cron else None


def begin(row: Batch) -> None:
    """Let a draft run, at its time if it has one."""
    if row.run_at is None:
        run(row)
        return
    Batch.objects.move(row.pk, BatchStatus.SCHEDULED, run_at=row.run_at, reason=None)
    arm(row, row.run_at)
    announce_state(row.pk)


def arm(row: Batch, moment: datetime) -> None:
    """Have the queue start it at that moment."""
    key = f"batch.start:{row.pk}:{moment.timestamp():.0f}"
    payload = {"batch_id": str(row.pk), "moment": moment.isoformat()}
    enqueue("batch.start", payload, team_id=row.team_id, lane="io", priority=0, run_at=moment, dedup_key=key)


def run(row: Batch) -> None:
    """Let it run now."""
    now = timezone.now()
    Batch.objects.move(row.pk, BatchStatus.RUNNING, reason=None, started_at=row.started_at or now, finished_at=None)
    wake(row)
    announce_state(row.pk)


def wake(row: Batch) -> None:
    """Have the feeder look at the batch: once, however often this is asked before it has looked."""
    payload = {"batch_id": str(row.pk)}
    enqueue("batch.feed", payload, team_id=row.team_id, lane="io", priority=2, dedup_key=f"batch.feed:{row.pk}")


@transaction.atomic
def change(*, actor: User, batch_id: UUID, said: dict[str, Any]) -> Batch:
    """Change title, priority, parallelism or budget, also while it runs. Raises Missing, Forbidden, Refused, and
    Conflict for all but the title of one that nothing can make run again."""
    row: Batch = Batch.objects.for_edit(actor, batch_id)
    if row.status not in Batch.MOVES and set(said) - {"title"}:
        remedy = "Clone it to run it again. Its title may still be changed."
        raise Conflict("already_over", f"This batch is {row.status}.", remedy=remedy)
    changed: dict[str, Any] = {}
    if "title" in said:
        changed["title"] = one_line(said["title"], field="title", longest=TITLE)
    if "budget" in said:
        left = row.items.filter(status=ItemStatus.WAITING)
        cheapest = left.aggregate(least=Min(Greatest("most", "high")))["least"]  # older items know no most
        money.set_budget(row.team_id, row.pk, money.amount_of(said["budget"], cheapest=cheapest))
    if "priority" in said:
        changed["priority"] = said["priority"]
        set_rank(jobs_in_flight(row.pk), said["priority"])
    if "parallelism" in said:
        changed["parallelism"] = said["parallelism"]
    Batch.objects.filter(pk=row.pk).update(**changed, updated_at=timezone.now())
    row.refresh_from_db()
    if row.status == BatchStatus.RUNNING:
        wake(row)
    announce_state(row.pk)
    return row


def jobs_in_flight(batch_id: UUID) -> list[UUID]:
    """The jobs of the items that are queued or running."""
    rows = BatchItem.objects.filter(batch_id=batch_id, status__in=IN_FLIGHT)
    pairs = rows.values_list("generation__job_id", "enhancement__job_id")
    return [pk for pair in pairs for pk in pair if pk is not None]


def clone(*, actor: User, batch_id: UUID) -> Batch:
    """A draft with the plan of another batch, priced anew; that of a series repeats as it does. Raises Missing,
    Forbidden, Refused."""
    row: Batch = Batch.objects.see(actor, batch_id)
    return create(actor=actor, stored=True, wish=replace(_same_again(row), cron=row.cron, time_zone=row.time_zone))


def draft_of(*, actor: User, template_id: UUID) -> Batch:
    """A draft with the whole plan of a template. Raises Missing, Forbidden, Refused."""
    kept = BatchTemplate.objects.see(actor, template_id)
    wish = BatchWish(plan=kept.plan, team=kept.team_id, title=kept.name, template=kept.pk, start=False)
    return create(actor=actor, wish=wish, stored=True)


def _same_again(row: Batch) -> BatchWish:
    return BatchWish(
        plan=row.plan,
        team=row.team_id,
        title=row.title,
        budget=money.budget_of(row.pk),
        parallelism=row.parallelism,
        priority=row.priority,
        template=row.template_id,
        start=False,
    )


@transaction.atomic
def save_template(*, actor: User, team_id: UUID | None, name: str, plan: dict[str, Any]) -> BatchTemplate:
    """Keep a plan under a name. Raises Refused for a plan that cannot be; IntegrityError for a name that is taken."""
    team = team_for(actor, team_id, plan)
    checked = plan_of(actor, team, plan)
    checked.check_count()
    name = one_line(name, field="name", longest=TITLE)
    return BatchTemplate.objects.create(team=team, owner=actor, name=name, plan=checked.to_json())


def delete_template(*, actor: User, template_id: UUID) -> None:
    """Forget a template. Batches made of it, also those that still wait for their time, have a copy and stay."""
    BatchTemplate.objects.for_edit(actor, template_id).delete()


def fire(row: Batch, moment: datetime) -> Batch:
    """The run of a series for one of its moments, once. Raises Refused when its plan can no longer be carried out."""
    made = create(actor=row.owner, wish=_same_again(row), stored=True)
    Batch.objects.filter(pk=made.pk).update(series=row, slot=moment)
    begin(made)
    return made
