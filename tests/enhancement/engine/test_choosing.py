import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn

from enhancement.engine import choosing, compiled, trying
from enhancement.engine.errors import EngineCancelled, EngineError, OutOfMemory
from enhancement.engine.networks import CompactNetwork, Network, heeding, ready
from enhancement.engine.tiles import upscale
from tests.enhancement.engine.conftest import SHAPE

needs_openvino = pytest.mark.skipif(not compiled.available(), reason="OpenVINO is not installed")


@pytest.fixture(autouse=True)
def tables(tmp_path, monkeypatch):
    """A folder for the tables of this test, and no wish in the environment."""
    for name in ("BACKEND", "DTYPE", "DEVICE", "THREADS"):
        monkeypatch.delenv(f"DESIGNER_ENGINE_{name}", raising=False)
    monkeypatch.setenv("DESIGNER_ENGINE_CACHE", str(tmp_path / "tables"))
    return tmp_path / "tables"


@pytest.fixture
def gentle():
    """A network as trained ones are: it corrects the picture by little."""
    torch.manual_seed(3)
    module = CompactNetwork(SHAPE)
    return ready(module, name="gentle", scale=2, halo=SHAPE.halo, device=torch.device("cpu"), dtype=torch.float32)


def table(**rows):
    return [trying.Try(way=way.replace("_", " "), seconds=s, decibels=d) for way, (s, d) in rows.items()]


MEASURED = table(torch_float32=(1.0, 999), torch_bfloat16=(0.4, 55), openvino_float32=(0.6, 95), openvino_int=(0.1, 42))


@pytest.mark.parametrize(
    ("mode", "tries", "way"),
    [
        ("faithful", MEASURED, "torch bfloat16"),
        ("fast", MEASURED, "openvino int"),
        ("faithful", table(a_b=(1.0, 999), c_d=(0.95, 55)), "a b"),
        ("faithful", table(a_b=(1.0, 30), c_d=(0.5, 20)), "a b"),
    ],
)
def test_the_fastest_is_taken_that_is_near_enough_and_worth_it(monkeypatch, gentle, mode, tries, way):
    monkeypatch.setattr(trying, "tries", lambda *_: tries)
    monkeypatch.setattr(choosing, "computed", lambda network, chosen: chosen)
    assert choosing.quickest(gentle, mode) == way


def test_what_was_measured_is_read_from_disk_the_next_time(monkeypatch, gentle, tables):
    first = choosing.quickest(gentle)
    monkeypatch.setattr(trying, "_measured", lambda *_: pytest.fail("it was measured again"))
    assert choosing.quickest(gentle).label == first.label
    rows = json.loads(next(tables.iterdir()).read_text())
    assert {row["way"] for row in rows} == set(choosing.allowed())
    assert next(row for row in rows if row["way"] == choosing.EXACT)["decibels"] == 999


@pytest.mark.parametrize("content", ["", "[]", "[{}]", "[1]", '[{"way": "x"}]'])
def test_a_table_that_is_broken_is_measured_anew(gentle, tables, content):
    choosing.quickest(gentle)
    file = next(tables.iterdir())
    file.write_text(content)
    choosing.quickest(gentle)
    assert len(json.loads(file.read_text())) == len(choosing.allowed())


def test_other_parameters_are_measured_for_themselves(gentle, network, tables):
    choosing.quickest(gentle)
    choosing.quickest(network)
    assert len(list(tables.iterdir())) == 2


def test_where_nothing_may_be_written_it_still_works(gentle, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DESIGNER_ENGINE_CACHE", str(tmp_path / "file" / "within"))
    assert choosing.quickest(gentle).scale == 2


@pytest.mark.parametrize(
    ("backend", "dtype", "way"), [("torch", "fp32", "torch float32"), ("torch", "bf16", "torch bfloat16")]
)
def test_settings_leave_one_way_and_nothing_is_measured(monkeypatch, gentle, backend, dtype, way):
    monkeypatch.setenv("DESIGNER_ENGINE_BACKEND", backend)
    monkeypatch.setenv("DESIGNER_ENGINE_DTYPE", dtype)
    monkeypatch.setattr(trying, "tries", lambda *_: pytest.fail("it was measured"))
    assert choosing.allowed() == [way]
    assert choosing.quickest(gentle).label.split()[1] == way.split()[1]


@pytest.mark.parametrize(("name", "value"), [("BACKEND", "abacus"), ("DTYPE", "int4"), ("DTYPE", "fp16")])
def test_a_setting_that_cannot_be_met_is_refused_with_a_remedy(monkeypatch, gentle, name, value):
    monkeypatch.setenv(f"DESIGNER_ENGINE_{name}", value)
    with pytest.raises(EngineError) as refusal:
        choosing.quickest(gentle)
    assert f"DESIGNER_ENGINE_{name}" in refusal.value.message + refusal.value.remedy


def test_an_unknown_mode_is_refused(gentle):
    with pytest.raises(EngineError, match="mode"):
        choosing.quickest(gentle, "reckless")


def test_a_network_that_must_not_be_rounded_stays_in_float32(gentle):
    assert {way.split()[1] for way in choosing.allowed(half=False)} == {"float32"}


@pytest.mark.parametrize(
    ("backend", "dtype", "half", "ways"),
    [
        ("auto", "auto", True, list(choosing.WAYS_ON_CUDA)),
        ("auto", "auto", False, ["torch float32", "graph float32"]),
        ("graph", "fp16", True, ["graph float16"]),
        ("torch", "bf16", True, ["torch bfloat16"]),
    ],
)
def test_on_cuda_there_are_other_ways(monkeypatch, backend, dtype, half, ways):
    monkeypatch.setenv("DESIGNER_ENGINE_BACKEND", backend)
    monkeypatch.setenv("DESIGNER_ENGINE_DTYPE", dtype)
    assert choosing.allowed(half, "cuda") == ways


def test_a_way_that_a_device_does_not_have_is_refused(monkeypatch):
    monkeypatch.setenv("DESIGNER_ENGINE_BACKEND", "openvino")
    with pytest.raises(EngineError, match="not possible on this device"):
        choosing.allowed(kind="cuda")
    monkeypatch.setenv("DESIGNER_ENGINE_BACKEND", "graph")
    with pytest.raises(EngineError, match="not possible on this processor"):
        choosing.allowed()


def test_what_failed_for_want_of_memory_is_tried_again_the_next_time(monkeypatch, gentle, tables):
    def cramped(network, way):
        if way == "torch bfloat16":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return network

    made = trying.tries(gentle, ["torch float32", "torch bfloat16"], cramped)
    assert [each.way for each in made] == ["torch float32"] and not tables.exists()
    monkeypatch.setattr(Network, "enlarge", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("out of memory")))
    with pytest.raises(OutOfMemory, match="gentle"):
        trying.tries(gentle, ["torch float32"], cramped)


def test_memory_that_lacks_in_the_middle_of_a_trial_closes_that_way_for_now(monkeypatch, gentle, tables):
    class Short:
        """A runner that is out of memory from its third piece on."""

        label, itemsize = "short", 2

        def __init__(self):
            self.pieces = 0

        def __call__(self, tile, inner):
            self.pieces += 1
            if self.pieces > 2:
                raise MemoryError
            return gentle.enlarge(tile, inner)

    def computed(network, way):
        return network if way == choosing.EXACT else dataclasses.replace(network, runner=Short())

    made = trying.tries(gentle, [choosing.EXACT, "torch bfloat16"], computed)
    assert [each.way for each in made] == [choosing.EXACT] and not tables.exists()
    with pytest.raises(OutOfMemory, match="gentle"):
        trying.tries(gentle, ["torch bfloat16"], computed)
    monkeypatch.setattr(trying.room, "need_of", lambda _: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(OutOfMemory, match="gentle"):
        trying.tries(gentle, [choosing.EXACT], computed)


@needs_openvino
@pytest.mark.parametrize("dtype", ["auto", "fp32"])
def test_where_settings_leave_no_way_that_works_they_are_named_and_no_table_is_kept(monkeypatch, gentle, tables, dtype):
    def unreadable(*_):
        raise RuntimeError("no such operation")

    monkeypatch.setattr(compiled, "graph_of", unreadable)
    monkeypatch.setenv("DESIGNER_ENGINE_BACKEND", "openvino")
    monkeypatch.setenv("DESIGNER_ENGINE_DTYPE", dtype)
    for _ in range(2):
        with pytest.raises(EngineError, match="gentle cannot be computed by openvino float32") as refusal:
            choosing.quickest(gentle)
        assert "DESIGNER_ENGINE_BACKEND" in refusal.value.remedy
    assert not tables.exists()


def test_without_openvino_torch_does_it(monkeypatch, gentle):
    monkeypatch.setattr(compiled, "available", lambda: False)
    assert choosing.allowed() == ["torch float32", "torch bfloat16"]
    assert upscale(np.zeros((20, 20, 3), np.uint8), choosing.quickest(gentle)).shape == (40, 40, 3)


def test_a_network_that_openvino_cannot_read_is_computed_by_torch(monkeypatch, gentle):
    def unreadable(*_):
        raise RuntimeError("no such operation")

    monkeypatch.setattr(compiled, "available", lambda: True)
    monkeypatch.setattr(compiled, "graph_of", unreadable)
    assert not choosing.quickest(gentle).label.startswith("openvino")


@pytest.mark.parametrize("way", choosing.WAYS)
def test_every_way_gives_the_picture_of_float32_tiled_or_whole(gentle, photo, way):
    if way.startswith("openvino"):
        pytest.importorskip("openvino")
    exact, network = upscale(photo, gentle, tile=1000), choosing.computed(gentle, way)
    for tile in (1000, 48):
        made = upscale(photo, network, tile=tile)
        assert made.shape == exact.shape
        assert trying.nearness([made], [exact]) > choosing.MODES["faithful"]


class Halving(nn.Module):
    """Twice as large by way of half the size: pixels come out in place only from even beginnings."""

    def forward(self, image):
        packed = nn.functional.pixel_unshuffle(image, 2)
        return nn.functional.interpolate(nn.functional.pixel_shuffle(packed, 2), scale_factor=2)


@needs_openvino
def test_a_compiled_network_of_another_kind_gets_even_tiles_too(photo):
    odd = photo[:77, :91]
    network = choosing.computed(Network(name="halving", module=Halving(), scale=2, halo=4, align=2), "openvino float32")
    assert (upscale(odd, network, tile=34) == odd.repeat(2, axis=0).repeat(2, axis=1)).all()


@needs_openvino
def test_a_piece_keeps_its_pixels_when_the_next_one_is_computed(photo):
    network = choosing.computed(Network(name="halving", module=Halving(), scale=2, halo=4, align=2), "openvino float32")
    light, dark = photo[:64, :64], photo[:64, :64] // 2
    made = [network.enlarge(piece) for piece in (light, dark)]
    assert (made[0] == light.repeat(2, axis=0).repeat(2, axis=1)).all() and (made[0] != made[1]).any()


@needs_openvino
def test_a_compiled_network_stops_in_the_middle_of_a_piece_and_works_again(gentle):
    network = choosing.computed(gentle, "openvino float32")
    large = np.zeros((1600, 1600, 3), np.uint8)
    for _ in range(3):
        with heeding(lambda: True), pytest.raises(EngineCancelled):
            network.enlarge(large)
    assert network.enlarge(large).shape == (3200, 3200, 3)  # by the very request that was cancelled
    assert network.enlarge(large[:20, :20]).shape == (40, 40, 3)


def test_sixteen_bits_go_through_float32_whatever_computes_eight(gentle):
    ramp = np.linspace(20000, 21000, 64 * 64).reshape(64, 64, 1).repeat(3, axis=2).astype(np.uint16)
    rounded = choosing.computed(gentle, "torch bfloat16")
    assert (upscale(ramp, rounded) == upscale(ramp, gentle)).all()
    assert len(np.unique(upscale(ramp, rounded))) > 900


class Bright(nn.Module):
    """Twice as large, by way of numbers that float16 does not have."""

    def __init__(self):
        super().__init__()
        self.far = nn.Parameter(torch.tensor(1e6))

    def forward(self, image):
        return (image * self.far / self.far).repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


def test_a_piece_that_sixteen_bits_do_not_hold_is_computed_in_float32(photo):
    network = Network(name="bright", module=Bright(), scale=2, halo=0)
    by_half = choosing.computed(network, "torch float16")
    assert (upscale(photo, by_half, tile=64) == upscale(photo, network, tile=64)).all()
