"""An enhancement as a page or a client reads it: its steps, each with what was promised and what became of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.template.defaultfilters import filesizeformat

from designer.assets.models import Asset
from designer.catalogue.amounts import money
from enhancement import rights
from enhancement.comparing import Measured
from enhancement.framings import over_result, over_source
from enhancement.models import Enhancement, EnhancementPreview, Status
from enhancement.previews import notes_of, whole_of
from enhancement.recipes import Recipe
from enhancement.remote.offers import title_of_seller
from enhancement.telling import said_by, title_of
from enhancement.waiting import Queue

HELD: Final = {
    "paused": "whoever runs the studio has paused such work: it begins when that is over",
    "no_worker": "no worker takes such work now: it begins when one does",
    "held": "its batch is paused: it begins when that goes on",
}
NEXT: Final = {Status.QUEUED: "waiting", Status.RUNNING: "running"}


def summary_of(recipe: Recipe) -> str:
    """'Enlarge 4×, Clean colours': the recipe in a line."""
    return ", ".join(_words(step) for step in recipe)


def _words(step: dict[str, Any]) -> str:
    title = title_of(step["name"])
    if step["name"] != "upscale":
        return title
    target = step.get("target", "scale")
    return f"{title} {step['scale']}×" if target == "scale" else f"{title} to {target}"


def steps_of(row: Enhancement) -> list[dict[str, Any]]:
    """Every step: `status` waiting, running, done or skipped; seconds and size as measured, else as quoted."""
    done = row.facts.get("operations", [])
    quote = row.quote or [{"name": step["name"], "title": title_of(step["name"])} for step in row.operations]
    return [_step(row, place, quoted, done) for place, quoted in enumerate(quote)]


def _step(row: Enhancement, place: int, quoted: dict[str, Any], done: list[dict[str, Any]]) -> dict[str, Any]:
    facts = done[place] if place < len(done) else {}
    if facts:
        status = "done"
    elif row.is_live:
        status = NEXT[Status(row.status)] if place == len(done) else "waiting"
    else:
        status = "skipped"
    return {
        **{name: quoted.get(name) for name in ("name", "title", "provider", "model", "cost")},
        "status": status,
        "seconds_quoted": quoted.get("seconds"),
        "seconds": facts.get("seconds"),
        "width": facts.get("width", quoted.get("width")),
        "height": facts.get("height", quoted.get("height")),
        "facts": facts,
    }


def seller_title(step: Mapping[str, Any]) -> str:
    """'Clarity at fal': the service that does a step; "" for this machine."""
    return title_of_seller(step.get("provider") or "", step.get("model") or "")


def seconds_words(seconds: float) -> str:
    """'about 12 s', 'about 3 min', 'about 2 h': no finer than such a figure is known."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def basis_words(basis: dict[str, Any]) -> str:
    """Where the seconds come from."""
    if basis["kind"] == "measured":
        return f"as measured in the last {basis['runs']} runs"
    return "partly measured, partly estimated" if basis["kind"] == "partly measured" else "estimated"


def price_words(cost: str | Decimal) -> str:
    amount = Decimal(cost)
    return f"${money(amount)}" if amount else "free"


def estimate_shown(found: dict[str, Any]) -> dict[str, Any]:
    """An estimate in words, for a page."""
    one = found["assets"][0] if len(found["assets"]) == 1 and not found["refused"] else None
    waiting = found["queue"]["waiting"]
    return {
        "one": one,
        "steps": [
            {
                **step,
                "seconds_words": seconds_words(step["seconds"]),
                "price": price_words(step["cost"]),
                "by": seller_title(step),
            }
            for step in (one["steps"] if one else [])
        ],
        "images": len(found["assets"]),
        "refused": found["refused"],
        "seconds": seconds_words(found["seconds"]),
        "price": price_words(found["cost"]),
        "basis": basis_words(found["basis"]),
        "waiting": waiting,
        "held": found["queue"]["held"],
        "wait": wait_words(found["queue"]),
    }


def wait_words(place: Mapping[str, Any]) -> str:
    """'about 40 s', or why it does not begin."""
    return HELD[place["held"]] if place["held"] else seconds_words(place["seconds"])


def remaining_words(remaining: dict[str, Any] | None) -> str:
    """'about 40 s left, as measured in the last 5 runs'; where nobody knows, why."""
    if remaining is None:
        return ""
    if remaining["kind"] == "retry":
        return f"put off: it is tried again in {seconds_words(remaining['again_in'])}"
    if remaining["seconds"] is None:
        return HELD.get(remaining["kind"], "longer than the last runs took; it goes on")
    return f"{seconds_words(remaining['seconds'])} left, {basis_words(remaining)}"


def steps_shown(row: Enhancement) -> list[dict[str, Any]]:
    """The steps for a page: with who does each, and what it says of the picture (`said`)."""
    return [{**step, "by": seller_title(step), "said": said_by(step["facts"])} for step in steps_of(row)]


def row_shown(row: Enhancement, queue: Queue) -> dict[str, Any]:
    """An enhancement as a line of a page."""
    return {
        "row": row,
        "summary": summary_of(row.operations),
        "steps": steps_shown(row),
        "place": queue.place(row),
        "left": remaining_words(queue.remaining(row)),
        "price": "" if row.cost is None else price_words(row.cost),
        "moved": _moved(row),
        "guides": over_result(row.facts.get("operations", [])) if row.result_id else None,
        "declares": rights.needs_declaration(row.operations),
    }


def _moved(row: Enhancement) -> str:
    """How far the colours of a result are from its source, where an eye would see it."""
    told = row.facts.get("fidelity", {})
    if told.get("faithful", True):
        return ""
    return f"Colours moved: ΔE2000 {told['delta_e_mean']:.1f} on average, {told['delta_e_p99']:.1f} for 99 % of it."


def preview_shown(row: EnhancementPreview, queue: Queue) -> dict[str, Any]:
    """A preview for a page: each recipe with what it made of the part and would come to for the whole."""
    place = queue.place(row)
    return {
        "trials": [_trial(row, number, recipe) for number, recipe in enumerate(row.recipes)],
        "wait": wait_words(place) if place and (place["held"] or place["seconds"]) else "",
    }


def _trial(row: EnhancementPreview, number: int, recipe: dict[str, Any]) -> dict[str, Any]:
    whole = whole_of(row, number)
    result = row.results[number] if number < len(row.results) else None
    crop = (result or {}).get("crop", {})
    return {
        "number": number,
        "name": recipe["name"],
        "summary": summary_of(recipe["operations"]),
        "notes": notes_of(row, number),
        "result": result,
        "crop": over_source(crop) if "box" in crop else None,
        "crop_error": crop.get("error"),
        "size": f"{whole['width']} × {whole['height']}",
        "seconds": seconds_words(whole["seconds"]),
        "price": price_words(whole["cost"]),
    }


def versions_shown(found: list[Asset], now: Asset, made: Mapping[UUID | None, Enhancement]) -> list[dict[str, Any]]:
    """The versions of an image for a page, each by its name, else by how it was made. `made`: by result.

    `after`: what is proposed for a comparison: the one looked at, or from the original the newest.
    """
    in_use = found[0].face_id if found else None
    newest = max(found, key=lambda each: each.created_at).pk if found else None
    return [
        {
            "asset": each,
            "label": each.version_name or _made_as(each, made.get(each.pk)),
            "made_by": made.get(each.pk),
            "now": each.pk == now.pk,
            "after": each.pk == (now.pk if now.parent_id else newest),
            "in_use": each.pk == in_use,
            "first": each.parent_id is None,
        }
        for each in found
    ]


def _made_as(asset: Asset, made: Enhancement | None) -> str:
    if asset.parent_id is None:
        return "Original"
    return summary_of(made.operations) if made else asset.get_kind_display()


def comparison_shown(found: Measured) -> dict[str, Any]:
    """The figures of two versions, for a page: `lines` of (name, before, after), and what binds both."""
    figures = found.figures
    lines = [
        ("Size", _size(found.before), _size(found.after)),
        ("File", filesizeformat(found.before.bytes), filesizeformat(found.after.bytes)),
    ]
    if "reason" not in figures:
        before, after = (figures[name] for name in ("sharpness_before", "sharpness_after"))
        lines.append(("Sharpness", _share(before), _share(after)))
    return {"lines": lines, "figures": figures, "reason": figures.get("reason", "")}


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _size(asset: Asset) -> str:
    return f"{asset.width} × {asset.height}"
