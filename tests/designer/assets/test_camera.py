"""What camera and author wrote: left out of uploads, or kept tag by tag where the team wishes it."""

import io
import struct
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin
from PIL.TiffImagePlugin import IFDRational

from designer.assets import camera
from designer.assets.images import normalise
from designer.assets.models import Asset
from designer.assets.services import anonymous_bytes
from tests import images
from tests.designer.assets.test_uploads import files_under

SECRET = images.MARKER.decode()
MAIN = {
    0x010E: "Toile, front — Zoë's fitting",
    0x010F: "Canon",
    0x0110: "Canon EOS R5",
    0x0131: "Capture One 16",
    0x013B: "Zoë Müller",
    0x8298: "© 2026 Zoë Müller",
}
PART = {
    0x829A: IFDRational(1, 250),
    0x829D: IFDRational(28, 10),
    0x8827: 400,
    0x9003: "2026:05:03 14:22:07",
    0x920A: IFDRational(50, 1),
    0xA405: 75,
    0xA434: "RF50mm F1.2 L USM",
}
SAID = {
    "description": "Toile, front — Zoë's fitting",
    "make": "Canon",
    "model": "Canon EOS R5",
    "software": "Capture One 16",
    "artist": "Zoë Müller",
    "copyright": "© 2026 Zoë Müller",
    "exposure_time": [1, 250],
    "f_number": [14, 5],
    "iso": 400,
    "taken": "2026-05-03T14:22:07",
    "focal_length": [50, 1],
    "focal_length_35mm": 75,
    "lens": "RF50mm F1.2 L USM",
}
GOOD = ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"]


def exif_of(orientation: int = 1, **changes: Any) -> Image.Exif:
    """All that is kept, and all that never is: place, serial numbers, owner, maker's notes, a user's comment."""
    tags = Image.Exif()
    for number, value in MAIN.items():
        tags[number] = value.encode() if isinstance(value, str) else value
    tags[0x0112], tags[0x8825] = orientation, {2: (48.0, 51.0, 30.0), 29: SECRET}
    tags[0xC62F] = SECRET  # the camera's serial number, as DNG has it
    private = dict.fromkeys((0xA430, 0xA431, 0xA435, 0xA420, 0x927C, 0x9286), SECRET)
    changed = {int(name[1:], 16): value for name, value in changes.items()}
    tags[0x8769] = {**PART, **private, **{number: value for number, value in changed.items() if number in PART}}
    for number, value in changed.items():
        if number in MAIN:
            tags[number] = value
    return tags


def photo_of(kind: str, **options: Any) -> bytes:
    if kind == "TIFF":
        return tiff()
    said: dict[str, Any] = {"exif": exif_of(), "icc_profile": images.SRGB}
    if kind in ("JPEG", "WEBP"):
        said["xmp"] = b"<x:xmpmeta>" + images.MARKER + b"</x:xmpmeta>"
    return images.encoded(kind, **{**said, **options})


def tiff() -> bytes:
    """Its tags and one strip: Pillow writes no text but ASCII into a TIFF."""
    strip, tags = images.photo().tobytes(), TiffImagePlugin.ImageFileDirectory_v2()
    sizes = {256: 64, 257: 48, 258: (8, 8, 8), 259: 1, 262: 2, 277: 3, 278: 48, 279: len(strip)}
    for number, value in {**sizes, **dict(exif_of()), 273: 0}.items():  # 273: Pillow adds where the tags end
        tags[number] = value
    return b"II*\0" + struct.pack("<I", 8) + tags.tobytes(8) + strip


def told_by(data: bytes) -> tuple[dict[int, Any], dict[int, Any]]:
    """Every tag of both directories, as a reader of pictures finds them; a file that has more fails."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        said = picture.getexif()
        part = dict(said.get_ifd(0x8769))
        main = {number: value for number, value in said.items() if number != 0x8769}
        assert not said.get_ifd(0x8825) and not said.get_ifd(1)  # no place, no small picture
    return {n: v.encode("latin-1").decode() for n, v in main.items()}, part


def check_kept(data: bytes) -> None:
    main, part = told_by(data)
    assert main == MAIN
    assert part.pop(0x9000) == b"0300"
    assert part == PART
    assert images.MARKER not in data


def at(client: Any, url: str) -> bytes:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def send(client_of, team):
    """Upload into the team; the answer."""

    def post(data: bytes) -> Any:
        said = {"file": SimpleUploadedFile("look.jpg", data, "image/jpeg"), "team": str(team.pk)}
        return client_of("editor").post("/api/assets", said, format="multipart")

    return post


@pytest.fixture
def keeping(team):
    team.settings = {"keep_exif": True}
    team.save()
    return team


@pytest.mark.parametrize("kind", GOOD)
def test_where_the_team_keeps_it_every_tag_is_there_and_no_other(kind, client_of, keeping, settings, send):
    client = client_of("editor")
    body = send(photo_of(kind)).json()
    assert (body["facts"]["camera"], body["facts"]["notices"]) == (SAID, [])
    for form in ("", "?format=png", "?format=jpeg", "?format=webp", "?download=1"):
        check_kept(at(client, body["url"] + form))
    for path in files_under(Path(settings.MEDIA_ROOT)):
        assert images.MARKER not in path.read_bytes()
    with Image.open(io.BytesIO(at(client, body["thumbnail"]))) as small:
        assert not small.getexif()


@pytest.mark.parametrize("kind", GOOD)
def test_by_itself_a_team_keeps_none_of_it(kind, client_of, settings, send):
    client = client_of("editor")
    body = send(photo_of(kind)).json()
    assert "camera" not in body["facts"]
    for form in ("", "?format=png", "?format=jpeg", "?format=webp"):
        assert told_by(at(client, body["url"] + form)) == ({}, {})
    for path in files_under(Path(settings.MEDIA_ROOT)):
        data = path.read_bytes()
        assert images.MARKER not in data and b"Canon" not in data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_turned_photo_is_upright_and_tells_of_no_turn(kind, client_of, keeping, send):
    client = client_of("editor")
    body = send(photo_of(kind, exif=exif_of(6))).json()
    assert (body["width"], body["height"]) == (48, 64)
    check_kept(at(client, body["url"]))


def test_what_goes_to_those_outside_the_team_goes_without(keeping, send):
    body = send(photo_of("JPEG")).json()
    asset = Asset.objects.get(pk=body["id"])
    data = anonymous_bytes(asset)
    assert told_by(data) == ({}, {}) and b"Canon" not in data


ENDLESS = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x8769, 4, 1, 8) + struct.pack("<I", 8)
HOSTILE = {
    "huge": b"Exif\0\0II*\0" + b"\0" * (2 << 20),
    "an endless directory": b"Exif\0\0" + ENDLESS,
    "no directory": b"Exif\0\0garbage",
    "a directory beyond the end": b"Exif\0\0II*\0\xff\xff\xff\x7f",
    "65,535 entries and none": b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
    "a text of 4 GB": b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x10F, 2, 2**32 - 1, 8) + b"\0" * 4,
}


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_exif_is_left_out_with_a_note_and_the_photo_is_taken(name, kind, client_of, keeping, send):
    client = client_of("editor")
    answer = send(images.encoded(kind, exif=HOSTILE[name]))
    assert answer.status_code == 201, answer.content
    facts = answer.json()["facts"]
    assert "camera" not in facts
    if name != "an endless directory":  # which is one in order that tells nothing
        assert "EXIF" in facts["notices"][0]
    assert told_by(at(client, answer.json()["url"])) == ({}, {})


@pytest.mark.parametrize(
    ("tag", "value", "named"),
    [
        ("x013b", b"Zo\x1b[31m", "artist"),
        ("x013b", "a\u202eb".encode(), "artist"),
        ("x013b", b"x" * 5000, "artist"),
        ("x9003", "2026:13:45 99:00:00", "taken"),
        ("x9003", "yesterday", "taken"),
        ("x8827", "four hundred", "iso"),
        ("x829a", "a wink", "exposure time"),
    ],
)
def test_a_value_that_its_tag_cannot_have_is_left_out_by_name_and_the_rest_stays(tag, value, named, keeping, send):
    body = send(photo_of("JPEG", exif=exif_of(**{tag: value}))).json()
    assert body["facts"]["notices"] == [f"Of what the camera wrote this could not be read and was left out: {named}."]
    assert body["facts"]["camera"] == {n: v for n, v in SAID.items() if n != named.replace(" ", "_")}


def test_a_year_of_three_digits_stays_that_year_in_the_file(client_of, keeping, send):
    """Of a clock that was never set: the standard wants four digits, and a reader takes no fewer."""
    body = send(photo_of("JPEG", exif=exif_of(x9003="0987:05:03 14:22:07"))).json()
    assert (body["facts"]["camera"]["taken"], body["facts"]["notices"]) == ("0987-05-03T14:22:07", [])
    for form in ("", "?format=png", "?format=webp"):
        assert told_by(at(client_of("editor"), body["url"] + form))[1][0x9003] == "0987:05:03 14:22:07"


@pytest.mark.parametrize(
    ("tag", "value", "name"),
    [
        ("x9003", "0000:00:00 00:00:00", "taken"),
        ("x9003", "    :  :     :  :  ", "taken"),
        ("x829d", IFDRational(0, 1), "f_number"),
        ("xa434", "\0\0\0", "lens"),
        ("x8827", 0, "iso"),
    ],
)
def test_what_a_camera_does_not_know_is_no_fault(tag, value, name, keeping, send):
    body = send(photo_of("JPEG", exif=exif_of(**{tag: value}))).json()
    assert (body["facts"]["notices"], name in body["facts"]["camera"]) == ([], False)


@given(st.binary(max_size=600), st.sampled_from(["PNG", "WEBP"]))
@settings(max_examples=60, deadline=None)
def test_no_bytes_in_the_place_of_exif_break_an_upload(junk, kind):
    data = images.encoded(kind, Image.new("RGB", (4, 4)), exif=b"Exif\0\0II*\0\x08\0\0\0" + junk)
    made = normalise(data, max_pixels=100, max_side=10, exif=True)
    if said := made.facts.get("camera"):
        told_by(camera.embed(made.data, made.media_type, said))


@given(st.binary(max_size=400), st.sampled_from(["image/png", "image/jpeg", "image/webp", "image/tiff"]))
@settings(max_examples=60, deadline=None)
def test_what_is_no_picture_is_not_written_into(data, media_type):
    try:
        camera.embed(data, media_type, SAID)
    except ValueError:
        return
    assert data[:2] == b"\xff\xd8" or data[:4] in (b"\x89PNG", b"RIFF")


def test_the_page_shows_the_camera_where_it_is_kept(member, keeping, send):
    body = send(photo_of("JPEG")).json()
    client = Client()
    client.force_login(member("viewer"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/assets/{body['id']}").content.decode()
    for words in (
        "Canon EOS R5",
        "RF50mm F1.2 L USM",
        "1/250 s, f/2.8, ISO 400, 50 mm (75 mm in 35 mm film)",
        "Zoë Müller",
    ):
        assert words in page
    keeping.settings = {}
    keeping.save()
    bare = send(photo_of("JPEG")).json()
    assert 'id="camera"' not in client.get(f"/assets/{bare['id']}").content.decode()
