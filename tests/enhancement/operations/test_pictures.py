import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from enhancement.engine.errors import UnsupportedImage
from enhancement.operations import registry


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


def test_sixteen_bits_keep_their_upper_eight_and_say_so():
    deep = Image.fromarray(np.full((8, 8), 257 * 200, np.uint16))
    result = enlarged(deep)
    assert abs(int(np.asarray(result.image).mean()) - 200) <= 2
    assert "16 bits" in result.facts["notes"][0]


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
