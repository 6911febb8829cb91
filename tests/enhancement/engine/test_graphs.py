"""Recorded kernels. What needs a CUDA device is skipped without one; the rest is tried with recordings that compute."""

import dataclasses

import numpy as np
import pytest
import torch

from enhancement.engine import choosing, graphs, tiles, trying
from enhancement.engine.networks import CompactNetwork, ready
from tests.enhancement.engine.conftest import SHAPE

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
ON = torch.device("cuda" if torch.cuda.is_available() else "cpu")


@pytest.fixture
def network():
    torch.manual_seed(3)
    module = CompactNetwork(SHAPE)
    return ready(module, name="gentle", scale=2, halo=SHAPE.halo, device=ON, dtype=torch.float32)


@pytest.fixture
def recorded(monkeypatch):
    """The sizes that were recorded; their recordings compute as the network does."""
    sizes = []

    class Computing:
        def __init__(self, network, size):
            sizes.append(size)
            self.network = network

        def play(self, tile):
            return self.network.enlarge(tile)

    monkeypatch.setattr(graphs, "Recording", Computing)
    return sizes


def test_the_first_piece_of_a_size_is_computed_and_the_next_recorded(network, photo, recorded):
    played = graphs.Graphed(network, "float32")
    whole, inner = (slice(None), slice(None)), (slice(3, 40), slice(5, 60))
    for number, wanted in enumerate((0, 1, 1)):
        assert (played(photo, inner) == network.enlarge(photo, inner)).all(), number
        assert len(recorded) == wanted
    for piece in (photo[:50], photo[:60], photo[:50], photo[:60], photo[:60]):
        assert (played(piece, whole) == network.enlarge(piece)).all()
    assert [size[0] for size in recorded[1:]] == [50, 60]
    played(photo, whole)  # the longest unused made way, and its size is known: recorded again
    assert len(recorded) == 4


def test_a_recording_that_finds_no_room_makes_smaller_pieces(network, recorded, monkeypatch):
    tried, small = [], graphs.Recording

    def cramped(network, size):
        tried.append(size)
        if max(size) > 100:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return small(network, size)

    monkeypatch.setattr(graphs, "Recording", cramped)
    runner = graphs.Graphed(network, "float32")
    played = dataclasses.replace(network, runner=runner)
    picture = np.random.default_rng(1).integers(0, 256, (120, 130, 3), dtype=np.uint8)
    runner(picture, (slice(None), slice(None)))
    assert (tiles.upscale(picture, played, tile=1000) == tiles.upscale(picture, network, tile=1000)).all()
    assert tried[0] == (120, 130) and recorded


def test_a_network_that_cannot_be_recorded_says_so_and_a_later_size_that_cannot_is_computed(
    network, photo, monkeypatch
):
    whole = (slice(None), slice(None))

    def refusing(*_):
        raise RuntimeError("operation not permitted when stream is capturing")

    with monkeypatch.context() as here:
        here.setattr(graphs, "Recording", refusing)
        never = graphs.Graphed(network, "float32")
        never(photo, whole)
        with pytest.raises(RuntimeError, match="not permitted"):
            never(photo, whole)
        later = graphs.Graphed(network, "float32")
        later._proven = True
        assert all((later(photo, whole) == network.enlarge(photo)).all() for _ in range(3))


def test_a_recording_that_comes_to_no_numbers_is_computed_in_float32(network, photo, monkeypatch):
    class Beyond:
        def __init__(self, network, size):
            pass

        def play(self, tile):
            raise FloatingPointError("float16 does not have such numbers")

    monkeypatch.setattr(graphs, "Recording", Beyond)
    played, inner = graphs.Graphed(network, "float32"), (slice(3, 40), slice(5, 60))
    assert all((played(photo, inner) == network.enlarge(photo, inner)).all() for _ in range(3))


@needs_cuda
@pytest.mark.parametrize("way", choosing.WAYS_ON_CUDA)
def test_each_way_is_near_enough_for_the_faithful_mode(network, photo, way):
    exact = tiles.upscale(photo, network, tile=1000)
    made = tiles.upscale(photo, choosing.computed(network, way), tile=64)
    assert trying.nearness([made], [exact]) > choosing.MODES["faithful"]


@needs_cuda
@pytest.mark.parametrize("precision", ["float32", "float16", "bfloat16"])
def test_what_is_played_is_what_would_be_computed(network, photo, precision, monkeypatch):
    for flag, value in (("benchmark", False), ("deterministic", True), ("allow_tf32", False)):
        monkeypatch.setattr(torch.backends.cudnn, flag, value)
    played = choosing.computed(network, f"graph {precision}")
    plain = choosing.computed(network, f"torch {precision}")
    for piece in (photo, photo[:50, :70], photo, photo[:50, :70], photo[::-1]):
        assert (played.enlarge(piece) == plain.enlarge(piece)).all()
    inner = (slice(3, 40), slice(5, 60))
    assert (played.enlarge(photo, inner) == plain.enlarge(photo, inner)).all()


@needs_cuda
def test_the_choice_is_made_and_sixteen_bits_stay_in_float32(network, tmp_path, monkeypatch):
    monkeypatch.setenv("DESIGNER_ENGINE_CACHE", str(tmp_path))
    chosen = choosing.quickest(network)
    ramp = np.linspace(20000, 21000, 64 * 64).reshape(64, 64, 1).repeat(3, axis=2).astype(np.uint16)
    assert (tiles.upscale(ramp, chosen) == tiles.upscale(ramp, network)).all()
