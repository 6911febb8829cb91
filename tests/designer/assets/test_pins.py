"""A spot of one version of an image is found again in another, through what the recipes between them cut away."""

import itertools
import random
from uuid import uuid4

import pytest

from designer.assets.models import Asset
from designer.assets.pins import carried, way_between

UPSCALE = {"name": "upscale", "width": 192, "height": 144}


def crop(left, top, width, height, *, of):
    box = {"left": left, "top": top, "width": width, "height": height}
    return {"name": "crop", "box": box, "of": {"width": of[0], "height": of[1]}}


def version_of(asset: Asset, recipe: list) -> Asset:
    """A version with the given recipe, as a row alone."""
    made = Asset.objects.get(pk=asset.pk)
    made.pk, made.kind, made.parent, made.provenance = uuid4(), "enhanced", asset, {"operations": recipe}
    made.save(force_insert=True)
    return made


def shown(spot, **way):
    """A spot, carried."""
    found = carried((*spot, 0.0, 0.0), **way)
    return found and found[:2]


def test_what_only_changes_the_size_or_the_colours_moves_no_spot():
    assert shown((0.3, 0.7), out_of=[], into=[[UPSCALE, {"name": "colour"}], [UPSCALE]]) == (0.3, 0.7)


def test_a_crop_moves_a_spot_and_a_second_crop_counts_from_the_first():
    halves = [crop(0, 0, 50, 100, of=(100, 100)), crop(10, 20, 40, 40, of=(50, 100))]
    assert shown((0.25, 0.4), out_of=[], into=[halves]) == pytest.approx((15 / 40, 20 / 40))


@pytest.mark.parametrize("spot", [(0.6, 0.5), (0.0, 0.5), (0.4, 0.95), (0.4, 0.0)])
def test_a_spot_that_was_cropped_away_is_nowhere(spot):
    assert shown(spot, out_of=[], into=[[crop(10, 10, 40, 60, of=(100, 100))]]) is None


def test_a_spot_goes_back_to_the_original_and_over_to_another_version():
    left, low = [crop(0, 0, 50, 100, of=(100, 100)), UPSCALE], [crop(0, 20, 100, 80, of=(100, 100))]
    whole = shown((0.5, 0.5), out_of=[left], into=[])
    assert whole == pytest.approx((0.25, 0.5))
    assert shown((0.5, 0.5), out_of=[left], into=[low]) == pytest.approx((0.25, 0.375))
    assert shown((0.5, 0.1), out_of=[left], into=[low]) is None


def test_a_spot_that_goes_there_and_back_is_where_it_was():
    recipe = [crop(3, 5, 40, 20, of=(97, 61)), UPSCALE, crop(7, 2, 90, 70, of=(192, 144))]
    for x, y in itertools.product((0.06, 0.12, 0.2), (0.1, 0.15, 0.2)):
        there = shown((x, y), out_of=[], into=[recipe])
        assert there and shown(there, out_of=[recipe], into=[]) == pytest.approx((x, y))


def test_a_spot_at_the_edge_of_a_crop_is_found_in_another_version_with_that_crop():
    dice = random.Random(5)
    for _ in range(2000):
        of = dice.randint(100, 2000), dice.randint(100, 2000)
        width, height = dice.randint(20, of[0]), dice.randint(20, of[1])
        same = [crop(dice.randint(0, of[0] - width), dice.randint(0, of[1] - height), width, height, of=of)]
        for spot in itertools.product((0.0, 1.0), repeat=2):
            there = shown(spot, out_of=[same], into=[[*same, UPSCALE]])
            assert there == pytest.approx(spot) and all(0 <= at <= 1 for at in there)


def test_the_way_leads_over_the_nearest_version_that_both_come_from():
    root, one, two, deep = (uuid4() for _ in range(4))
    parents = {root: None, one: root, two: one, deep: two}
    other = uuid4()
    parents[other] = one
    assert way_between(deep, other, parents.get) == ([deep, two], [other])
    assert way_between(root, deep, parents.get) == ([], [one, two, deep])
    assert way_between(one, one, parents.get) == ([], [])
    assert way_between(root, uuid4(), parents.get) is None


def test_of_a_region_the_part_that_a_crop_left_is_shown():
    half = [crop(50, 0, 50, 100, of=(100, 100))]
    assert carried((0.6, 0.2, 0.2, 0.1), out_of=[], into=[half]) == pytest.approx((0.2, 0.2, 0.4, 0.1))
    assert carried((0.4, 0.2, 0.2, 0.1), out_of=[], into=[half]) == pytest.approx((0.0, 0.2, 0.2, 0.1))
    assert carried((0.1, 0.2, 0.2, 0.1), out_of=[], into=[half]) is None
    assert carried((0.3, 0.2, 0.2, 0.1), out_of=[], into=[half]) is None, "it ends where the crop begins"
    assert carried((0.0, 0.5, 1.0, 0.5), out_of=[half], into=[]) == pytest.approx((0.5, 0.5, 0.5, 0.5))
