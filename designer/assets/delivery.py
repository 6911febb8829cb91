"""Files to those who may see them: one fixed type, never run by a browser, kept by it but for nobody else.

A picture never changes under its address, so a browser may keep it, for as long as a lost right may go unnoticed: a
minute, and only for the same cookie. After that the ETag spares the bytes. Who asks here is asked for permission first.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files import File
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import parse_etags

from designer.assets import ranges
from designer.assets.blobs import opened, thumbnail_path
from designer.assets.images import EXTENSIONS
from designer.assets.models import Asset
from designer.assets.services import converted, thumbnail_width
from teams.base.errors import Missing, Refused

Answer = HttpResponse | StreamingHttpResponse
TYPES: Final = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
BLOCK: Final = 1 << 18  # bytes
UNFIT: Final = re.compile(r'[^ !#$&+.\w-]|[<>:"/\\|?*;%]', re.ASCII)  # for the plain form of a file name
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=60",  # then the browser asks again, and rights are asked with it
    "Vary": "Cookie, Authorization",
}


class Blocks:
    """`count` bytes of a file from `begin` on, block by block; closes the file, also when nobody reads."""

    def __init__(self, file: File[Any], begin: int, count: int) -> None:
        file.seek(begin)
        self.file, self.left = file, count

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if block := self.read():
            return block
        raise StopIteration

    def read(self) -> bytes:
        """The next block, empty at the end."""
        block: bytes = self.file.read(min(BLOCK, self.left))
        self.left -= len(block)
        return block

    def close(self) -> None:
        self.file.close()


class FileAnswer(StreamingHttpResponse):
    """Blocks, one at a time: under ASGI too, where Django would first gather them all in memory."""

    def __init__(self, blocks: Blocks, **about: Any) -> None:
        self.blocks = blocks
        super().__init__(streaming_content=blocks, **about)
        self.headers["Content-Length"] = str(blocks.left)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while block := await sync_to_async(self.blocks.read)():
            yield block


def finished(answer: Answer, etag: str) -> Answer:
    for name, value in {**HEADERS, "ETag": etag}.items():
        answer.headers[name] = value
    return answer


def fresh(request: HttpRequest, etag: str) -> bool:
    """Whether the caller has it: If-None-Match compares weakly (RFC 9110, 13.1.2)."""
    tags = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    return etag in tags or tags == ["*"]


def disposition(name: str, *, download: bool) -> str:
    """Content-Disposition with a plain name for old programs and the true one (RFC 6266, RFC 8187)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = UNFIT.sub("_", plain).strip()
    if plain.startswith("."):  # nothing was left of the name but its ending
        plain = f"image{plain}"
    kind = "attachment" if download else "inline"
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{kind}; filename="{plain}"{exact}'


def file_name(asset: Asset, media_type: str) -> str:
    stem, dot, ending = asset.title.rpartition(".")
    shown = (stem if dot and len(ending) <= 5 else asset.title).replace("/", "_").replace("\\", "_")
    return f"{shown.strip(' .')[:80].strip(' .') or 'image'}.{EXTENSIONS[media_type]}"


def stored(request: HttpRequest, path: str, media_type: str, etag: str, name: str, *, download: bool) -> Answer:
    """A file of the storage, or the order to the proxy in front to send it."""
    if fresh(request, etag):
        return finished(HttpResponseNotModified(), etag)
    answer: Answer
    if settings.X_ACCEL_PREFIX:
        order = {"X-Accel-Redirect": f"{settings.X_ACCEL_PREFIX}/{quote(path)}"}
        answer = HttpResponse(content_type=media_type, headers=order)
    else:
        answer = _sent(request, opened(path), media_type, etag)
    answer.headers["Content-Disposition"] = disposition(name, download=download)
    return finished(answer, etag)


def _sent(request: HttpRequest, file: File[Any], media_type: str, etag: str) -> Answer:
    """200, 206 or 416, with the bytes unless only the head was asked for."""
    size = file.size
    try:
        part = ranges.wanted(request.headers.get("Range", ""), size) if _ranged(request, etag) else None
    except ranges.Unsatisfiable:
        file.close()
        return HttpResponse(status=416, content_type=media_type, headers={"Content-Range": f"bytes */{size}"})
    begin, end = part or (0, size - 1)
    about: dict[str, Any] = {"content_type": media_type, "headers": {"Accept-Ranges": "bytes"}}
    if part:
        about |= {"status": 206}
        about["headers"]["Content-Range"] = f"bytes {begin}-{end}/{size}"
    if request.method == "HEAD":
        file.close()
        about["headers"]["Content-Length"] = str(end - begin + 1)
        return HttpResponse(**about)
    return FileAnswer(Blocks(file, begin, end - begin + 1), **about)


def _ranged(request: HttpRequest, etag: str) -> bool:
    """A range is for GET alone, and void when If-Range names another version."""
    return request.method == "GET" and request.headers.get("If-Range", etag) == etag


def content(request: HttpRequest, asset: Asset, wish: str, *, download: bool) -> Answer:
    """The picture itself, or as png, jpeg or webp. Raises Refused for another format, Missing when in the trash."""
    if asset.trashed_at is not None:
        raise Missing(message="There is no such asset.", remedy="Check the id, or ask for access.")
    if wish and wish not in TYPES:
        raise Refused(
            "unknown_format", "There is no such format.", field="format", remedy="Use png, jpeg or webp.", status=400
        )
    media_type = TYPES[wish] if wish else asset.media_type
    name, etag = file_name(asset, media_type), f'"{asset.sha256[:32]}-{wish or "own"}"'
    if media_type == asset.media_type:
        return stored(request, asset.path, media_type, etag, name, download=download)
    shown = f"W/{etag}" if settings.C2PA_KEY else etag  # signed anew each time: the same picture, not the same bytes
    if fresh(request, etag):
        return finished(HttpResponseNotModified(), shown)
    data = b"" if request.method == "HEAD" else converted(asset, media_type)
    answer = HttpResponse(data, content_type=media_type, headers={"Accept-Ranges": "none"})
    answer.headers["Content-Disposition"] = disposition(name, download=download)
    return finished(answer, shown)


def thumbnail(request: HttpRequest, asset: Asset, wish: str) -> Answer:
    """A small form of it, also of what lies in the trash: who may restore must see what."""
    if wish and not (wish.isascii() and wish.isdigit() and len(wish) <= 5):
        raise Refused(
            "not_a_width", "A width is a number of pixels.", field="w", remedy="Use 160, 320, 640 or 1280.", status=400
        )
    width = thumbnail_width(asset, int(wish or 320))
    etag = f'"{asset.sha256[:32]}-{width}"'
    return stored(request, thumbnail_path(asset.path, width), "image/webp", etag, "thumbnail.webp", download=False)
