"""Many clients in one process, each the published Python client, whose network comes and goes. Started by the plays.

Answers each line of JSON with one. The first: {ports, clients: [[token, [channels]], ...], seed}, answered when each
has its snapshots. Then {do: "cut", every, away: [shortest, longest]}: from now on each loses its connection at random
moments, every so many seconds, and is away for a random while. {do: "calm", heads, within}: no more of that; who is
away comes back when it is time. It is answered once everybody stands at these heads, or so many seconds after the last
came back. {do: "tell"}: what each was told, in order.
"""

import asyncio
import json
import random
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sdk" / "python"))

from designer_bff._async.watch import AsyncWatch
from designer_bff.events import LiveEvent
from designer_bff.following import Place

NOWHERE = 9  # a port at which nobody answers
AT_ONCE = 100


class Network:
    """The studio as a client behind a balancer meets it: another node each time, none while the network is away.

    Where the client's settings stand for one address, these stand for all nodes.
    """

    timeout = 20.0

    def __init__(self, ports: list[int], token: str, dice: random.Random) -> None:
        self.ports, self.dice, self.away = ports, dice, False
        self.headers = {"Authorization": f"Bearer {token}"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{NOWHERE if self.away else self.dice.choice(self.ports)}"

    @property
    def socket(self) -> str:
        return self.url.replace("http", "ws", 1) + "/ws/"


class Reader:
    """One client, and what it was told: per channel where it began, and each fact since as [seq, n, when]."""

    def __init__(self, ports: list[int], token: str, channels: list[str], seed: int) -> None:
        self.dice = random.Random(seed)
        self.network = Network(ports, token, self.dice)
        self.watch = AsyncWatch(self.network, {name: Place() for name in channels}, until_last=False, timeout=None)
        self.channels = channels
        self.began: dict[str, int] = {}
        self.facts: dict[str, list[list[float]]] = {name: [] for name in channels}
        self.state: dict[str, dict[str, Any]] = {name: {} for name in channels}
        self.anew = 0
        self.cuts: list[float] = []
        self.peace = asyncio.Event()
        self.error = ""
        self.ready = asyncio.Event()

    async def follow(self) -> None:
        try:
            async for event in self.watch:
                self.take(event)
        except Exception as problem:  # noqa: BLE001  (a client that breaks is a finding, whatever broke)
            self.error = repr(problem)
        self.ready.set()

    def take(self, event: LiveEvent) -> None:
        if event.name == "snapshot":
            self.anew += event.channel in self.began
            self.began[event.channel] = event.seq or 0
            self.state[event.channel] = dict(event.data)
            if len(self.began) == len(self.channels):
                self.ready.set()
        elif event.seq is not None:
            self.facts[event.channel].append([event.seq, event.data["n"], time.monotonic()])
            self.state[event.channel].update(event.data)

    async def lose_it(self, every: float, away: tuple[float, float]) -> None:
        """The network goes and comes until there is peace; most of the time for a short while."""
        while not await self.at_peace(self.dice.expovariate(1 / every)):
            self.cuts.append(away[0] * (away[1] / away[0]) ** self.dice.random())
            self.network.away = True
            if self.watch.connection == "socket":
                self.watch._socket.transport.abort()
            await asyncio.sleep(self.cuts[-1])
            self.network.away = False

    async def at_peace(self, within: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.peace.wait(), within)
        return self.peace.is_set()

    def stands_at(self, heads: dict[str, int]) -> bool:
        return all((self.watch.seq(name) or 0) >= heads.get(name, 0) for name in self.channels)

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("began", "facts", "state", "anew", "cuts", "error")}


async def gather_in(readers: list[Reader]) -> "list[asyncio.Task[None]]":
    tasks = []
    for first in range(0, len(readers), AT_ONCE):
        some = readers[first : first + AT_ONCE]
        tasks += [asyncio.create_task(reader.follow()) for reader in some]
        await asyncio.gather(*(reader.ready.wait() for reader in some))
    return tasks


async def calm(readers: list[Reader], heads: dict[str, int], within: float) -> dict[str, Any]:
    """Seconds until everybody stood at the heads, and how many still do not."""
    began = time.monotonic()
    while (behind := sum(not reader.stands_at(heads) for reader in readers)) and time.monotonic() < began + within:
        await asyncio.sleep(0.1)
    return {"seconds": time.monotonic() - began, "behind": behind}


async def main() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(sys.stdin.readline())
    ports, seed = asked["ports"], asked["seed"]
    readers = [Reader(ports, *about, seed=seed + number) for number, about in enumerate(asked["clients"])]
    tasks = await gather_in(readers)
    print(json.dumps({"ready": True}), flush=True)
    cutting: list[asyncio.Task[None]] = []
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        wish = json.loads(line)
        answer: Any = {}
        if wish["do"] == "cut":
            cutting = [asyncio.create_task(reader.lose_it(wish["every"], wish["away"])) for reader in readers]
        elif wish["do"] == "calm":
            for reader in readers:
                reader.peace.set()
            await asyncio.gather(*cutting)
            answer = await calm(readers, wish["heads"], wish["within"])
        else:
            answer = [reader.told() for reader in readers]
        print(json.dumps(answer), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
