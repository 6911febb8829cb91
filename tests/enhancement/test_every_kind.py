"""Every kind of picture that people send, as a file, through every operation; and what does harm, at the door."""

import io
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from designer.assets.models import Asset
from designer.assets.services import read_bytes
from designer.ledger.models import LedgerEntry
from enhancement.engine import portraits
from enhancement.models import Enhancement
from enhancement.operations import face_restore, pictures, registry
from enhancement.operations.faces import Face
from tests import images
from tests.kinds import HOSTILE, KINDS, RARE
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = {**KINDS, **RARE}
WISHES: dict[str, dict[str, Any]] = {
    "watermark_removal": {"rights": True, "area": "box"},
    "denoise": {"auto": False, "strength": 0.3},
    "face_restore": {"fidelity": 0.3},
    "upscale": {"scale": 2, "model": "designer-compact-x2"},
    "detail": {"amount": 0.8},
    "color": {"exposure": 0.2, "palette": ["#1b4d3e"]},
    "background": {"mode": "cleanup"},
    "crop": {"shape": "free", "width": 0.5, "height": 0.5},
}
CHANNELS = {"JPEG grey": 1, "TIFF 1 bit": 1, "PNG grey, 16 bits": 1, "PNG grey, transparent": 2}
CHANNELS |= {kind: 4 for kind in EVERY if "clear" in kind or ("transparent" in kind and "grey" not in kind)}
NOTHING_THERE = {(kind, "background"): "nothing_found" for kind in ("a strip", "a single pixel", "TIFF 1 bit")}
FADED = (
    "JPEG grey",
    "WebP",
    "WebP transparent",
    "WebP that moves",
    "HEIC",
    "TIFF 1 bit",
)  # no weave is left to be seen
UNCHANGED = {
    **dict.fromkeys(FADED, ("detail",)),
    "a strip": ("detail", "face_restore"),
    "a single pixel": ("watermark_removal", "denoise", "face_restore", "detail", "crop"),
}
REFUSED = {
    "cut short": (422, "truncated"),
    "flipped bits": (422, "truncated"),
    "a bomb of pixels": (413, "too_many_pixels"),
    "a bomb of text": (413, "too_much_text"),
    "no picture": (415, "unknown_format"),
    "empty": (400, "empty"),
}


def skirt() -> Image.Image:
    """A woven skirt before a wall, 72 x 96, with a little noise: there is something to do for each operation."""
    outline = Image.new("L", (288, 384))
    ImageDraw.Draw(outline).polygon([(110, 90), (178, 90), (220, 310), (68, 310)], fill=255)
    down, across = np.mgrid[:96, :72]
    cloth = np.array([150, 40, 60]) + 12 * ((across + down) % 2)[..., None]
    wall = np.full((96, 72, 3), 224) + np.random.default_rng(4).normal(0, 2, (96, 72, 3))
    mask = np.asarray(outline.resize((72, 96), Image.Resampling.BOX))[..., None] / 255
    return Image.fromarray((cloth * mask + wall * (1 - mask)).clip(0, 255).astype(np.uint8))


@pytest.fixture(autouse=True)
def a_face(folder, monkeypatch):
    """A model of faces that seems installed and draws negatives, and a face in every picture that has room for it."""
    folder.mkdir()
    (folder / "GFPGANv1.4.pth").write_bytes(b"not opened")
    monkeypatch.setattr(portraits, "load", lambda name: None)
    monkeypatch.setattr(portraits, "restored", lambda face, network, cancelled: np.iinfo(face.dtype).max - face)
    face = Face(20, 20, 32, 32, ((28.0, 32.0), (44.0, 32.0)))
    monkeypatch.setattr(
        face_restore, "found_in", lambda picture, ask: [face] if min(picture.samples.shape[:2]) > 60 else []
    )


def upload(client, data: bytes):
    file = SimpleUploadedFile("sent.bin", data)
    return client.post("/api/assets", {"file": file}, format="multipart")


def expected(kind: str, name: str, asset: Asset) -> tuple[tuple[int, int], int, int]:
    """Size, channels and bits of what an operation makes of an uploaded picture."""
    width, height, channels = asset.width, asset.height, CHANNELS.get(kind, 3)
    if name == "upscale":
        width, height = 2 * width, 2 * height
    if name == "crop":
        width, height = max(1, round(width / 2)), max(1, round(height / 2))
    if name == "background":
        channels -= channels in (2, 4)
    # colours under a profile of tables become sRGB in 8 bits, and the step says so
    flat = kind == "PNG under tables, 16 bits" and name in ("color", "background")
    return (width, height), channels, 16 if "16 bits" in kind and not flat else 8


def found(row: Enhancement) -> tuple[tuple[int, int], int, int]:
    """The same of the result, read from its file."""
    assert row.result is not None
    image = pictures.opened(read_bytes(row.result))
    samples = pictures.whole(image)
    assert (row.result.width, row.result.height) == image.size
    return image.size, samples.shape[2], samples.dtype.itemsize * 8


def changed(asset: Asset, result: Asset) -> bool:
    """Whether a result has other pixels than what it was made of, or other ones than as many."""
    before, after = (pictures.whole(pictures.opened(read_bytes(each))) for each in (asset, result))
    return before.shape != after.shape or bool((before != after).any())


def profile_of(asset: Asset) -> bytes:
    """The colour profile in an image's file, b"" without one."""
    return undated(pictures.opened(read_bytes(asset)).info.get("icc_profile") or b"")


def undated(profile: bytes) -> bytes:
    """Without the time at which it was made."""
    return profile[:24] + profile[36:]


def expected_profile(kind: str, name: str, asset: Asset) -> bytes:
    """The image's own, but for what an operation says that it brings to sRGB."""
    to_srgb = "CMYK" in kind or ("under tables" in kind and name in ("color", "background"))
    return undated(images.SRGB) if to_srgb else profile_of(asset)


def is_as_clear(asset: Asset, row: Enhancement) -> bool:
    """Whether a result is transparent where its image is."""
    assert row.result is not None
    clear = [pictures.whole(pictures.opened(read_bytes(each)))[..., -1] for each in (asset, row.result)]
    before, after = (each / pictures.white_of(each) for each in clear)
    facts = row.facts["operations"][0]
    if facts["name"] == "crop":
        left, top, width, height = (facts["box"][side] for side in ("left", "top", "width", "height"))
        before = before[top : top + height, left : left + width]
    if facts["name"] == "upscale":
        after = after.reshape(before.shape[0], 2, before.shape[1], 2).mean(axis=(1, 3))
        return bool(np.abs(before - after).max() < 0.02)
    return bool((before == after).all())


@pytest.mark.parametrize("kind", EVERY)
def test_every_operation_makes_a_sound_picture_of_it_or_says_why_not(kind, client_of):
    client = client_of("editor")
    sent = upload(client, EVERY[kind](skirt()))
    assert sent.status_code == 201, sent.content
    asset = Asset.objects.get(pk=sent.json()["id"])
    asked = {}
    for name, wish in WISHES.items():
        answer = client.post(f"/api/enhance/{asset.pk}", {"operations": [{"name": name, **wish}]}, format="json")
        assert answer.status_code == 202, (name, answer.content)
        asked[name] = answer.json()["id"]
    assert set(asked) == {operation.name for operation in registry.everything()}
    work_off("gpu")
    for name, pk in asked.items():
        row = Enhancement.objects.get(pk=pk)
        if code := NOTHING_THERE.get((kind, name)):
            assert (row.status, row.error["code"], bool(row.error["remedy"])) == ("failed", code, True)
        else:
            assert row.status == "succeeded", (name, row.error)
            assert found(row) == expected(kind, name, asset), name
            assert changed(asset, row.result) == (name not in UNCHANGED.get(kind, ())), name
            assert profile_of(row.result) == expected_profile(kind, name, asset), name
            if CHANNELS.get(kind) in (2, 4) and name != "background":
                assert is_as_clear(asset, row), name
    assert LedgerEntry.objects.count() == len(asked) - sum(place[0] == kind for place in NOTHING_THERE)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_does_harm_is_refused_at_the_door_with_its_reason(kind, client_of):
    answer = upload(client_of("editor"), HOSTILE[kind](KINDS["PNG"](skirt())))
    status, code = REFUSED[kind]
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["field"] == "file"
    assert not Asset.objects.exists()


def test_what_a_file_tells_in_secret_is_in_no_result(client_of):
    client = client_of("editor")
    asset = upload(client, HOSTILE["full of secrets"](b"")).json()
    for name, wish in WISHES.items():
        client.post(f"/api/enhance/{asset['id']}", {"operations": [{"name": name, **wish}]}, format="json")
    work_off("gpu")
    results = [read_bytes(row.result) for row in Enhancement.objects.exclude(result=None)]
    assert len(results) >= len(WISHES) - 1  # a mere ramp has no subject
    assert not any(images.MARKER in data for data in results)
    for data in results:
        with Image.open(io.BytesIO(data)) as image:
            assert not set(image.getexif()) - {0x0112}
