"""The same log as Server-Sent Events (WHATWG HTML, 9.2), for those who cannot hold a socket: GET /api/events/stream.

A reader says once, in the address, what he watches, and from then on only listens. He gets the very frames of the
socket; `id:` is his place in every channel, so a browser that reconnects by itself goes on where it was. Like a socket
it costs no thread and no database connection, which is why it stands beside Django's views and not among them.
"""

import json
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

from django.core.exceptions import TooManyFieldsSent
from django.db import DatabaseError
from django.http import QueryDict

from designer.realtime import credentials, limits, subjects
from designer.realtime.consumers import LiveConsumer, Receive, Scope, Send
from designer.realtime.credentials import Identity
from designer.realtime.places import Places
from designer.realtime.pool import in_database
from designer.realtime.protocol import VERSION, Message, foreign, frame
from designer.realtime.standing import lost
from designer.web.problems import MEDIA_TYPE, body_of, headers_of
from teams.base.errors import Forbidden, Refused

logger = logging.getLogger(__name__)
PATH: Final = "/api/events/stream"
HEADERS: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Accel-Buffering": "no",  # nginx would else hold the events back
}
RETRY: Final = (1000, 5000)  # ms: readers who lost the same server come back at different moments
UNSIGNED: Final = "Neither a live session nor a valid token came along."
FULL: Final = f"At most {limits.MAX_SOCKETS} sockets and streams of one person."


def or_else(django: Any) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """An ASGI application: the stream at its path, `django` everywhere else."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == PATH:
            await Listener(scope, receive, send).run()
        else:
            await django(scope, receive, send)

    return application


class Listener(LiveConsumer):
    """One reader of a stream."""

    way = "stream"
    places: Places

    async def _admit(self) -> bool:
        """Answer the request: with a refusal, or with the beginning of an endless answer."""
        try:
            identity = await self._identify()
            self.places = self._wishes()
            if len(await in_database(lost, identity.user, self.places)) == len(self.places):
                raise subjects.missing()
            self._welcome(identity)
            if self.ended.done():
                raise Refused("too_many_streams", FULL, remedy="Watch several channels in one.", status=429)
        except DatabaseError as problem:
            logger.warning("Nobody can listen just now: %s", problem)
            busy = Refused("unavailable", "This did not work just now.", remedy="Try again in a moment.", status=503)
            return await self._refuse_all(busy)
        except Refused as refused:
            return await self._refuse_all(refused)
        await self._begin(200, HEADERS)
        await self._body(f"retry: {random.randint(*RETRY)}\n\n")  # noqa: S311  (spreads, hides nothing)
        self.start(self._watch())
        return True

    async def _identify(self) -> Identity:
        by_token = credentials.bearer(self.headers) is not None
        if self.scope["method"] != "GET":
            raise Refused("method_not_allowed", "A stream is only read.", remedy="Ask with GET.", status=405)
        if not by_token and self.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            raise Forbidden(message="A foreign page may not ride on your session.", remedy="Send a token.")
        identity = await self._proven()
        if identity is None:
            raise Refused("not_authenticated", UNSIGNED, remedy="Sign in, or send a token.", status=401)
        return identity

    def _wishes(self) -> Places:
        """What is watched and from where. Raises Refused."""
        if unknown := foreign(self.scope["query_string"]):
            remedy = f"Say version={VERSION}, or none, and read docs/realtime.md of that version."
            raise Refused("unknown_version", f"T{unknown[1:]}.", field="version", remedy=remedy)
        try:
            query = QueryDict(self.scope["query_string"])
        except TooManyFieldsSent:
            query = QueryDict()
        channels = list(dict.fromkeys(query.getlist("channel")))
        if not 1 <= len(channels) <= limits.MAX_STREAMED or max(map(len, channels)) > limits.MAX_NAME:
            raise Refused(
                "invalid",
                f"A stream carries 1 to {limits.MAX_STREAMED} channels.",
                field="channel",
                remedy="Name each as ?channel=<kind>:<uuid>; watch more over the socket.",
            )
        return Places.parsed(channels, self.headers.get("last-event-id") or query.get("last_event_id", ""))

    async def _watch(self) -> None:
        """What the client of a socket would ask for, one after the other."""
        try:
            for channel, place in list(self.places.items()):
                await self._subscribe(Message("subscribe", channel, place.seq, place.epoch))
        except DatabaseError:
            self.drop(limits.CLOSE_GOING_ON, limits.NOT_NOW)

    async def _read(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.end(None)

    # Answering

    async def _refuse_all(self, refused: Refused) -> bool:
        await self._begin(
            refused.status, {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **headers_of(refused)}
        )
        await self.send({"type": "http.response.body", "body": json.dumps(body_of(refused)).encode()})
        return False

    async def _begin(self, status: int, headers: dict[str, str]) -> None:
        lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": lines})

    async def _body(self, text: str, *, more: bool = True) -> None:
        await self.send({"type": "http.response.body", "body": text.encode(), "more_body": more})

    async def _put(self, text: str) -> None:
        place = f"id: {self.places}\n" if self.places.moved_by(json.loads(text)) else ""
        await self._body(f"{place}data: {text}\n\n")

    async def _say_goodbye(self, code: int, reason: str) -> None:
        await self._body(f"data: {frame('closed', code=code, reason=reason)}\n\n", more=False)
