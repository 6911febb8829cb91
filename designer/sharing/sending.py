"""Files of a share to those outside: asked for permission first, kept by nobody, cut when the share ends under way."""

from collections.abc import Callable, Iterator
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from designer.assets.blobs import read
from designer.assets.delivery import disposition
from designer.sharing.pictures import Picture, clean_blocks, file_name, thumbnail_of
from teams.base.errors import Forbidden, Refused
from teams.base.streams import Streamed
from teams.sharing.models import Share

WIDTHS: Final = (160, 320, 640, 1280)
STRICT: Final = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "same-origin",  # none leaves the house; a form's Origin must be told to it
}


def strict(answer: HttpResponseBase) -> HttpResponseBase:
    """The answer, for nobody to keep, to find or to be told of."""
    for name, value in STRICT.items():
        answer.headers[name] = value
    return answer


def shown(request: HttpRequest, picture: Picture) -> HttpResponse:
    """The picture at the width that `w` asks for, 1280 pixels at most: to be looked at."""
    wish = request.GET.get("w", "1280")
    if wish not in map(str, WIDTHS):
        remedy = f"Use {', '.join(map(str, WIDTHS))}."
        raise Refused("not_a_width", "There is no such width.", field="w", remedy=remedy, status=400)
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": 'inline; filename="picture.webp"',
    }
    return HttpResponse(read(thumbnail_of(picture.asset, int(wish))), content_type="image/webp", headers=headers)


def downloaded(share: Share, picture: Picture, allowed: Callable[[], bool]) -> Streamed:
    """The file itself, where the share lets download. Raises Forbidden; Conflict or Refused where it cannot be read."""
    check(share)
    answer = Streamed(clean_blocks(picture.asset), allowed=allowed, content_type=picture.asset.media_type, name="image")
    answer.headers["Content-Disposition"] = disposition(file_name(picture), download=True)
    return answer


def archived(share: Share, blocks: Iterator[bytes], allowed: Callable[[], bool]) -> Streamed:
    """All of them in one archive: these blocks of it."""
    return Streamed(blocks, allowed=allowed, content_type="application/zip", name=f"{share.kind}.zip")


def check(share: Share) -> None:
    """Raises Forbidden where it lets look alone."""
    if not share.may_download:
        raise Forbidden(message="This may be looked at, not downloaded.", remedy="Ask whoever shared it.")
