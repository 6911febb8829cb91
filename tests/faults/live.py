"""The plays of the sockets with their sizes: for a commit, and with --full."""

from collections.abc import Callable
from typing import Any, Final

from tests.faults import loads, presence, rights, soak, sockets

Sized = tuple[Callable[..., dict[str, Any]], dict[str, Any], dict[str, Any]]
# 13: each of 175 transactions a second tells two channels, 5 % of them are undone, and a killed writer writes nothing
# while it starts: some 300 events a second. r2: slowly enough that everybody is cut off several times meanwhile.
SIZED: Final[dict[str, Sized]] = {
    "13": (
        sockets.everything_arrives,
        {"clients": 60, "nodes": 2, "seconds": 25, "rate": 40},
        {"clients": 200, "nodes": 3, "seconds": 300, "rate": 175, "shared": 4, "cut_every": 30, "away": (0.1, 120)},
    ),
    "15": (
        sockets.lost_nudges,
        {"clients": 30, "seconds": 18, "rate": 20, "every": 6},
        {"clients": 100, "seconds": 120, "rate": 20, "every": 10},
    ),
    "17": (sockets.all_come_back, {"clients": 200, "rate": 5}, {"clients": 2000, "rate": 5}),
    "18": (rights.taken_away, {"rounds": 2}, {"rounds": 29}),
    "r1": (
        loads.in_time,
        {"sockets": 100, "channels": 10, "rate": 50, "seconds": 5},
        {"sockets": 500, "channels": 50, "rate": 200, "seconds": 30},
    ),
    "r2": (
        lambda **sizes: sockets.everything_arrives(**sizes, promise="r2"),
        {"clients": 40, "nodes": 2, "events": 1000, "rate": 40},
        {"clients": 100, "nodes": 2, "events": 10_000, "rate": 20, "cut_every": 30, "away": (1, 120)},
    ),
    "r3": (
        presence.seen_alike,
        {"processes": 2, "browsers": 4, "rounds": 1},
        {"processes": 4, "browsers": 8, "rounds": 5},
    ),
    "r4": (
        loads.beside_the_stalled,
        {"sockets": 100, "stalled": 3, "seconds": 10, "rate": 4},
        {"sockets": 1000, "stalled": 10, "seconds": 40, "rate": 2},
    ),
    "soak": (soak.a_day, {"hours": 8, "clients": 40, "channels": 4}, {"hours": 240, "clients": 100, "channels": 10}),
}
