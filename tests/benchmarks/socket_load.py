"""Many cheap sockets in one process, which note when each numbered event arrives. Started by the event benchmark.

Speaks just enough WebSocket to read short text frames, so that the figures are the server's and not the client's. Reads
one line of JSON from its input: {port, channel, tokens}; prints "ready" when all are subscribed; at the next line
prints {event number: [arrival times]}, in seconds of the system's monotonic clock.
"""

import asyncio
import base64
import json
import os
import re
import sys
import time
from collections import defaultdict
from functools import partial

NUMBER = re.compile(rb'"n": (\d+)')
ARRIVALS: dict[int, list[float]] = defaultdict(list)
AT_ONCE = 50


def masked(text: str) -> bytes:
    data, mask = text.encode(), os.urandom(4)
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + length + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))


class Reader(asyncio.Protocol):
    def __init__(self, port: int, token: str, channel: str) -> None:
        self.wish = (port, token, channel)
        self.subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        port, token, _ = self.wish
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        head += f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n"
        transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        for number in NUMBER.findall(data):
            ARRIVALS[int(number)].append(now)
        if b" 101 " in data[:20]:
            self.transport.write(masked(json.dumps({"type": "subscribe", "channel": self.wish[2]})))
        if b'"subscribed"' in data and not self.subscribed.done():
            self.subscribed.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.subscribed.done():
            self.subscribed.set_exception(ConnectionError("closed before it was subscribed"))


async def main() -> None:
    loop = asyncio.get_running_loop()
    wish = json.loads(sys.stdin.readline())
    port, tokens = wish["port"], wish["tokens"]
    for start in range(0, len(tokens), AT_ONCE):
        readers = [
            (await loop.create_connection(partial(Reader, port, token, wish["channel"]), "127.0.0.1", port))[1]
            for token in tokens[start : start + AT_ONCE]
        ]
        await asyncio.gather(*(reader.subscribed for reader in readers))
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(json.dumps(ARRIVALS), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
