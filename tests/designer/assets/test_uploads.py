"""Pictures on their way in: what is taken, what is refused, and that nothing is left behind."""

import io
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image, ImageOps, TiffImagePlugin

from designer.assets import blobs, deep, rows, services
from designer.assets.images import normalise
from designer.assets.models import Asset
from designer.paper import on_white
from tests import images

GOOD = ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"]


def send(client, data: bytes, name: str = "look.jpg", kind: str = "image/jpeg"):
    return client.post("/api/assets", {"file": SimpleUploadedFile(name, data, kind)}, format="multipart")


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", GOOD)
def test_every_named_format_is_taken(kind, client_of):
    answer = send(client_of("editor"), images.encoded(kind), f"look.{kind.lower()}")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["width"], body["height"]) == (64, 48)
    assert body["facts"]["format"] == kind
    assert body["media_type"] in ("image/jpeg", "image/png", "image/webp")


def bad_files() -> dict[str, tuple[bytes, int, str]]:
    jpeg, png = images.encoded("JPEG"), images.encoded("PNG", images.photo((400, 300)))
    one_bit = images.encoded("PNG", Image.new("1", (30_000, 30_000)))
    return {
        "empty": (b"", 400, "empty"),
        "half a jpeg": (jpeg[: len(jpeg) // 2], 422, "truncated"),
        "half a png": (png[: len(png) // 2], 422, "truncated"),
        "html": (b"<!doctype html><script>alert(1)</script>", 415, "unknown_format"),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 415, "unknown_format"),
        "pdf": (b"%PDF-1.7\n1 0 obj\n", 415, "unknown_format"),
        "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", 415, "unknown_format"),
        "psd": (b"8BPS\0\1" + b"\0" * 64, 415, "unknown_format"),
        "bmp": (images.encoded("BMP"), 415, "unknown_format"),
        "gif": (images.encoded("GIF"), 415, "unknown_format"),
        "zip": (b"PK\x03\x04" + b"\0" * 200, 415, "unknown_format"),
        "noise": (bytes(range(256)) * 8, 415, "unknown_format"),
        "30,000 x 30,000": (one_bit, 413, "too_many_pixels"),
        "a promise of 13,000 x 13,000": (images.png_header_only(13_000, 13_000), 413, "too_many_pixels"),
        "65,535 x 1": (images.encoded("PNG", Image.new("L", (65_535, 1))), 413, "too_large_side"),
    }


BAD = bad_files()


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_file_is_refused_by_name_and_leaves_nothing(name, client_of, settings):
    data, status, code = BAD[name]
    answer = send(client_of("editor"), data)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert body["errors"][0]["field"] == "file"
    assert not Asset.objects.exists()
    assert files_under(Path(settings.MEDIA_ROOT)) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1)])
def test_thin_and_tiny_pictures_are_taken(size, client_of):
    client = client_of("editor")
    answer = send(client, images.encoded("PNG", Image.new("RGB", size, "red")))
    assert answer.status_code == 201
    assert client.get(answer.json()["thumbnail"]).status_code == 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_pixel_mode_is_taken_and_a_loss_is_said(mode, client_of):
    picture = Image.new("I;16", (20, 20), 40_000) if mode == "I;16" else images.photo().convert(mode)
    answer = send(client_of("editor"), images.encoded("TIFF", picture))
    assert answer.status_code == 201
    assert bool(answer.json()["facts"]["notices"]) is (mode == "CMYK")


@pytest.mark.parametrize("kind", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_kept_and_shown_in_eight(kind, channels, client_of):
    samples = np.random.default_rng(3).integers(0, 65536, (40, 30, channels), dtype=np.uint16).squeeze()
    client = client_of("editor")
    body = send(client, cv2.imencode(kind, samples)[1].tobytes()).json()
    stored = services.read_bytes(Asset.objects.get(pk=body["id"]))
    assert (cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_UNCHANGED) == samples).all()
    assert (body["facts"]["bits"], body["facts"]["notices"]) == (16, [])
    assert client.get(body["thumbnail"]).status_code == 200


def density_of(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        across, down = picture.info.get("dpi", (0, 0))
    return round(across), round(down)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize(("orientation", "upright"), [(1, (300, 200)), (6, (200, 300))])
def test_the_dots_per_inch_of_a_photo_stay_with_it(kind, orientation, upright, client_of):
    client, tags = client_of("editor"), Image.Exif()
    tags[0x0112] = orientation
    body = send(client, images.encoded(kind, dpi=(300, 200), exif=tags)).json()
    assert (body["width"], body["height"]) == ((64, 48) if orientation == 1 else (48, 64))
    for form in ("", "?format=png", "?format=jpeg"):
        answer = client.get(body["url"] + form)
        assert density_of(b"".join(answer.streaming_content) if answer.streaming else answer.content) == upright


def test_with_sixteen_bits_the_dots_per_inch_stay_too(client_of):
    out = io.BytesIO()
    samples = np.full((20, 30, 3), 40_000, np.uint16)
    rows.write(out, [samples], height=20, info={"dpi": (300, 300)}, private=False)
    body = send(client_of("editor"), out.getvalue()).json()
    stored = services.read_bytes(Asset.objects.get(pk=body["id"]))
    assert (density_of(stored), body["facts"]["bits"]) == ((300, 300), 16)


@pytest.mark.parametrize("density", [(0.3, 300), (4_000_000, 4_000_000)])
def test_dots_per_inch_that_nobody_could_mean_are_dropped(density, client_of):
    body = send(client_of("editor"), images.encoded("TIFF", dpi=density)).json()
    assert density_of(services.read_bytes(Asset.objects.get(pk=body["id"]))) == (0, 0)


def test_without_opencv_sixteen_bits_become_eight_and_it_is_said(monkeypatch):
    monkeypatch.setattr(deep.importlib.util, "find_spec", lambda name: None)
    data = cv2.imencode(".png", np.full((8, 8, 3), 0x8000, np.uint16))[1].tobytes()
    made = normalise(data, max_pixels=1000, max_side=100)
    assert "to 8 bits" in made.facts["notices"][0]
    assert Image.open(io.BytesIO(made.data)).getpixel((0, 0)) == (128, 128, 128)


def test_a_result_of_sixteen_bits_keeps_every_byte_of_its_pixels():
    samples, out = np.random.default_rng(5).integers(0, 65536, (20, 30, 3), dtype=np.uint16), io.BytesIO()
    rows.write(out, [samples], height=20, info={"icc_profile": images.SRGB}, private=False)
    made = normalise(out.getvalue(), max_pixels=1000, max_side=100, keep=True)
    assert made.data == out.getvalue()
    assert made.facts["bits"] == 16


@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
def test_sixteen_bit_grey_keeps_its_lightness_in_every_form(mode, client_of):
    client = client_of("editor")
    body = send(client, images.encoded("TIFF", Image.new(mode, (20, 20), 0x8000))).json()
    with Image.open(io.BytesIO(services.read_bytes(Asset.objects.get(pk=body["id"])))) as picture:
        assert picture.getpixel((5, 5)) == 0x8000
        assert on_white(picture).getpixel((5, 5)) == (128, 128, 128)  # as providers and the reading of photos see it
    for url in (body["url"] + "?format=jpeg", body["url"] + "?format=webp", body["thumbnail"]):
        answer = client.get(url)
        data = b"".join(answer.streaming_content) if answer.streaming else answer.content
        with Image.open(io.BytesIO(data)) as picture:
            assert abs(picture.convert("L").getpixel((5, 5)) - 128) <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sixteen_bit_grey_stands_upright(orientation, client_of):
    samples, out, tags = np.arange(24, dtype=np.uint16).reshape(4, 6) * 2700, io.BytesIO(), Image.Exif()
    tags[0x0112] = orientation
    rows.write(out, [samples[..., None]], height=4, info={"exif": tags.tobytes()}, private=True)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue()))))
    body = send(client_of("editor"), out.getvalue()).json()
    stored = services.read_bytes(Asset.objects.get(pk=body["id"]))
    assert (cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_UNCHANGED) == upright).all()


def test_twelve_bit_grey_becomes_eight_with_its_whole_range(client_of):
    strip, tags = b"\x00\x0f\xff" * 200, TiffImagePlugin.ImageFileDirectory_v2()  # pairs of black and white
    sizes = {256: 20, 257: 20, 258: 12, 259: 1, 262: 1, 277: 1, 278: 20, 279: len(strip), 273: 0}
    for tag, value in sizes.items():
        tags[tag] = value
    body = send(client_of("editor"), b"II*\0" + struct.pack("<I", 8) + tags.tobytes(8) + strip).json()
    assert body["facts"]["notices"] == ["Reduced from 12 to 8 bits per channel."]
    with Image.open(io.BytesIO(services.read_bytes(Asset.objects.get(pk=body["id"])))) as picture:
        assert picture.getextrema() == (0, 255)


@pytest.mark.parametrize(("mode", "clear"), [("RGB", None), ("RGBA", False), ("RGBA", True), ("LA", True), ("P", True)])
def test_whether_something_of_it_is_transparent_is_known(mode, clear, client_of):
    picture, options = images.photo(mode=mode), {}
    if clear:
        picture.putpixel((3, 3), {"RGBA": (0, 0, 0, 0), "LA": (0, 0), "P": 7}[mode])
        options = {"transparency": 7} if mode == "P" else {}
    body = send(client_of("editor"), images.encoded("PNG", picture, **options)).json()
    assert body["facts"].get("transparent") is clear
    assert Asset.objects.get(pk=body["id"]).is_clear is bool(clear)


def test_an_animation_gives_its_first_picture_and_says_so(client_of):
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "green", "blue")]
    data = images.encoded("WEBP", frames[0], save_all=True, append_images=frames[1:])
    body = send(client_of("editor"), data).json()
    assert body["facts"]["notices"] == ["Only the first picture of this file was taken."]


def test_the_type_is_read_from_the_content_not_the_name(client_of):
    body = send(client_of("editor"), images.encoded("PNG"), "photo.jpg", "image/jpeg").json()
    assert body["media_type"] == "image/png"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_stands_upright(orientation, client_of):
    upright = images.photo((60, 40))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that camera orientation n asks to reverse
    turned = upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright
    tags = Image.Exif()
    tags[0x0112] = orientation
    body = send(client_of("editor"), images.encoded("PNG", turned, exif=tags)).json()
    stored = Asset.objects.get(pk=body["id"])
    with Image.open(io.BytesIO(services.read_bytes(stored))) as picture:
        assert picture.size == (60, 40)
        assert picture.convert("RGB").tobytes() == upright.tobytes()


@pytest.mark.parametrize("kind", GOOD)
def test_no_planted_secret_leaves_and_the_colour_profile_stays(kind, client_of, settings):
    client = client_of("editor")
    body = send(client, images.with_secrets(kind), "private.bin").json()
    for path in files_under(Path(settings.MEDIA_ROOT)):
        assert images.MARKER not in path.read_bytes()
    for form in ("png", "jpeg", "webp"):
        answer = client.get(body["url"], {"format": form})
        data = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert images.MARKER not in data
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.info.get("icc_profile") == images.SRGB
            assert not picture.getexif()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.jpg", "x.jpg"),
        ("a" * 1000 + ".jpg", "a" * 200),
        ("x\u202egpj.exe", "xgpj.exe"),
        ("line\r\nSet-Cookie: a=b.jpg", "lineSet-Cookie: a=b.jpg"),
        ("юбка 👗.jpg", "юбка 👗.jpg"),
        (";rm -rf.jpg", ";rm -rf.jpg"),
    ],
)
def test_a_file_name_is_text_to_show_and_nothing_else(name, shown, member, team, settings):
    asset = services.store_upload(
        actor=member("editor"), team_id=team.pk, file=io.BytesIO(images.encoded("PNG")), name=name
    )
    assert asset.title == shown
    stored = {path.name for path in files_under(Path(settings.MEDIA_ROOT))}
    assert all(file.startswith(asset.sha256) for file in stored)


def test_a_download_name_is_quoted_for_the_header(client_of):
    client = client_of("editor")
    url = send(client, images.encoded("PNG"), 'naïve "coat".png').json()["url"]
    header = client.get(url, {"download": "1"})["Content-Disposition"]
    assert header == ("attachment; filename=\"naive _coat_.png\"; filename*=UTF-8''na%C3%AFve%20%22coat%22.png")


@pytest.mark.parametrize("behind", [False, True], ids=["before the pixels", "behind them"])
def test_a_text_chunk_that_inflates_is_refused_for_what_it_is(behind, client_of):
    answer = send(client_of("editor"), images.text_bomb(behind=behind))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_much_text")


def test_no_file_part_and_too_many_files_are_said(client_of):
    client = client_of("editor")
    assert client.post("/api/assets", {}, format="multipart").json()["code"] == "missing"
    many = [SimpleUploadedFile(f"{n}.png", b"x") for n in range(21)]
    answer = client.post("/api/assets", {"file": many}, format="multipart")
    assert answer.status_code in (400, 413)


def test_one_bad_file_among_several_stops_no_other(client_of):
    files = [SimpleUploadedFile("a.png", images.encoded("PNG")), SimpleUploadedFile("b.png", b"<html>")]
    answer = client_of("editor").post("/api/assets", {"file": files}, format="multipart")
    assert answer.status_code == 201
    assert [len(answer.json()["results"]), answer.json()["refused"][0]["name"]] == [1, "b.png"]


def test_a_file_over_the_byte_limit_is_refused(client_of, settings):
    settings.UPLOAD_MAX_BYTES = 100
    assert send(client_of("editor"), images.encoded("PNG", images.photo((400, 300)))).json()["code"] == "too_large"


def test_a_full_disk_is_said_and_leaves_nothing(client_of, settings, monkeypatch):
    def full(target, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs, "_write_local", full)
    answer = send(client_of("editor"), images.encoded("PNG"))
    assert (answer.status_code, answer.json()["code"]) == (507, "no_room")
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 201), ("admin", 201), ("editor", 201), ("viewer", 403), (None, 401)]
)
def test_who_may_upload_into_a_team(role, status, client_of, team):
    file = SimpleUploadedFile("a.png", images.encoded("PNG"))
    answer = client_of(role).post("/api/assets", {"file": file, "team": str(team.pk)}, format="multipart")
    assert answer.status_code in ((status, 403) if role is None else (status,))


def test_a_stranger_cannot_upload_into_a_team(client_of, team):
    file = SimpleUploadedFile("a.png", images.encoded("PNG"))
    answer = client_of("stranger").post("/api/assets", {"file": file, "team": str(team.pk)}, format="multipart")
    assert answer.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_same_file_many_times_at_once_is_stored_once(member, team, settings):
    actor, data = member("editor"), images.encoded("PNG")

    def upload(number: int) -> None:
        services.store_upload(actor=actor, team_id=team.pk, file=io.BytesIO(data), name=f"{number}.png")
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upload, range(12)))
    assert Asset.objects.count() == 12
    stored = [path for path in files_under(Path(settings.MEDIA_ROOT)) if path.suffix == ".png"]
    assert len(stored) == 1


def test_a_picture_is_served_so_that_no_browser_runs_it(client_of):
    client = client_of("editor")
    body = send(client, images.encoded("PNG") + b"<script>alert(1)</script>").json()
    for url in (body["url"], body["thumbnail"]):
        answer = client.get(url)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Content-Type"].startswith("image/")
        assert answer["Cache-Control"] == "private, max-age=60"
        assert b"<script>" not in b"".join(answer.streaming_content)


def test_an_unchanged_picture_is_not_sent_again(client_of):
    client = client_of("editor")
    url = send(client, images.encoded("PNG")).json()["url"]
    tag = client.get(url)["ETag"]
    again = client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_behind_a_proxy_the_file_is_handed_over(client_of, settings):
    client = client_of("editor")
    url = send(client, images.encoded("PNG")).json()["url"]
    settings.X_ACCEL_PREFIX = "/protected"
    assert client.get(url)["X-Accel-Redirect"].startswith("/protected/")


def test_trash_and_restore(client_of):
    client = client_of("editor")
    pk = send(client, images.encoded("PNG")).json()["id"]
    assert client.delete(f"/api/assets/{pk}").status_code == 204
    assert client.get("/api/assets").json()["results"] == []
    assert len(client.get("/api/assets?trashed=true").json()["results"]) == 1
    assert client.post(f"/api/assets/{pk}/restore").status_code == 200
    assert len(client.get("/api/assets").json()["results"]) == 1
