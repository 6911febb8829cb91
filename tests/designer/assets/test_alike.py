"""The same picture, sent twice in different clothes, is found; other pictures, and other people's, are not."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageOps

from designer.assets.models import Asset
from tests import images

pytestmark = pytest.mark.django_db


def sent(client, picture: Image.Image, kind: str = "PNG", **how) -> str:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    file = SimpleUploadedFile(f"photo.{kind.lower()}", out.getvalue(), f"image/{kind.lower()}")
    answer = client.post("/api/assets", {"file": file}, format="multipart")
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


@pytest.fixture
def photo() -> Image.Image:
    return images.photo((640, 480))


def alike(client, pk: str) -> list[str]:
    return [row["id"] for row in client.get("/api/assets", {"alike": pk}).json()["results"]]


def test_a_smaller_and_coarser_copy_is_found_and_another_picture_is_not(client_of, photo):
    client = client_of("editor")
    first = sent(client, photo)
    copy = sent(client, photo.resize((320, 240)), "JPEG", quality=60)
    sent(client, ImageOps.invert(photo))
    assert alike(client, first) == [copy] and alike(client, copy) == [first]


def test_the_page_says_so_and_leads_to_them(client_of, photo):
    client = client_of("editor")
    first, copy = sent(client, photo), sent(client, photo.resize((320, 240)))
    html = client.get(f"/assets/{first}").content.decode()
    assert "1 other image of this team shows the same picture" in html and f"/gallery?alike={first}" in html
    shown = client.get("/gallery", {"alike": first}).content.decode()
    assert f"/assets/{copy}" in shown and "Images that show the same picture" in shown


def test_an_enhancement_of_its_own_is_no_duplicate(client_of, photo):
    client = client_of("editor")
    first, larger = sent(client, photo), sent(client, photo.resize((1280, 960)))
    Asset.objects.filter(pk=larger).update(parent=first)
    assert "the same picture" not in client.get(f"/assets/{first}").content.decode()


def test_versions_of_one_image_are_no_duplicates_of_each_other(client_of, photo):
    client = client_of("editor")
    first, larger, other, last = (sent(client, photo.resize((640 + step, 480 + step))) for step in (0, 64, 128, 192))
    Asset.objects.filter(pk__in=[larger, other]).update(parent=first)
    Asset.objects.filter(pk=last).update(parent=other)
    assert "the same picture" not in client.get(f"/assets/{larger}").content.decode()
    assert "the same picture" not in client.get(f"/assets/{last}").content.decode()


def test_others_pictures_are_neither_found_nor_compared_with(client_of, photo):
    client, stranger = client_of("editor"), client_of("stranger")
    first, theirs = sent(client, photo), sent(stranger, photo.resize((320, 240)))
    assert alike(client, first) == [] and alike(client, theirs) == []
    assert client.get("/gallery", {"alike": theirs}).status_code == 404


@pytest.mark.parametrize(
    ("word", "status"), [("x", 200), ("'; drop", 200), ("0" * 8 + "-0000" * 3 + "-" + "0" * 12, 404)]
)
def test_an_odd_word_is_passed_over_and_an_unknown_image_is_not_there(client_of, word, status):
    assert client_of("viewer").get("/gallery", {"alike": word}).status_code == status
