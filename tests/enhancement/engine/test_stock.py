"""The engine against the stock runner with the same parameters."""

import numpy as np
import pytest
import torch

from enhancement.engine import stock, tiles
from enhancement.engine.networks import CompactShape, ready

from .conftest import random_module

pytestmark = pytest.mark.skipif(not stock.available(), reason="basicsr and realesrgan are not installed")


@pytest.mark.parametrize("scale", [2, 4])
def test_the_engine_gives_the_pixels_of_the_stock_runner(photo, scale):
    shape = CompactShape(features=16, convs=4, scale=scale)
    module = random_module(shape)
    theirs = stock.upscale(photo, stock.runner(module.state_dict(), scale))
    cpu, fp32 = torch.device("cpu"), torch.float32
    network = ready(module, name="same", scale=scale, halo=shape.halo, device=cpu, dtype=fp32)
    ours = tiles.upscale(photo, network, tile=64)
    steps = np.abs(ours.astype(int) - theirs.astype(int))
    assert steps.max() <= 1  # the order of a sum may move a pixel that lies between two steps
    assert (steps > 0).mean() < 1e-3


def test_the_stock_runner_keeps_transparency(photo):
    module = random_module()
    made = stock.upscale(np.dstack([photo, photo[..., 1]]), stock.runner(module.state_dict(), 2))
    assert made.shape == (200, 280, 4)


def test_both_libraries_can_be_imported_in_one_process(photo):
    from enhancement.engine.compat import import_spandrel

    stock.runner(random_module().state_dict(), 2)
    assert import_spandrel().ModelLoader
