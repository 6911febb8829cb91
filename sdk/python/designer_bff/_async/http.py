"""One HTTP call: sent, repeated where that is safe, and its refusal raised as an error of the family."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, BinaryIO

import httpx2

from designer_bff._async.waiting import sleep
from designer_bff.errors import ApiError, no_studio, of_answer, seconds_of, unreachable
from designer_bff.repeating import Repeats
from designer_bff.saying import Json, Record, StrPath
from designer_bff.settings import Settings

Files = Sequence[tuple[str, tuple[str, BinaryIO]]]


class Caller:
    """Where the studio is and how to ask it."""

    settings: Settings
    http: httpx2.AsyncClient

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        files: Files | None = None,
        form: Json | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """One request below /api; its decoded JSON, None where there is none. Raises DesignerBFFError."""
        headers = {"If-Match": if_match} if if_match else {}
        if method == "POST":
            headers["Idempotency-Key"] = idempotency_key or str(uuid.uuid4())
        wish: dict[str, Any] = {"params": _asked(query), "headers": headers}
        wish |= {"json": body} if body is not None else {}
        wish |= {"files": files, "data": form or {}} if files is not None else {}
        async with AsyncExitStack() as stack:
            answer = await self._answer(stack, method, path, wish)
            try:
                return _decoded(answer, await answer.aread(), self.settings.url)
            except httpx2.TransportError as error:
                raise unreachable(self.settings.url, error) from error

    async def save(self, target: StrPath, path: str, *, query: Mapping[str, Any] | None = None) -> Path:
        """Write a file that the studio sends to `target`: whole, or not at all. Returns the path."""
        place = Path(target)
        part = place.with_name(place.name + ".part")
        async with AsyncExitStack() as stack:
            answer = await self._answer(stack, "GET", path, {"params": _asked(query)})
            try:
                with part.open("wb") as file:
                    async for chunk in answer.aiter_bytes():
                        file.write(chunk)
            except httpx2.TransportError as error:
                part.unlink(missing_ok=True)
                raise unreachable(self.settings.url, error) from error
        return part.replace(place)

    async def _answer(self, stack: AsyncExitStack, method: str, path: str, wish: dict[str, Any]) -> httpx2.Response:
        """The answer to a request, open in `stack`; asked again after trouble that passes."""
        repeats = Repeats(method, self.settings.repeats, self.settings.patience)
        while True:
            try:
                return await self._once(stack, method, path, wish)
            except ApiError as refused:
                pause = repeats.after_refusal(refused)
                if pause is None:
                    raise
            except httpx2.TransportError as error:
                arrived = not isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
                pause = repeats.after_failure(arrived=arrived)
                if pause is None:
                    raise unreachable(self.settings.url, error) from error
            await sleep(pause)

    async def _once(self, stack: AsyncExitStack, method: str, path: str, wish: dict[str, Any]) -> httpx2.Response:
        answer = await stack.enter_async_context(self.http.stream(method, f"/api{path}", **wish))
        if answer.status_code >= 400:
            await answer.aread()
            wait = seconds_of(answer.headers.get("Retry-After"))
            raise of_answer(answer.status_code, _problem(answer, self.settings.url), wait)
        return answer


def _asked(query: Mapping[str, Any] | None) -> Json:
    """A query as it is sent: what was not said is left out, and true is `true`."""
    said = {name: value for name, value in (query or {}).items() if value is not None}
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in said.items()}


def _decoded(answer: httpx2.Response, content: bytes, url: str) -> Any:
    if not content:
        return None
    try:
        found = answer.json()
    except ValueError as error:
        raise of_answer(answer.status_code, no_studio(url, "its answer is no JSON")) from error
    if isinstance(found, dict):
        found = Record(found)
        found.etag = answer.headers.get("ETag")
    return found


def _problem(answer: httpx2.Response, url: str) -> Json:
    """What the studio says is wrong; from 429 on it may be a proxy before it that speaks."""
    try:
        found = answer.json()
    except ValueError:
        status = answer.status_code
        return no_studio(url, f"it answered {status}") if status < 429 else {}
    return found if isinstance(found, dict) else {}
