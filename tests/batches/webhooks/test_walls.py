"""Receivers that attack: no call reaches an address that is not public, and none holds the courier."""

import gzip
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from batches.webhooks import courier, services
from batches.webhooks.models import Attempt, Endpoint
from designer import outbound
from teams.base.errors import Refused
from teams.base.sealing import seal
from tests.batches.webhooks.conftest import carry, tell
from tests.batches.webhooks.receiver import reply

pytestmark = pytest.mark.django_db(transaction=True)
INNER = [
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "0", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1",
    "017700000001", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.254", "192.0.0.8", "192.0.2.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "192.88.99.1", "localhost", "LOCALHOST", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:100.64.0.1]",
    "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]",
    "[2002:c0a8:1::1]", "[2001::1]", "[2001:db8::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]",
    "[ff02::1]", "[100::1]", "[3fff::1]", "[5f00::1]",
]  # fmt: skip
# what a name may resolve to: each alone, and beside an address that is public
RESOLVED = [
    "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00::1", "fe80::1",
    "100.64.0.1", "192.168.1.1", "2002:7f00:1::",
]  # fmt: skip
PUBLIC = "93.184.216.34"


@pytest.fixture
def connects() -> Iterator[list[Any]]:
    """Where this process connects to, as the interpreter itself tells."""
    seen: list[Any] = []
    watching = [True]
    sys.addaudithook(lambda name, args: seen.append(args[1]) if name == "socket.connect" and watching[0] else None)
    yield seen
    watching[0] = False


@pytest.fixture
def names(monkeypatch) -> dict[str, list[list[str]]]:
    """`names["x.example"] = [[…], […]]`: what it resolves to, time after time; the last for ever."""
    known: dict[str, list[list[str]]] = {}
    look_up = socket.getaddrinfo

    def looked_up(host: Any, port: Any, *more: Any, **about: Any) -> Any:
        answers = known.get(host)
        if answers is None:
            return look_up(host, port, *more, **about)
        now = answers.pop(0) if len(answers) > 1 else answers[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in now]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return known


def planted(team, owner, url: str) -> Endpoint:
    """A webhook whose address was never looked at, as a database edited by hand may hold."""
    row = Endpoint(team=team, owner=owner, url=url, patterns=["*"])
    row.secret = seal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", about=row.sealed_for)
    row.save()
    return row


def inner(seen: list[Any], settings: Any) -> list[Any]:
    """Connects to addresses that are not public, but for those to our own Redis."""
    own = int(settings.REDIS_URL.rsplit(":", 1)[1].split("/")[0])
    return [to for to in seen if isinstance(to, tuple) and to[1] != own and not outbound.is_public(to[0])]


def test_no_inner_address_is_connected_to_in_any_spelling_and_any_phase(team, member, names, settings, connects):
    settings.WEBHOOK_ALLOW_HTTP = True
    for number, address in enumerate(RESOLVED):
        names[f"alone{number}.example"] = [[address]]
        names[f"mixed{number}.example"] = [[PUBLIC, address]]
    urls = [f"{scheme}://{host}/" for host in (*INNER, *names) for scheme in ("http", "https")]
    owner, first = member("owner"), planted(team, member("owner"), "https://hooks.example/")
    for url in urls:
        with pytest.raises(Refused):
            services.create_endpoint(actor=owner, url=url, patterns=["*"], team_id=team.pk)
        with pytest.raises(Refused):
            services.change_endpoint(actor=owner, endpoint_id=first.pk, if_match="*", url=url)
    Endpoint.objects.all().delete()
    for row in [planted(team, owner, url) for url in urls]:
        services.send_test(actor=owner, endpoint_id=row.pk)
    tell(team.pk)
    carry()
    codes = set(Attempt.objects.values_list("error__code", flat=True))
    tried = Attempt.objects.values("delivery").distinct().count()  # a slow machine comes to the first retries too
    assert tried == len(urls) * 2 and codes == {"private_address"}
    assert inner(connects, settings) == []


@pytest.mark.parametrize("later", RESOLVED)
def test_a_name_that_changes_its_mind_after_the_check_gains_nothing(later, team, member, names, settings, monkeypatch):
    """It is looked up once for each call, and the connection goes to what was checked."""
    names["flips.example"] = [[PUBLIC], [later]]
    tried: list[str] = []

    def refuse(self: Any, host: str, port: int, **about: Any) -> Any:
        tried.append(host)
        raise outbound.httpcore2.ConnectError("no network in a test")

    monkeypatch.setattr(outbound.httpcore2.SyncBackend, "connect_tcp", refuse)
    planted(team, member("owner"), "https://flips.example/")
    tell(team.pk)
    carry()
    assert tried == [PUBLIC]
    tell(team.pk)
    carry()
    assert tried == [PUBLIC]
    assert Attempt.objects.order_by("created_at").last().error["code"] == "private_address"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("to", ["http://169.254.169.254/", "http://hooks.example/hook", "https://elsewhere.example/"])
def test_a_redirect_is_a_failure_and_is_followed_nowhere(status, to, hook, team, receiver, connects):
    made = hook("/hook")
    receiver.answers(reply(status, Location=to))
    tell(team.pk)
    carry()
    assert len(receiver.calls) == 1
    assert (made.deliveries()[0].status, Attempt.objects.get().status_code) == ("waiting", status)
    assert {each[0] for each in connects if isinstance(each, tuple)} == {"127.0.0.1"}


def endless(first: bytes, chunk: bytes, pause: float = 0.0):
    def talk(call: Any, link: socket.socket) -> None:
        link.sendall(first)
        while True:
            link.sendall(chunk)
            time.sleep(pause)

    return talk


def packed(call: Any, link: socket.socket) -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))
    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb)


OK = b"HTTP/1.1 200 OK\r\n"
TALKS = {
    "never answers": (endless(b"", b"", 0.1), "waiting"),
    "drips its head": (endless(OK + b"X: ", b"a", 0.05), "waiting"),
    "drips its body": (endless(OK + b"\r\n", b"a", 0.05), "waiting"),
    "a body without end": (endless(OK + b"\r\n", b"x" * 65536), "delivered"),
    "a gigabyte": (endless(OK + b"Content-Length: 1000000000\r\n\r\n", b"x" * 65536), "delivered"),
    "headers without end": (endless(OK, b"X-A: b\r\n" * 1000), "waiting"),
    "100 Continue without end": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "waiting"),
    "a compressed bomb": (packed, "delivered"),
    "no HTTP": (endless(b"hello\r\n\r\n", b"x" * 1000), "waiting"),
}


@pytest.mark.parametrize("name", TALKS)
def test_an_answer_that_is_made_to_hurt_ends_with_the_time_and_keeps_little(name, hook, team, receiver, monkeypatch):
    talk, status = TALKS[name]
    monkeypatch.setattr(courier, "TIMEOUT_S", 20.0 if status == "delivered" else 1.0)
    bad, good = hook("/bad"), hook("/good")
    receiver.answers(talk, path="/bad")
    tell(team.pk)
    carry()
    assert (bad.deliveries()[0].status, good.deliveries()[0].status) == (status, "delivered")
    call = Attempt.objects.get(delivery__endpoint=bad.row)
    assert len(call.response_body) <= 4096 and len(str(call.response_headers)) < 20_000
    assert call.status_code == 200 if status == "delivered" else call.error["code"] in ("timeout", "broken_answer")
