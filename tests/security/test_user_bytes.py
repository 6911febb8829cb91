"""What people upload never runs in a browser: polyglots through every address of a file (promise 24).

Two walls are tried apart: the bytes that leave hold nothing of the planted code, and every answer, whole, in part,
empty or an error, forbids a browser to guess a type or to run anything.
"""

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from rest_framework.test import APIClient

from designer.assets.models import Asset, AssetKind
from designer.assets.services import prepare_result, store_prepared
from tests import images

CODE = b"<html><body><script>alert(document.domain)</script><svg onload=alert(1)>"
PLAIN = images.encoded("PNG")
JPEG = images.encoded("JPEG")
POLYGLOTS = {
    "html behind a png": PLAIN + CODE,
    "html in a png comment": PLAIN[:33] + images.chunk(b"tEXt", b"Comment\0" + CODE) + PLAIN[33:],
    "html in an unknown png chunk": PLAIN[:33] + images.chunk(b"evIl", CODE) + PLAIN[33:],
    "html behind a jpeg": JPEG + CODE,
    "html in a jpeg comment": images.encoded("JPEG", comment=CODE),
    "html as a jpeg application part": JPEG[:2] + b"\xff\xee" + (len(CODE) + 2).to_bytes(2, "big") + CODE + JPEG[2:],
    "html behind a webp": images.encoded("WEBP") + CODE,
    "html as a webp description": images.encoded("WEBP", xmp=CODE),
    "html as a colour profile": images.encoded("PNG", icc_profile=CODE * 4),
}
REFUSED = {
    "html": CODE,
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html that begins like a gif": b"GIF89a=1;" + CODE,
    "html that begins like a png": b"\x89PNG\r\n\x1a\n" + CODE,
    "pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n" + CODE,
}
FORMS = ["content", "content?download=1", *(f"content?format={kind}" for kind in ("png", "jpeg", "webp"))]
ADDRESSES = [*FORMS, *(f"thumbnail?w={width}" for width in (160, 320, 640, 1280))]


def sent(client: Any, data: bytes, name: str = "look.html") -> Any:
    file = io.BytesIO(data)
    file.name = name
    return client.post("/api/assets", {"file": file}, format="multipart")


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def open_doors(answer: Any) -> list[str]:
    """By which doors a browser could come to run this answer."""
    policy = answer.get("Content-Security-Policy", "")
    kind = answer.get("Content-Type", "")
    closed = {
        "guessing": answer.get("X-Content-Type-Options") == "nosniff",
        "policy": policy == "sandbox; default-src 'none'" or answer.status_code >= 400,
        "error policy": "unsafe" not in policy and "default-src" in policy,
        "type": kind.startswith("image/") or kind == "application/problem+json" or answer.status_code == 304,
        "svg": "svg" not in kind and "xml" not in kind and "html" not in kind,
        "origin": answer.get("Cross-Origin-Resource-Policy") == "same-origin",
        "frames": answer.get("X-Frame-Options") == "DENY",
    }
    return [name for name, shut in closed.items() if not shut]


@pytest.mark.parametrize("name", list(POLYGLOTS))
def test_no_planted_code_leaves_and_no_door_is_open(name, client_of):
    client = client_of("editor")
    made = sent(client, POLYGLOTS[name])
    assert made.status_code == 201, made.content
    for form in ADDRESSES:
        answer = client.get(f"/api/assets/{made.json()['id']}/{form}")
        assert answer.status_code == 200 and not open_doors(answer), form
        data = body_of(answer)
        assert b"<script" not in data and b"onload" not in data, form


@pytest.mark.parametrize("name", list(POLYGLOTS))
def test_what_a_model_sends_along_with_its_pixels_does_not_leave_either(name, client_of):
    client = client_of("editor")
    team = client.user.memberships.get(team__personal=True).team
    ready = prepare_result(team_id=team.pk, data=POLYGLOTS[name])
    made = store_prepared(ready, owner_id=client.user.pk, kind=AssetKind.GENERATED, title="look")
    for form in ADDRESSES:
        data = body_of(client.get(f"/api/assets/{made.pk}/{form}"))
        assert data and b"<script" not in data and b"onload" not in data, form


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_picture_is_not_taken_whatever_it_begins_with(name, client_of):
    answer = sent(client_of("editor"), REFUSED[name], "look.png")
    assert answer.status_code in (415, 422) and not open_doors(answer)
    assert not Asset.objects.exists()


@pytest.fixture
def planted(client_of) -> tuple[APIClient, str]:
    """An asset whose stored file was swapped for a page behind our back: the headers stand alone."""
    client = client_of("editor")
    asset = Asset.objects.get(pk=sent(client, PLAIN).json()["id"])
    default_storage.delete(asset.path)
    default_storage.save(asset.path, ContentFile(CODE))
    return client, f"/api/assets/{asset.pk}"


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"Range": "bytes=6-40"},
        {"Range": "bytes=9999999-"},
        {"If-None-Match": "*"},
        {"Accept": "text/html"},
        {"Accept": "application/xhtml+xml"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_even_a_page_in_a_files_place_is_no_page(method, about, planted):
    client, path = planted
    for form in ("content", "content?download=1", "content?format=html", "thumbnail?w=x"):
        answer = getattr(client, method)(f"{path}/{form}", headers=about)
        assert not open_doors(answer), (form, answer.status_code)


@pytest.mark.parametrize("suffix", [".html", "/look.html", "/content/x.svg", "/content.html", "/content;.html"])
def test_no_ending_changes_what_a_file_is(suffix, planted):
    client, path = planted
    answer = client.get(path + suffix, headers={"Accept": "text/html"})
    assert answer.status_code == 404 and CODE not in body_of(answer)


def test_the_store_has_no_address_of_its_own(planted):
    stored = Asset.objects.get().path
    for path in (f"/media/{stored}", f"/{stored}", f"/static/{stored}", f"/static/../media/{stored}"):
        assert Client().get(path).status_code == 404, path
