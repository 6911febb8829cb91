"""A report's charts and images as files of their own: in a PDF and in a mail no style sheet reaches them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from html import unescape
from typing import Any, Final
from uuid import UUID

import resvg_py

from designer.assets.models import Asset
from designer.jobs.handlers import Retry
from designer.printing import picture_of
from teams.base.errors import Refused

EDGE: Final = 320  # pixels of an image
AWAY_FOR: Final = timedelta(minutes=1)
WIDE: Final = 960  # pixels of a chart in a mail
FACE: Final = "DejaVu Sans, Liberation Sans, Arial, sans-serif"
# The colours of analytics.css on paper, all of them solid: gradients and shades vanish in some readers of PDF.
STYLE: Final = f"""
text {{ font-family: {FACE}; font-size: 13px; fill: #4a433c; }}
.fig-middle {{ text-anchor: middle; }} .fig-end {{ text-anchor: end; }}
.fig-grid {{ stroke: #dfd8cf; }} .fig-behind {{ fill: none; }}
.fig-part-0 {{ fill: #0072b2; }} .fig-part-1 {{ fill: #e69f00; }}
.fig-before {{ fill: none; stroke: #5d554d; stroke-width: 2; stroke-dasharray: 5 4; }}
.fig-line {{ fill: none; stroke: #0072b2; stroke-width: 2; }} .fig-dot {{ fill: #0072b2; }}
.fig-whisker {{ stroke: #7fb8d8; stroke-width: 2; }}
"""


@dataclass(frozen=True, slots=True)
class Chart:
    said: str
    svg: bytes

    @property
    def png(self) -> bytes:
        return _drawn(self.svg)


@lru_cache(maxsize=8)  # one report goes to fifty
def _drawn(svg: bytes) -> bytes:
    return bytes(resvg_py.svg_to_bytes(svg_string=svg.decode(), width=WIDE, background="#ffffff"))


def charts_of(content: dict[str, Any]) -> dict[str, Chart]:
    """By name: cost_chart, liked_chart."""
    names = ("cost_chart", "liked_chart")
    return {name: _alone(content[name]) for name in names if content.get(name) and not content["is_empty"]}


def _alone(svg: str) -> Chart:
    """A chart of `analytics.charts` as a file: with its name space and its style."""
    head, _, rest = svg.partition(">")
    said = re.search(r'aria-label="([^"]*)"', head)
    head = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Chart(unescape(said[1]) if said else "A chart", f"{head}><style>{STYLE}</style>{rest}".encode())


def pictures_of(
    content: dict[str, Any], most: int, *, edge: int = EDGE
) -> Iterator[tuple[dict[str, Any], bytes | None]]:
    """The best images, one at a time, as small JPEGs on white; None where the file, or the image, is gone."""
    rows = content.get("best", [])[:most]
    assets = Asset.objects.in_bulk([UUID(row["id"]) for row in rows])
    for row in rows:
        asset = assets.get(UUID(row["id"]))
        yield row, _small(asset, edge) if asset is not None and asset.trashed_at is None else None


def _small(asset: Asset, edge: int) -> bytes | None:
    """Raises Retry while the storage is away: that its file is gone would be said for ever."""
    try:
        return picture_of(asset, edge)
    except Refused as away:
        raise Retry(AWAY_FOR, away.message, code=away.code, remedy=away.remedy) from away
