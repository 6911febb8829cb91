"""A picture of 10,000 pixels across: what would become too large is refused by its limit, and no file is opened."""

import tracemalloc

import pytest
from django.core.files.storage import FileSystemStorage
from PIL import Image

from designer.assets.models import Asset
from designer.jobs.models import Job
from enhancement.models import Enhancement, EnhancementPreview
from enhancement.prices import ensure_prices

pytestmark = pytest.mark.django_db(transaction=True)
ALLOWED = 16 << 20  # bytes for a whole request; the picture alone has 90 million
TOO_LARGE = {
    "twice": ({"scale": 2}, "120.0 million pixels; 64 is the limit", "scale"),
    "eight times": ({"scale": 8}, "1920.0 million pixels; 64 is the limit", "scale"),
    "a wall": ({"target": "print", "print_width": 200}, "167.4 million pixels; 64 is the limit", "print_width"),
    "8K, which is less": ({"target": "8K"}, "10000 x 3000 pixels; 7680 x 2304 would not be larger", "target"),
}


def estimate(client, asset, recipe):
    return client.post("/api/enhance/estimate", {"assets": [str(asset.pk)], **recipe}, format="json")


def enhance(client, asset, recipe):
    return client.post(f"/api/enhance/{asset.pk}", recipe, format="json")


def batch(client, asset, recipe):
    return client.post("/api/enhance/batch", {"assets": [str(asset.pk)], **recipe}, format="json")


def preview(client, asset, recipe):
    return client.post("/api/enhance/previews", {"asset": str(asset.pk), "recipes": [recipe]}, format="json")


WAYS = (estimate, enhance, batch, preview)


@pytest.fixture
def panorama(asset) -> Asset:
    Asset.objects.filter(pk=asset.pk).update(width=10_000, height=3_000)
    ensure_prices()
    asset.refresh_from_db()
    return asset


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """Names of the stored files that were opened, and of pictures that were read."""
    names: list[str] = []
    really, reading = FileSystemStorage._open, Image.open

    def noted(self, name, mode="rb"):
        names.append(str(name))
        return really(self, name, mode)

    def read(file, *given, **ways):
        names.append(str(getattr(file, "name", "bytes")))
        return reading(file, *given, **ways)

    monkeypatch.setattr(FileSystemStorage, "_open", noted)
    monkeypatch.setattr(Image, "open", read)
    return names


def recipe_of(wish):
    return {"operations": [{"name": "upscale", **wish}]}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_would_be_too_large_is_refused_by_its_limit_each_time_and_nothing_is_opened(
    name, way, editor, panorama, opened
):
    wish, said, field = TOO_LARGE[name]
    way(editor, panorama, recipe_of(wish))  # what is loaded at the first request
    tracemalloc.start()
    try:
        answer = way(editor, panorama, recipe_of(wish))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.status_code == 422, answer.content
    told = answer.json()
    assert said in told["detail"] and told["errors"][0]["message"]
    where = "recipes[0].operations[0]" if way is preview else "operations[0]"
    assert told["errors"][0]["field"] == f"{where}.{field}"
    assert not (Enhancement.objects.exists() or EnhancementPreview.objects.exists() or Job.objects.exists())
    assert (opened, peak < ALLOWED) == ([], True)


@pytest.mark.parametrize(
    ("size", "wish", "said"),
    [
        ((600, 400), {"target": "8K"}, "7680 x 5120 pixels would be 12.8 times as large; 8 times is the limit"),
        ((10_000, 1_000), {"scale": 2}, "would be 20000 x 2000 pixels; 16384 on a side is the limit"),
    ],
)
def test_so_are_a_ribbon_and_what_would_be_mostly_invented(size, wish, said, editor, panorama, opened):
    Asset.objects.filter(pk=panorama.pk).update(width=size[0], height=size[1])
    for way in WAYS:
        answer = way(editor, panorama, recipe_of(wish))
        assert (answer.status_code, said in answer.json()["detail"]) == (422, True)
    assert opened == []


def test_what_can_be_done_is_estimated_and_queued_once_without_a_look_at_the_picture(editor, panorama, opened):
    less = recipe_of({"target": "8K", "smaller": "reduce"})
    told = estimate(editor, panorama, less).json()["assets"][0]
    assert (told["width"], told["height"]) == (7680, 2304)
    first, second = enhance(editor, panorama, less), enhance(editor, panorama, less)
    assert (first.status_code, second.status_code) == (202, 409)
    assert second.json()["enhancement"] == first.json()["id"]
    assert (Enhancement.objects.count(), opened) == (1, [])


def test_a_trial_of_it_looks_at_a_thumbnail_alone(editor, panorama, opened):
    asked = preview(editor, panorama, {"operations": [{"name": "detail"}]})
    assert asked.status_code == 202, asked.content
    assert opened and all(name.endswith(".webp") for name in opened)
