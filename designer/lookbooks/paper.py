"""A collection as a PDF: a cover, then its images in their order, one a page, in the version that is in use.

It comes in parts of at most PER_PART images: each takes some seconds of the request that asks for it, and no job.
"""

from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone

from designer import printing
from teams.base.errors import Conflict, Refused
from teams.membership.defaults import BRAND_COLOUR, BRAND_NAME, said_by
from teams.membership.models import TeamAvatar
from teams.review.collections.models import Collection

STYLE: Final = Path(__file__).parent / "lookbook.css"
PER_PART: Final = 24
EDGE: Final = 1280  # pixels of an image
OWN: Final = "lookbook:"  # how the pages name what belongs to them
COLOUR: Final = "#8a2b3a"  # of who has chosen none


def parts_of(count: int) -> int:
    return max(1, -(-count // PER_PART))


def ranges_of(count: int) -> list[tuple[int, int, int]]:
    """Each part with the numbers of its first and last image."""
    if not count:
        return []
    firsts = range(1, count + 1, PER_PART)
    return [(part, first, min(count, first + PER_PART - 1)) for part, first in enumerate(firsts, 1)]


def pdf(row: Collection, *, part: int = 1, titles: bool = True) -> bytes:
    """Raises Refused for a part that there is not (400), and 503 where Pango is missing or the storage is away;
    Conflict where the collection is empty."""
    shown = row.items.shown().select_related("asset__chosen")
    count = shown.count()
    if not count:
        raise Conflict("empty", "This collection has no images.", remedy="Put some into it first.")
    if not 1 <= part <= parts_of(count):
        remedy = f"Use a number from 1 to {parts_of(count)}."
        raise Refused("no_such_part", "There is no such part.", field="part", remedy=remedy, status=400)
    begin = (part - 1) * PER_PART
    own: dict[str, tuple[bytes, str]] = {}
    pages = [_page(item, begin + n, own) for n, item in enumerate(shown[begin : begin + PER_PART], 1)]
    facts = {
        "collection": row,
        "brand": said_by(row.team, BRAND_NAME) or row.team.name,
        "logo": _logo(row, own),
        "pages": pages,
        "count": count,
        "part": part,
        "parts": parts_of(count),
        "titles": titles,
        "made": timezone.now(),
    }
    style = f":root {{ --brand: {said_by(row.team, BRAND_COLOUR) or COLOUR}; }}\n{STYLE.read_text()}"
    try:
        return printing.printed(render_to_string("lookbooks/lookbook.html", facts), style, own, base=f"{OWN}page")
    except printing.NoPaper as error:
        raise Refused(
            "no_paper", printing.MISSING, remedy="Take the images themselves until then.", status=503
        ) from error


def _page(item: Any, number: int, own: dict[str, tuple[bytes, str]]) -> dict[str, Any]:
    """`address`: "" where the file is gone."""
    asset = item.asset.chosen or item.asset
    data = printing.picture_of(asset, EDGE)
    address = f"{OWN}{item.asset_id}" if data else ""
    if data:
        own[address] = (data, "image/jpeg")
    return {"number": number, "title": item.asset.title or f"Image {number}", "address": address}


def _logo(row: Collection, own: dict[str, tuple[bytes, str]]) -> str:
    """The team's picture; "" where it has none."""
    data = TeamAvatar.objects.filter(team=row.team_id).values_list("data", flat=True).first()
    if data is None:
        return ""
    own[f"{OWN}logo"] = (bytes(data), "image/webp")
    return f"{OWN}logo"
