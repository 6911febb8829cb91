import dataclasses

import numpy as np
import pytest
import torch

from enhancement.engine import room

GIB = 2**30
GENERAL = room.Need(values=128, multiplications=1.2e6)
DEEP = room.Need(values=2048, multiplications=1.79e7)


@pytest.mark.parametrize(
    ("need", "halo", "free", "edge"),
    [
        (GENERAL, 34, 16 * GIB, 512),
        (GENERAL, 34, GIB, 512),
        (DEEP, 32, 16 * GIB, 512),
        (DEEP, 32, 2 * GIB, 256),
        (DEEP, 32, GIB // 4, 64),
    ],
)
def test_pieces_are_as_large_as_memory_allows(network, monkeypatch, need, halo, free, edge):
    monkeypatch.setattr(room, "need_of", lambda _: need)
    monkeypatch.setattr(room, "available", lambda: free)
    half = dataclasses.replace(network, halo=halo, dtype=torch.bfloat16)
    assert room.edge_for(half) == edge


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({}, 20 * GIB),
        ({"max": "max", "current": f"{GIB}", "stat": ""}, 20 * GIB),
        ({"max": f"{8 * GIB}", "current": f"{3 * GIB}", "stat": f"anon 5\ninactive_file {GIB}\n"}, 6 * GIB),
        ({"max": f"{64 * GIB}", "current": "0", "stat": ""}, 20 * GIB),
    ],
)
def test_memory_is_what_the_machine_has_free_and_the_control_group_allows(tmp_path, monkeypatch, told, left):
    for name, text in told.items():
        (tmp_path / f"memory.{name}").write_text(text)
    monkeypatch.setattr(room, "GROUP", tmp_path)
    monkeypatch.setattr(room, "_free", lambda: 20 * GIB)
    assert room.available() == left


def test_pieces_of_sixteen_bits_are_planned_as_they_are_computed(network):
    class Half:
        label, itemsize = "half", 2

    half = dataclasses.replace(network, runner=Half())
    eight, sixteen = np.dtype(np.uint8), np.dtype(np.uint16)
    assert [half.of(kind).itemsize for kind in (eight, sixteen)] == [2, 4]
    assert half.of(sixteen).runner is None and network.of(sixteen) is network


def test_a_piece_on_cuda_is_bound_by_what_is_free_and_by_its_time(network, monkeypatch):
    on_cuda = dataclasses.replace(network, halo=32, device=torch.device("cuda"), dtype=torch.float16)
    monkeypatch.setattr(room, "need_of", lambda _: DEEP)
    monkeypatch.setattr(room, "free_on_cuda", lambda: 80 * GIB)
    assert room.edge_for(on_cuda) == 832 and 832**2 * DEEP.multiplications < room.LONGEST
    monkeypatch.setattr(room, "free_on_cuda", lambda: GIB)
    assert room.edge_for(on_cuda) == 256


def test_what_torch_holds_for_later_is_given_back_before_a_device_counts_as_full(monkeypatch):
    left = [GIB, 3 * GIB]
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (left[0], 16 * GIB))
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: left.pop(0))
    assert room.free_on_cuda() == 3 * GIB
    left[:] = [9 * GIB]
    assert room.free_on_cuda() == 9 * GIB and left


def test_without_a_device_in_use_nothing_is_asked_of_it():
    if not torch.cuda.is_initialized():
        assert room.free_on_cuda() == room.UNKNOWN
