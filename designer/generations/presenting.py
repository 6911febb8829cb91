"""Rows as the pages show them: attributes as chips, prompts as parts, provenance as lines."""

from decimal import Decimal
from typing import Any, Literal

from django.utils import timezone

from designer.assets.models import Asset
from designer.assets.presenting import source_type_words
from designer.assets.versions import root_of
from designer.catalogue.amounts import at_most, exact, money
from designer.catalogue.ready import is_callable
from designer.catalogue.services import ending_soon, warning_of
from designer.generations.estimates import Composed, Preview
from designer.generations.models import Generation, Stage
from designer.generations.orders import NOT_SUPPORTED
from designer.generations.readers import writes
from designer.generations.routes import PLANNED, as_it_went
from designer.generations.understanding_forms import HINTS, label, text_of
from designer.generations.wishes import DRAWS, GenerationWish
from designer.pipeline import taxonomy
from designer.pipeline.records import DICTS, LISTS
from designer.pipeline.remixing import SENT
from designer.pipeline.words import parse
from designer.providers.base import ProviderError
from designer.providers.registry import image_provider

LINES = LISTS | DICTS  # typed in words, not chosen
SHOWN = ("garment", "silhouette", "length", "neckline", "sleeves", "fabric", "pattern", "colours", "mood")
MORE = (
    "fit", "fabric_weight", "texture", "finish", "construction", "aesthetic", "season", "occasion", "formality",
    "photography",
)  # fmt: skip
TOLD = {
    "count": "images",
    "model": "model",
    "unknown": "not understood",
    "mentioned": "named, not chosen",
    "doubt": "taken as",
    "garment": "beside it",
    "language": "not read",
    "reading": "language",
}


def understood_shown(preview: Composed, wish: GenerationWish) -> dict[str, Any]:
    """Every attribute as a chip to edit, the prompt in its parts, and what the brief told of the order itself."""
    record = preview.understanding
    colours = record.get("colours", {}).get("value") or []
    more = [_chip(name, record.get(name), name in wish.corrections) for name in MORE]
    return {
        "rows": [
            *(_chip(name, record.get(name), name in wish.corrections) for name in SHOWN),
            *(chip for chip in more if chip["value"]),  # what was understood is in sight
        ],
        "more": [chip for chip in more if not chip["value"]],
        "colours": [{**colour, "percent": round(100 * (colour.get("coverage") or 0))} for colour in colours],
        "told": [
            {**each, "label": TOLD[each["name"]], "plain": each["name"] in wish.just_words} for each in preview.told
        ],
        "avoided": parse(wish.brief).excluded,
        "prompt": preview.prompt.prompt,
        "parts": preview.prompt_parts(),
        "is_exact": wish.exact,
        "is_reworded": writes(wish),
        "part_rows": _part_rows(preview, wish),
        "added_words": wish.added_words,
        "draw": preview.draw,
    }


def _part_rows(preview: Composed, wish: GenerationWish) -> list[dict[str, str]]:
    """Each part but the brief itself with what it reads now; then edits whose part is not there any more."""
    whose = {part.text: part.part for part in preview.composed.parts if part.part != "user"}
    gone = dict.fromkeys((was for was, now in wish.part_edits.items() if now and was not in whose), "own")
    return [{"was": was, "now": wish.part_edits.get(was, was), "part": part} for was, part in (whose | gone).items()]


def _chip(name: str, attribute: dict[str, Any] | None, corrected: bool) -> dict[str, Any]:
    found = attribute or {"value": None, "confidence": 0.0, "source": "none"}
    known = () if name in LINES else taxonomy.values(name)
    choices = [{"value": value, "label": label(value)} for value in known]
    value = text_of(name, found["value"]) or None
    percent = round(100 * found["confidence"])
    if value and name not in LINES and value not in known:
        choices.insert(0, {"value": value, "label": label(value)})  # a word of the designer's own
    facts = {"value": value, "percent": percent, "source": found["source"], "choices": choices}
    line = {"is_line": name in LINES, "hint": HINTS.get(name, ""), "size": min(max(14, len(value or "")), 44)}
    return {"name": name, "label": label(name), "corrected": corrected, **facts, **line}


def expected(amount: Decimal) -> str:
    """An estimate in USD: rounded up, so that it is enough."""
    return at_most(amount)


def estimate_shown(preview: Preview) -> dict[str, Any]:
    plan = preview.plan
    facts = {
        "total": expected(plan.total),
        "most": expected(plan.most) if expected(plan.most) != expected(plan.total) else "",
        "n": plan.n,
        "shown": plan.shown,
        "title": plan.title,
        "seconds": round(plan.seconds),
        "simulated": plan.simulated,
        "reading": expected(plan.reading) if plan.reading else "",
        "follows": plan.follows,
        "following": expected(plan.following * plan.shown) if plan.following else "",
    }
    return {"reason": plan.route.reason, "warnings": plan.route.warnings, **facts}


PARTS = ("quality", "cost", "speed", "success")


def route_shown(generation: Generation, route: dict[str, Any]) -> dict[str, Any] | None:
    """A stored route as a table: every model that could, with its score, and every one that could not; which of them
    failed, and which stepped in."""
    if "model" not in route:
        return None
    went = as_it_went(route, generation)
    rows = [_route_row(each) for each in ({**went, "reason": ""}, *went["alternatives"])]
    excluded = [
        {"name": _name(each), "badges": _badges(each), "reason": _why(each["failed"], each["reason"])}
        for each in went["excluded"]
    ]
    labels = [name.capitalize() for name in PARTS]
    return {
        "reason": route["reason"],
        "explored": route.get("explored", False),  # older routes do not tell
        "rows": rows,
        "excluded": excluded,
        "labels": labels,
        "columns": len(labels) + 3,
    }


def _name(each: dict[str, Any]) -> str:
    return f"{each['provider']}/{each['model']}"


def _badges(each: dict[str, Any]) -> list[dict[str, str]]:
    """How it went with a model; none where it was not asked."""
    if not each["standing"]:
        return []
    if each["failed"]:
        planned = "planned" if each["standing"] == PLANNED else each["standing"]
        return [{"kind": "badge-bad", "text": f"{planned}, failed"}]
    return [{"kind": "badge-good", "text": each["standing"]}]


def _why(failed: str, left_out: str, reason: str = "") -> str:
    """Why it failed, where it did, in a sentence of its own; then why it was left out, and how it compares."""
    why = "; ".join(filter(None, (f"left out: {left_out}" if left_out else "", reason)))
    if not failed:
        return why
    return " ".join(filter(None, (f"Failed: {failed.rstrip('.')}.", why[:1].upper() + why[1:])))


def _route_row(each: dict[str, Any]) -> dict[str, Any]:
    parts = each.get("parts") or {}
    total, most = _usd(each.get("total")), _usd(each.get("most"))
    return {
        "name": _name(each),
        "score": f"{each['score']:.2f}",
        "parts": [f"{parts[name]:.2f}" if name in parts else "-" for name in PARTS],
        "total": total,
        "most": most if each.get("most") is not None and most != total else "",  # older routes have none
        "reason": _why(each["failed"], each.get("left_out", ""), each["reason"]),
        "badges": _badges(each),
        "drew": bool(each["standing"]) and not each["failed"],
        "left_out": bool(each.get("left_out")),
    }


def _usd(amount: object) -> str:
    return "unknown" if amount is None else f"${money(Decimal(str(amount)))}"


def endings_shown() -> list[str]:
    """A sentence for each model of this studio that is shut down within 30 days."""
    endings = ending_soon(today=timezone.now().date())
    return [warning_of(each) for each in endings if is_callable(each.model)]


def parts_of(generation: Generation) -> list[dict[str, str]]:
    """The prompt in the parts that the last stage which touched it left; empty before there is one."""
    runs = {run.name: run.output for run in generation.stages.all()}
    for name in (Stage.OPTIMISATION, Stage.PERSONA, Stage.PROMPTING):
        parts = runs.get(name, {}).get("parts")
        if parts:
            return list(parts)
    return []


def untaken_of(generation: Generation) -> list[dict[str, str]]:
    """The words of its brief that could not be taken as they stand, each with why: a count may be cut."""
    told = generation.settings.get("told", [])
    told = [each for each in told if each["note"] and (each["name"] == "count" or not each["used"])]
    return [{"label": TOLD[each["name"]], "phrase": each["phrase"], "note": each["note"]} for each in told]


def parts_sent(asset: Asset, generation: Generation) -> list[dict[str, str]]:
    """The prompt of one image: that of its generation, what sets it apart from the others, what its photos are for.
    A version was sent no prompt of its own: it shows that of the image that it was made from."""
    parts, sent = parts_of(generation), str(root_of(asset).provenance.get("prompt", ""))
    if not parts or not sent.startswith(generation.prompt):
        return parts
    own = sent.removeprefix(generation.prompt)
    apart, of_photos = own.removesuffix(SENT).strip(", "), SENT if own.endswith(SENT) else ""
    added = (("exploratory", apart), ("locked", of_photos))
    return [*parts, *({"text": text, "part": part} for part, text in added if text)]


def avoided_of(generation: Generation) -> dict[str, Any]:
    """What the images were to avoid, and where the models that drew them were not told: some take no such words."""
    words = generation.negative_prompt
    return {"words": words, "note": _untold(generation, "negative_prompt", "takes no such words")}


def seed_of(generation: Generation) -> dict[str, Any]:
    """What the images were drawn from, and where their models were sent no seed."""
    return {"number": generation.seed, "note": _untold(generation, "seed", "takes no seed")}


def makers_of(generation: Generation) -> list[dict[str, Any]]:
    """Who made how many of the images that are there, and for how much in all ("" = a price is not on record); before
    there is one, who is to."""
    made: dict[tuple[str, str], list[Asset]] = {}
    for asset in (*generation.shown_assets, *generation.set_aside_assets):
        if model := asset.provenance.get("model"):
            made.setdefault((asset.provenance.get("provider", ""), model), []).append(asset)
    if not made:
        return [{"provider": generation.provider, "model": generation.model}] if generation.model else []
    return [
        {
            "provider": provider,
            "model": model,
            "images": len(assets),
            "paid": _paid_for_all(assets),
            "simulated": any(asset.simulated for asset in assets),
        }
        for (provider, model), assets in made.items()
    ]


def _paid_for_all(assets: list[Asset]) -> str:
    prices = [paid_for(asset.provenance) for asset in assets]
    known = [price for price in prices if price is not None]
    return exact(sum(known, Decimal(0))) if len(known) == len(prices) else ""


def maker_of(asset: Asset, generation: Generation) -> dict[str, str]:
    """Who made this image, or that from which it was made, and for how much; of older ones who made the last."""
    said = root_of(asset).provenance
    paid = paid_for(asset.provenance)
    told = said if said.get("model") else {"provider": generation.provider, "model": generation.model}
    return {name: told.get(name, "") for name in ("provider", "model")} | {"paid": "" if paid is None else exact(paid)}


def paid_for(provenance: dict[str, Any]) -> Decimal | None:
    """USD that an image came to, by its record; None for an upload. Older ones tell only its price."""
    said = provenance.get("paid") or provenance.get("unit_price")
    return None if said is None else Decimal(said)


def place_of(asset: Asset, generation: Generation | None) -> dict[str, int] | None:
    """Which of the images that were made it is, from 1: its own seed is derived from that place and the generation's
    seed. None where that is not on record, and where that seed would draw other words (of older rows)."""
    if generation is None or generation.seed is None:
        return None
    if generation.settings.get("dice", -1) != generation.seed % DRAWS:
        return None
    runs = {run.name: run.output for run in generation.stages.all()}
    seeds = runs.get(Stage.GENERATION, {}).get("order", {}).get("seeds", [])
    return {"number": seeds.index(asset.seed) + 1, "of": len(seeds)} if asset.seed in seeds else None


def _untold(generation: Generation, setting: Literal["negative_prompt", "seed"], lack: str) -> str:
    runs = {run.name: run.output for run in generation.stages.all()}
    asked = runs.get(Stage.GENERATION, {}).get("order") or runs.get(Stage.ROUTING, {})
    records = [asset.provenance for asset in generation.shown_assets if setting in asset.provenance]
    told = [said[setting] != NOT_SUPPORTED and _takes(said, setting) for said in records] or [_takes(asked, setting)]
    if all(told):
        return ""
    return f"Not sent for all images: one of the models {lack}." if any(told) else f"Not sent: this model {lack}."


def _takes(said: dict[str, Any], setting: Literal["negative_prompt", "seed"]) -> bool:
    provider, model = said.get("provider"), said.get("asked_model") or said.get("model")
    if not provider or not model:
        return True  # nobody is chosen yet
    try:
        can = image_provider(provider).capabilities(model)
    except ProviderError:  # an adapter, or a model of it, that is not there any more
        return True
    return can.seed if setting == "seed" else can.negative_prompt


def provenance_of(asset: Asset) -> list[tuple[str, str]]:
    """Titles and words: what kind of picture it is, and each step of its enhancement."""
    said = asset.provenance
    kind = str(said.get("digital_source_type", ""))
    lines = [("Source type", source_type_words(kind))] if kind else []
    return lines + [(str(step["name"]).capitalize(), _step(step)) for step in said.get("operations", [])]


def _step(facts: dict[str, Any]) -> str:
    scale = f"{facts['scale']}× " if "scale" in facts else ""
    return f"{scale}with {facts['model']}" if facts.get("model") else f"{scale}without a model"
