"""The record as a form of plain fields, and its answer as corrections; works without script."""

from collections.abc import Mapping
from typing import Any

from designer.generations.record_tags import SOMEBODY
from designer.pipeline import taxonomy
from designer.pipeline.records import ATTRIBUTES, DICTS, LISTS

Json = dict[str, Any]
HINTS = {
    "colours": "Colour names or hexes, with commas: navy, #f3efe8",
    "construction": "With commas: belt, patch pockets",
    "photography": "background: studio; light: soft; style: editorial",
}


def label(value: str) -> str:
    return value.replace("_", " ")


def rows_of(
    understood: Mapping[str, Any],
    by: Mapping[str, str],
    said: Mapping[str, str] | None = None,
    theirs: Mapping[str, str] | None = None,
) -> list[Json]:
    """Each attribute as a row of the form. `by`: who corrected it last; `said`: what was typed and refused, which stays
    in the fields; `theirs`: what somebody else has made of an attribute meanwhile."""
    own, other = said or {}, theirs or {}
    rows = [_row(name, understood[name], own.get(f"fix-{name}"), other.get(name, "")) for name in ATTRIBUTES]
    return [{**row, "by": by.get(row["name"], SOMEBODY)} for row in rows]


def _row(name: str, found: Mapping[str, Any], said: str | None, theirs: str) -> Json:
    was = text_of(name, found["value"])
    choices = [] if name in LISTS | DICTS else list(taxonomy.values(name))
    text = was if said is None else said
    if choices and text and text not in choices:
        choices = [text, *choices]  # a word of the designer's own
    return {
        "name": name,
        "label": label(name),
        "text": text,
        "was": was,
        "shown": label(was) or "unknown",
        "choices": [{"value": value, "label": label(value)} for value in choices],
        "hint": HINTS.get(name, ""),
        "source": found["source"],
        "percent": round(100 * found["confidence"]),
        "is_known": bool(was),
        "reason": found.get("reason", ""),
        "theirs": theirs if said is not None else "",
    }


def text_of(name: str, value: Any) -> str:
    """A value as one line; "" for unknown."""
    if not value:
        return ""
    if name == "colours":
        return ", ".join(str(colour.get("name") or colour.get("hex")) for colour in value)
    if name in LISTS:
        return ", ".join(label(str(item)) for item in value)
    if name in DICTS:
        return "; ".join(f"{label(str(key))}: {label(str(item))}" for key, item in value.items())
    return str(value)


def corrections_of(posted: Mapping[str, str]) -> Json:
    """What differs from what the form was sent with, as corrections."""
    changed = {}
    for name in ATTRIBUTES:
        text = posted.get(f"fix-{name}")
        if text is not None and text.strip() != posted.get(f"was-{name}", "").strip():
            changed[name] = value_of(name, text.strip())
    return changed


def changed_since(understood: Mapping[str, Any], posted: Mapping[str, str]) -> dict[str, str]:
    """What reads otherwise than when the form was made: attribute -> what it is now, in words."""
    now = {name: text_of(name, understood[name]["value"]) for name in ATTRIBUTES}
    return {name: label(text) or "unknown" for name, text in now.items() if text != posted.get(f"was-{name}", text)}


def value_of(name: str, text: str) -> Any:
    """A typed line as a value of the record; None for an empty one."""
    if not text:
        return None
    if name == "colours":
        return [{"hex": word} if word.startswith("#") else {"name": word} for word in _parts(text, ",")]
    if name in LISTS:
        return [word.replace(" ", "_") for word in _parts(text, ",")]
    if name in DICTS:
        pairs = [part.partition(":") for part in _parts(text, ";")]
        return {key.strip().replace(" ", "_"): value.strip().replace(" ", "_") for key, _, value in pairs}
    return text


def _parts(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]
