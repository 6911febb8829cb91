"""Files to those who may see them: one fixed type, no sniffing, revalidated on each use."""

from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import content_disposition_header, parse_etags

from designer.assets.images import EXTENSIONS
from designer.assets.models import Asset
from designer.assets.services import converted, thumbnail_path, thumbnail_width
from teams.base.errors import Conflict, Refused

TYPES: Final = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie, Authorization",
}


def finished(answer: HttpResponse | FileResponse, etag: str) -> HttpResponse | FileResponse:
    for name, value in {**HEADERS, "ETag": etag}.items():
        answer.headers[name] = value
    return answer


def fresh(request: HttpRequest, etag: str) -> bool:
    return etag in parse_etags(request.headers.get("If-None-Match", ""))


def stored(
    request: HttpRequest, path: str, media_type: str, etag: str, name: str, *, download: bool
) -> HttpResponse | FileResponse:
    """A file of the storage, or the order to the proxy in front to send it."""
    if fresh(request, etag):
        return finished(HttpResponseNotModified(), etag)
    answer: HttpResponse | FileResponse
    if settings.X_ACCEL_PREFIX:
        answer = HttpResponse(
            content_type=media_type, headers={"X-Accel-Redirect": f"{settings.X_ACCEL_PREFIX}/{path}"}
        )
    else:
        try:
            answer = FileResponse(default_storage.open(path), content_type=media_type)
        except FileNotFoundError as error:
            raise Conflict("file_missing", "The file of this image is missing from the storage.") from error
    answer.headers["Content-Disposition"] = content_disposition_header(download, name) or "inline"
    return finished(answer, etag)


def file_name(asset: Asset, media_type: str) -> str:
    stem = asset.title.rsplit(".", 1)[0].strip()[:80] or "image"
    return f"{stem}.{EXTENSIONS[media_type]}"


def content(request: HttpRequest, asset: Asset, wish: str, *, download: bool) -> HttpResponse | FileResponse:
    """The picture itself, or converted to png, jpeg or webp. Raises Refused for another format."""
    if wish and wish not in TYPES:
        raise Refused(
            "unknown_format", "There is no such format.", field="format", remedy="Use png, jpeg or webp.", status=400
        )
    media_type = TYPES[wish] if wish else asset.media_type
    name, etag = file_name(asset, media_type), f'"{asset.sha256[:32]}-{wish or "own"}"'
    if media_type == asset.media_type:
        return stored(request, asset.path, media_type, etag, name, download=download)
    if fresh(request, etag):
        return finished(HttpResponseNotModified(), etag)
    answer = HttpResponse(converted(asset, media_type), content_type=media_type)
    answer.headers["Content-Disposition"] = content_disposition_header(download, name) or "inline"
    return finished(answer, etag)


def thumbnail(request: HttpRequest, asset: Asset, wish: str) -> HttpResponse | FileResponse:
    if wish and not (wish.isdigit() and len(wish) <= 5):
        raise Refused(
            "not_a_width", "A width is a number of pixels.", field="w", remedy="Use 160, 320, 640 or 1280.", status=400
        )
    width = thumbnail_width(asset, int(wish or 320))
    etag = f'"{asset.sha256[:32]}-{width}"'
    return stored(request, thumbnail_path(asset.path, width), "image/webp", etag, "thumbnail.webp", download=False)
