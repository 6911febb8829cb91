"""Many cheap sockets in one process, which note when each numbered event arrives. Started by the event benchmark.

Speaks just enough WebSocket to read short text frames, so that the figures are the server's and not the client's, and
of Socket.IO the handshake and the heartbeat. Reads one line of JSON from its input: {port, dialect, wishes: [[channel,
token], ...]}; prints "ready" when all are subscribed; at the next line prints {event number: [arrival times]}, in
seconds of the system's monotonic clock.
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

NUMBER = re.compile(rb'"n": ?(\d+)')
ARRIVALS: dict[int, list[float]] = defaultdict(list)
AT_ONCE = 50
PATHS = {"channels": "/ws/", "socket.io": "/socket.io/?EIO=4&transport=websocket"}
HEARTBEAT = b"\x81\x012"  # Engine.IO asks with "2" and waits for "3"


def masked(text: str) -> bytes:
    data, mask = text.encode(), os.urandom(4)
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + length + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))


class Reader(asyncio.Protocol):
    def __init__(self, port: int, dialect: str, channel: str, token: str) -> None:
        self.port, self.dialect, self.channel, self.token = port, dialect, channel, token
        self.subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET {PATHS[self.dialect]} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\n"
        head += f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        transport.write(f"{head}Authorization: Bearer {self.token}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        for number in NUMBER.findall(data):
            ARRIVALS[int(number)].append(now)
        if b" 101 " in data[:20]:
            wish = json.dumps({"type": "subscribe", "channel": self.channel})
            self.transport.write(masked(wish if self.dialect == "channels" else "40"))
        if self.dialect == "socket.io" and HEARTBEAT in data:
            self.transport.write(masked("3"))
        if b'"subscribed"' in data and not self.subscribed.done():
            self.subscribed.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.subscribed.done():
            self.subscribed.set_exception(ConnectionError("closed before it was subscribed"))


async def main() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(sys.stdin.readline())
    port, dialect, wishes = asked["port"], asked["dialect"], asked["wishes"]
    for start in range(0, len(wishes), AT_ONCE):
        readers = [
            (await loop.create_connection(partial(Reader, port, dialect, *wish), "127.0.0.1", port))[1]
            for wish in wishes[start : start + AT_ONCE]
        ]
        await asyncio.gather(*(reader.subscribed for reader in readers))
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(json.dumps(ARRIVALS), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
