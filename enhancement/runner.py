"""Runs a recipe: reads the source, applies each operation, stores the result with its charge and its event."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from designer.assets.services import prepare_result, read_bytes, store_prepared
from designer.jobs import claims
from designer.jobs.handlers import Cancelled, Permanent, Retry, RunningJob
from designer.jobs.rights import check_owner
from designer.jobs.services import has_bought
from designer.ledger.models import EntryKind
from designer.ledger.services import charge
from designer.realtime.events import COST_UPDATED, ENHANCEMENT_COMPLETE, ENHANCEMENT_PROGRESS, record
from designer.realtime.ticks import tick
from enhancement import capabilities, kept
from enhancement.engine.errors import EngineCancelled, EngineError
from enhancement.fidelity import compared
from enhancement.models import Enhancement, Status
from enhancement.operations import files, pictures, registry
from enhancement.pace import percent_at
from enhancement.recipes import planned
from enhancement.remote import buying, offers
from enhancement.services import announce, announce_end
from enhancement.signals import enhancement_started
from enhancement.workpieces import opened, others_of, provenance_after
from teams.base.errors import Refused


def run(job: RunningJob, enhancement_id: str) -> None:
    """Bring one enhancement to its end. Safe to run again: nothing is stored before the last transaction, and steps and
    rows that took long are kept on this host for the next attempt."""
    row = _begin(job, enhancement_id)
    kept.sweep()
    try:
        data, facts = _apply(job, row)
        _store(job, row, data, facts)
        kept.forget(row.pk)
    except (EngineCancelled, Cancelled) as stop:
        if claims.look(job.lease):  # where the lease was lost, its next holder goes on from what is kept
            kept.forget(row.pk)
        raise Cancelled from stop
    except EngineError as error:
        told = capabilities.pass_on(error, row.operations, job.lease.worker)
        kept.forget(row.pk)
        raise Permanent(told.code, told.message, told.remedy) from error
    except Permanent:
        kept.forget(row.pk)
        raise
    except Refused as full:  # the storage has no room or is away, which passes
        if full.code == "no_room":
            kept.forget_rows(row.pk)  # theirs may be the room that lacks
        raise Retry(reason=full.message, code=full.code, remedy=full.remedy) from full


def _begin(job: RunningJob, enhancement_id: str) -> Enhancement:
    with job.fenced():
        Enhancement.objects.move(enhancement_id, Status.RUNNING, started_at=timezone.now(), percent=0, facts={})
        row = Enhancement.objects.select_related("source", "owner", "team").get(pk=enhancement_id)
        if not has_bought(job.id):  # else `buying` asks before it buys more
            check_owner(row.owner_id, row.team)
        row.quote = row.quote or _quote_of(row)
        enhancement_started.send(Enhancement, enhancement=row)
        announce(row, ENHANCEMENT_PROGRESS, {"stage": "reading", "percent": 0, "status": Status.RUNNING})
    return row


def _quote_of(row: Enhancement) -> list[dict[str, Any]]:
    """For a row from before quotes were kept: what it comes to now, known before the work."""
    try:
        return planned(row.operations, width=row.source.width, height=row.source.height).quote
    except Refused as refused:
        raise Permanent(refused.code, refused.message, refused.remedy) from refused


def _apply(job: RunningJob, row: Enhancement) -> tuple[bytes, list[dict[str, Any]]]:
    """The result as a file, and what each step says. The last step writes it while it computes, where it can."""
    image, facts = kept.found(row.pk) or (opened(row.source), [])
    data = b""
    for position, step in enumerate(row.operations):
        if position < len(facts):  # an earlier attempt got so far
            continue
        job.stop_if_cancelled()
        started, operation = time.perf_counter(), registry.get(step["name"])
        params = {key: value for key, value in step.items() if key != "name"}
        show, last = _progress(row, position), position + 1 == len(row.operations)
        ways: dict[str, Any] = {"progress": show, "cancelled": job.is_cancelled, "scratch": kept.scratch(row.pk)}
        result = buying.bought(job, row, position, image, params, show)
        if last and result is None:
            data, width, height, said = files.finished(operation, image, params, others=others_of(row, step), **ways)
        else:
            result = result or operation.run(image, params, others=others_of(row, step), **ways)
            image, said, (width, height) = result.image, result.facts, result.image.size
            data = files.encoded(image, cancelled=job.is_cancelled) if last else b""
        seconds = round(time.perf_counter() - started, 3)
        said = {"name": operation.name, "width": width, "height": height, **said}
        if step.get("rights"):
            said |= {"declared_by": str(row.owner_id), "declared_at": row.created_at.isoformat()}
        facts.append({**said, "seconds": seconds})
        _note(job, row, facts)
        if not last and seconds >= kept.WORTH:
            kept.keep(row.pk, image, facts)
    return data, facts


def _note(job: RunningJob, row: Enhancement, facts: list[dict[str, Any]]) -> None:
    """Keep what is done so far, for whoever asks before the end."""
    percent = percent_at(row.quote, len(facts))
    with job.fenced():
        Enhancement.objects.filter(pk=row.pk).update(percent=percent, facts={"operations": facts})
        done = {"stage": facts[-1]["name"], "percent": percent, "status": Status.RUNNING, "done": len(facts)}
        announce(row, ENHANCEMENT_PROGRESS, done)


def _progress(row: Enhancement, position: int) -> Callable[[float], None]:
    name, last = row.operations[position]["name"], -1

    def show(share: float) -> None:
        nonlocal last
        percent = percent_at(row.quote, position + share)
        if percent > last:
            last = percent
            data = {"stage": name, "percent": percent}
            tick(f"enhancement:{row.pk}", ENHANCEMENT_PROGRESS, data)
            tick(f"asset:{row.source_id}", ENHANCEMENT_PROGRESS, {"enhancement": str(row.pk), **data})

    return show


def _store(job: RunningJob, row: Enhancement, data: bytes, facts: list[dict[str, Any]]) -> None:
    source = row.source
    provenance = provenance_after(source, facts)
    file = read_bytes(source)
    before = (file, source.media_type)
    taken = source.facts.get("camera")
    made = prepare_result(team_id=row.team_id, data=data, taken=taken, provenance=provenance, parent=before)
    told = {"operations": facts, "fidelity": compared(pictures.opened(file), pictures.opened(data))[0]}
    with job.fenced(finish=True):
        asset = store_prepared(
            made,
            owner_id=row.owner_id,
            kind="enhanced",
            generation_id=source.generation_id,
            parent=source,
            title=source.title,
            seed=source.seed,
            simulated=source.simulated,
            provenance=provenance,
        )
        made_here = [_charge(job, row, step) for step in row.quote if not offers.sells(step)]
        cost = sum(made_here, buying.paid_so_far(row))
        end = {"result": asset, "percent": 100, "facts": told, "cost": cost}
        Enhancement.objects.move(row.pk, Status.SUCCEEDED, finished_at=timezone.now(), **end)
        done = {
            "status": Status.SUCCEEDED,
            "percent": 100,
            "assets": [str(asset.pk)],
            "cost": str(cost),
            "simulated": False,
        }
        paid = {"subject": f"enhancement:{row.pk}", "amount": str(cost), "simulated": False}
        record(f"team:{row.team_id}", COST_UPDATED, paid, team_id=row.team_id)
        announce_end(row.pk, ENHANCEMENT_COMPLETE, done)


def _charge(job: RunningJob, row: Enhancement, step: dict[str, Any]) -> Decimal:
    """One line of the ledger for one step, at the price that was quoted."""
    entry = charge(
        team_id=row.team_id,
        job_id=job.id,
        attempt=job.attempt,
        kind=EntryKind.ENHANCEMENT,
        step=step["name"],
        subject=f"enhancement:{row.pk}",
        actor_id=row.owner_id,
        provider=step["provider"],
        model=step["model"],
        quantity=Decimal(1),
        unit_price=Decimal(step["cost"]),
        simulated=False,
    )
    return entry.amount
