"""The hub when a part of it breaks: nobody is left on a line that tells nothing."""

import asyncio
import json
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import pytest
from channels.layers import get_channel_layer

from designer.realtime import reader as reading
from designer.realtime.consumers import LiveConsumer
from designer.realtime.herald import CONTROL, Herald, group_of
from designer.realtime.hub import Hub, hub
from designer.realtime.limits import CLOSE_GOING_ON
from designer.realtime.log import Head
from designer.realtime.standing import Standing


class Line:
    """A socket of somebody without an account, as far as the hub asks."""

    identity = None
    way = "socket"

    def __init__(self):
        self.dropped = []

    def drop(self, code, reason):
        self.dropped.append(code)


async def test_when_one_of_its_works_breaks_every_socket_is_sent_away_and_the_next_finds_it_whole():
    class Breaking(Hub):
        begun = 0

        def _works(self):
            self.begun += 1
            return [self._rests(), self._rests(breaks=self.begun == 1)]

        async def _rests(self, breaks=False):
            await asyncio.sleep(0 if breaks else 60)
            raise KeyError("what nobody foresaw")

    hub, first, second = Breaking(), Line(), Line()
    hub.attach(first)
    hub.attach(second)
    for _ in range(5):
        await asyncio.sleep(0)
    assert (first.dropped, second.dropped, hub._tasks) == ([CLOSE_GOING_ON], [CLOSE_GOING_ON], [])
    late = Line()
    hub.attach(late)
    for _ in range(5):
        await asyncio.sleep(0)
    assert late.dropped == [] and len(hub._tasks) == 2
    for task in hub._tasks:
        task.cancel()


async def test_comparing_thousands_of_channels_leaves_others_their_turn():
    hub, turns = Hub(), 0
    moved = {f"team:{number}": Head(2, "e") for number in range(5_000)}
    before = hub.handed = dict.fromkeys(moved, Head(1, "e"))

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    working = asyncio.create_task(others())
    await hub._compare(moved, before)
    working.cancel()
    assert (turns >= 5, len(hub._dirty)) == (True, 5_000)


async def test_no_tick_is_said_before_the_snapshot(monkeypatch):
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slowly(*_):
        asked.set()
        await answered.wait()
        return Standing(Head(0, ""), "", {})

    monkeypatch.setattr(reading, "in_database", slowly)
    reader = reading.Reader()
    reader.identity = cast("Any", SimpleNamespace(user=None))
    watching = asyncio.create_task(reader.watch("team:a", None, None))
    await asked.wait()
    reader.show("team:a", json.dumps({"type": "event", "percent": 40}), ("progress",))
    answered.set()
    await watching
    reader.show("team:a", json.dumps({"type": "event", "percent": 50}), ("progress",))
    said = [json.loads(await reader.outbox.take()) for _ in range(2)]
    assert [(each["type"], each.get("percent")) for each in said] == [("subscribed", None), ("event", 50)]
    await reader.forget(["team:a"])


async def visit(token, channel):
    """A socket without a network: comes, subscribes, is seen and goes. Without a token it never says who it is."""
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    subscribed = asyncio.Event()

    async def send(message):
        if '"subscribed"' in message.get("text", ""):
            subscribed.set()

    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    scope = {"type": "websocket", "path": "/ws/", "headers": headers, "client": ("192.0.2.1", 1), "scheme": "ws"}
    inbox.put_nowait({"type": "websocket.connect"})
    socket = asyncio.create_task(LiveConsumer(scope, inbox.get, send).run())
    if token:
        for kind in ("subscribe", "presence"):
            wish = json.dumps({"type": kind, "channel": channel, "state": 1})
            inbox.put_nowait({"type": "websocket.receive", "text": wish})
        await subscribed.wait()
    inbox.put_nowait({"type": "websocket.disconnect"})
    await socket


@pytest.mark.django_db(transaction=True)
def test_when_all_have_gone_it_remembers_nobody(token, meeting):
    async def come_and_go():
        for _ in range(3):
            await asyncio.gather(*(visit(one, meeting) for one in [*[token] * 10, None]))
        left = vars(hub()) | vars(hub().gathering)
        tables = ("sockets", "people", "strangers", "watchers", "handed", "marks", "_tasks", "_there", "_ours")
        layer = get_channel_layer()
        return {name: len(left[name]) for name in tables} | {"names": len(layer.channels), "groups": len(layer.groups)}

    assert {name: kept for name, kept in asyncio.run(come_and_go()).items() if kept} == {}


UNCARRIED = [1 << 64, "\ud800"]


async def listening(group):
    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add(group, name)
    return lambda: asyncio.wait_for(layer.receive(name), 15)


@pytest.mark.parametrize("state", UNCARRIED)
async def test_a_note_that_cannot_be_carried_costs_itself_alone(state):
    hear = await listening(CONTROL)
    bad = {"type": "tick", "channel": "system", "data": {"state": state}}
    left = await Herald()._send([(("tick",), (CONTROL, bad)), (("nudge",), (CONTROL, {"type": "nudge"}))])
    assert (left, (await hear())["type"]) == ([], "nudge")


@pytest.mark.parametrize("state", UNCARRIED)
async def test_who_is_here_is_told_of_the_others_where_one_cannot_be(state):
    hear = await listening(group_of("system"))
    here = {(channel, "s"): {"socket": "s", "state": shown} for channel, shown in (("a", state), ("system", 1))}
    await Hub()._tell_who_is_here(here)
    assert [who["state"] for who in (await hear())["people"]] == [1]


async def test_that_a_right_was_lost_is_said_first_and_until_it_was_heard(monkeypatch):
    """By a messenger whose Redis is away at first, and whose board is full."""
    said = []
    away = iter([True, True])

    class Layer:
        async def group_send(self, group, message):
            if next(away, False):
                raise ConnectionError("nobody there")
            said.append(message["type"])

    monkeypatch.setattr("designer.realtime.herald.get_channel_layer", Layer)
    monkeypatch.setattr("designer.realtime.herald.MAX_NOTES", 1)
    monkeypatch.setattr("designer.realtime.herald.RETRY", 0.01)
    messenger = Herald()
    monkeypatch.setattr(messenger, "_start", lambda: None)
    messenger.nudge("system")
    messenger.recheck(user="u")
    assert len(messenger._notes) == 2
    with suppress(TimeoutError):
        await asyncio.wait_for(messenger._serve(), 1)
    assert said[0] == "recheck"
