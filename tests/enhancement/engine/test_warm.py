import copy
import dataclasses

import numpy as np
import pytest

from enhancement.engine import room, warm


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(warm, "_kept", type(warm._kept)())
    monkeypatch.setattr(room, "available", lambda: warm.RESERVE)


class Maker:
    """Counts how often a network had to be made."""

    def __init__(self, network):
        self.network, self.made = network, 0

    def __call__(self):
        self.made += 1
        return self.network


def test_many_networks_stay_while_memory_lasts_and_none_is_made_twice(network):
    makers = {key: Maker(network) for key in range(5)}
    for _ in range(3):
        for key, make in makers.items():
            warm.get(key, make)
    assert [make.made for make in makers.values()] == [1] * 5


def test_when_memory_runs_short_all_but_the_one_in_use_are_let_go(network, monkeypatch):
    make = Maker(network)
    for key in "abc":
        warm.get(key, make)
    monkeypatch.setattr(room, "available", lambda: warm.RESERVE - 1)
    warm.get("b", make)
    assert list(warm._kept) == ["b"]
    assert make.made == 3


def test_the_longest_unused_goes_first_when_there_are_too_many(network, monkeypatch):
    monkeypatch.setattr(warm, "MOST", 2)
    for key in ("a", "b", "a", "c"):
        warm.get(key, Maker(network))
    assert list(warm._kept) == ["a", "c"]


def test_what_could_not_be_made_is_tried_again(network):
    def fail():
        raise MemoryError

    with pytest.raises(MemoryError):
        warm.get("a", fail)
    assert warm.get("a", Maker(network)) is network


def test_when_a_cuda_device_runs_short_all_but_the_one_in_use_are_let_go(network, monkeypatch):
    make = Maker(network)
    for key in "abc":
        warm.get(key, make)
    monkeypatch.setattr(room, "free_on_cuda", lambda: warm.RESERVE - 1)
    warm.get("b", make)
    assert list(warm._kept) == ["b"]


def test_a_device_without_memory_keeps_the_network_that_needs_it(network):
    other = dataclasses.replace(network, module=copy.deepcopy(network.module))
    warm.get("a", Maker(other))
    warm.get("b", Maker(network))
    warm.keep_only(network)
    assert list(warm._kept) == ["b"]


def test_a_network_is_the_same_whatever_computes_it(network):
    class Runner:
        label, itemsize = "runner", 2

    rounded = dataclasses.replace(network, runner=Runner())
    warm.get("a", Maker(rounded))
    warm.keep_only(rounded.of(np.dtype(np.uint16)))  # pieces of 16 bits go through its module
    assert list(warm._kept) == ["a"]
