"""The parts of a plan, each read from JSON. Knows no Django."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from batches.fields import FIELDS, typed
from designer.pipeline.colours import HEX
from teams.base.errors import Refused

MAX_ITEMS: Final = 10_000
SLOT: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9_ -]{0,39})\}")
AXES: Final = {"models": "model", "personas": "persona", "aspect_ratios": "aspect_ratio", "qualities": "quality"}
MODES: Final = ("matrix", "sampled")
DUPLICATES: Final = ("refuse", "keep", "drop")
KINDS: Final = ("generate", "enhance")
PALETTE: Final = "palette"


def refused(code: str, message: str, name: str, remedy: str) -> Refused:
    return Refused(code, message, field=f"plan.{name}", remedy=remedy)


def _list_of(read: Callable[[Any, str], Any], *, longest: int = MAX_ITEMS) -> Callable[[Any, str], tuple[Any, ...]]:
    def reader(value: Any, name: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise refused("not_a_list", "This is a list.", name, "Send [ ... ].")
        if len(value) > longest:
            shown = f"This list has {len(value):,} entries; {longest:,} are the limit."
            raise refused("too_many_items", shown, name, "Shorten it.")
        return tuple(read(each, f"{name}[{place}]") for place, each in enumerate(value))

    return reader


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise refused("not_text", "This is not a text, or an empty one.", name, "Write something, or remove it.")
    return value.strip()


def _whole(low: int, high: int) -> Callable[[Any, str], int]:
    def reader(value: Any, name: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise refused("out_of_range", f"This is a whole number from {low} to {high:,}.", name, "Change it.")
        return value

    return reader


def _one_of(known: Sequence[str]) -> Callable[[Any, str], str]:
    def reader(value: Any, name: str) -> str:
        if value not in known:
            raise refused("unknown_value", "There is no such choice.", name, f"Use {', '.join(known)}.")
        return str(value)

    return reader


def _field(name: str) -> Callable[[Any, str], Any]:
    return lambda value, where: typed(name, value, f"plan.{where}")


def _fields(value: Any, name: str, *, stored: bool = False) -> dict[str, Any]:
    """Fields of a wish, each of its type. Raises Refused for one that is not known."""
    if not isinstance(value, Mapping):
        raise refused("not_an_object", "This is an object.", name, "Send { ... }.")
    for key in value:
        if key not in FIELDS:
            raise refused("unknown_field", "There is no such field.", f"{name}.{str(key)[:60]}", "Remove it.")
    ways = {"stored": stored}
    return {key: typed(key, said, f"plan.{name}.{key}", **ways) for key, said in value.items() if said is not None}


def _row(value: Any, name: str, *, stored: bool = False) -> dict[str, Any]:
    """Fields of a wish, each of its type; every other key fills a slot."""
    if not isinstance(value, Mapping) or not value:
        raise refused("not_an_object", "A row is an object that is not empty.", name, "Send { ... }.")
    return {
        str(key)[:60]: typed(key, said, f"plan.{name}.{key}", stored=stored) if key in FIELDS else said
        for key, said in value.items()
        if said is not None
    }


def _arms(value: Any, name: str, *, stored: bool = False) -> dict[str, dict[str, Any]]:
    if not isinstance(value, Mapping):
        raise refused("not_an_object", "This is an object.", name, 'Send {"a": {...}, "b": {...}}.')
    return {str(arm): _fields(said, f"{name}.{str(arm)[:10]}", stored=stored) for arm, said in value.items()}


def _slots(value: Any, name: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise refused("not_an_object", "This is an object.", name, 'Send {"garment": ["coat", "dress"]}.')
    for slot in value:
        if not SLOT.fullmatch(f"{{{slot}}}") or slot == PALETTE:
            shown = "A slot is named by letters, digits, spaces, _ and -; palette is the palettes' own."
            raise refused("bad_slot", shown, f"{name}.{str(slot)[:60]}", "Rename it.")
    return {slot: _list_of(_text)(values, f"{name}.{slot}") for slot, values in value.items()}


def _palette(value: Any, name: str, *, stored: bool = False) -> tuple[str, ...]:
    colours = _list_of(_text, longest=8)([value] if isinstance(value, str) else value, name)
    if not colours:
        raise refused("empty", "A palette has at least one colour.", name, "Add one, or remove it.")
    for place, colour in enumerate(colours):
        if not stored and colour.startswith("#") and not HEX.fullmatch(colour):
            shown, remedy = f"{colour[:60]} is no colour.", "Send a name, or #rrggbb such as #1f6b52."
            raise Refused("bad_colour", shown, field=f"plan.{name}[{place}]", remedy=remedy, status=400)
    return colours


def _step(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise refused("not_an_object", "An operation is an object.", name, 'Send {"name": "upscale", "scale": 2}.')
    return dict(value)


READERS: Final[dict[str, Callable[[Any, str], Any]]] = {
    "kind": _one_of(KINDS),
    "base": _fields,
    "slots": _slots,
    "prompts": _list_of(_text),
    **{name: _list_of(_field(own)) for name, own in AXES.items()},
    "palettes": _list_of(_palette),
    "variations": _whole(1, MAX_ITEMS),
    "rows": _list_of(_row),
    "lines": _list_of(_whole(1, 2**31 - 1)),
    "arms": _arms,
    "sources": _list_of(_text),
    "operations": _list_of(_step, longest=8),
    "mode": _one_of(MODES),
    "sample": _whole(1, MAX_ITEMS),
    "seed": _whole(0, 2**53 - 1),
    "duplicates": _one_of(DUPLICATES),
}

# what an earlier release kept goes on: ranges and colours were not asked for then
STORED: Final[dict[str, Callable[[Any, str], Any]]] = {
    **READERS,
    "base": partial(_fields, stored=True),
    "palettes": _list_of(partial(_palette, stored=True)),
    "rows": _list_of(partial(_row, stored=True)),
    "arms": partial(_arms, stored=True),
}
