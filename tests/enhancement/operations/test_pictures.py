import functools
import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from designer.assets import rows
from enhancement.engine.errors import UnsupportedImage
from enhancement.operations import pictures, registry
from tests.profiles import TABLES


def enlarged(image):
    result = registry.get("upscale").run(image, {"scale": 2}, progress=lambda share: None, cancelled=lambda: False)
    assert result.image.size == (image.width * 2, image.height * 2)
    return result


@pytest.mark.parametrize(
    ("mode", "kept"),
    [
        ("RGB", "RGB"),
        ("RGBA", "RGBA"),
        ("L", "L"),
        ("LA", "LA"),
        ("1", "L"),
        ("P", "RGB"),
        ("CMYK", "RGB"),
        ("YCbCr", "RGB"),
        ("HSV", "RGB"),
        ("RGBX", "RGB"),
        ("I", "L"),
        ("I;16", "L"),
    ],
)
def test_every_kind_of_picture_has_a_stated_result(picture, mode, kept):
    source = picture.convert("I").convert(mode) if mode == "I;16" else picture.convert(mode)
    assert enlarged(source).image.mode == kept


def test_grey_stays_the_same_grey(picture):
    grey = picture.convert("L")
    plain = np.asarray(grey.resize((48, 32), Image.Resampling.BICUBIC), int)
    assert np.abs(np.asarray(enlarged(grey).image, int) - plain).mean() < 4


def test_the_colour_profile_and_the_resolution_are_kept(picture, srgb):
    picture.info.update(icc_profile=srgb, dpi=(300, 300), comment=b"dropped")
    made = enlarged(picture).image
    assert made.info == {"icc_profile": srgb, "dpi": (300, 300)}


def test_transparency_is_kept(picture):
    veil = Image.linear_gradient("L").resize(picture.size).rotate(180)
    picture.putalpha(veil)
    plain = np.asarray(veil.resize((48, 32), Image.Resampling.BICUBIC), int)
    made = np.asarray(enlarged(picture).image.getchannel("A"), int)
    assert np.abs(made - plain).mean() < 4


def test_a_transparent_colour_of_a_palette_or_of_a_png_becomes_transparency(picture):
    spotted = picture.convert("P")
    spotted.info["transparency"] = spotted.getpixel((0, 0))
    assert enlarged(spotted).image.mode == "RGBA"
    keyed = Image.new("RGB", (4, 4), (9, 9, 9))
    keyed.info["transparency"] = (9, 9, 9)
    assert enlarged(keyed).image.getextrema()[3] == (0, 0)


def deep_ramp(channels):
    """A soft ramp of more than 256 levels, uint16 (16, 24, channels)."""
    steps = np.linspace(20_000, 24_000, 24 * 16).reshape(16, 24, 1)
    return np.repeat(steps, channels, axis=2).round().astype(np.uint16)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_are_enlarged_in_sixteen(channels):
    samples = deep_ramp(channels)
    made = enlarged(pictures.DeepImage(samples)).image
    assert made.samples.shape == (32, 48, channels)
    assert len(np.unique(made.samples[..., 0])) > 300
    assert abs(float(made.samples[..., 0].mean()) - samples[..., 0].mean()) < 300


def test_sixteen_bits_of_pillow_grey_are_sixteen_too():
    made = enlarged(Image.fromarray(deep_ramp(1)[..., 0])).image
    assert len(np.unique(made.samples)) > 300


def test_a_step_that_works_in_eight_bits_says_so():
    image = pictures.DeepImage(deep_ramp(3))
    image.info["icc_profile"] = TABLES
    result = registry.get("color").run(image, {"exposure": 0.2}, progress=lambda share: None, cancelled=lambda: False)
    assert not isinstance(result.image, pictures.DeepImage)
    assert pictures.REDUCED in result.facts["notes"]


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("detail", {"amount": 1.0, "protect": 0.0}),
        ("denoise", {"auto": False, "strength": 0.2}),
        ("color", {"white_balance": "off", "exposure": 0.3, "contrast": 0.2}),
    ],
)
def test_detail_noise_and_colour_work_in_sixteen_bits_and_make_the_same_picture_as_in_eight(name, wish, channels):
    across, down = np.meshgrid(np.arange(96), np.arange(64))
    cloth = 20_000 + 60 * across + 900 * ((across // 2 + down // 2) % 2)
    noisy = cloth + np.random.default_rng(4).normal(0, 300, cloth.shape)
    samples = np.repeat(noisy[..., None], channels, axis=2).round().astype(np.uint16)
    if channels == 4:
        samples[..., 3] = 65535
    run = functools.partial(registry.get(name).run, params=wish, progress=lambda share: None, cancelled=lambda: False)
    result, shallow = run(pictures.DeepImage(samples)), run(Image.fromarray(pictures.eight_bits(samples).squeeze()))
    assert pictures.REDUCED not in result.facts["notes"]
    made = result.image.samples
    assert made.shape == samples.shape and len(np.unique(made[..., 0])) > 1000 and (made != samples).any()
    apart = np.abs(pictures.eight_bits(made).squeeze().astype(int) - np.asarray(shallow.image).astype(int))
    assert apart.max() <= 3 and apart.mean() < 0.5  # levels of 255: what 8 bits had rounded before


@pytest.mark.parametrize("height", [1, 255, 256, 257, 600])
def test_the_nearest_levels_of_eight_bits_are_found_in_strips(height):
    samples = np.random.default_rng(3).integers(0, 65536, (height, 5, 3)).astype(np.uint16)
    assert (pictures.eight_bits(samples) == np.rint(samples / 257)).all()


def test_a_crop_keeps_sixteen_bits():
    wish = {"shape": "free", "left": 0, "top": 0, "width": 0.5, "height": 0.5}
    image = pictures.DeepImage(deep_ramp(3))
    made = registry.get("crop").run(image, wish, progress=lambda share: None, cancelled=lambda: False).image
    assert (made.samples == deep_ramp(3)[: made.height, : made.width]).all()


@pytest.mark.parametrize("kind", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_file_of_sixteen_bits_is_opened_in_sixteen(kind, channels):
    samples = np.random.default_rng(2).integers(0, 65536, (5, 7, channels)).astype(np.uint16)
    stored = samples if channels < 3 else samples[..., [2, 1, 0, 3][:channels]]
    made = pictures.opened(cv2.imencode(kind, stored)[1].tobytes())
    assert (made.samples == samples).all()
    assert made.size == (7, 5)


@pytest.mark.parametrize("turn", range(1, 9))
def test_sixteen_bits_are_turned_as_the_camera_stood(turn, picture):
    exif = Image.Exif()
    exif[0x0112] = turn
    samples, file = deep_ramp(3), io.BytesIO()
    rows.write(file, [samples], height=16, info={"exif": exif.tobytes()}, private=True)
    made = pictures.opened(file.getvalue())
    shallow, file = Image.fromarray(pictures.eight_bits(samples)), io.BytesIO()
    shallow.save(file, "PNG", exif=exif)
    assert (np.asarray(made) == np.asarray(ImageOps.exif_transpose(Image.open(file)))).all()
    assert not made.getexif()


def test_ink_becomes_srgb_with_its_profile_and_says_so(picture, srgb):
    ink = picture.convert("CMYK")
    ink.info["icc_profile"] = srgb  # a profile for other colours than it has: the plain formula serves
    result = enlarged(ink)
    assert "CMYK" in result.facts["notes"][0]
    profile = ImageCms.ImageCmsProfile(io.BytesIO(result.image.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    plain = np.asarray(picture.resize((48, 32), Image.Resampling.BICUBIC), int)
    assert np.abs(np.asarray(result.image, int) - plain).mean() < 4


def test_floating_point_without_a_white_is_refused(picture):
    with pytest.raises(UnsupportedImage) as refusal:
        enlarged(picture.convert("F"))
    assert refusal.value.remedy


def test_an_orientation_of_the_camera_is_applied(picture):
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera stood on its side
    picture.save(file, "PNG", exif=exif)
    turned = Image.open(file)
    result = registry.get("upscale").run(turned, {}, progress=lambda share: None, cancelled=lambda: False)
    assert result.image.size == (32, 48)
    assert not result.image.getexif()


def test_of_moving_pictures_the_first_frame_is_used_and_it_is_said(picture):
    file = io.BytesIO()
    picture.save(file, "GIF", save_all=True, append_images=[Image.new("RGB", picture.size, "red")])
    result = enlarged(Image.open(file))
    assert "first frame" in result.facts["notes"][0]
