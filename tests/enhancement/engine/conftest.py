"""A small network with random parameters, and where the shared data lies."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from enhancement.engine.networks import CompactNetwork, CompactShape, ready

SHAPE = CompactShape(features=8, convs=3, scale=2)


def shared_data(part: str) -> Path:
    """A part of the shared data. Skips the test if it is not on this machine."""
    beside = Path(__file__).resolve().parents[4] / "shared" / "data"
    found = Path(os.environ.get("DESIGNER_SHARED_DATA", beside)) / part
    if not found.exists():
        pytest.skip(f"{part} of the shared data is not here; set DESIGNER_SHARED_DATA")
    return found


def random_module(shape=SHAPE, seed=7):
    """A network whose detail is strong enough that a pixel out of place would show."""
    torch.manual_seed(seed)
    module = CompactNetwork(shape)
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim == 4:
                parameter.mul_(2.5)
    return module


@pytest.fixture
def network():
    cpu, fp32 = torch.device("cpu"), torch.float32
    return ready(random_module(), name="random", scale=2, halo=SHAPE.halo, device=cpu, dtype=fp32)


@pytest.fixture
def photo():
    """Coloured noise, uint8 (100, 140, 3): every pixel differs from its neighbours."""
    return np.random.default_rng(1).integers(0, 256, (100, 140, 3), dtype=np.uint8)
