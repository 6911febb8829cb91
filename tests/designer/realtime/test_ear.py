"""The ear of a web process before a Redis that takes its connections and never answers."""

import asyncio

import pytest

from designer.realtime.ear import CALL, FAREWELL, PATIENCE, Ear
from tests.designer.realtime.wire import wire

MARGIN = 3  # seconds, for a busy machine


@pytest.fixture
def line(settings):
    with wire(settings.REDIS_URL) as laid:
        layer = settings.CHANNEL_LAYERS["default"]
        config = {**layer["CONFIG"], "hosts": [laid.url]}
        settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": config}}
        yield laid


async def becomes(state, seconds):
    async with asyncio.timeout(seconds):
        while not state():
            await asyncio.sleep(0.05)


async def test_it_knows_that_it_is_deaf_turns_nobody_away_and_lets_go(line):
    ear = Ear(lambda _: None, lambda: ["system"], lambda _: None)
    listening = asyncio.create_task(ear.listen_forever())
    await becomes(lambda: ear.hears, 15)
    line.freeze()
    async with asyncio.timeout(CALL + PATIENCE + MARGIN):
        while ear.hears:  # the first to come waits in vain, and holds the layer as it is given up
            await ear.add("generation:a")
            await ear.discard("generation:a")
    for _ in range(40):  # while the ear hangs up and begins anew: its old name is nothing to join by
        await ear.add("generation:b")
        await asyncio.sleep(0.1)
        assert not ear.hears
    listening.cancel()
    done, _ = await asyncio.wait([listening], timeout=FAREWELL + MARGIN)
    assert done == {listening}
