"""What a web process hears from the others through the channel layer. It may go deaf, and notices that itself.

A connection can die without a word, and the layer's own receiver can end: nothing would be heard any more, for ever.
So the ear calls itself, and when it does not hear that, it begins anew on a new connection.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Any, Final

from channels.layers import get_channel_layer

from designer.realtime.herald import CONTROL, UNREACHABLE, group_of

logger = logging.getLogger(__name__)
CALL: Final = 2.0  # seconds between two calls to itself
PATIENCE: Final = 4.0  # seconds until a call must have been heard
FAREWELL: Final = 5.0  # seconds that hanging up may take
DOUBTFUL: Final = (*UNREACHABLE, RuntimeError)  # RuntimeError: the layer no longer knows the name
ECHO: Final = "echo"
Message = dict[str, Any]


class Ear:
    """Calls `hear` with each message of the `wanted` channels, `missed` with a channel whose news may have passed."""

    def __init__(
        self, hear: Callable[[Message], None], wanted: Callable[[], Collection[str]], missed: Callable[[str], None]
    ) -> None:
        self._hear, self._wanted, self._missed = hear, wanted, missed
        self._name: str | None = None
        self._echo = asyncio.Event()
        self._in_doubt = False
        self._turn = asyncio.Lock()  # who hangs up closes the connection: not that of the next

    @property
    def hears(self) -> bool:
        return self._name is not None and not self._in_doubt

    async def add(self, channel: str) -> None:
        """Hear of `channel` too."""
        await self._change("group_add", channel)

    async def discard(self, channel: str) -> None:
        await self._change("group_discard", channel)

    async def _change(self, verb: str, channel: str) -> None:
        if not self.hears:
            return  # every wanted channel is joined when the layer is reached
        try:
            await asyncio.wait_for(getattr(get_channel_layer(), verb)(group_of(channel), self._name), 2)
        except DOUBTFUL as error:
            logger.warning("%s %s failed; the ear begins anew: %s", verb, channel, error)
            self._in_doubt = True

    async def listen_forever(self) -> None:
        while True:
            try:
                async with self._turn:
                    await self._listen()
            except* UNREACHABLE as group:
                why = "; ".join(repr(error) for error in group.exceptions)
                logger.warning("The channel layer is not heard; the log is read all the same: %s", why)
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        hearing: asyncio.Task[None] | None = None
        try:
            name = await self._join()
            hearing = asyncio.create_task(self._hear_all(name))
            async with asyncio.TaskGroup() as both:
                both.create_task(_shielded(hearing))
                both.create_task(self._call_itself(name))
        finally:
            self._name = None  # first: nobody joins by a name that is being given back
            await self._hang_up()
            if hearing:
                hearing.cancel()  # last: cancelled earlier, the layer would ask Redis, without limit, to unsubscribe

    async def _join(self) -> str:
        layer = get_channel_layer()
        name: str = await asyncio.wait_for(layer.new_channel("live"), PATIENCE)
        for group in [CONTROL, *map(group_of, self._wanted())]:
            await asyncio.wait_for(layer.group_add(group, name), PATIENCE)
        self._name, self._in_doubt = name, False
        for channel in list(self._wanted()):
            await self.add(channel)  # those that came while we joined the others
            self._missed(channel)
        return name

    async def _hear_all(self, name: str) -> None:
        layer = get_channel_layer()
        while self._name == name:  # the layer would subscribe anew for a name that it was made to forget
            message = await layer.receive(name)
            if message["type"] == ECHO:
                self._echo.set()
            else:
                self._hear(message)

    async def _call_itself(self, name: str) -> None:
        """Raises TimeoutError or ConnectionError when nothing is heard, or not of every channel."""
        while not self._in_doubt:
            self._echo.clear()
            async with asyncio.timeout(PATIENCE):
                await get_channel_layer().send(name, {"type": ECHO})
                await self._echo.wait()
            await asyncio.sleep(CALL)
        raise ConnectionError("a channel could not be joined")

    async def _hang_up(self) -> None:
        """Give the connection and all names back: a name that stays in its groups keeps the layer at them for ever."""
        closing = asyncio.ensure_future(get_channel_layer().flush())
        await asyncio.wait([closing], timeout=FAREWELL)
        if not closing.done():
            logger.warning("The channel layer does not let go; the ear begins anew all the same.")
            closing.cancel()
        elif not closing.cancelled() and (error := closing.exception()):
            logger.warning("The channel layer was not left in order: %s", error)


async def _shielded(task: "asyncio.Task[None]") -> None:
    await asyncio.shield(task)
