"""The engine on CUDA. Skipped where there is no such device; everything that can be is tested without one elsewhere."""

import numpy as np
import pytest
import torch

from enhancement.engine import choosing, graphs, tiles, trying
from enhancement.engine.networks import CompactNetwork, ready
from tests.enhancement.engine.conftest import SHAPE

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@pytest.fixture
def network():
    torch.manual_seed(3)
    module = CompactNetwork(SHAPE)
    return ready(module, name="gentle", scale=2, halo=SHAPE.halo, device=torch.device("cuda"), dtype=torch.float32)


@pytest.mark.parametrize("way", choosing.WAYS_ON_CUDA)
def test_each_way_is_near_enough_for_the_faithful_mode(network, photo, way):
    exact = tiles.upscale(photo, network, tile=1000)
    made = tiles.upscale(photo, choosing.computed(network, way), tile=64)
    assert trying.nearness([made], [exact]) > choosing.MODES["faithful"]


@pytest.mark.parametrize("precision", ["float32", "float16", "bfloat16"])
def test_what_is_played_is_what_would_be_computed(network, photo, precision):
    played = choosing.computed(network, f"graph {precision}")
    plain = choosing.computed(network, f"torch {precision}")
    for piece in (photo, photo[:50, :70], photo[::-1], photo[:33, :33], photo):
        assert (played.enlarge(piece) == plain.enlarge(piece)).all()
    inner = (slice(3, 40), slice(5, 60))
    assert (played.enlarge(photo, inner) == plain.enlarge(photo, inner)).all()


def test_a_recording_that_finds_no_room_makes_smaller_pieces(network, monkeypatch):
    recorded, played = graphs._Recording, choosing.computed(network, "graph float16")

    def cramped(network, height, width):
        if height * width > 70**2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return recorded(network, height, width)

    monkeypatch.setattr(graphs, "_Recording", cramped)
    picture = np.random.default_rng(1).integers(0, 256, (120, 130, 3), dtype=np.uint8)
    made = tiles.upscale(picture, played, tile=1000)
    assert (made == tiles.upscale(picture, choosing.computed(network, "torch float16"), tile=1000)).all()


def test_the_choice_is_made_and_sixteen_bits_stay_in_float32(network, tmp_path, monkeypatch):
    monkeypatch.setenv("DESIGNER_ENGINE_CACHE", str(tmp_path))
    chosen = choosing.quickest(network)
    ramp = np.linspace(20000, 21000, 64 * 64).reshape(64, 64, 1).repeat(3, axis=2).astype(np.uint16)
    assert (tiles.upscale(ramp, chosen) == tiles.upscale(ramp, network)).all()
