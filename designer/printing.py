"""Pages as a PDF that screen readers can read (PDF/UA-1), made without a network and without other files: the one who
fetches for them knows what is handed over with them, and nothing else."""

import io
import logging
from functools import cache
from typing import Any, Final

from PIL import Image, ImageFile

from designer.assets.blobs import read, thumbnail_path
from designer.assets.models import Asset
from designer.assets.services import thumbnail_width
from designer.paper import on_white
from teams.base.errors import Conflict

log = logging.getLogger(__name__)
GOOD: Final = 82  # of 100, of a JPEG

REMEDY: Final = "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
MISSING: Final = f"No PDF could be made, for Pango is not installed here. Whoever runs the studio: {REMEDY}."


class NoPaper(Exception):
    """What makes PDFs is not installed."""


def printed(html: str, style: str, own: dict[str, tuple[bytes, str]], *, base: str) -> bytes:
    """The PDF. `own`: what the pages name, each with its type. Raises NoPaper where Pango is missing."""
    weasyprint = _weasyprint()
    fetcher = _fetcher()(own)
    page = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url=base)
    sheet = weasyprint.CSS(string=style, url_fetcher=fetcher)
    return bytes(page.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1"))


def picture_of(asset: Asset, edge: int) -> bytes | None:
    """The image as a JPEG on white, its sides at most `edge` pixels; None where its file is gone or damaged. Raises
    Refused while the storage is away."""
    try:
        data = read(thumbnail_path(asset.path, thumbnail_width(asset, edge)))
    except Conflict:  # its file is gone: its place says so
        return None
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data), formats=["WEBP"]) as opened:
            flat = on_white(opened)
    except (OSError, SyntaxError, ValueError) as damaged:  # as Pillow says it
        log.warning("the thumbnail of asset %s cannot be read: %s", asset.pk, damaged)
        return None
    flat.thumbnail((edge, edge))
    flat.info.clear()
    flat.save(out, "JPEG", quality=GOOD)
    return out.getvalue()


def _weasyprint() -> Any:
    """Loaded by whoever makes pages, and by nobody else: it takes memory, and Pango may be missing."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        import weasyprint
    except OSError as error:
        raise NoPaper from error
    finally:  # it has Pillow take damaged pictures for whole ones, in all of the process
        ImageFile.LOAD_TRUNCATED_IMAGES = before
    return weasyprint


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnAlone(URLFetcher):  # type: ignore[misc]  # from a package without types
        """Hands out what belongs to the pages. It opens nothing: not a file, not a socket."""

        def __init__(self, own: dict[str, tuple[bytes, str]]) -> None:
            super().__init__(allowed_protocols=())
            self.own = own

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in self.own:
                raise ValueError(f"{url[:80]} is no part of these pages.")
            data, kind = self.own[url]
            return URLFetcherResponse(url, data, {"Content-Type": kind})

    return OwnAlone
