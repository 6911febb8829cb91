"""Long answers, written block by block: under ASGI too, where Django would first gather them all in memory."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

NOT_RUN = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}


class Streamed(StreamingHttpResponse):
    """A file to be saved, made while it is sent. `name` is plain ASCII."""

    def __init__(self, blocks: Iterator[bytes], *, content_type: str, name: str) -> None:
        self.blocks = blocks
        headers = {**NOT_RUN, "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private"}
        super().__init__(streaming_content=blocks, content_type=content_type, headers=headers)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (block := await sync_to_async(self._next)()) is not None:
            yield block

    def _next(self) -> bytes | None:
        return next(self.blocks, None)
