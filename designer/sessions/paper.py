"""The summary of an ended session as a PDF: who was there, and what each image was told."""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.template.loader import render_to_string

from designer import printing
from designer.assets.models import Asset
from designer.sessions.models import ReviewSession
from teams.base.errors import Refused
from teams.membership.defaults import BRAND_COLOUR, BRAND_NAME, said_by

STYLE: Final = Path(__file__).parent / "summary.css"
MOST: Final = 200  # images; of more the CSV tells
EDGE: Final = 240  # pixels of an image
OWN: Final = "summary:"  # how the pages name what belongs to them
COLOUR: Final = "#8a2b3a"  # of who has chosen none


def pdf(row: ReviewSession) -> bytes:
    """Raises Refused (503) where Pango is missing or the storage is away."""
    own: dict[str, tuple[bytes, str]] = {}
    images = row.summary["images"]
    assets = Asset.objects.in_bulk([UUID(each["asset"]) for each in images[:MOST] if each["asset"]])
    facts = {
        "session": row,
        "brand": said_by(row.team, BRAND_NAME) or row.team.name,
        "images": [{**each, "address": _address(each, assets, own)} for each in images[:MOST]],
        "more": len(images) - MOST,
    }
    style = f":root {{ --brand: {said_by(row.team, BRAND_COLOUR) or COLOUR}; }}\n{STYLE.read_text()}"
    html = render_to_string("designer/sessions/summary_pdf.html", facts)
    try:
        return printing.printed(html, style, own, base=f"{OWN}page")
    except printing.NoPaper as error:
        raise Refused("no_paper", printing.MISSING, remedy="Take the CSV file until then.", status=503) from error


def _address(told: dict[str, Any], assets: dict[UUID, Asset], own: dict[str, tuple[bytes, str]]) -> str:
    """Of its small picture; "" where the image was deleted, lies in the trash, or has lost its file."""
    asset = assets.get(UUID(told["asset"])) if told["asset"] else None
    data = printing.picture_of(asset, EDGE) if asset is not None and asset.trashed_at is None else None
    if data is None:
        return ""
    address = f"{OWN}{told['asset']}"
    own[address] = (data, "image/jpeg")
    return address
