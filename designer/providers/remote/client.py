"""The HTTP client that vendors' SDKs are given: bounded in time and bytes, and exact about what a failure means.

An SDK's own timeout bounds each read, so an answer that drips never ends; here the whole call does. Redirects and
proxies of the environment are not followed, for the key would go along. Whatever breaks before the request was sent is
ProviderDown; after that nobody knows whether the vendor did it, and billed it: TimedOut.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpcore2
import httpx2

from designer.outbound import CONNECT_S, TimedStream, trusted
from designer.providers.base import AuthFailed, Garbled, ProviderDown, ProviderError, TimedOut
from designer.providers.remote.headers import note

MAX_BYTES: Final = 16 << 20  # of an answer with one picture at most
DEEPEST: Final = 100  # lists and objects within each other
PRINTABLE: Final = range(33, 127)


Mend = Callable[[bytes], bytes]


@contextmanager
def bounded_client(
    vendor: str, *, timeout_s: float, max_bytes: int = MAX_BYTES, mend: Mend = bytes
) -> Iterator[httpx2.Client]:
    """A client whose calls end within `timeout_s` seconds in all. It raises ProviderError, never an error of HTTP's.

    `vendor` is the name to tell people; `mend` is given the body of each answer before an SDK reads it.
    """
    transport = BoundedTransport(vendor, timeout_s=timeout_s, max_bytes=max_bytes, mend=mend)
    with httpx2.Client(transport=transport, timeout=timeout_s, follow_redirects=False, trust_env=False) as client:
        yield client


def fit_key(vendor: str, key: str) -> str:
    """The key, if it can be sent in a header. Raises AuthFailed."""
    if not key or any(ord(letter) not in PRINTABLE for letter in key):
        raise AuthFailed(f"The key for {vendor} is missing or damaged.", f"Set the key that {vendor} gave you.")
    return key


class BoundedTransport(httpx2.BaseTransport):
    """Sends one request at a time and reads its whole answer, within its limits."""

    def __init__(self, vendor: str, *, timeout_s: float, max_bytes: int, mend: Mend) -> None:
        self.vendor, self.timeout_s, self.max_bytes, self.mend = vendor, timeout_s, max_bytes, mend
        self.backend = TimedBackend()
        self.pool = httpcore2.ConnectionPool(ssl_context=trusted(), network_backend=self.backend, retries=0)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.backend.deadline = time.monotonic() + self.timeout_s
        request.headers["accept-encoding"] = "identity"  # a packed answer could unpack to any size
        try:
            return self._answer(request)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise self._unreachable() from error
        except httpcore2.TimeoutException as error:
            raise TimedOut(
                f"{self.vendor} did not answer within {self.timeout_s:.0f} seconds.",
                "It may have done the work all the same. Look at its usage page before you ask again.",
            ) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise TimedOut(
                f"The connection to {self.vendor} broke before the answer was whole.",
                "It may have done the work all the same. Look at its usage page before you ask again.",
            ) from error

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        sent = httpcore2.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=_untimed(request)
        )
        answer = self.pool.handle_request(sent)
        note({name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers})
        packed = [value for name, value in answer.headers if name.lower() == b"content-encoding"]
        try:
            if packed and packed[0].lower() != b"identity":
                raise garbled(self.vendor, "a packed one that was not asked for")
            body = self._read(answer.iter_stream())
        finally:
            answer.close()
        if _is_deep(body):
            raise garbled(self.vendor, "one nested without end")
        body = self.mend(body)
        return httpx2.Response(answer.status, headers=answer.headers, content=body, extensions=answer.extensions)

    def _read(self, chunks: Iterable[bytes]) -> bytes:
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > self.max_bytes:
                raise garbled(self.vendor, f"more than {self.max_bytes >> 20} MB")
        return bytes(body)

    def _unreachable(self) -> ProviderError:
        return ProviderDown(f"{self.vendor} cannot be reached.", "Check its address and the network, or use another.")

    def close(self) -> None:
        self.pool.close()


def _is_deep(body: bytes) -> bool:
    """Whether this is JSON that is nested deeper than any vendor's: whoever reads it, an SDK too, breaks off with an
    error that nobody expects."""
    if body.count(b"{") + body.count(b"[") <= DEEPEST:
        return False
    try:
        level = [json.loads(body)]
    except RecursionError:
        return True
    except ValueError:
        return False
    for _ in range(DEEPEST):
        level = [child for each in level for child in _children(each)]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _untimed(request: httpx2.Request) -> dict[str, object]:
    """The deadline bounds every wait, so the SDK's own timeouts are left out."""
    return {name: value for name, value in request.extensions.items() if name != "timeout"}


def garbled(vendor: str, what: str) -> Garbled:
    """For an answer that is none: `what` says what came instead."""
    return Garbled(f"{vendor} gave no usable answer: {what}.", "Try again later, or choose another model.")


class TimedBackend(httpcore2.NetworkBackend):
    """Connects where it is told; no read or write goes on after the deadline."""

    def __init__(self) -> None:
        self.deadline = 0.0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        wait = min(CONNECT_S, self.deadline - time.monotonic())
        if wait <= 0:
            raise httpcore2.ConnectTimeout("The time is over.")
        return TimedStream(httpcore2.SyncBackend().connect_tcp(host, port, timeout=wait), self.deadline)
