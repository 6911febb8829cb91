"""Long answers, written block by block: under ASGI too, where Django would first gather them all in memory."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

NOT_RUN = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
ASK_EVERY: Final = 0.25  # seconds: a right that is lost ends within one, whatever is still on its way


class RightLost(Exception):
    """Cuts the connection in the middle of an answer, so that nobody takes the part for the whole."""


class Streamed(StreamingHttpResponse):
    """A file to be saved, made while it is sent, as long as `allowed`. `name` is plain ASCII."""

    def __init__(self, blocks: Iterator[bytes], *, allowed: Callable[[], bool], content_type: str, name: str) -> None:
        self.blocks = _while_allowed(blocks, allowed)
        headers = {**NOT_RUN, "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private"}
        super().__init__(streaming_content=self.blocks, content_type=content_type, headers=headers)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while (block := await sync_to_async(self._next)()) is not None:
                yield block
        except RightLost:
            await sync_to_async(self.close)()  # Django closes only answers that came to their end
            raise

    def _next(self) -> bytes | None:
        return next(self.blocks, None)


def _while_allowed(blocks: Iterator[bytes], allowed: Callable[[], bool]) -> Iterator[bytes]:
    """The blocks; raises RightLost instead of the next one once it is no longer allowed."""
    asked = time.monotonic()
    for block in blocks:
        if time.monotonic() >= asked + ASK_EVERY:
            if not allowed():
                raise RightLost("The right to this file was lost while it was sent.")
            asked = time.monotonic()
        yield block
