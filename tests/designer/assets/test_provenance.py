"""Every image that the studio makes says how in its very file; what uploads say of themselves is read and taken out."""

import io
import re
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from designer.assets import credentials, provenance
from designer.assets.containers import png_chunks
from designer.assets.models import Asset
from designer.assets.provenance import COMPOSITE, DRAWN, EDITED, TRAINED, Facts, embed, read
from tests import images, signers
from tests.designer.generations.test_flow import made
from tests.scripted import GOOD, scripted
from tests.work import work_off

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
FACTS = Facts(digital_source_type=TRAINED, model="google/banana", prompt_sha256="a" * 64, parent="p-1")


def xmp_of(data: bytes) -> dict[str, str]:
    """The packet as Pillow hands it over, its properties read by a plain XML parser."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        packet = image.info.get("xmp") or image.info["XML:com.adobe.xmp"]
    text = packet.decode() if isinstance(packet, bytes) else packet
    body = ElementTree.fromstring(re.sub(r"<\?xpacket[^>]*\?>", "", text).strip())  # noqa: S314 (our own packet)
    return {key: value for node in body.iter() for key, value in node.attrib.items()}


def pixels(data: bytes) -> tuple[str, tuple[int, int], bytes, bytes | None]:
    with Image.open(io.BytesIO(data)) as image:
        return image.mode, image.size, image.tobytes(), image.info.get("icc_profile")


FILES = [
    ("PNG", "L", {}),
    ("PNG", "RGB", {"icc_profile": images.SRGB}),
    ("PNG", "RGBA", {}),
    ("JPEG", "L", {}),
    ("JPEG", "RGB", {"icc_profile": images.SRGB, "progressive": True}),
    ("WEBP", "RGB", {}),
    ("WEBP", "RGB", {"icc_profile": images.SRGB}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("WEBP", "RGB", {"lossless": True}),
]


@pytest.mark.parametrize(("kind", "mode", "options"), FILES)
@pytest.mark.parametrize("size", [(64, 48), (33, 17)])
def test_facts_go_into_the_file_and_no_pixel_changes(kind, mode, options, size):
    data = images.encoded(kind, images.photo(size, mode), **options)
    marked = embed(data, TYPES[kind], FACTS)
    assert pixels(marked) == pixels(data)
    assert xmp_of(marked)[f"{IPTC}DigitalSourceType"] == TRAINED
    assert xmp_of(marked)[f"{IPTC}AISystemUsed"] == "google/banana"
    assert read(marked, TYPES[kind]) == FACTS
    assert embed(marked, TYPES[kind], FACTS) == marked
    assert read(data, TYPES[kind]) is None


@given(st.text(max_size=300), st.sampled_from(sorted(TYPES)))
@settings(max_examples=60, deadline=None)
def test_no_words_of_a_model_break_the_packet(words, kind):
    marked = embed(images.encoded(kind), TYPES[kind], Facts(model=words, digital_source_type=DRAWN))
    xmp_of(marked)
    assert read(marked, TYPES[kind]).digital_source_type == DRAWN


@given(st.binary(max_size=400), st.sampled_from([*TYPES.values(), "image/tiff"]))
@settings(max_examples=100, deadline=None)
def test_what_is_no_picture_is_refused_and_reads_as_nothing(data, media_type):
    head = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8", "image/webp": b"RIFF\x40\0\0\0WEBP"}
    for each in (data, head.get(media_type, b"") + data):
        assert read(each, media_type) is None
        try:
            embed(each, media_type, FACTS)
        except ValueError:
            continue


def test_the_type_of_a_picture_follows_from_what_was_done_to_what():
    assert provenance.source_type_after(TRAINED, trained=True) == TRAINED
    assert provenance.source_type_after("", trained=True) == COMPOSITE
    assert provenance.source_type_after(DRAWN, trained=True) == COMPOSITE
    assert provenance.source_type_after("", trained=False) == EDITED
    assert provenance.source_type_after(DRAWN, trained=False) == DRAWN


def bytes_at(client, url: str) -> bytes:
    answer = client.get(url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.django_db(transaction=True)
class TestGenerated:
    def test_every_download_says_how_it_was_made(self, client_of):
        client = client_of("editor")
        asset = made(client)["assets"][0]
        wanted = asset["provenance"]
        for wish in ("", "?format=png&download=1", "?format=jpeg&download=1", "?format=webp&download=1"):
            said = xmp_of(bytes_at(client, asset["url"] + wish))
            assert said[f"{IPTC}DigitalSourceType"] == DRAWN
            assert said[f"{IPTC}AISystemUsed"] == "sketchbook/sketchbook-1"
            assert wanted["prompt_sha256"] in said.values()
            assert wanted["prompt"] not in " ".join(said.values())
        small = bytes_at(client, asset["thumbnail"])
        assert xmp_of(small)[f"{IPTC}DigitalSourceType"] == DRAWN

    def test_without_a_key_the_file_is_said_to_be_unsigned_and_whole(self, client_of):
        client = client_of("editor")
        asset = made(client)["assets"][0]
        report = client.get(f"/api/assets/{asset['id']}/provenance").json()
        assert report["credentials"]["state"] == "unsigned"
        assert report["intact"] is True
        assert report["file"]["digital_source_type"] == DRAWN

    def test_an_enhanced_image_names_its_parent_and_that_a_network_took_part(self, client_of):
        client = client_of("editor")
        first = made(client)["assets"][0]
        wish = {"operations": [{"name": "upscale", "scale": 2}]}
        assert client.post(f"/api/enhance/{first['generation']}", wish, format="json").status_code == 202
        work_off("gpu")
        better = Asset.objects.get(kind="enhanced")
        facts = read(default_storage.open(better.path).read(), better.media_type)
        assert (facts.parent, facts.digital_source_type) == (first["id"], COMPOSITE)
        assert facts.operations == "upscale"

    @pytest.mark.parametrize("mode", ["variation", "similar", "edit", "remix"])
    def test_an_image_that_began_from_another_names_it(self, mode, client_of):
        client = client_of("editor")
        first = made(client)["assets"][0]["id"]
        wish = {"brief": "in red", "n": 1, "source": first, "mode": mode, "references": [first]}
        (asset,) = made(client, **wish)["assets"]
        assert client.get(f"/api/assets/{asset['id']}/provenance").json()["file"]["parent"] == first


@pytest.fixture
def signing(settings, tmp_path):
    signers.install(settings, tmp_path)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("signing")
class TestSigned:
    def test_the_manifest_says_who_signed_and_what_was_done(self, client_of):
        client = client_of("editor")
        asset = made(client)["assets"][0]
        report = client.get(f"/api/assets/{asset['id']}/provenance").json()["credentials"]
        assert (report["state"], report["signer"], report["issuer"]) == (
            "valid",
            signers.NAME,
            "Throw-away Atelier",
        )
        assert report["actions"] == [{"action": "c2pa.created", "digital_source_type": DRAWN}]
        page = client.get(f"/assets/{asset['id']}/provenance")
        assert f"signed by {signers.NAME} (Throw-away Atelier), valid" in page.content.decode()

    @pytest.mark.parametrize("wish", ["jpeg", "webp"])
    def test_a_download_in_another_format_is_signed_anew_with_the_original_as_its_parent(self, client_of, wish):
        client = client_of("editor")
        asset = made(client)["assets"][0]
        checked = credentials.check(bytes_at(client, f"{asset['url']}?format={wish}"), f"image/{wish}")
        assert (checked.state, checked.parents) == ("valid", 1)
        assert [each["action"] for each in checked.actions] == ["c2pa.opened", "c2pa.converted"]
        tag = client.get(f"{asset['url']}?format={wish}")["ETag"]
        assert tag.startswith("W/"), "each signature differs, so the bytes do"
        assert client.get(f"{asset['url']}?format={wish}", headers={"If-None-Match": tag}).status_code == 304

    def test_a_file_that_was_tampered_with_is_said_to_be_broken(self, client_of):
        client = client_of("editor")
        asset = made(client)["assets"][0]
        path = Path(default_storage.path(Asset.objects.get(pk=asset["id"]).path))
        data = bytearray(path.read_bytes())
        data[-200] ^= 1
        path.write_bytes(data)
        report = client.get(f"/api/assets/{asset['id']}/provenance").json()
        assert (report["intact"], report["credentials"]["state"]) == (False, "broken")
        assert "broken" in client.get(f"/assets/{asset['id']}/provenance").content.decode()

    def test_another_signed_file_in_its_place_is_said_to_be_broken(self, client_of):
        client = client_of("editor")
        asset = made(client)["assets"][0]
        path = Path(default_storage.path(Asset.objects.get(pk=asset["id"]).path))
        chain, key = signers.chain_and_key()
        other = credentials.sign(
            images.encoded("PNG"), "image/png", FACTS, signing=credentials.Signing(chain=chain, key=key)
        )
        path.write_bytes(other)
        assert client.get(f"/api/assets/{asset['id']}/provenance").json()["credentials"]["state"] == "broken"

    def test_an_enhanced_image_carries_the_first_one_as_its_ingredient(self, client_of):
        client = client_of("editor")
        first = made(client)["assets"][0]
        wish = {"operations": [{"name": "upscale", "scale": 2}]}
        client.post(f"/api/enhance/{first['generation']}", wish, format="json")
        work_off("gpu")
        better = Asset.objects.get(kind="enhanced")
        checked = credentials.check(default_storage.open(better.path).read(), better.media_type)
        assert (checked.state, checked.parents) == ("valid", 1)
        assert [each["action"] for each in checked.actions] == ["c2pa.opened", "c2pa.edited"]

    def test_a_key_that_fails_later_costs_the_signature_and_not_the_image(self, client_of, settings):
        Path(settings.C2PA_KEY).write_bytes(signers.another_key())
        client = client_of("editor")
        done = made(client)
        assert done["status"] == "succeeded"
        asset = done["assets"][0]
        assert asset["facts"]["credentials"]["state"] == "unsigned"
        assert xmp_of(bytes_at(client, asset["url"]))[f"{IPTC}DigitalSourceType"] == DRAWN


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("signing")
class TestByAModel:
    @pytest.fixture
    def model(self, monkeypatch, settings):
        settings.IMAGE_PROVIDERS = ["scripted"]
        with scripted(monkeypatch) as provider:
            provider.answers = [GOOD] * 2
            yield provider

    def check(self, client, asset: dict, source_type: str, action: str, words: str) -> None:
        report = client.get(f"/api/assets/{asset['id']}/provenance").json()
        assert report["file"]["digital_source_type"] == asset["provenance"]["digital_source_type"] == source_type
        done = report["credentials"]["actions"][-1]
        assert done == {"action": f"c2pa.{action}", "digital_source_type": source_type}
        assert report["credentials"]["parents"] == (1 if action == "edited" else 0)
        assert words in client.get(f"/assets/{asset['id']}/provenance").content.decode()

    @pytest.mark.usefixtures("model")
    def test_a_photo_that_a_model_edited_is_a_composite_with_the_photo_as_its_ingredient(self, client_of):
        client = client_of("editor")
        photo = upload(client, images.encoded("JPEG"))["id"]
        asked = {"brief": "make it red", "n": 1, "source": photo, "mode": "edit", "references": [photo]}
        (asset,) = made(client, **asked)["assets"]
        self.check(client, asset, COMPOSITE, "edited", "Edited with a trained model")

    @pytest.mark.usefixtures("model")
    def test_an_edited_picture_of_a_model_stays_one(self, client_of):
        client = client_of("editor")
        (first,) = made(client, n=1)["assets"]
        self.check(client, first, TRAINED, "created", "Made by a trained model")
        asked = {"brief": "make it red", "n": 1, "source": first["id"], "mode": "edit", "references": [first["id"]]}
        (asset,) = made(client, **asked)["assets"]
        self.check(client, asset, TRAINED, "edited", "Made by a trained model")

    @pytest.mark.parametrize("mode", ["variation", "similar", "remix", None])
    @pytest.mark.usefixtures("model")
    def test_a_new_picture_that_a_model_made_after_a_photo_is_all_its_own(self, client_of, mode):
        client = client_of("editor")
        photo = upload(client, images.encoded("JPEG"))["id"]
        began = {"source": photo, "mode": mode} if mode else {}
        (asset,) = made(client, brief="a red coat", n=1, references=[photo], **began)["assets"]
        self.check(client, asset, TRAINED, "created", "Made by a trained model")


@pytest.mark.usefixtures("signing")
class TestTheCheckAtStart:
    def test_a_right_key_passes(self):
        call_command("check", tags=["security"])

    @pytest.mark.parametrize("how", ["other key", "nonsense", "no file", "half"])
    def test_a_wrong_key_is_told_with_its_remedy(self, settings, tmp_path, how):
        if how == "half":
            settings.C2PA_KEY = ""
        elif how == "no file":
            settings.C2PA_KEY = str(tmp_path / "gone.pem")
        else:
            Path(settings.C2PA_KEY).write_bytes(signers.another_key() if how == "other key" else b"nonsense")
        with pytest.raises(SystemCheckError, match="C2PA_CERT"):
            call_command("check", tags=["security"])


def packet(word: str) -> bytes:
    return f'<x:xmpmeta><d Iptc4xmpExt:DigitalSourceType="{provenance.SOURCE_TYPES}{word}"/></x:xmpmeta>'.encode()


def upload(client, data: bytes) -> dict:
    sent = client.post("/api/assets", {"file": SimpleUploadedFile("a.jpg", data)}, format="multipart")
    assert sent.status_code == 201, sent.content
    return sent.json()


def summed(data: bytes) -> bytes:
    """A PNG with the checksums that its chunks should have; anything else as it is."""
    if not data.startswith(b"\x89PNG"):
        return data
    chunks = (chunk[:-4] + zlib.crc32(chunk[4:-4]).to_bytes(4) for _, chunk in png_chunks(data))
    return data[:8] + b"".join(chunks)


@pytest.mark.django_db
class TestUploads:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
    def test_what_a_photo_says_of_its_making_is_read_and_taken_out(self, client_of, kind):
        options: dict = {"xmp": packet("trainedAlgorithmicMedia")}
        if kind == "PNG":
            info = PngImagePlugin.PngInfo()
            info.add_itxt("XML:com.adobe.xmp", packet("trainedAlgorithmicMedia").decode())
            options = {"pnginfo": info}
        elif kind == "TIFF":
            options = {"tiffinfo": {700: packet("trainedAlgorithmicMedia")}}
        client = client_of("editor")
        asset = upload(client, images.encoded(kind, **options))
        assert asset["facts"]["origin"] == {"source_type": "trainedAlgorithmicMedia", "ai": True}
        assert b"DigitalSourceType" not in bytes_at(client, asset["url"])
        page = client.get(f"/assets/{asset['id']}/provenance").content.decode()
        assert "This photo says it was made by AI." in page

    def test_content_credentials_that_came_along_are_noted(self, client_of):
        chain, key = signers.chain_and_key()
        who = credentials.Signing(chain=chain, key=key)
        for kind, media_type in TYPES.items():
            signed = credentials.sign(images.encoded(kind), media_type, FACTS, signing=who)
            asset = upload(client_of("editor"), signed)
            checked = {"state": "valid", "ours": False, "signer": signers.NAME, "issuer": "Throw-away Atelier"}
            checked["problems"] = []
            assert asset["facts"]["origin"] == {"content_credentials": True, "credentials": checked}

    @pytest.mark.parametrize("kind", TYPES)
    def test_credentials_that_came_along_are_told_by_what_they_are_worth(self, client_of, settings, tmp_path, kind):
        signers.install(settings, tmp_path)
        mine, other = signers.chain_and_key(), signers.chain_and_key.__wrapped__()
        client = client_of("editor")

        def words(data: bytes) -> str:
            asset = upload(client, data)
            origin = client.get(f"/api/assets/{asset['id']}/provenance").json()["origin"]
            assert origin == asset["facts"]["origin"]
            page = " ".join(client.get(f"/assets/{asset['id']}/provenance").content.decode().split())
            state = origin["credentials"]["state"]
            assert "jumbf" not in page and "hash" not in page.partition("Content Credentials")[2].partition("</p>")[0]
            return f"{state}: {page.partition('with ')[2].partition('They are not kept')[0]}"

        def signed(who: tuple[bytes, bytes]) -> bytes:
            signing = credentials.Signing(chain=who[0], key=who[1])
            return credentials.sign(images.encoded(kind), TYPES[kind], FACTS, signing=signing)

        own = signed(mine)
        assert words(own) == "valid: Content Credentials (C2PA): signed by this studio, unchanged since. "
        assert f"signed by {signers.NAME}, unchanged since. Whether that" in words(signed(other))
        changed = provenance.embed(own, TYPES[kind], Facts(model="another/one"))
        told = "signed by this studio. The file was changed after it was signed. "
        assert words(changed) == f"broken: broken Content Credentials (C2PA), {told}"
        forged = summed(own.replace(signers.NAME.encode(), signers.NAME[::-1].encode()))
        assert words(forged).startswith("broken: broken Content Credentials (C2PA), signed in the name of")

    @pytest.mark.parametrize(
        ("codes", "state", "problem"),
        [
            (["signingCredential.expired"], "unavailable", "Its certificate has expired since"),
            (
                ["signingCredential.untrusted", "signingCredential.expired"],
                "unavailable",
                "Its certificate has expired",
            ),
            (
                ["signingCredential.expired", "assertion.dataHash.mismatch"],
                "broken",
                "Its certificate has expired since",
            ),
            (["claimSignature.outsideValidity"], "broken", "It was signed when its certificate was not valid."),
        ],
    )
    def test_a_certificate_that_ran_out_breaks_no_credentials(self, codes, state, problem):
        failed = {"failure": [{"code": code} for code in codes]}
        checked = credentials._checked({"validation_state": "Invalid"}, failed, "")
        assert checked.state == state and checked.problems[0].startswith(problem)

    def test_credentials_that_nobody_can_read_cost_no_picture(self, client_of):
        data = images.encoded("JPEG")
        store = b"\xff\xeb\x00\x40" + (provenance.CREDENTIALS + b"\xff" * 62)[:62]
        asset = upload(client_of("editor"), data[:2] + store + data[2:])
        assert asset["facts"]["origin"]["credentials"]["state"] in ("broken", "unchecked")

    def test_the_settings_of_a_well_known_generator_are_noted_without_their_words(self, client_of):
        info = PngImagePlugin.PngInfo()
        info.add_text("parameters", f"a dress {images.MARKER.decode()}, Steps: 20")
        asset = upload(client_of("editor"), images.encoded("PNG", pnginfo=info))
        assert asset["facts"]["origin"] == {"generator": "Stable Diffusion web UI", "ai": True}
        assert images.MARKER.decode() not in str(asset)

    def test_a_photo_that_says_nothing_has_no_origin(self, client_of):
        asset = upload(client_of("editor"), images.with_secrets("JPEG"))
        assert "origin" not in asset["facts"]
