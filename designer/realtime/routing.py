"""The address of the socket: /ws/. Everything else is refused at the handshake."""

from typing import Any

from channels.routing import URLRouter
from django.urls import path, re_path

from designer.realtime.consumers import LiveConsumer


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Closing before accepting answers the handshake with 403."""
    await receive()
    await send({"type": "websocket.close"})


socket: Any = LiveConsumer.as_asgi()  # Django's stubs know no ASGI applications
elsewhere: Any = nowhere
websocket_application = URLRouter([path("ws/", socket), re_path(r"", elsewhere)])
