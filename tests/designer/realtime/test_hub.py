"""The hub when a part of it breaks: nobody is left on a line that tells nothing."""

import asyncio

from designer.realtime.hub import Hub
from designer.realtime.limits import CLOSE_GOING_ON


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
