"""Runs a preview: cuts the part out, does each recipe on it, keeps what came of it. Nothing is charged."""

import time
from typing import Any, Final

from PIL import Image, ImageOps

from designer.assets.services import prepare_result
from designer.jobs.handlers import Cancelled, Permanent, Retry, RunningJob
from enhancement import capabilities
from enhancement.engine.asking import untold
from enhancement.engine.errors import EngineCancelled, EngineError
from enhancement.models import EnhancementPreview, Status
from enhancement.operations import files, registry
from enhancement.operations.crop import Crop
from enhancement.previews import announce, is_sought, seek
from enhancement.workpieces import opened, others_of, provenance_after
from teams.base.errors import Refused

VIEW: Final = 640  # pixels of the longer side


def run(job: RunningJob, preview_id: str) -> None:
    """Bring one preview to its end. Safe to run again: it begins anew, and equal files are stored once."""
    with job.fenced():
        EnhancementPreview.objects.move(preview_id, Status.RUNNING, results=[])
        row = EnhancementPreview.objects.select_related("source", "owner").get(pk=preview_id)
        announce(row)
    whole = ImageOps.exif_transpose(opened(row.source))
    try:
        if is_sought(row):
            _place(job, row)
        _try_all(job, row, whole)
    except Refused as full:  # the storage has no room or is away, which passes
        raise Retry(reason=full.message, code=full.code, remedy=full.remedy) from full


def _place(job: RunningJob, row: EnhancementPreview) -> None:
    """The part where the face is that it is about. Raises Permanent where the recipes cannot be done any more."""
    try:
        seek(row, ask=job.stop_if_cancelled)
    except Refused as gone:
        if gone.status >= 500:  # the storage
            raise
        raise Permanent(gone.code, gone.message, gone.remedy) from gone
    with job.fenced():
        EnhancementPreview.objects.move(row.pk, Status.RUNNING, box=row.box, recipes=row.recipes)
        announce(row)


def _try_all(job: RunningJob, row: EnhancementPreview, whole: Image.Image) -> None:
    """Each recipe on the part. Raises Refused for a storage that is full, Cancelled, and Permanent where none went."""
    part, view = _cut(row, whole), _viewed(whole)
    row.part = _stored(row, part, [])
    for recipe in row.recipes:
        job.stop_if_cancelled()
        row.results.append({**_tried(job, row, recipe, part), **_framed(job, recipe, view)})
        last = len(row.results) == len(row.recipes)
        failed = last and all("error" in result for result in row.results)
        if failed:
            error = row.results[0]["error"]
            raise Permanent(error["code"], error["message"], error["remedy"])
        _note(job, row, last=last)


def _cut(row: EnhancementPreview, whole: Image.Image) -> Image.Image:
    left, top = row.box["left"], row.box["top"]
    part = whole.crop((left, top, left + row.box["width"], top + row.box["height"]))
    part.info.update({name: whole.info[name] for name in ("icc_profile",) if name in whole.info})
    return part


def _viewed(whole: Image.Image) -> Image.Image:
    """A small view of the whole, in which a crop is looked for within a second or two."""
    view = whole.convert("RGB")
    view.thumbnail((VIEW, VIEW))
    return view


def _framed(job: RunningJob, recipe: dict[str, Any], view: Image.Image) -> dict[str, Any]:
    """Where the recipe's crop would cut the whole, or why it could not; {} without one. Raises Cancelled."""
    step = next((each for each in recipe["operations"] if each["name"] == Crop.name), None)
    if step is None:
        return {}
    params = {name: value for name, value in step.items() if name != "name"}
    try:
        found = registry.get(Crop.name).run(view, params, progress=untold, cancelled=job.is_cancelled).facts
    except EngineCancelled as stop:
        raise Cancelled from stop
    except EngineError as error:
        return {"crop": {"error": {"code": error.code, "message": error.message, "remedy": error.remedy}}}
    crop = {name: found[name] for name in ("shape", "box", "of", "guides")}
    return {"crop": crop, "framed": [{"name": Crop.name, "notes": found["notes"]}]}


def _tried(job: RunningJob, row: EnhancementPreview, recipe: dict[str, Any], part: Image.Image) -> dict[str, Any]:
    """What one recipe made of the part, or why it could not. Raises Cancelled."""
    started = time.perf_counter()
    try:
        made, facts = _applied(job, row, recipe["on_part"], part)
    except EngineCancelled as stop:
        raise Cancelled from stop
    except EngineError as error:
        told = capabilities.pass_on(error, recipe["on_part"], job.lease.worker)
        return {"error": {"code": told.code, "message": told.message, "remedy": told.remedy}}
    except Permanent as gone:
        return {"error": {"code": gone.code, "message": gone.message, "remedy": gone.remedy}}
    seconds = round(time.perf_counter() - started, 2)
    return {**_stored(row, made, facts), "seconds": seconds, "facts": facts}


def _applied(
    job: RunningJob, row: EnhancementPreview, steps: list[dict[str, Any]], image: Image.Image
) -> tuple[Image.Image, list[dict[str, Any]]]:
    facts = []
    for step in steps:
        job.stop_if_cancelled()
        if not step.get("keep"):
            operation = registry.get(step["name"])
            params = {key: value for key, value in step.items() if key not in ("name", "size", "keep")}
            result = operation.run(
                image, params, progress=untold, cancelled=job.is_cancelled, others=others_of(row, step)
            )
            image = result.image
            facts.append({"name": operation.name, **result.facts})
        image = _sized(image, step["size"])
    return image, facts


def _sized(image: Image.Image, side: int) -> Image.Image:
    if image.size == (side, side):
        return image
    info, image = image.info, image.resize((side, side), Image.Resampling.LANCZOS)
    image.info.update(info)
    return image


def _stored(row: EnhancementPreview, image: Image.Image, facts: list[dict[str, Any]]) -> dict[str, Any]:
    """A file without an asset: the sweep of what no asset names takes it after a day."""
    told = provenance_after(row.source, facts)
    made = prepare_result(team_id=row.team_id, data=files.encoded(image), provenance=told)
    return {"path": made.path, "media_type": made.picture.media_type, "width": image.width, "height": image.height}


def _note(job: RunningJob, row: EnhancementPreview, *, last: bool) -> None:
    with job.fenced(finish=last):
        row.status = Status.SUCCEEDED if last else Status.RUNNING
        EnhancementPreview.objects.move(row.pk, row.status, part=row.part, results=row.results)
        announce(row)
