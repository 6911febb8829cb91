"""Pages of small images with their numbers, as a picture or a PDF. Drawn here: nothing is fetched, no file is named."""

import io
from collections.abc import Iterable, Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from batches.models import Batch, BatchItem
from batches.plans import ROW, SHEET_LINE
from batches.progress import with_assets
from designer.assets.blobs import read, thumbnail_path
from designer.assets.models import Asset
from designer.assets.services import thumbnail_width
from teams.base.errors import Refused
from teams.membership.defaults import BRAND_COLOUR, BRAND_NAME, said_by

ACROSS, DOWN = 6, 8
PER_PAGE: Final = ACROSS * DOWN
MOST_PAGES: Final = 12  # in one PDF; `page` says where it begins
CELL, GAP, LABEL, HEAD = 260, 16, 30, 64
INK, PALE, PAPER = "#1d1b19", "#8b857d", "#ffffff"
Shown = tuple[BatchItem, Asset | None]


def pages_of(row: Batch) -> int:
    return max(1, -(-row.total // PER_PAGE))


def parts_of(row: Batch) -> list[tuple[int, int]]:
    """First and last page of each PDF that the whole sheet comes in."""
    pages = pages_of(row)
    return [(first, min(pages, first + MOST_PAGES - 1)) for first in range(1, pages + 1, MOST_PAGES)]


def as_png(row: Batch, *, page: int = 1) -> bytes:
    """One page as a PNG. Raises Refused for a page that it does not have."""
    out = io.BytesIO()
    _page(row, _checked(row, page)).save(out, "PNG")
    return out.getvalue()


def as_pdf(row: Batch, *, page: int = 1) -> bytes:
    """Up to MOST_PAGES pages from `page` on as a PDF."""
    first = _checked(row, page)
    numbers = range(first, min(pages_of(row), first + MOST_PAGES - 1) + 1)
    made = [_page(row, number) for number in numbers]
    out = io.BytesIO()
    made[0].save(out, "PDF", save_all=True, append_images=made[1:], resolution=150.0)
    return out.getvalue()


def _checked(row: Batch, page: int) -> int:
    if not 1 <= page <= pages_of(row):
        remedy = f"Use a number from 1 to {pages_of(row)}."
        raise Refused("no_such_page", "There is no such page.", field="page", remedy=remedy, status=400)
    return page


def _page(row: Batch, page: int) -> Image.Image:
    begin = (page - 1) * PER_PAGE
    rows = with_assets(row.items.filter(position__gt=begin, position__lte=begin + PER_PAGE)).order_by("position")
    shown: list[Shown] = [(item, next(iter(item.shown_assets), None)) for item in rows]
    size = (GAP + ACROSS * (CELL + GAP), HEAD + DOWN * (CELL + LABEL + GAP) + GAP)
    sheet = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(sheet)
    name = said_by(row.team, BRAND_NAME)
    heading = f"{_plain(f'{name} · {row.title}' if name else row.title)}   {page} / {pages_of(row)}"
    if colour := said_by(row.team, BRAND_COLOUR):
        pen.rectangle((0, 0, sheet.width, GAP // 3), fill=colour)
    pen.text((GAP, GAP), heading[:110], fill=INK, font=ImageFont.load_default(28))
    _fill(sheet, pen, shown)
    return sheet


def _fill(sheet: Image.Image, pen: ImageDraw.ImageDraw, shown: Sequence[Shown]) -> None:
    small = ImageFont.load_default(17)
    for place, (item, asset) in enumerate(shown):
        left, top = GAP + place % ACROSS * (CELL + GAP), HEAD + place // ACROSS * (CELL + LABEL + GAP)
        picture = _small(asset) if asset else None
        if picture is None:
            pen.rectangle((left, top, left + CELL, top + CELL), outline=PALE)
            pen.text((left + 12, top + 12), item.status, fill=PALE, font=small)
        else:
            sheet.paste(picture, (left + (CELL - picture.width) // 2, top + (CELL - picture.height) // 2))
        pen.text((left, top + CELL + 6), _label(item), fill=INK, font=small)


def _small(asset: Asset) -> Image.Image | None:
    try:
        data = read(thumbnail_path(asset.path, thumbnail_width(asset, 320)))
    except Refused:  # its file has gone: the place stays empty
        return None
    with Image.open(io.BytesIO(data), formats=["WEBP"]) as opened:
        picture = opened.convert("RGBA")
    picture.thumbnail((CELL, CELL))
    paper = Image.new("RGBA", picture.size, PAPER)
    return Image.alpha_composite(paper, picture).convert("RGB")


def _label(item: BatchItem) -> str:
    said: Iterable[str] = (str(value) for name, value in item.label.items() if name not in (ROW, SHEET_LINE))
    return f"{item.position}  {_plain(' · '.join(said))}"[:30]


def _plain(text: str) -> str:
    """One line, without letters that the built-in face has no picture of."""
    return "".join(letter if letter.isprintable() and ord(letter) < 0x250 else "?" for letter in text)
