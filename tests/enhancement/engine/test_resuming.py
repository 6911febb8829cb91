"""An enlargement that was broken off goes on behind its finished rows, or begins anew, and its pixels are the same."""

import dataclasses
import errno
import os
from collections import namedtuple
from itertools import islice

import numpy as np
import pytest

from enhancement.engine import resuming, tiles
from enhancement.engine.errors import EngineCancelled
from enhancement.engine.networks import ready

from .conftest import SHAPE, random_module

ROWS = 7  # rows of tiles of what is enlarged here
KINDS = [(np.uint8, 3), (np.uint8, 4), (np.uint16, 3), (np.uint16, 4)]


def noise(kind=KINDS[0], seed=1):
    dtype, channels = kind
    white = np.iinfo(dtype).max
    return np.random.default_rng(seed).integers(0, white, (220, 40, channels), dtype=dtype, endpoint=True)


def bands(picture, network, path, *, progress=lambda share: None, cancelled=lambda: False):
    return resuming.bands(picture, network, path, progress=progress, cancelled=cancelled)


def whole(*given, **ways):
    return np.concatenate(list(bands(*given, **ways)))


def broken_off(picture, network, path, after=4):
    """As a death does: so many bands, and no more."""
    parts = bands(picture, network, path)
    assert len(list(islice(parts, after))) == after
    parts.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "steps" / "work.rows0"


@pytest.fixture
def begun(rows, network, path):
    """An enlargement of noise, broken off after four rows."""
    broken_off(noise(), network, path)
    assert len(rows) == 4
    rows.clear()
    return path


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_it_goes_on_at_the_first_missing_row_with_the_same_pixels(rows, network, path, kind):
    undisturbed = tiles.upscale(noise(kind), network, tile=32)
    planes = 2 if kind[1] == 4 else 1
    assert len(rows) == ROWS * planes
    broken_off(noise(kind), network, path)
    rows.clear()
    made = whole(noise(kind), network, path)
    assert (len(rows), made.dtype) == ((ROWS - 4) * planes, kind[0])
    assert (made == undisturbed).all()


def test_what_is_all_there_is_only_read(rows, network, path):
    first = whole(noise(), network, path)
    rows.clear()
    assert (whole(noise(), network, path) == first).all()
    assert rows == []


def test_a_third_attempt_goes_on_behind_the_second(rows, network, begun):
    broken_off(noise(), network, begun, after=6)
    assert len(rows) == 2
    made = whole(noise(), network, begun)
    assert len(rows) == 3
    assert (made == tiles.upscale(noise(), network, tile=32)).all()


def another(network, seed=7, **changes):
    module = random_module(seed=seed)
    device, dtype = network.device, network.dtype
    return dataclasses.replace(
        ready(module, name="random", scale=2, halo=SHAPE.halo, device=device, dtype=dtype), **changes
    )


class Elsewhere:
    """Computes the same in another way."""

    label, itemsize = "openvino bfloat16", 2

    def __init__(self, network):
        self.network = dataclasses.replace(network, runner=None)

    def __call__(self, tile, inner):
        return self.network.enlarge(tile, inner)


@pytest.mark.parametrize(
    "changed",
    [
        lambda picture, network: (picture, another(network, seed=8)),
        lambda picture, network: (picture, another(network, name="other")),
        lambda picture, network: (picture, another(network, halo=SHAPE.halo + 1)),
        lambda picture, network: (picture, dataclasses.replace(network, runner=Elsewhere(network))),
        lambda picture, network: (noise(seed=2), network),
        lambda picture, network: (picture.astype(np.uint16), network),
    ],
    ids=["weights", "model", "halo", "way of computing", "picture", "bits"],
)
def test_rows_of_another_plan_are_never_taken(rows, network, begun, changed):
    picture, other = changed(noise(), network)
    made = whole(picture, other, begun)
    assert len(rows) == ROWS
    assert (made == tiles.upscale(picture, other, tile=32)).all()


def test_the_same_network_read_again_is_the_same(rows, network, begun):
    whole(noise(), another(network), begun)
    assert len(rows) == ROWS - 4


def test_another_machine_or_library_begins_anew(rows, network, begun, monkeypatch):
    monkeypatch.setattr(resuming.trying, "machine", lambda device: ("another processor", [], 2))
    whole(noise(), network, begun)
    assert len(rows) == ROWS


@pytest.mark.parametrize(
    ("damage", "good"),
    [
        (lambda data: b"", 0),
        (lambda data: b"x" + data[1:], 0),
        (lambda data: data.replace(b'"edge": 32', b'"edge": 33'), 0),
        (lambda data: data.replace(b'"edge": 32', b'"edge": {}'), 0),
        (lambda data: data[:-1], 3),
        (lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :], 1),
        (lambda data: data + b"a row half written", 4),
    ],
    ids=["empty", "head", "another edge", "no edge", "torn", "a bit", "tail"],
)
def test_what_is_damaged_is_computed_again(rows, network, begun, damage, good):
    begun.write_bytes(damage(begun.read_bytes()))
    made = whole(noise(), network, begun)
    assert len(rows) == ROWS - good
    assert (made == tiles.upscale(noise(), network, tile=32)).all()
    rows.clear()
    whole(noise(), network, begun)
    assert rows == []  # and the file is sound again


def test_tiles_stay_as_they_were_begun_where_memory_allows_more_now(rows, network, begun, monkeypatch):
    monkeypatch.setattr(tiles.room, "edge_for", lambda network: 64)
    made = whole(noise(), network, begun)
    assert len(rows) == ROWS - 4
    assert (made == tiles.upscale(noise(), network, tile=32)).all()


def test_where_memory_allows_less_now_it_begins_anew(rows, network, path, monkeypatch):
    with monkeypatch.context() as roomy:
        roomy.setattr(tiles.room, "edge_for", lambda network: 64)
        broken_off(noise(), network, path, after=2)
    rows.clear()
    whole(noise(), network, path)
    assert len(rows) == ROWS


def test_a_disk_that_fills_up_ends_the_keeping_and_not_the_work(rows, network, path, monkeypatch):
    synced, real = [], os.fsync

    def fsync(number):
        synced.append(number)
        if len(synced) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(number)

    monkeypatch.setattr(resuming.os, "fsync", fsync)
    made = whole(noise(), network, path)
    assert (len(rows), len(synced), path.exists()) == (ROWS, 3, False)
    assert (made == tiles.upscale(noise(), network, tile=32)).all()


def test_nothing_is_kept_where_it_would_take_the_room_of_the_result(rows, network, path, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(resuming.shutil, "disk_usage", lambda _: usage(noise().nbytes * 4 * 2 - 1))
    whole(noise(), network, path)
    assert (len(rows), path.exists()) == (ROWS, False)


def test_what_is_done_in_a_moment_is_not_kept(rows, network, path, monkeypatch):
    monkeypatch.setattr(resuming, "WORTH", 3600.0)
    whole(noise(), network, path)
    assert (len(rows), path.exists()) == (ROWS, False)


def test_progress_begins_behind_what_was_found_and_never_goes_back(network, begun):
    seen: list[float] = []
    parts = bands(noise(), network, begun, progress=seen.append)
    list(islice(parts, 4))
    assert len(seen) == 4 and 0.5 < seen[-1] < 0.7
    list(parts)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_cancel_is_heard_while_rows_are_read(rows, network, begun):
    asked = iter([False, True])
    with pytest.raises(EngineCancelled):
        whole(noise(), network, begun, cancelled=lambda: next(asked))
    assert rows == []
