"""No call goes to an address that is not public, in whatever spelling; and no answer holds a worker."""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from designer import outbound
from designer.outbound import OutboundFailed, OutboundRefused, call, checked, is_public

CLOSED = [
    "127.0.0.1", "127.255.255.254", "0.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:100.64.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1",
    "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1", "3fff::1", "5f00::1",
    "not an address", "",
]  # fmt: skip
OPEN = [
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "2606:4700::1111",
    "2a00:1450:4001::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_that_is_not_public_is_known_in_every_spelling(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OPEN)
def test_a_public_address_is_public(address):
    assert is_public(address)


URLS = {
    "bad_scheme": ["http://example.org/", "ftp://example.org/", "gopher://example.org/", "//example.org/"],
    "bad_port": [f"https://example.org:{port}/" for port in (0, 22, 80, 6379)],
    "credentials": ["https://a:b@example.org/", "https://a@example.org/", "https://:@example.org/"],
    "bad_url": [
        "", "file:///etc/passwd", "https://", "https:///x", "https://example.org/#part", "https://example.org:99999/", "https://[::1/",
        "https://exa mple.org/", "https://example.org\\@127.0.0.1/", "https://example.org/\r\nHost: x",
        "https://127。0。0。1/", "https://①②⑦.0.0.1/", "https://[fe80::1%25eth0]/", "https://example.org/" + "a" * 3000,
    ],
    "private_address": [
        "https://127.0.0.1/", "https://localhost/", "https://0/", "https://127.1/", "https://2130706433/",
        "https://0x7f.1/", "https://0177.0.0.1/", "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/", "https://169.254.169.254/latest/meta-data/", "https://LOCALHOST/",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "url"), [(code, url) for code, urls in URLS.items() for url in urls])
def test_a_url_that_is_not_called_says_why(code, url):
    with pytest.raises(OutboundRefused) as caught:
        checked(url)
    assert caught.value.code == code


@pytest.mark.parametrize(("allow_http", "ports"), [(False, "443 for https."), (True, "443 for https, 80 for http.")])
def test_a_port_that_is_not_called_names_those_that_are(allow_http, ports):
    with pytest.raises(OutboundRefused) as caught:
        checked("https://example.org:8443/", allow_http=allow_http)
    assert caught.value.message.endswith(ports)


def test_one_private_address_among_public_ones_closes_the_name():
    with pytest.raises(OutboundRefused):
        checked("https://example.org/", resolver=lambda host, port: ["8.8.8.8", "10.0.0.1"])


def test_a_name_that_leads_nowhere_is_said():
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(OutboundRefused) as caught:
        checked("https://example.org/", resolver=nowhere)
    assert caught.value.code == "no_such_host"


def test_a_label_that_no_name_may_have_leads_nowhere():
    with pytest.raises(OutboundRefused) as caught:
        checked(f"https://{'a' * 64}.example/")
    assert caught.value.code == "no_such_host"


def test_a_name_server_that_is_slow_costs_seconds_not_a_minute(monkeypatch):
    def slow(*about: object, **more: object) -> list[object]:
        time.sleep(1)
        return []

    monkeypatch.setattr(outbound, "RESOLVE_S", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(OutboundRefused) as caught:
        checked("https://slow.example/")
    assert caught.value.code == "no_such_host"


Talk = Callable[[socket.socket], None]


@pytest.fixture
def server(monkeypatch) -> Iterator[Callable[[Talk], str]]:
    """`server(talk)` listens on loopback, which for this test counts as public, and gives its URL."""
    listeners = []

    def start(talk: Talk) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        monkeypatch.setitem(outbound.PORTS, "http", listener.getsockname()[1])
        threading.Thread(target=serve, args=(listener, talk), daemon=True).start()
        return "http://example.org/hook?x=1"

    monkeypatch.setattr(outbound, "is_public", lambda address: address == "127.0.0.1")
    yield start
    for listener in listeners:
        listener.close()


def serve(listener: socket.socket, talk: Talk) -> None:
    try:
        link, _ = listener.accept()
        with link:
            talk(link)
    except OSError:
        return


def loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def ask(url: str, **more):
    return call("POST", url, content=b"{}", allow_http=True, resolver=loopback, **more)


def test_a_call_goes_to_the_checked_address_under_its_own_name(server):
    heard = []

    def talk(link: socket.socket) -> None:
        heard.append(link.recv(65536))
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok")

    answer = ask(server(talk), headers={"X-Kind": "test"})
    assert (answer.status, answer.body, answer.cut) == (200, b"ok", False)
    assert heard[0].startswith(b"POST /hook?x=1 HTTP/1.1\r\n")
    assert b"Host: example.org" in heard[0] and b"X-Kind: test" in heard[0]


def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch):
    """The name is resolved once; the connection goes to what was checked, and nothing else is connected to."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    seen: list[object] = []

    def refuse(self, host, port, **_):
        seen.append(host)
        raise outbound.httpcore2.ConnectError("no network in a test")

    monkeypatch.setattr(outbound.httpcore2.SyncBackend, "connect_tcp", refuse)
    with pytest.raises(OutboundFailed) as caught:
        call("GET", "https://rebind.example/", resolver=lambda host, port: next(answers))
    assert seen == ["93.184.216.34"]
    assert not caught.value.outcome_unknown


def test_a_redirect_is_an_answer_and_is_not_followed(server):
    def talk(link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(b"HTTP/1.1 307 X\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")

    connects: list[object] = []
    watching = [True]
    sys.addaudithook(lambda name, args: connects.append(args[1]) if name == "socket.connect" and watching[0] else None)
    answer = ask(server(talk))
    watching[0] = False
    assert answer.status == 307
    assert {address[0] for address in connects} == {"127.0.0.1"}


def test_an_endless_body_is_cut(server):
    def talk(link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            link.sendall(b"x" * 65536)

    answer = ask(server(talk), max_bytes=1000)
    assert (len(answer.body), answer.cut) == (1000, True)


def test_a_compressed_bomb_is_not_inflated(server):
    import gzip

    packed = gzip.compress(b"\0" * (16 << 20))

    def talk(link: socket.socket) -> None:
        link.recv(65536)
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
        link.sendall(head.encode() + packed)

    assert ask(server(talk)).body == packed


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_drips_ends_with_the_time(beginning, server):
    def talk(link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(beginning)
        while True:
            link.sendall(b"a")
            time.sleep(0.05)

    with pytest.raises(OutboundFailed) as caught:
        ask(server(talk), timeout_s=0.5)
    assert (caught.value.code, caught.value.outcome_unknown) == ("timeout", True)


@pytest.mark.parametrize(
    "reply", [b"", b"<html>", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b"\0" * 200_000]
)
def test_an_answer_that_is_none_is_said(reply, server):
    def talk(link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(reply)

    with pytest.raises(OutboundFailed) as caught:
        ask(server(talk), timeout_s=5)
    assert caught.value.outcome_unknown


def test_a_closed_port_is_said_and_nothing_was_sent(server, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server(lambda link: None)
    monkeypatch.setitem(outbound.PORTS, "http", port)
    with pytest.raises(OutboundFailed) as caught:
        ask("http://example.org/")
    assert (caught.value.code, caught.value.outcome_unknown) == ("cannot_connect", False)


def test_a_proxy_in_the_environment_is_not_used(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    def talk(link: socket.socket) -> None:
        link.recv(65536)
        link.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    assert ask(server(talk)).status == 204
