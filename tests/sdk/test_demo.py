"""`manage.py demo` against a real studio: a photo and a brief in, pairs of pictures out."""

import json
import uuid
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

from teams.accounts.services import create_token
from tests import images
from tests.factories import UserFactory
from tests.stack import studio

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("e2e"), pytest.mark.django_db(transaction=True)]


def test_the_demo_leaves_the_photo_and_an_image_before_and_after(tmp_path: Path, settings, capsys):
    _, key = create_token(actor=UserFactory(email=f"{uuid.uuid4().hex}@example.org"), name="demo")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(images.encoded("JPEG", images.photo((90, 120))))
    settings.VAR = tmp_path
    with studio(tmp_path) as url:
        (tmp_path / "credentials.json").write_text(json.dumps({"url": url, "token": key}))
        call_command("demo", photo=photo, images=1)
    sizes = {}
    for name in ("photo-before", "photo-after", "image-before", "image-after"):
        with Image.open(tmp_path / "demo" / f"{name}.png") as picture:
            sizes[name] = picture.size
    assert (sizes["photo-before"], sizes["photo-after"]) == ((90, 120), (180, 240))
    assert sizes["image-after"] == tuple(2 * side for side in sizes["image-before"])
    said = capsys.readouterr().out
    assert all(word in said for word in ("analysis", "generation", "(simulated)", "photo 2x", "contact-sheet.png"))
