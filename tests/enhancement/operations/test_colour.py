"""Colours as they were meant: measured in the picture's own space."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from designer.pipeline import colours, segmentation
from enhancement.operations import outline, palette, registry, spaces
from enhancement.operations.base import ParameterError
from tests.enhancement.engine.conftest import shared_data
from tests.images import SRGB, photo
from tests.profiles import ADOBE, DISPLAY_P3, GREY, matrix_profile

PETROL = "#174a5a"
LOOKING = [(segmentation, "segment"), (outline, "_refined"), (outline, "_nearest"), (palette, "grouped")]
OTHER = "0b7a8a1e-6d5e-4c57-9f2c-3f7f6b1f2a10"


def done(image, others=None, **wish):
    wish = {"white_balance": "off", **wish}
    return registry.get("color").run(
        image, wish, progress=lambda share: None, cancelled=lambda: False, others=others or {}
    )


def test_a_cancel_is_heard_while_the_garment_and_its_colours_are_looked_for(pieces, late):
    begun = pieces(*((each, name) for each, name in LOOKING))
    ways = {"progress": lambda share: None}

    def run(**asked):
        registry.get("color").run(garment()[0], {"palette": [PETROL]}, **ways, **asked)

    worst, whole = late(run, begun, 3)
    assert (worst, whole) == (0, len(LOOKING) + 1)  # skin is looked for among the colours too


def lab(image):
    return colours.lab_of(np.asarray(image.convert("RGB")))


def garment(colour=(170, 60, 50), ground=(205, 205, 200)):
    """A garment with folds on a plain ground, 320 x 240, and where it is."""
    pixels = np.full((240, 320, 3), ground, float)
    inside = np.zeros((240, 320), bool)
    inside[50:200, 90:230] = True
    folds = 1 + 0.25 * np.sin(np.arange(320) / 9)
    pixels[inside] = (np.asarray(colour, float) * folds[None, :, None] * np.ones((240, 1, 1)))[inside]
    pixels += np.random.default_rng(3).normal(0, 2, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), inside


def cast_upon(image, gains):
    space = spaces.srgb()
    return Image.fromarray(space.encoded(space.linear(np.asarray(image)) * np.asarray(gains, np.float32)))


def scene():
    """Greys and colours of many kinds in patches, as a colour chart has them."""
    rng = np.random.default_rng(2)
    patches = rng.integers(40, 200, (8, 10, 1)) + rng.normal(0, 22, (8, 10, 3)) * (rng.random((8, 10, 1)) < 0.4)
    return Image.fromarray(patches.clip(0, 255).astype(np.uint8)).resize((200, 160), Image.Resampling.NEAREST)


def test_a_cast_is_taken_out_and_a_neutral_picture_is_left_alone():
    plain = scene()
    assert done(plain, white_balance="auto").image.tobytes() == plain.tobytes()
    warm = cast_upon(plain, (1.0, 0.8, 0.55))
    result = done(warm, white_balance="auto")
    before = colours.delta_e(lab(warm) * [0, 1, 1], lab(plain) * [0, 1, 1]).mean()
    after = colours.delta_e(lab(result.image) * [0, 1, 1], lab(plain) * [0, 1, 1]).mean()
    assert after < before * 0.6
    assert result.facts["white_balance"]["corrected_degrees"] > 5


def test_a_coloured_garment_is_not_taken_for_coloured_light():
    red, _ = garment()
    result = done(red, white_balance="auto")
    assert np.abs(np.asarray(result.image, int) - np.asarray(red, int)).max() <= 1


def test_a_cast_beyond_the_cap_is_corrected_so_far_and_it_is_said():
    blue = cast_upon(scene(), (0.15, 0.5, 1.0))
    balance = done(blue, white_balance="auto").facts["white_balance"]
    assert balance["capped"]
    assert balance["corrected_degrees"] <= 15.1 < balance["cast_degrees"]


@pytest.mark.parametrize(("wish", "axis", "sign"), [("temperature", 2, 1), ("tint", 1, 1)])
def test_temperature_and_tint_go_the_way_they_say(wish, axis, sign):
    plain = scene()
    more, less = (lab(done(plain, **{wish: value}).image)[..., axis].mean() for value in (60, -60))
    assert sign * (more - lab(plain)[..., axis].mean()) > 2
    assert sign * (lab(plain)[..., axis].mean() - less) > 2


def test_one_stop_doubles_the_light_below_the_shoulder():
    grey = Image.new("RGB", (8, 8), (60, 60, 60))
    space = spaces.srgb()
    before, after = (space.linear(np.asarray(each)).mean() for each in (grey, done(grey, exposure=1).image))
    assert after / before == pytest.approx(2, rel=0.03)


def test_raising_a_picture_cuts_no_highlight():
    bright = Image.new("RGB", (8, 8), (250, 120, 60))
    made = np.asarray(done(bright, exposure=2).image)[0, 0]
    assert made.max() <= 255
    assert len(set(made.tolist())) == 3  # pressed together, not cut to white
    assert made[0] > made[1] > made[2]


def test_a_dark_picture_is_raised_as_far_as_its_highlights_allow():
    dark = scene().point(lambda value: value // 3)
    result = done(dark, auto_exposure=True)
    assert 0.5 < result.facts["automatic_stops"] <= 1.5
    assert (np.asarray(result.image) == 255).mean() <= 0.005
    assert done(Image.new("RGB", (8, 8), "white"), auto_exposure=True).facts["automatic_stops"] == 0


def test_contrast_and_saturation_move_what_they_name():
    plain = scene()
    light, chroma = lab(plain)[..., 0].std(), np.hypot(*np.moveaxis(lab(plain)[..., 1:], -1, 0)).mean()
    assert lab(done(plain, contrast=0.6).image)[..., 0].std() > light * 1.1
    assert lab(done(plain, contrast=-0.6).image)[..., 0].std() < light * 0.9
    assert np.hypot(*np.moveaxis(lab(done(plain, saturation=0.5).image)[..., 1:], -1, 0)).mean() > chroma * 1.2
    assert np.abs(lab(done(plain, saturation=-1).image)[..., 1:]).max() < 1.5


def test_colours_that_cannot_be_shown_keep_their_hue_and_are_counted():
    strong = Image.new("RGB", (16, 16), (30, 60, 250))
    result = done(strong, saturation=1, exposure=0.5)
    space = spaces.srgb()
    hues = [
        float(np.degrees(np.arctan2(*space.oklab(space.linear(np.asarray(each)))[0, 0, :0:-1])))
        for each in (strong, result.image)
    ]
    assert abs(hues[0] - hues[1]) < 2
    assert result.facts["gamut_mapped_share"] == 1


def test_the_garment_takes_the_palette_and_the_ground_does_not():
    image, inside = garment()
    result = done(image, palette=[PETROL])
    facts = result.facts["palette"]
    assert facts["area"] == "garment"
    assert facts["delta_e_after"] < 8 < 30 < facts["delta_e_before"]
    changed = colours.delta_e(lab(image), lab(result.image))
    assert changed[inside].mean() > 25
    assert changed[~inside].mean() < 1


def test_folds_stay_folds_under_another_colour():
    image, inside = garment()
    made = done(image, palette=[PETROL]).image
    before, after = lab(image)[..., 0][inside], lab(made)[..., 0][inside]
    assert np.corrcoef(before, after)[0, 1] > 0.95
    assert after.std() > 0.4 * before.std()


def test_every_colour_of_a_print_goes_to_its_nearest_in_the_palette():
    stripes = np.zeros((60, 60, 3), np.uint8)
    stripes[:, ::2] = (190, 40, 45)
    stripes[:, 1::2] = (30, 60, 150)
    facts = done(Image.fromarray(stripes), palette=["#c31e2e", "#1d2745"], area="whole").facts["palette"]
    assert {move["to"] for move in facts["moves"]} == {"#c31e2e", "#1d2745"}
    assert facts["delta_e_after"] < 2


def test_lightness_can_be_kept():
    image, inside = garment()
    made = done(image, palette=["#f5eaa3"], keep_lightness=True).image
    assert np.abs(lab(made)[..., 0][inside].mean() - lab(image)[..., 0][inside].mean()) < 4


def test_half_a_match_goes_half_the_way():
    image, _ = garment()
    far = [done(image, palette=[PETROL], match=match).facts["palette"]["delta_e_after"] for match in (0, 0.5, 1)]
    assert far[0] > far[1] + 5 > far[2] + 10


def test_a_reference_gives_its_garment_s_colours():
    image, inside = garment()
    reference, _ = garment(colour=(40, 90, 60), ground=(230, 220, 225))
    result = done(image, {"reference": reference}, reference=OTHER)
    made = lab(result.image)[inside].mean(axis=0)
    assert made[1] < -10  # green
    assert result.facts["palette"]["delta_e_after"] < result.facts["palette"]["delta_e_before"] / 3


def test_skin_stays_skin_under_another_garment():
    folder = shared_data("photos/skimage/astronaut.png")
    image = Image.open(folder).convert("RGB")
    made = done(image, palette=["#1d2745"]).image
    changed = colours.delta_e(lab(image), lab(made))
    assert changed[90:160, 195:245].mean() < 2  # the face
    assert changed[330:430, 60:110].mean() > 20  # the suit


def test_a_grey_picture_takes_no_palette_and_says_so():
    result = done(photo((64, 64), "L"), palette=[PETROL])
    assert result.image.mode == "L"
    assert "grey picture" in result.facts["notes"][-1]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"palette": ["green"]}, "palette[0]"),
        ({"palette": [PETROL], "reference": OTHER}, "reference"),
        ({"exposure": 4}, "exposure"),
        ({"reference": "../secret"}, "reference"),
        ({"vibrance": 1}, "vibrance"),
    ],
)
def test_a_wish_that_cannot_be_met_names_the_parameter_and_a_remedy(wish, field):
    with pytest.raises(ParameterError) as refusal:
        registry.get("color").validate(wish)
    assert refusal.value.field == field
    assert refusal.value.remedy


def test_a_reference_that_was_not_brought_is_refused():
    with pytest.raises(ParameterError, match="not there"):
        done(photo(), reference=OTHER)


# --- the picture's own space


def by_littlecms(pixels, profile):
    """CIELAB as LittleCMS has it, to the eighth bit that Pillow gives."""
    target = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    made = np.asarray(ImageCms.profileToProfile(Image.fromarray(pixels), source, target, outputMode="LAB"))
    signed = made[..., 1:].view(np.int8).astype(float)
    return np.dstack([made[..., 0] / 2.55, signed])


@pytest.mark.parametrize("profile", [SRGB, DISPLAY_P3, ADOBE], ids=["srgb", "display-p3", "adobe"])
def test_a_profile_means_the_colours_that_littlecms_says(profile):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    space = spaces.parse(profile)
    assert (space.encoded(space.linear(pixels)) == pixels).all()
    error = np.abs(space.lab(space.linear(pixels)) - by_littlecms(pixels, profile))
    assert error.mean() < 0.3  # half a step of Pillow's eight bits
    assert error.max() < 1.2


def test_the_same_palette_gives_the_same_colour_in_a_wider_space():
    patch = Image.new("RGB", (64, 64), (120, 120, 120))
    seen = []
    for profile in (SRGB, DISPLAY_P3, ADOBE):
        patch.info["icc_profile"] = profile
        made = done(patch, palette=[PETROL], area="whole").image
        assert made.info["icc_profile"] == profile
        seen.append(by_littlecms(np.asarray(made), profile)[0, 0])
    assert float(colours.delta_e(seen[0], seen[1])) < 1.5
    assert float(colours.delta_e(seen[0], seen[2])) < 1.5


def test_a_grey_profile_is_read_and_kept():
    grey = Image.new("L", (8, 8), 100)
    grey.info["icc_profile"] = GREY
    result = done(grey, exposure=1)
    assert result.image.info["icc_profile"] == GREY
    assert result.image.getpixel((0, 0)) == pytest.approx(100 * 2 ** (1 / 2.2), abs=2)


@pytest.mark.parametrize("broken", [b"junk", SRGB[:200], matrix_profile(primaries=[(1, 1), (1, 1), (1, 1)])])
def test_a_broken_profile_is_kept_taken_for_srgb_and_it_is_said(broken):
    image = photo()
    image.info["icc_profile"] = broken
    result = done(image, exposure=0.5)
    assert "could not be read" in result.facts["notes"][0]
    assert result.image.info["icc_profile"] == broken
