"""Talking JSON to an image server of the studio's own (ComfyUI, Stable Diffusion WebUI): addresses, errors, polls."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from designer.providers.base import (
    AuthFailed,
    InvalidRequest,
    ProviderDown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    TimedOut,
)
from designer.providers.remote.checks import clipped
from designer.providers.remote.waits import retry_at

POLL_S: Final = 0.5
ASIDE_S: Final = 5.0  # seconds that a poll or a stop may take


class Server:
    """One server by its address. `login` is "user:password" or empty."""

    def __init__(self, vendor: str, root: str, login: str = "") -> None:
        self.vendor, self.root = vendor, root
        user, _, password = login.partition(":")
        self.auth = (user, password) if login else None

    def ask(
        self, method: str, path: str, *, timeout_s: float, wish: Any = None, form: Any = None, max_bytes: int = 64 << 20
    ) -> tuple[int, bytes]:
        """(status, body) of one call. `form`: the parts of a multipart body, instead of `wish` in JSON. Raises
        ProviderError when nobody answers, or not in time."""
        from designer.providers.remote.client import bounded_client

        with bounded_client(self.vendor, timeout_s=timeout_s, max_bytes=max_bytes) as http:
            said = http.request(method, f"{self.root}{path}", json=wish, files=form, auth=self.auth)
            if said.status_code >= 300:
                headers = {name.lower(): value for name, value in said.headers.items()}
                raise self.refused(said.status_code, said.content, headers)
            return said.status_code, said.content

    def told(self, method: str, path: str, *, timeout_s: float, wish: Any = None, form: Any = None) -> dict[str, Any]:
        """The JSON object that came back. Raises ProviderError, Garbled for anything else."""
        from designer.providers.remote.client import garbled

        _, body = self.ask(method, path, timeout_s=timeout_s, wish=wish, form=form)
        try:
            read = json.loads(body)
        except ValueError as error:
            raise garbled(self.vendor, "no JSON") from error
        if not isinstance(read, dict):
            raise garbled(self.vendor, "no JSON object")
        return read

    def refused(self, status: int, body: bytes, headers: dict[str, str]) -> ProviderError:
        """What a status means; the words are the server's own."""
        field, words = said_in(body)
        shown = words or f"status {status}"
        match status:
            case 401 | 403:
                return AuthFailed(
                    f"{self.vendor} refused the sign-in.",
                    "Choose another model meanwhile; an admin should check its user and password.",
                )
            case 402:
                return QuotaExhausted(f"{self.vendor} says that there is no credit left.", "Ask who runs it.")
            case 404:
                return ProviderDown(f"{self.vendor} has no API at this address.", "Start it with its API switched on.")
            case 400 | 413 | 422:
                return InvalidRequest(f"{self.vendor} refused the request: {shown}", field=field)
            case 429:
                return RateLimited(f"{self.vendor} asks for a pause.", "It is asked again.", retry_at=retry_at(headers))
            case 408 | 504:
                return TimedOut(f"{self.vendor} ran out of time.", "It may still be drawing: look at its own window.")
        return ProviderDown(f"{self.vendor} failed: {shown}.", "Look at its log, or choose another model.")


def said_in(body: bytes) -> tuple[str, str]:
    """(field, words) of an error body of FastAPI or of ComfyUI; empty for what cannot be read."""
    try:
        read = json.loads(body)
    except ValueError:
        return "", ""
    detail = read.get("detail") if isinstance(read, dict) else None
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        place = detail[0].get("loc") or [""]
        return str(place[-1]), clipped(detail[0].get("msg", ""))
    error = read.get("error") if isinstance(read, dict) else None
    if isinstance(error, dict):
        return str(error.get("field", "")), clipped(f"{error.get('message', '')} {error.get('details', '')}")
    return "", clipped(detail or error or (read.get("errors") if isinstance(read, dict) else ""))


@contextmanager
def beside(step: Callable[[], bool]) -> Iterator[None]:
    """While the block runs, `step` is called every POLL_S seconds in a thread, until it says False. Its errors end it:
    what it watches is told by the block itself."""
    over = threading.Event()

    def watch() -> None:
        with suppress(ProviderError):
            while not over.wait(POLL_S) and step():
                pass

    thread = threading.Thread(target=watch, name="provider-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(ASIDE_S + POLL_S)
