"""Files that lie, break off or do harm: each is taken for what it is or refused by name, through the front door."""

import io
import random
import shutil
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from pathlib import Path

import pillow_heif
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from designer.assets import forker, sandbox
from designer.assets.images import ImageRefused, normalise
from designer.assets.models import Asset
from designer.assets.services import read_bytes
from designer.assets.sniffing import bits_of
from tests import images

KINDS = ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"]


def send(client, data: bytes, name: str = "look.jpg", kind: str = "image/jpeg"):
    return client.post("/api/assets", {"file": SimpleUploadedFile(name, data, kind)}, format="multipart")


def assert_refused(answer, settings, statuses=(400, 413, 415, 422)) -> None:
    body = answer.json()
    assert answer.status_code in statuses, body
    assert answer["Content-Type"] == "application/problem+json"
    assert body["errors"][0]["field"] == "file" and body["remedy"]
    assert not Asset.objects.exists()
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def photo_of(kind: str, **options) -> bytes:
    return images.encoded(kind, images.photo((400, 300)), **options)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_short_is_refused_and_never_filled_up(kind, share, client_of, settings):
    whole = photo_of(kind)
    assert_refused(send(client_of("editor"), whole[: int(len(whole) * share)]), settings, (422,))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_cut_at_its_last_hundredth_is_refused(progressive, client_of, settings):
    whole = images.encoded("JPEG", images.photo((900, 700)).effect_spread(9), progressive=progressive)
    assert_refused(send(client_of("editor"), whole[: int(len(whole) * 0.99)]), settings, (422,))


def test_a_jpeg_cut_inside_a_marker_is_refused(client_of, settings):
    whole = photo_of("JPEG")
    place = whole.index(b"\xff\xdb") + 3
    assert_refused(send(client_of("editor"), whole[:place]), settings, (422,))


def test_a_webp_that_moves_and_is_cut_is_refused(client_of, settings):
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("red", "green")]
    whole = images.encoded("WEBP", frames[0], save_all=True, append_images=frames[1:])
    assert_refused(send(client_of("editor"), whole[: len(whole) // 2]), settings)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["look.svg", "look.exe", "look.html", "look"])
def test_a_wrong_name_and_type_change_nothing(kind, name, client_of):
    body = send(client_of("editor"), images.encoded(kind), name, "text/html").json()
    assert body["facts"]["format"] == kind
    assert body["media_type"].startswith("image/")


def test_what_hides_behind_a_picture_is_not_kept(client_of):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("evil.html", "<script>alert(1)</script>" + images.MARKER.decode())
    for kind in ("JPEG", "PNG", "WEBP"):
        body = send(client_of("editor"), images.encoded(kind) + archive.getvalue()).json()
        stored = read_bytes(Asset.objects.get(pk=body["id"]))
        assert b"PK\x03\x04" not in stored and images.MARKER not in stored


def test_a_zip_bomb_is_no_picture(client_of, settings):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("look.jpg", b"\0" * (50 << 20))
    assert_refused(send(client_of("editor"), archive.getvalue()), settings, (415,))


def test_pixels_that_inflate_past_their_frame_cost_nothing(client_of, settings):
    head = images.chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0))
    bomb = images.chunk(b"IDAT", zlib.compress(b"\0" * (64 << 20), 9))
    answer = send(client_of("editor"), b"\x89PNG\r\n\x1a\n" + head + bomb + images.chunk(b"IEND", b""))
    assert answer.status_code in (201, 422)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "LA"), ("PNG", "P"), ("PNG", "1"), ("TIFF", "LAB"), ("JPEG", "L")])
def test_uncommon_pixels_become_common_ones(kind, mode, client_of):
    picture = images.photo().convert(mode) if mode != "LAB" else Image.new("LAB", (20, 20), (60, 140, 120))
    body = send(client_of("editor"), images.encoded(kind, picture)).json()
    with Image.open(io.BytesIO(read_bytes(Asset.objects.get(pk=body["id"])))) as stored:
        assert stored.mode in ("L", "LA", "RGB", "RGBA")


def test_colour_deeper_than_can_be_kept_is_taken_and_its_loss_said(client_of):
    body = send(client_of("editor"), deep_heif()).json()
    assert any("to 8 bits" in notice for notice in body["facts"]["notices"]), body


def deep_heif() -> bytes:
    deep = pillow_heif.from_bytes(mode="RGB;16", size=(64, 48), data=b"\x00\x80\x00\x40\xff\xff" * (64 * 48))
    buffer = io.BytesIO()
    deep.save(buffer, quality=80)
    return buffer.getvalue()


@pytest.mark.parametrize(("flags", "bits"), [(0x00, 8), (0x40, 10), (0x60, 12)])
def test_the_depth_of_an_avif_is_read_from_its_header(flags, bits):
    whole = bytearray(images.encoded("AVIF"))
    whole[whole.index(b"av1C") + 6] = flags
    assert bits_of(bytes(whole), "AVIF", None) == bits


@pytest.mark.parametrize("bits", [8, 16])
def test_signed_numbers_are_refused_with_a_remedy(bits, client_of, settings):
    answer = send(client_of("editor"), images.signed_tiff(bits), "scan.tif")
    assert_refused(answer, settings, (422,))
    assert answer.json()["code"] == "signed" and "unsigned" in answer.json()["remedy"]


def test_floating_point_channels_are_refused_with_a_remedy(client_of, settings):
    assert_refused(send(client_of("editor"), images.encoded("TIFF", Image.new("F", (9, 9), 0.5))), settings, (422,))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_of_several_pictures_the_first_is_taken(kind, client_of):
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "green", "blue")]
    data = images.encoded(kind, frames[0], save_all=True, append_images=frames[1:])
    body = send(client_of("editor"), data).json()
    assert body["facts"]["notices"] == ["Only the first picture of this file was taken."]
    with Image.open(io.BytesIO(read_bytes(Asset.objects.get(pk=body["id"])))) as stored:
        assert stored.convert("RGB").getpixel((3, 3)) == (255, 0, 0)


@pytest.mark.parametrize("junk", [b"II*\0" + b"\xff" * 40, b"Exif\0\0garbage", b""])
def test_an_orientation_that_cannot_be_read_turns_nothing(junk, client_of):
    body = send(client_of("editor"), photo_of("WEBP", exif=b"Exif\0\0" + junk)).json()
    assert (body["width"], body["height"]) == (400, 300)


def test_an_orientation_that_does_not_exist_turns_nothing(client_of):
    body = send(client_of("editor"), photo_of("JPEG", exif=images.exif(9))).json()
    assert (body["width"], body["height"]) == (400, 300)


@pytest.mark.parametrize("profile", [b"no profile" * 40, images.SRGB[:300], images.SRGB + bytes(100_000)])
def test_a_profile_that_is_none_is_dropped(profile, client_of):
    body = send(client_of("editor"), photo_of("PNG", icc_profile=profile)).json()
    with Image.open(io.BytesIO(read_bytes(Asset.objects.get(pk=body["id"])))) as stored:
        assert stored.info.get("icc_profile") in (None, images.SRGB)


HOSTILE = ["../../etc/passwd", "C:\\x.png", "a\x00b.png", "x" * 1000, "\u202egnp.exe", ";rm -rf /;.png", ".htaccess"]


@pytest.mark.parametrize("name", [*HOSTILE, "e\u0301.png", "👗.png", "a\r\nSet-Cookie: b=c.png"])
def test_a_hostile_name_is_stored_as_text_alone(name, client_of, settings):
    answer = send(client_of("editor"), images.encoded("PNG"), name)
    title = Asset.objects.get(pk=answer.json()["id"]).title
    assert answer.status_code == 201 and title and len(title) <= 200
    assert not set(title) & set("/\\\x00\u202e") and title.isprintable()
    root = Path(settings.MEDIA_ROOT).resolve()
    assert all(path.resolve().is_relative_to(root) for path in root.rglob("*"))


def test_a_directory_and_a_missing_part_are_no_file(client_of, settings):
    boundary = "x"
    part = '--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
    for body in (part, "--x--\r\n", ""):
        answer = client_of("editor").generic(
            "POST", "/api/assets", body.encode(), content_type=f"multipart/form-data; boundary={boundary}"
        )
        assert_refused(answer, settings, (400,))


def test_a_file_far_over_the_limit_is_cut_off_while_it_arrives(client_of, settings):
    settings.UPLOAD_MAX_BYTES = 100_000
    answer = send(client_of("editor"), b"\xff\xd8\xff" + b"\0" * 400_000)
    assert_refused(answer, settings, (413,))
    assert answer.json()["code"] == "too_large"


def test_no_flipped_byte_brings_the_reader_down():
    dice = random.Random(7)
    for kind in KINDS:
        whole = images.encoded(kind, icc_profile=images.SRGB)
        for _ in range(60):
            broken = bytearray(whole)
            for _ in range(dice.randrange(1, 6)):
                broken[dice.randrange(min(len(broken), 900))] = dice.randrange(256)
            try:
                normalise(bytes(broken), max_pixels=1_000_000, max_side=4000)
            except ImageRefused as refused:
                assert refused.code and refused.remedy and 400 <= refused.status < 500


@pytest.fixture
def page(member):
    client = Client()
    client.force_login(member("editor"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture we can read"),
        (images.png_header_only(30_000, 30_000), "the limit"),
        (images.encoded("PNG", images.photo((300, 200)))[:200], "damaged"),
    ],
)
def test_a_page_without_script_says_beside_the_photos_what_is_wrong(data, said, page):
    photo = SimpleUploadedFile("<b>look</b>.jpg", data, "image/jpeg")
    answer = page.post("/", {"brief": "A linen dress", "photos": photo})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown and "A linen dress" in shown
    assert "<b>look" not in shown
    assert not Asset.objects.exists()


def test_a_page_without_script_takes_photos_with_the_brief(page):
    photos = [SimpleUploadedFile(f"{n}.png", images.encoded("PNG", images.photo((90 + n, 60)))) for n in range(2)]
    answer = page.post("/", {"brief": "A linen dress", "photos": photos})
    assert answer.status_code == 302, answer.content.decode()[:500]
    assert Asset.objects.filter(used_in__brief="A linen dress").count() == 2


def test_a_page_is_told_of_a_file_over_the_limit(page, settings):
    settings.UPLOAD_MAX_BYTES = 10_000
    answer = page.post("/", {"brief": "A coat", "photos": SimpleUploadedFile("a.png", b"\0" * 100_000)})
    assert answer.status_code == 413
    assert "larger than" in answer.content.decode()


def test_ids_that_are_none_are_passed_over_by_the_page(page):
    answer = page.post("/", {"brief": "A linen dress", "references": "x" * 36})
    assert answer.status_code == 302


@pytest.fixture
def forkers(monkeypatch):
    """This test's own: no other has one warm, and what it breaks, it breaks for itself."""
    own = sandbox.Forkers()
    monkeypatch.setattr(sandbox, "FORKERS", own)
    yield own
    if own.current is not None:
        own.current.close()


def test_a_reader_that_dies_or_hangs_is_a_refusal(client_of, settings, monkeypatch, forkers):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.01)
    assert_refused(send(client_of("editor"), images.encoded("PNG")), settings, (422,))
    monkeypatch.undo()
    monkeypatch.setattr(sandbox, "FORKERS", forkers)
    monkeypatch.setattr(sandbox.sys, "executable", shutil.which("false"))
    assert_refused(send(client_of("admin"), images.encoded("PNG")), settings, (422,))


def test_a_reader_that_was_killed_is_replaced_without_a_word(client_of, forkers):
    assert send(client_of("editor"), images.encoded("PNG")).status_code == 201
    forkers.current.process.kill()
    assert send(client_of("editor"), images.encoded("PNG", images.photo((90, 61)))).status_code == 201


def test_one_file_that_breaks_the_reader_leaves_nothing_to_the_next(monkeypatch, forkers):
    """A stand-in for a decoder that a file has taken over: it waits for the next picture on every file it has."""
    taken_over = (
        "import designer.assets.forker as f, os, select, time\n"
        "def done(do, data, wish):\n"
        "    if data != b'hostile': return {'widths': [], 'seen': os.getpid()}, [data]\n"
        "    open_files = [n for n in range(f.FILES) if os.path.exists(f'/proc/self/fd/{n}')]\n"
        "    others = [n for n in open_files if n > 2]\n"
        "    if not others: os.kill(os.getpid(), 9)\n"
        "    time.sleep(60)\n"
        "f._done = done\n"
        "f.main()\n"
    )
    monkeypatch.setattr(sandbox, "COMMAND", ["-s", "-c", taken_over])
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 20)
    seen = []
    for data in (b"first", b"hostile", b"next", b"last"):
        before = forkers.current
        try:
            seen.append(sandbox._asked({"do": "take"}, data))
        except sandbox.ImageRefused as refused:
            assert (data, refused.code, forkers.current) == (b"hostile", "unreadable", None)
        else:
            assert data != b"next" or forkers.current is not before
    assert [parts for _, parts in seen] == [[b"first"], [b"next"], [b"last"]]
    assert len({told["seen"] for told, _ in seen}) == 3


def test_a_forker_is_exchanged_after_so_many_pictures(monkeypatch, forkers):
    monkeypatch.setattr(sandbox, "PICTURES", 2)
    whom = []
    for _ in range(5):
        sandbox.convert(images.encoded("PNG"), "image/jpeg")
        whom.append(forkers.current.process.pid)
    assert [whom.count(pid) for pid in dict.fromkeys(whom)] == [2, 2, 1]


def test_with_too_many_at_once_one_is_asked_to_come_back(client_of, settings, monkeypatch):
    monkeypatch.setattr(sandbox, "QUEUE_SECONDS", 0)
    monkeypatch.setattr(sandbox, "AT_ONCE", threading.BoundedSemaphore(1))
    with sandbox.AT_ONCE:
        answer = send(client_of("editor"), images.encoded("PNG"))
    assert_refused(answer, settings, (503,))
    assert (answer.json()["code"], answer["Retry-After"]) == ("busy", "5")


def test_the_reader_may_not_write_a_file_or_take_all_memory():
    limits = (
        "import resource; from designer.assets import forker; forker.limit();"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_FSIZE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", limits], cwd=sandbox.ROOT, capture_output=True, text=True, check=True)
    if sys.platform == "linux":
        assert done.stdout.split() == [str(forker.MEMORY), "0"]
