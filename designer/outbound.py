"""The one HTTP client for addresses that somebody else wrote: webhooks, images by URL, sign-in providers.

Every address that a name resolves to must be public; the connection then goes to one of those very addresses, so that
a name which changes its mind between check and call gains nothing. No redirects, no proxies from the environment, no
credentials in the URL, https on 443 alone (http on 80 by choice), and a limit on time, headers and bytes.

Sources: the special-purpose address registries of IANA; RFC 6052, 3056, 4380 for IPv4 hidden in IPv6. The standard
library's `is_global` and `is_private` let some of these pass.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore2
import httpx2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

CLOSED: Final = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20",
    )
]  # fmt: skip
OPEN_V6: Final = ipaddress.ip_network("2000::/3")  # all that IANA has given out for the public internet
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
SIX_TO_FOUR: Final = ipaddress.ip_network("2002::/16")
MAX_URL: Final = 2048
MAX_BYTES: Final = 1 << 20
MAX_HEADERS: Final = 100
CONNECT_S: Final = 5.0
RESOLVE_S: Final = 5.0
PORTS: Final = {"https": 443, "http": 80}


class OutboundRefused(Exception):
    """An address that is not called. `code` says why; the message is fit to be shown."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class OutboundFailed(Exception):
    """A call that brought no answer. `outcome_unknown`: the other side may have got the request."""

    def __init__(self, code: str, message: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.outcome_unknown = code, message, outcome_unknown


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be called, and the public address to call it at."""

    url: str
    scheme: str
    host: str
    port: int
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: never more than the limit of bytes asked for (`cut` when there was more)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    seconds: float


@cache
def trusted() -> ssl.SSLContext:
    """The system's trust store. Reading it takes some 60 ms, so it is read once."""
    return httpx2.create_ssl_context()


def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host`, of both families. Raises OSError, also when its name servers take over five seconds:
    the system's own patience with them can be a minute."""
    found: list[str] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # the latter for a label over 63 characters
            failed.append(OSError(f"{host}: {error}"))
        else:
            found.extend(sorted({str(entry[4][0]).partition("%")[0] for entry in entries}))

    asking = threading.Thread(target=ask, name="resolve", daemon=True)
    asking.start()
    asking.join(RESOLVE_S)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError(f"The name servers of {host} do not answer.")
    return found


def hidden_v4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one carries: mapped, NAT64, 6to4, or compatible (::a.b.c.d)."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        return address.sixtofour
    if int(address) >> 32 == 0:
        return ipaddress.IPv4Address(int(address))
    return None


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, whatever it is wrapped in."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = hidden_v4(address)
        if inner is not None:
            return is_public(str(inner))
        if address not in OPEN_V6:
            return False
    return not any(address.version == closed.version and address in closed for closed in CLOSED)


def checked(url: str, *, allow_http: bool = False, resolver: Resolver = resolve) -> Target:
    """The target of `url`. Raises OutboundRefused with a code: bad_url, bad_scheme, credentials, bad_port, no_such_host
    or private_address."""
    scheme, host, port = _parts(url)
    if scheme not in ({"https", "http"} if allow_http else {"https"}):
        raise OutboundRefused("bad_scheme", f"Only {'https and http' if allow_http else 'https'} addresses are called.")
    if port != PORTS[scheme]:
        ports = ", ".join(f"{PORTS[each]} for {each}" for each in ("https", *(["http"] if allow_http else [])))
        raise OutboundRefused("bad_port", f"Only standard ports are called: {ports}.")
    try:
        addresses = resolver(host, port)
    except OSError as error:
        raise OutboundRefused("no_such_host", "This host name leads nowhere.") from error
    if not addresses or not all(map(is_public, addresses)):
        raise OutboundRefused("private_address", "This host is not on the public internet.")
    return Target(url=url, scheme=scheme, host=host, port=port, address=addresses[0])


def _parts(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise OutboundRefused("bad_url", "This is not a web address.") from error
    strange = any(letter <= " " or letter in "\\\x7f" for letter in url) or len(url) > MAX_URL or not url.isascii()
    if strange or not host or parts.fragment or "%" in host:
        raise OutboundRefused("bad_url", "This is not a web address: at most 2,048 ASCII characters, no fragment.")
    if parts.username is not None or parts.password is not None:
        raise OutboundRefused("credentials", "A web address with a name and password in it is not called.")
    scheme = parts.scheme.lower()
    return scheme, host, port if port is not None else PORTS.get(scheme, 0)


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    timeout_s: float = 15,
    max_bytes: int = MAX_BYTES,
    allow_http: bool = False,
    resolver: Resolver = resolve,
) -> Answer:
    """Send one request to a checked and pinned address, within `timeout_s` seconds in all.

    Redirects come back as they are. Raises OutboundRefused before anything is sent, OutboundFailed after.
    """
    began = time.monotonic()
    target = checked(url, allow_http=allow_http, resolver=resolver)
    said = [("Host", target.host), ("User-Agent", "DesignerBFF/1"), ("Accept-Encoding", "identity")]
    said += list((headers or {}).items())
    pinned = PinnedBackend(target, began + timeout_s)
    try:
        with (
            httpcore2.ConnectionPool(ssl_context=trusted(), network_backend=pinned) as pool,
            pool.stream(method, target.url, headers=said, content=content) as response,
        ):
            body, cut = _read(response.iter_stream(), max_bytes)
            told = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers[:MAX_HEADERS]}
            return Answer(response.status, told, body, cut, time.monotonic() - began)
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
        raise OutboundFailed("cannot_connect", "The host does not answer.") from error
    except httpcore2.TimeoutException as error:
        raise OutboundFailed("timeout", "The answer did not come in time.", outcome_unknown=True) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise OutboundFailed("broken_answer", "The answer broke off or was no HTTP.", outcome_unknown=True) from error


def _read(chunks: Iterable[bytes], most: int) -> tuple[bytes, bool]:
    """At most `most` bytes, as they came (compressed ones stay so), and whether there were more."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            return bytes(body[:most]), True
    return bytes(body), False


class PinnedBackend(httpcore2.NetworkBackend):
    """Connects to the one checked address, whatever name it is asked for, and to nothing after the deadline."""

    def __init__(self, target: Target, deadline: float) -> None:
        self.target, self.deadline = target, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        wait = min(CONNECT_S, _left(self.deadline, httpcore2.ConnectTimeout))
        stream = httpcore2.SyncBackend().connect_tcp(self.target.address, self.target.port, timeout=wait)
        peer = stream.get_extra_info("server_addr")
        if ipaddress.ip_address(peer[0]) != ipaddress.ip_address(self.target.address):
            stream.close()
            raise OutboundRefused("private_address", "The connection went elsewhere.")
        return TimedStream(stream, self.deadline)


class TimedStream(httpcore2.NetworkStream):
    """A connection whose every read and write ends by the deadline: one that drips cannot hold a worker."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.deadline, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.deadline, httpcore2.WriteTimeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        wait = _left(self.deadline, httpcore2.ConnectTimeout)
        return TimedStream(self.stream.start_tls(ssl_context, server_hostname, wait), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(deadline: float, late: type[Exception]) -> float:
    """Seconds until the deadline. Raises `late` after it."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise late("The time is over.")
    return left
