import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from enhancement.engine import tiles
from enhancement.engine.errors import EngineCancelled, OutOfMemory, UnsupportedImage
from enhancement.engine.networks import Network, asked_to_stop


def largest_step(one, other):
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@pytest.mark.parametrize("tile", [32, 33, 64, 101])
def test_tiles_give_the_pixels_of_the_whole_picture(network, photo, tile):
    whole = tiles.upscale(photo, network, tile=1000)
    assert whole.shape == (200, 280, 3)
    assert largest_step(tiles.upscale(photo, network, tile=tile), whole) <= 1


def test_a_halo_narrower_than_the_network_sees_shows_seams(network, photo):
    whole = tiles.upscale(photo, network, tile=1000)
    assert largest_step(tiles.upscale(photo, network, tile=32, halo=0), whole) > 1


def test_the_declared_halo_is_just_as_wide_as_the_network_sees(network):
    flat = np.full((41, 41, 3), 90, np.uint8)
    dotted = flat.copy()
    dotted[20, 20] = 255
    changed = np.argwhere((tiles.upscale(flat, network) != tiles.upscale(dotted, network)).any(axis=2)) // network.scale
    assert np.abs(changed - 20).max() <= network.halo


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 1), (1, 4000), (65535, 1)])
def test_the_thinnest_pictures_are_enlarged(network, size):
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert tiles.upscale(picture, network).shape == (size[0] * 2, size[1] * 2, 3)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((5, 5), np.uint8),
        np.zeros((5, 5, 2), np.uint8),
        np.zeros((5, 5, 3), np.float32),
        np.broadcast_to(np.zeros(3, np.uint8), (65535, 65535, 3)),
    ],
)
def test_a_picture_that_cannot_be_enlarged_is_refused_with_a_remedy(network, picture):
    with pytest.raises(UnsupportedImage) as refusal:
        tiles.upscale(picture, network)
    assert refusal.value.remedy


@pytest.mark.parametrize("tile", [32, 1000])
def test_progress_never_goes_back_and_ends_at_one(network, photo, tile):
    seen: list[float] = []
    tiles.upscale(photo, network, tile=tile, progress=seen.append)
    assert seen == sorted(set(seen))
    assert len(seen) >= network.layers
    assert seen[-1] == 1.0


def test_progress_covers_colour_and_transparency_together(network, photo):
    seen: list[float] = []
    tiles.upscale(np.dstack([photo, photo[..., 0]]), network, tile=64, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize("tile", [32, 1000])
def test_cancel_stops_the_work_even_within_a_tile(network, photo, tile):
    asked = []

    def cancelled():
        asked.append(True)
        return len(asked) > 3

    done: list[float] = []
    with pytest.raises(EngineCancelled):
        tiles.upscale(photo, network, tile=tile, progress=done.append, cancelled=cancelled)
    assert len(asked) == 4
    assert all(share < 0.5 for share in done)


def test_after_a_cancelled_picture_the_same_network_makes_the_next(network, photo):
    asked = iter([False, False, True])
    with pytest.raises(EngineCancelled):
        tiles.upscale(photo, network, cancelled=lambda: next(asked))
    assert tiles.upscale(photo, network).shape == (200, 280, 3)


class Cramped(nn.Module):
    """A network on a device that holds only so many pixels at once."""

    def __init__(self, module, room, error):
        super().__init__()
        self.inner, self.room, self.error, self.refusals = module, room, error, 0

    def forward(self, image):
        if image.shape[2] * image.shape[3] > self.room:
            self.refusals += 1
            raise self.error
        return self.inner(image)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ],
)
def test_when_memory_runs_out_smaller_tiles_give_the_same_picture(network, photo, error):
    seen: list[float] = []
    whole = tiles.upscale(photo, network, tile=1000)
    cramped = Cramped(network.module, room=60 * 60, error=error)
    made = tiles.upscale(photo, dataclasses.replace(network, module=cramped), tile=512, progress=seen.append)
    assert cramped.refusals > 0
    assert seen == sorted(set(seen))
    assert largest_step(made, whole) <= 1


def test_when_not_even_the_smallest_tile_fits_it_says_so_and_ends(network, photo):
    cramped = Cramped(network.module, room=0, error=MemoryError())
    with pytest.raises(OutOfMemory) as refusal:
        tiles.upscale(photo, dataclasses.replace(network, module=cramped))
    assert refusal.value.code == "out_of_memory"
    assert cramped.refusals < 10


def test_another_failure_of_a_tile_is_never_painted_over(network, photo):
    broken = Cramped(network.module, room=50 * 50, error=RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes do not match"):
        tiles.upscale(photo, dataclasses.replace(network, module=broken), tile=64)


def test_even_transparency_stays_as_it_was(network, photo):
    made = tiles.upscale(np.dstack([photo, np.full(photo.shape[:2], 77, np.uint8)]), network)
    assert (made[..., 3] == 77).all()
    assert (made[..., :3] == tiles.upscale(photo, network)).all()


def test_colour_under_clear_pixels_does_not_reach_the_outline(network):
    garment = np.full((64, 64, 3), (200, 40, 40), np.uint8)
    alpha = np.zeros((64, 64), np.uint8)
    alpha[16:48, 16:48] = 255
    on_black = np.where(alpha[..., None] > 0, garment, 0).astype(np.uint8)
    made = tiles.upscale(np.dstack([on_black, alpha]), network)
    expected = tiles.upscale(garment, network)
    inside = (slice(40, 88), slice(40, 88))
    assert largest_step(made[..., :3][inside], expected[inside]) <= 2


def test_a_network_that_halves_its_input_gets_even_tiles(photo):
    class Halving(nn.Module):
        """Twice as large by way of half the size: pixels come out in place only from even beginnings."""

        def forward(self, image):
            packed = nn.functional.pixel_unshuffle(image, 2)
            return nn.functional.interpolate(nn.functional.pixel_shuffle(packed, 2), scale_factor=2)

    odd = photo[:77, :91]
    network = Network(name="halving", module=Halving(), scale=2, halo=3, align=2)
    assert (tiles.upscale(odd, network, tile=33) == odd.repeat(2, axis=0).repeat(2, axis=1)).all()


class Asking:
    """A runner that asks so many times whether to stop, as a compiled network does while it waits."""

    label, itemsize = "asking", 4

    def __init__(self, network, times):
        self.network, self.times = network, times

    def __call__(self, tile, inner):
        for _ in range(self.times):
            asked_to_stop()
        return self.network.enlarge(tile, inner)


def test_a_compiled_network_tells_progress_within_its_pieces(network, photo, monkeypatch):
    """By a guess in the first piece, which may be far off, and in the next by what the first took."""
    for guess in (1e3, 1e9):
        monkeypatch.setattr(tiles, "GUESSED", guess)
        asking = dataclasses.replace(network, runner=Asking(network, 20), layers=0)
        seen: list[float] = []
        tiles.upscale(photo, asking, tile=70, progress=seen.append)
        assert seen == sorted(set(seen)) and seen[-1] == 1.0
        assert len([share for share in seen if 0.5 < share < 1]) >= 15


def test_a_full_device_lets_go_of_other_networks_before_it_cuts_pieces(network, photo, monkeypatch):
    sizes, relief = [], []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: relief.append("emptied"))
    monkeypatch.setattr(tiles.warm, "keep_only", lambda kept: relief.append(kept.name))

    class Full:
        label, itemsize = "full", 2

        def __init__(self, failures):
            self.failures = failures

        def __call__(self, tile, inner):
            sizes.append(tile.shape[:2])
            if len(sizes) <= self.failures:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return network.enlarge(tile, inner)

    for failures, cut in ((1, False), (2, True)):
        sizes.clear()
        relief.clear()
        crowded = dataclasses.replace(network, runner=Full(failures), device=torch.device("cuda"))
        made = tiles.upscale(photo, crowded, tile=1000)
        assert largest_step(made, tiles.upscale(photo, network, tile=1000)) <= 1
        assert relief == [network.name, "emptied"] and sizes[0] == sizes[1]
        assert (len(sizes) > 2) == cut
