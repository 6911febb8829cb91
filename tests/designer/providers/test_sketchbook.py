"""Sketchbook through the provider's front door: any wish in, whole pictures out, stoppable, the same again."""

import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from designer.assets.images import normalise, own_png
from designer.pipeline.vocabulary import VOCABULARY
from designer.providers.base import Cancelled, ImageRequest, ImageResult, InvalidRequest
from designer.providers.drawing.garments import closures, dress
from designer.providers.registry import image_provider

WISH = ImageRequest(
    prompt="a wrap dress", model="sketchbook-1", width=90, height=120, seeds=(1, 2), attributes={"garment": "dress"}
)
LIMIT = image_provider("sketchbook").capabilities("sketchbook-1").max_pixels
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
spoken = st.fixed_dictionaries(
    {name: st.sampled_from([*words, ""]) for name, words in VOCABULARY.items() if name != "construction"},
    optional={"construction": st.lists(st.sampled_from(list(VOCABULARY["construction"])), max_size=5)},
)
names = st.sampled_from([*VOCABULARY, "colours", "photography", "nonsense"])
slow_is_fine = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def generate(wish: ImageRequest, *, cancelled=lambda: False, progress=lambda share: None) -> ImageResult:
    return image_provider("sketchbook").generate(wish, idempotency_key="k-1", cancelled=cancelled, progress=progress)


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert picture.format == "PNG"
        return picture.size


def test_one_whole_picture_for_each_seed():
    result = generate(WISH)
    assert [image.seed for image in result.images] == [1, 2]
    assert all(size_of(image.data) == (90, 120) == (image.width, image.height) for image in result.images)
    assert (result.model, result.simulated, result.request_id) == ("sketchbook-1", True, "k-1")


def test_the_same_seed_draws_the_same_and_another_one_differently():
    one, other = (image.data for image in generate(WISH).images)
    assert [image.data for image in generate(replace(WISH, seeds=(1, 2, 1))).images] == [one, other, one]
    assert one != other


@pytest.mark.parametrize("size", [(64, 64), (1024, 1365), (1365, 1024), (64, 3000), (3000, 64), (333, 251)])
def test_any_size_comes_out_as_it_was_asked_for(size):
    [image] = generate(replace(WISH, width=size[0], height=size[1], seeds=(1,))).images
    assert size_of(image.data) == size


def test_the_largest_size_comes_out_as_it_was_asked_for():
    [image] = generate(replace(WISH, width=2100, height=LIMIT // 2100, seeds=(1,))).images
    assert size_of(image.data) == (2100, LIMIT // 2100)


@pytest.mark.parametrize(("width", "height"), [(0, 100), (63, 64), (-5, 90), (3000, 3000), (10**9, 1)])
def test_an_impossible_size_is_refused_by_name(width, height):
    with pytest.raises(InvalidRequest) as refused:
        generate(replace(WISH, width=width, height=height))
    assert refused.value.field == "size"
    assert refused.value.remedy


def test_an_unknown_model_is_refused_by_name():
    with pytest.raises(InvalidRequest) as refused:
        generate(replace(WISH, model="sketchbook-99"))
    assert refused.value.field == "model"


def test_progress_rises_to_one_and_tells_of_each_step():
    told: list[float] = []
    generate(WISH, progress=told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert len(set(told)) >= 6


@pytest.mark.parametrize("calls", [0, 1, 3, 6])
def test_a_cancelled_drawing_stops_at_its_next_step(calls):
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > calls

    with pytest.raises(Cancelled):
        generate(WISH, cancelled=cancelled)
    assert asked == calls + 1


@pytest.mark.parametrize("detail", ["buttons", "pockets", "belt", "zip", "slit", "bow"])
def test_no_seed_draws_a_detail_that_was_refused(detail, monkeypatch):
    drawn = []
    of = {"buttons": (closures, "button"), "pockets": (closures, "patch_pocket"), "belt": (closures, "belt"),
          "zip": (closures, "zipper"), "slit": (dress, "slit"), "bow": (closures, "bow_tie")}  # fmt: skip
    room, name = of[detail]
    known = getattr(room, name).__wrapped__

    def seen(*given, **named):
        drawn.append(name)
        known(*given, **named)

    monkeypatch.setattr(room, name, closures.unless_refused(detail)(seen))
    garment = {"belt": "jumpsuit", "zip": "jacket", "slit": "skirt", "bow": "blouse"}.get(detail, "shirt")
    asked = [detail] if detail == "bow" else []
    wish = replace(
        WISH, seeds=tuple(range(12)), attributes={"garment": garment, "construction": asked, "silhouette": "pencil"}
    )
    allowed = [image.data for image in generate(wish).images]
    assert drawn, "no seed draws it, so this test shows nothing"
    drawn.clear()
    refused = [image.data for image in generate(replace(wish, negative_prompt=f"a {detail}, watermark")).images]
    assert not drawn and refused != allowed


def test_photos_that_cannot_be_read_are_passed_over():
    out = io.BytesIO()
    Image.new("RGB", (50, 50), "#884422").save(out, "PNG")
    broken = (b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, out.getvalue()[: len(out.getvalue()) // 2])
    assert len(generate(replace(WISH, references=broken)).images) == 2


@given(attributes=st.dictionaries(names, anything, max_size=8), prompt=st.text(max_size=200), seed=st.integers())
@slow_is_fine
def test_any_attributes_and_words_give_a_picture(attributes, prompt, seed):
    [image] = generate(replace(WISH, attributes=attributes, prompt=prompt, seeds=(seed,), width=64, height=64)).images
    assert size_of(image.data) == (64, 64)


@given(attributes=spoken, seed=st.integers(0, 2**32), colour=st.integers(0, 0xFFFFFF))
@slow_is_fine
def test_any_words_of_the_vocabulary_go_together(attributes, seed, colour):
    wish = {**attributes, "colours": [{"hex": f"#{colour:06x}", "coverage": 1}]}
    [image] = generate(replace(WISH, attributes=wish, seeds=(seed,), width=64, height=64)).images
    assert size_of(image.data) == (64, 64)


def test_what_is_made_of_the_pixels_is_what_would_be_made_of_the_file():
    """The drawing is stored without being decoded: nothing may tell that from a decoded one."""
    picture = generate(replace(WISH, width=400, height=500)).images[0]
    assert own_png(picture.data, picture.pixels) == normalise(
        picture.data, max_pixels=1_000_000, max_side=2_000, keep=True
    )
