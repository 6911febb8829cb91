"""Up to four images side by side: what they share, and where their words, attributes and making differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from designer.assets.models import Asset
from designer.catalogue.amounts import money
from designer.generations.presenting import paid_for, place_of
from designer.generations.understanding_forms import label
from designer.pipeline.records import ATTRIBUTES

LEAST, MOST = 2, 4
MAKING: Final = ("model", "provider", "seed", "quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table. `differs`: not all of the values are the same."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A phrase of a prompt. `own`: not every one of the compared prompts has it."""

    text: str
    own: bool


def prompts_of(assets: Sequence[Asset]) -> list[list[Piece]]:
    """Each image's prompt in phrases, those that are not in all of them marked."""
    split = [[part.strip() for part in _prompt(asset).split(",") if part.strip()] for asset in assets]
    shared = set.intersection(*map(set, split)) if split else set()
    return [[Piece(text, text not in shared) for text in phrases] for phrases in split]


def _prompt(asset: Asset) -> str:
    return str(asset.provenance.get("prompt") or (asset.generation.prompt if asset.generation else ""))


def lines_of(assets: Sequence[Asset]) -> list[Line]:
    """How each was made and what was understood; an attribute nobody knows is left out."""
    making = [
        Line(name=label(name).capitalize(), values=tuple(_said(each, name) for each in assets)) for name in MAKING
    ]
    sizes = tuple(f"{each.width} × {each.height}" for each in assets)
    costs = tuple(_cost(each) for each in assets)
    known = [
        Line(name=label(name).capitalize(), values=tuple(_attribute(each, name) for each in assets))
        for name in ATTRIBUTES
    ]
    told = [line for line in known if set(line.values) != {"unknown"}]
    return [*making, Line(name="Size", values=sizes), Line(name="Price", values=costs), *told]


def _said(asset: Asset, name: str) -> str:
    said = asset.provenance.get(name)
    if said is None:
        return "-"
    return f"{said}{_way_back(asset)}" if name == "seed" else str(said)


def _way_back(asset: Asset) -> str:
    """Which seed gives the image again: an image's own is derived from that of its generation."""
    place = place_of(asset, asset.generation)
    if place is None or asset.generation is None:
        return ""
    return f", derived: {asset.generation.seed} gives it again, as image {place['number']} of {place['of']}"


def _cost(asset: Asset) -> str:
    paid = paid_for(asset.provenance)
    if paid is None:
        return "-"
    return f"${money(paid)}" + (" (simulated)" if asset.simulated else "")


def _attribute(asset: Asset, name: str) -> str:
    record: dict[str, Any] = asset.generation.understood if asset.generation else {}
    value = record.get(name, {}).get("value")
    if isinstance(value, list):
        value = ", ".join(str(item.get("name")) if isinstance(item, dict) else str(item) for item in value)
    elif isinstance(value, dict):
        value = ", ".join(f"{key}: {item}" for key, item in value.items())
    return label(str(value)) if value else "unknown"
