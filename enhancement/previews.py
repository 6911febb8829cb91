"""The writers of previews: one or two recipes on the same small part of an image. Never charged, kept for a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

import numpy as np
import redis
from django.db import transaction
from django.utils import timezone
from PIL import Image

from designer.assets.blobs import opened, thumbnail_path
from designer.assets.models import Asset
from designer.assets.services import thumbnail_width
from designer.jobs.services import enqueue, request_cancel
from designer.realtime.events import PREVIEW_CHANGED, record
from enhancement import rights
from enhancement.cropping import (
    OnPart,
    Spot,
    detailed_spot,
    face_of,
    has_faces,
    mark_of,
    on_part,
    part_for,
    told_of_face,
    told_of_mark,
)
from enhancement.engine.asking import Ask, never
from enhancement.estimating import estimate
from enhancement.models import LIVE, EnhancementPreview, Status
from enhancement.operations import faces
from enhancement.operations.crop import RATIOS, Crop
from enhancement.operations.framing import Box
from enhancement.recipes import Plan
from enhancement.services import plan_for
from enhancement.telling import said_by_all
from teams.accounts.models import User
from teams.base.errors import Refused
from teams.base.limits import Limit, TooOften, take

MOST: Final = 2  # recipes beside each other
OFTEN: Final = (30, 300)  # tries of one person within so many seconds
KEPT: Final = timedelta(days=1)  # then the files are swept too, for no asset names them
FIRST: Final = 1  # priority: somebody sits and waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A recipe to be tried, and what it is called."""

    operations: Any
    name: str = ""


def request_preview(
    *, actor: User, asset_id: UUID, trials: Sequence[Trial], spot: Spot | None = None
) -> EnhancementPreview:
    """Try recipes around `spot` (shares of width and height; by default where the marks or a face is that they are
    about, else the most detailed one). A face is looked for by whoever runs it. An earlier preview of the same person
    that has not ended is cancelled. Rights are declared as for the whole, and it is logged.

    Raises Missing, Forbidden, Conflict, or Refused naming the recipe at fault, or because it was too often.
    """
    if not 1 <= len(trials) <= MOST:
        raise Refused("too_many", f"One to {MOST} recipes.", field="recipes", remedy="Send no more.")
    asset, plans = _planned(actor, asset_id, trials)
    size = (asset.width, asset.height)
    _limit(actor)
    mark = mark_of(plans, size, spot)
    box, about = part_for(plans, size=size, subject=mark, spot=spot, detailed=partial(spot_of, asset))
    recipes = []
    for trial, plan in zip(trials, plans, strict=True):
        part = on_part(plan, size=size, part=box)
        told = told_of_mark(part) if about else []
        recipes.append(_recipe(actor, asset, trial, plan, OnPart(part.steps, [*told, *part.notes])))
        if mark is None and has_faces(plan):
            recipes[-1]["seek"] = spot
    return _queued(
        EnhancementPreview(
            team_id=asset.team_id,
            owner=actor,
            source=asset,
            box=box.shown(),
            recipes=recipes,
        )
    )


def is_sought(row: EnhancementPreview) -> bool:
    """Whether faces are still to be looked for, by whoever runs it: the part may come to lie elsewhere."""
    return any("seek" in recipe for recipe in row.recipes)


def seek(row: EnhancementPreview, *, ask: Ask = never) -> None:
    """Put the part where the face is that its recipes are about, and say so; nothing is written to the row in the
    database. Where faces cannot be looked for, the part stays, and nothing is said. ask: raises to stop.

    Raises Missing, Forbidden, Conflict or Refused where the recipes cannot be done any more.
    """
    spot = next(recipe["seek"] for recipe in row.recipes if "seek" in recipe)
    recipes = [{name: value for name, value in recipe.items() if name != "seek"} for recipe in row.recipes]
    if not faces.unavailable():
        asset, plans = _planned(row.owner, row.source_id, [Trial(operations=each["operations"]) for each in recipes])
        size = (asset.width, asset.height)
        face = face_of(_faces(asset, ask), spot, size)
        box, about = part_for(plans, size=size, subject=face, spot=spot, detailed=partial(spot_of, asset))
        for recipe, plan in zip(recipes, plans, strict=True):
            part = on_part(plan, size=size, part=box)
            told = told_of_face(plan, face, about=about, chosen=spot is not None)
            recipe.update(on_part=part.steps, notes=[*told, *part.notes])
        row.box = box.shown()
    row.recipes = recipes


def _faces(asset: Asset, ask: Ask) -> list[Box]:
    """The faces that are sure in a view of an image, the largest first, in its pixels."""
    with opened(thumbnail_path(asset.path, thumbnail_width(asset, faces.VIEW))) as file, Image.open(file) as view:
        seen = np.asarray(view.convert("RGBA"))
    scale = asset.width / seen.shape[1]
    found = [face for face in faces.find(seen, ask=ask) if face.sure]
    sides = [[each * scale for each in (face.left, face.top, face.width, face.height)] for face in found]
    return [
        Box(round(left), round(top), round(left + width), round(top + height)) for left, top, width, height in sides
    ]


def _planned(actor: User, asset_id: UUID, trials: Sequence[Trial]) -> tuple[Asset, list[Plan]]:
    plans = []
    for number, trial in enumerate(trials):
        try:
            asset, plan = plan_for(actor=actor, asset_id=asset_id, operations=trial.operations)
        except Refused as refused:
            if refused.field not in (None, "asset"):
                refused.field = f"recipes[{number}].{refused.field}"
            for line in refused.facts.get("lines", []):
                line["field"] = f"recipes[{number}].{line['field']}"
            raise
        plans.append(plan)
    return asset, plans


def _recipe(actor: User, asset: Asset, trial: Trial, plan: Plan, part: OnPart) -> dict[str, Any]:
    whole = estimate(actor=actor, asset_ids=[asset.pk], operations=trial.operations)
    said = {name: whole["assets"][0][name] for name in ("seconds", "cost", "basis", "width", "height")}
    if plan.recipe[-1]["name"] == Crop.name and plan.recipe[-1]["shape"] in RATIOS:
        *earlier, _ = whole["assets"][0]["steps"]
        uncut = earlier[-1] if earlier else {"width": asset.width, "height": asset.height}
        said["uncut"] = {side: uncut[side] for side in ("width", "height")}
    return {
        "name": trial.name,
        "operations": plan.recipe,
        "on_part": part.steps,
        "notes": part.notes,
        "whole": said,
    }


def whole_of(row: EnhancementPreview, number: int) -> dict[str, Any]:
    """What a recipe would come to for the whole image. The size is the largest of the wished shape, until the place of
    the crop was found in the small view: then it is that place's, to some pixels.
    """
    said = dict(row.recipes[number]["whole"])
    uncut = said.pop("uncut", None)
    crop = row.results[number].get("crop", {}) if number < len(row.results) else {}
    if uncut and "box" in crop:
        said.update({side: round(uncut[side] * crop["box"][side] / crop["of"][side]) for side in uncut})
    return said


def notes_of(row: EnhancementPreview, number: int) -> list[str]:
    """What to know of a trial: where the whole may come out otherwise, and what its steps said of the part."""
    result = row.results[number] if number < len(row.results) else {}
    return [*row.recipes[number]["notes"], *said_by_all([*result.get("facts", []), *result.get("framed", [])])]


def _limit(actor: User) -> None:
    try:
        take([Limit(f"preview:{actor.pk}", *OFTEN)])
    except TooOften as often:
        message = f"More than {OFTEN[0]} previews in {OFTEN[1] // 60} minutes."
        remedy = f"Wait {often.seconds} s."
        raise Refused("too_often", message, remedy=remedy, status=429, retry_after=often.seconds) from often
    except redis.RedisError:
        return  # a limit that cannot be counted stands in nobody's way: the queue is fair among teams


def spot_of(asset: Asset, edge: int) -> Spot:
    """The most detailed spot, sought in a thumbnail. Raises Conflict or Refused when the storage has none."""
    with opened(thumbnail_path(asset.path, thumbnail_width(asset, 640))) as file, Image.open(file) as view:
        return detailed_spot(view, share=edge / asset.width)


@transaction.atomic
def _queued(row: EnhancementPreview) -> EnhancementPreview:
    row.save()
    for recipe in row.recipes:
        rights.note(row.owner, row.source, recipe["operations"], preview=str(row.pk))
    for earlier in EnhancementPreview.objects.filter(owner=row.owner, status__in=LIVE, job_id__isnull=False):
        request_cancel(cast("UUID", earlier.job_id))
    job = enqueue(
        "enhancement.preview",
        {"preview_id": str(row.pk)},
        team_id=row.team_id,
        lane="gpu",
        priority=FIRST,
        max_attempts=2,
    )
    row.job_id = job.pk
    row.save(update_fields=["job_id", "updated_at"])
    announce(row)
    return row


def announce(row: EnhancementPreview) -> None:
    """Tell those who watch it."""
    said = {"status": row.status, "done": len(row.results)}
    record(f"preview:{row.pk}", PREVIEW_CHANGED, said, team_id=row.team_id)


def cancel(*, actor: User, preview_id: UUID) -> EnhancementPreview:
    """Stop at the next tile; harmless when it has ended. Raises Missing or Forbidden."""
    row: EnhancementPreview = EnhancementPreview.objects.for_edit(actor, preview_id)
    if row.job_id and row.is_live:
        request_cancel(row.job_id)
        row.refresh_from_db()
    return row


def close(preview_id: str, *, status: str, error: dict[str, Any]) -> None:
    """End a preview that did not succeed. Called in the transaction that ends its job."""
    end = Status.CANCELLED if status == "cancelled" else Status.FAILED
    row = EnhancementPreview.objects.filter(pk=preview_id).first()
    if row is None or not row.is_live:
        return
    EnhancementPreview.objects.move(row.pk, end, error=None if end == Status.CANCELLED else error)
    row.refresh_from_db()
    announce(row)


def forget_old() -> int:
    """Delete the previews of yesterday; how many."""
    old = EnhancementPreview.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(status__in=LIVE).delete()[0]
