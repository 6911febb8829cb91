"""Networks kept in memory for the next picture, as many as fit: under pressure the longest unused are let go."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from enhancement.engine import room
from enhancement.engine.networks import Network

RESERVE = 2**30  # bytes left to others; below it all but the network in use are let go
MOST = 16  # a slider between two models makes a network at each of its places
_kept: OrderedDict[Hashable, Network] = OrderedDict()
_lock = threading.Lock()


def get(key: Hashable, make: Callable[[], Network]) -> Network:
    """The network kept under that key, or made now and kept. Raises what `make` raises, and keeps nothing then."""
    with _lock:
        network = _kept.get(key)
        if network is None:
            _relieve()
            network = make()
        _kept[key] = network
        _kept.move_to_end(key)
        _relieve()
    return network


def keep_only(network: Network) -> None:
    """Let go of all others: a device has no memory left for a piece of this one, whatever computes it."""
    with _lock:
        for key in [key for key, kept in _kept.items() if kept.module is not network.module]:
            del _kept[key]


def _relieve() -> None:
    while len(_kept) > 1 and (len(_kept) > MOST or min(room.available(), room.free_on_cuda()) < RESERVE):
        _kept.popitem(last=False)
