"""What came of a batch, to take away: a table, and its images in one archive. Streamed, never gathered."""

import json
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Func, TextField

from batches.models import Batch, BatchItem
from batches.progress import with_assets
from batches.sheets import template_for
from designer.assets.images import EXTENSIONS
from designer.assets.models import Asset
from designer.assets.packing import blocks_of, packed
from teams.base.cells import BOM, csv_line

CHUNK: Final = 200  # items read at a time
FACTS: Final = ("position", "status", "arm")
AFTER: Final = ("brief", "provider", "model", "seed", "cost", "assets", "error_code", "error_message")


def items(row: Batch) -> Iterator[BatchItem]:
    """All items in order, with their images."""
    after = 0
    while True:
        found = list(with_assets(row.items.filter(position__gt=after)).order_by("position")[:CHUNK])
        yield from found
        if len(found) < CHUNK:
            return
        after = found[-1].position


def facts_of(item: BatchItem) -> dict[str, Any]:
    """One item as a line of the table."""
    error = item.error or {}
    seed = item.generation.seed if item.generation else None
    return {
        "position": item.position,
        "status": item.status,
        "arm": item.arm,
        "label": item.label,
        "brief": item.wish.get("brief", ""),
        "provider": item.provider,
        "model": item.model,
        "seed": seed,
        "cost": f"{item.cost:f}",
        "assets": [str(asset.pk) for asset in item.shown_assets],
        "error_code": error.get("code", ""),
        "error_message": error.get("message", ""),
    }


def as_csv(row: Batch) -> Iterator[bytes]:
    """The table, guarded against formulas. What sets the items apart has columns of its own."""
    labels = [name for name in _labels(row) if name not in (*FACTS, *AFTER)]
    yield BOM.encode()
    yield csv_line([*FACTS, *labels, *AFTER])
    for item in items(row):
        facts = facts_of(item)
        cells = [facts[name] for name in FACTS] + [facts["label"].get(name, "") for name in labels]
        facts["assets"] = " ".join(facts["assets"])
        yield csv_line([*cells, *(facts[name] for name in AFTER)])


class _Names(Func):
    """The names in an object, a row each."""

    function = "jsonb_object_keys"
    output_field = TextField()
    set_returning = True


def _labels(row: Batch) -> list[str]:
    """The names that any item's label has: those of the first in its order, then those that only others have (rows of
    a sheet may leave cells empty)."""
    first = row.items.order_by("position").values_list("label", flat=True).first() or {}
    found = row.items.order_by().annotate(name=_Names("label")).values_list("name", flat=True).distinct()
    return [*first, *sorted(set(found) - set(first))]


def as_json(row: Batch) -> Iterator[bytes]:
    """A list of objects, one a line."""
    start = "["
    for item in items(row):
        yield f"{start}\n{json.dumps(facts_of(item), ensure_ascii=False)}".encode()
        start = ","
    yield b"[]\n" if start == "[" else b"\n]\n"


def template_csv(brief: str) -> bytes:
    """A file to fill in, for this brief."""
    return BOM.encode() + b"".join(csv_line(list(line)) for line in template_for(brief))


def as_zip(row: Batch) -> Iterator[bytes]:
    """Every image under a name that begins with its item's position, and the table; one block in memory at a time."""
    return packed(_entries(row))


def _entries(row: Batch) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The images; where the file of one has gone, the table beside it says which it was."""
    for item in items(row):
        for number, asset in enumerate(item.shown_assets, 1):
            yield name_of(item, number, asset), blocks_of(asset.path)
    yield "results.csv", as_csv(row)


def name_of(item: BatchItem, number: int, asset: Asset) -> str:
    """A file name that needs no knowledge of who named the batch: position, arm, number, ending."""
    arm = f"-{item.arm}" if item.arm else ""
    return f"{item.position:05d}{arm}-{number}.{EXTENSIONS[asset.media_type]}"
