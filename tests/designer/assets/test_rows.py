import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from designer.assets import rows
from tests.images import SRGB

CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}


def noise(channels, dtype=np.uint8, size=(61, 43)):
    return np.random.default_rng(4).integers(0, np.iinfo(dtype).max + 1, (*size, channels)).astype(dtype)


def written(samples, *, cuts=(10, 11, 40), info=None, private=False):
    out = io.BytesIO()
    rows.write(out, np.split(samples, cuts), height=len(samples), info=info or {}, private=private)
    return out.getvalue()


@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("piece", [1, 300, rows.PIECE])
def test_bands_of_rows_become_the_picture_whatever_their_heights(mode, piece, monkeypatch):
    monkeypatch.setattr(rows, "PIECE", piece)
    samples = noise(CHANNELS[mode])
    made = Image.open(io.BytesIO(written(samples)))
    made.load()  # checks every checksum
    assert made.mode == mode
    assert (np.asarray(made).reshape(samples.shape) == samples).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_written_whole(channels):
    samples = noise(channels, np.uint16)
    made = cv2.imdecode(np.frombuffer(written(samples), np.uint8), cv2.IMREAD_UNCHANGED).reshape(samples.shape)
    assert (made == (samples[..., [2, 1, 0, 3][:channels]] if channels > 2 else samples)).all()


def test_bands_are_asked_for_only_as_fast_as_they_can_be_deflated(monkeypatch):
    monkeypatch.setattr(rows, "WAITING", 0)
    samples = noise(3)
    assert (np.asarray(Image.open(io.BytesIO(written(samples)))) == samples).all()


def test_the_profile_and_the_resolution_are_kept_and_what_is_private_only_where_wished():
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    info = {"icc_profile": SRGB, "dpi": (300, 150), "exif": exif.tobytes(), "xmp": b"<x:xmpmeta/>"}
    shown, whole = (Image.open(io.BytesIO(written(noise(3), info=info, private=each))) for each in (False, True))
    for made in (shown, whole):
        made.load()
        assert ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(made.info["icc_profile"])))
        assert made.info["icc_profile"] == SRGB
        assert [round(each) for each in made.info["dpi"]] == [300, 150]
    assert not shown.getexif()
    assert "xmp" not in shown.info
    assert whole.getexif()[0x010F] == "A camera"
    assert whole.info["xmp"] == b"<x:xmpmeta/>"


@pytest.mark.parametrize("height", [60, 62])
def test_too_few_or_too_many_rows_are_an_error(height):
    with pytest.raises(ValueError, match="rows"):
        rows.write(io.BytesIO(), [noise(3)], height=height, info={}, private=False)


def test_what_goes_wrong_while_rows_are_made_is_told_as_it_is():
    def bands():
        yield noise(3)
        raise KeyError("memory")

    with pytest.raises(KeyError, match="memory"):
        rows.write(io.BytesIO(), bands(), height=100, info={}, private=False)
