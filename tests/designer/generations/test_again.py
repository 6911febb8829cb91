"""Every image carries the whole record of how it was asked for, and can be made again from it alone."""

import io

import numpy as np
import pytest
from PIL import Image

from designer.assets.models import Asset
from designer.assets.services import read_bytes
from designer.generations.again import lacking, request_of
from designer.generations.models import Generation
from designer.providers.registry import image_provider
from teams.base.errors import Refused
from tests import images
from tests.designer.generations.test_flow import ask, made
from tests.designer.generations.test_stand_ins import photo as stored_photo
from tests.scripted import Scripted, scripted
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_each_image_can_be_drawn_again_to_the_pixel_from_its_record(client_of):
    answer = ask(client_of("editor"), brief="a pleated emerald skirt, midi", n=2, provider="sketchbook")
    work_off("interactive")
    made = list(Asset.objects.filter(generation=answer.json()["id"]))
    assert len(made) == 2
    for asset in made:
        assert lacking(asset) == []
        again = image_provider(asset.provenance["provider"]).generate(
            request_of(asset), idempotency_key="again", cancelled=lambda: False, progress=lambda share: None
        )
        assert (pixels(again.images[0].data) == pixels(read_bytes(asset))).all()


def same(one: dict, other: dict) -> bool:
    first, second = (Asset.objects.get(pk=each["id"]) for each in (one, other))
    drawn_alike = (pixels(read_bytes(first)) == pixels(read_bytes(second))).all()
    return drawn_alike and first.provenance["prompt"] == second.provenance["prompt"]


def test_the_seed_of_a_generation_gives_its_images_again_and_that_of_an_image_another(client_of):
    client = client_of("editor")
    wish = {"brief": "a pleated emerald skirt, midi", "n": 2}
    for _ in range(2):  # the words that are tried differ from one sending to the next
        done = made(client, **wish)
    again = made(client, **wish, seed=done["seed"])
    assert all(same(one, other) for one, other in zip(done["assets"], again["assets"], strict=True))
    second = done["assets"][1]
    assert not any(same(second, each) for each in made(client, **wish, seed=second["seed"])["assets"])


def test_the_page_of_an_image_says_what_its_seed_is_and_how_to_get_it_again(client_of):
    client = client_of("editor")
    done = made(client, brief="a coat", n=3)
    for number, asset in enumerate(done["assets"], 1):
        page = " ".join(client.get(f"/assets/{asset['id']}").content.decode().split())
        assert f"<dd>{asset['seed']} " in page and f"Derived for image {number} of 3" in page
        assert f'<a href="/generations/{done["id"]}">{done["seed"]}</a>' in page
    uploaded = client.get(f"/assets/{stored_photo(client)}").content.decode()
    assert "<dt>Seed</dt>" not in uploaded


def test_the_record_says_when_a_model_took_no_seed(monkeypatch, client_of):
    with scripted(monkeypatch):
        Scripted.answers = [images.encoded("PNG", images.photo((768, 1024)))]
        monkeypatch.setattr(Scripted, "seedless", True)
        ask(client_of("editor"), provider="scripted")
        work_off("interactive")
    asset = Asset.objects.get(kind="generated")
    assert asset.provenance["seed"] == "not supported" and lacking(asset) == []
    assert asset.provenance["unit_price"] == "0.040000"


def test_an_image_without_a_record_is_refused(client_of):
    ask(client_of("editor"), provider="sketchbook")
    work_off("interactive")
    asset = Generation.objects.get().assets.get()
    asset.provenance = {}
    with pytest.raises(Refused) as refused:
        request_of(asset)
    assert refused.value.code == "no_record"
