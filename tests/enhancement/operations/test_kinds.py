"""What every operation that keeps a picture's size owes to every kind of picture."""

import json
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from enhancement.engine.errors import EngineCancelled
from enhancement.operations import registry, strips
from enhancement.operations.base import ParameterError
from tests.images import SRGB, photo

WISHES: dict[str, dict[str, object]] = {
    "color": {"temperature": 40, "exposure": 0.5, "contrast": 0.3, "palette": ["#1b4d3e"], "area": "whole"},
    "denoise": {"auto": False, "strength": 0.6},
    "detail": {"amount": 1},
}


@pytest.fixture(params=sorted(WISHES))
def name(request):
    return str(request.param)


def done(name, image, *, wish=None, progress=lambda share: None, cancelled=lambda: False):
    wish = WISHES[name] if wish is None else wish
    return registry.get(name).run(image, wish, progress=progress, cancelled=cancelled)


@pytest.fixture
def cloth():
    """A woven stripe with some noise, 96 x 80 in RGB: there is something to do for every operation."""
    rng = np.random.default_rng(5)
    weave = 110 + 25 * np.sin(np.arange(96) * 1.3)[None, :, None] * np.cos(np.arange(80) * 1.1)[:, None, None]
    tinted = weave * np.array([1.1, 0.9, 0.7]) + rng.normal(0, 6, (80, 96, 3))
    return Image.fromarray(tinted.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("mode", "kept"),
    [("RGB", "RGB"), ("RGBA", "RGBA"), ("L", "L"), ("LA", "LA"), ("P", "RGB"), ("CMYK", "RGB"), ("1", "L")],
)
def test_every_kind_of_picture_keeps_its_size_and_its_kind(name, cloth, mode, kept):
    made = done(name, cloth.convert(mode)).image
    assert (made.mode, made.size) == (kept, cloth.size)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (7, 3), (33, 40)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_the_smallest_and_the_thinnest_pictures_are_done(name, size, mode):
    assert done(name, photo(size, mode)).image.size == size


def test_twice_the_same_wish_gives_the_same_pixels(name, cloth):
    assert done(name, cloth).image.tobytes() == done(name, cloth).image.tobytes()


def test_it_does_something_and_leaves_the_source_alone(name, cloth):
    before = cloth.tobytes()
    assert done(name, cloth).image.tobytes() != before
    assert cloth.tobytes() == before


def test_transparency_is_not_touched(name, cloth):
    veil = Image.linear_gradient("L").resize(cloth.size)
    cloth.putalpha(veil)
    made = done(name, cloth).image
    assert made.getchannel("A").tobytes() == veil.tobytes()


def test_the_colour_profile_and_the_resolution_are_kept(name, cloth):
    cloth.info.update(icc_profile=SRGB, dpi=(300, 300))
    assert done(name, cloth).image.info == {"icc_profile": SRGB, "dpi": (300, 300)}


def test_a_cancel_is_heard_before_and_on_the_way(name, cloth, monkeypatch):
    with pytest.raises(EngineCancelled):
        done(name, cloth, cancelled=lambda: True)
    monkeypatch.setattr(strips, "STRIP", 96 * 8)
    told: list[float] = []
    with pytest.raises(EngineCancelled):
        done(name, cloth, progress=told.append, cancelled=lambda: bool(told) and told[-1] > 0)
    assert told[-1] < 1


def test_progress_never_turns_back_and_ends_at_one(name, cloth, monkeypatch):
    monkeypatch.setattr(strips, "STRIP", 96 * 8)
    told: list[float] = []
    done(name, cloth, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 3


def test_strips_leave_no_seam(name, cloth, monkeypatch):
    whole = np.asarray(done(name, cloth).image, int)
    monkeypatch.setattr(strips, "STRIP", 96 * 8)
    assert np.abs(np.asarray(done(name, cloth).image, int) - whole).max() <= 1


def peak(name, height):
    """Bytes that Python and numpy held at most while a picture of 256 pixels across was worked on."""
    image = photo((256, height))
    tracemalloc.start()
    try:
        done(name, image, wish={})
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_by_whole_numbers_alone_with_the_picture(name, monkeypatch):
    """Three channels of float32 for all pixels would be 12 bytes for each, beside the 3 of each copy of the picture."""
    monkeypatch.setattr(strips, "STRIP", 256 * 64)
    peak(name, 64)  # what is loaded at first use
    assert (peak(name, 2560) - peak(name, 512)) / (256 * 2048) < 10


def test_the_facts_say_what_was_done_in_words_that_json_knows(name, cloth):
    facts = done(name, cloth).facts
    assert json.loads(json.dumps(facts)) == facts
    assert facts["seconds"] > 0
    assert "model" not in facts  # no network had a part in it: the image stays of the kind it was


def test_the_estimate_keeps_the_size_and_grows_with_the_picture(name):
    operation = registry.get(name)
    small, large = operation.estimate(400, 300, WISHES[name]), operation.estimate(4000, 3000, WISHES[name])
    assert (large.width, large.height) == (4000, 3000)
    assert 0 < small.seconds < large.seconds < 120


def test_a_picture_beyond_the_limit_is_refused_before_any_work(name, monkeypatch):
    with pytest.raises(ParameterError, match="million pixels") as refusal:
        registry.get(name).estimate(10_000, 9_000, {})
    assert refusal.value.remedy
    monkeypatch.setattr(strips, "LARGEST", 99)
    with pytest.raises(ParameterError, match="million pixels"):
        done(name, photo((10, 10)))
