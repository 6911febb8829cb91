import io

import numpy as np
import pytest
from PIL import Image

from designer.assets import rows
from enhancement.engine import tiles
from enhancement.engine.errors import EngineCancelled
from enhancement.operations import files, pictures, registry
from tests.images import SRGB


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    """More than one band for a small picture."""
    monkeypatch.setattr(tiles.room, "edge_for", lambda network: 32)


def finished(image, wish, *, name="upscale", cancelled=lambda: False, progress=lambda share: None):
    return files.finished(registry.get(name), image, wish, progress=progress, cancelled=cancelled, others={})


def photo(mode):
    rng = np.random.default_rng(8)
    coarse = Image.fromarray(rng.integers(0, 256, (9, 7, 4), dtype=np.uint8))
    return coarse.resize((70, 90), Image.Resampling.BICUBIC).convert(mode)


@pytest.mark.parametrize("wish", [{"scale": 2}, {"scale": 8}, {"target": "print", "print_width": 2, "dpi": 150}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_rows_in_a_file_are_the_picture_that_comes_whole(mode, wish):
    operation = registry.get("upscale")
    whole = operation.run(photo(mode), wish, progress=lambda share: None, cancelled=lambda: False)
    made = finished(photo(mode), wish)
    image = Image.open(io.BytesIO(made.data))
    assert (image.mode, image.size) == (mode, whole.image.size) == (mode, (made.width, made.height))
    assert (np.asarray(image) == np.asarray(whole.image)).all()
    assert {**made.facts, "seconds": 0} == {**whole.facts, "seconds": 0}


def test_a_file_of_sixteen_bits_is_enlarged_into_one_of_sixteen():
    samples = np.linspace(9_000, 12_000, 40 * 40 * 3).reshape(40, 40, 3).astype(np.uint16)
    out = io.BytesIO()
    rows.write(out, [samples], height=40, info={"icc_profile": SRGB}, private=False)
    made = finished(pictures.opened(out.getvalue()), {"scale": 2})
    again = pictures.opened(made.data)
    assert again.samples.shape == (80, 80, 3)
    assert len(np.unique(again.samples)) > 1000
    assert again.info["icc_profile"] == SRGB


def test_a_cancel_is_heard_while_a_picture_that_was_made_whole_is_written(monkeypatch):
    monkeypatch.setattr(files, "STRIP", 16)
    told: list[float] = []
    with pytest.raises(EngineCancelled):
        finished(photo("RGB"), {}, name="detail", progress=told.append, cancelled=lambda: 1.0 in told)


def test_the_next_rows_are_computed_while_the_last_are_written(monkeypatch):
    """The writer has its first rows before the network has made its last."""
    steps: list[str] = []
    plain = rows._deflated

    def deflated(*given):
        steps.append("written")
        return plain(*given)

    monkeypatch.setattr(rows, "_deflated", deflated)
    finished(photo("RGB"), {"scale": 2}, progress=lambda share: steps.append("computed"))
    assert steps.index("written") < len(steps) - 1 - steps[::-1].index("computed")


def test_a_cancel_on_the_way_leaves_nothing_behind():
    told: list[float] = []
    with pytest.raises(EngineCancelled):
        finished(photo("RGB"), {"scale": 2}, progress=told.append, cancelled=lambda: bool(told) and told[-1] > 0.3)
    assert told[-1] < 1


def test_an_operation_without_rows_is_written_too():
    made = finished(photo("LA"), {}, name="denoise")
    assert Image.open(io.BytesIO(made.data)).mode == "LA"
