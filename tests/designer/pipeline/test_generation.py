"""Plans for images, and whether what came back is one."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from designer.pipeline.generation import RATIOS, SEEDS, InvalidPlan, check_image, seeds_for, size_of


def encoded(image, form="PNG"):
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


@given(st.integers(0, 2**53), st.integers(1, 50))
def test_seeds_are_distinct_repeatable_and_a_longer_row_begins_with_the_shorter(seed, n):
    seeds = seeds_for(seed, n)
    assert len(set(seeds)) == n and seeds == seeds_for(seed, n) and seeds_for(seed, n + 3)[:n] == seeds
    assert all(0 <= each < SEEDS for each in seeds)


@given(st.sampled_from(sorted(RATIOS)), st.integers(64, 4096))
def test_sizes_keep_the_ratio_in_multiples_of_eight_within_the_edge(ratio, edge):
    width, height = size_of(ratio, max_edge=edge)
    across, down = RATIOS[ratio]
    assert width % 8 == height % 8 == 0 and 0 < max(width, height) <= edge
    assert abs(width * down - height * across) <= 8 * max(across, down)


@pytest.mark.parametrize(
    ("planned", "field"),
    [
        (lambda: seeds_for(1, 0), "n"),
        (lambda: size_of("5:1"), "aspect_ratio"),
        (lambda: size_of("3:4", max_edge=3), "max_edge"),
    ],
)
def test_a_plan_that_cannot_be_names_its_field(planned, field):
    with pytest.raises(InvalidPlan) as caught:
        planned()
    assert caught.value.field == field and caught.value.remedy


noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 48, 3), np.uint8))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_sound_picture_has_no_problems(form):
    assert check_image(encoded(noise, form), (48, 64)) == ()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"<html>busy</html>", "no picture"),
        (encoded(noise)[:500], "damaged"),
        (encoded(noise.resize((64, 64))), "not 48 x 64"),
        (encoded(Image.new("RGB", (48, 64), "grey")), "blank"),
        (encoded(Image.new("RGBA", (48, 64), (9, 9, 9, 0))), "blank"),
    ],
)
def test_each_way_to_be_no_picture_is_told(data, told):
    assert any(told in problem for problem in check_image(data, (48, 64)))
