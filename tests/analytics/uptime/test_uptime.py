"""Whether the studio answered: really asked, kept, and told with what nobody knows."""

import csv
import io
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random
from types import SimpleNamespace
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError
from django.utils import timezone

from analytics.uptime import probing, tasks, telling
from analytics.uptime.models import ProbeSlot
from designer.jobs import scheduler
from tests.analytics.brute import at_percent
from tests.analytics.rows import utc
from tests.faults.kit import until

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_held():
    """What waits to be kept outlives a test: it is of the process."""
    probing._held.clear()
    yield
    probing._held.clear()


@pytest.fixture
def studio(settings):
    """A web node that answers with whatever status is set on it."""

    class Node(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked = self.headers  # type: ignore[attr-defined]
            self.send_response(server.status if self.path == "/readyz" else 404)  # type: ignore[attr-defined]
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Node)
    server.status = 200  # type: ignore[attr-defined]
    settings.PROBE_URL = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_each_round_asks_all_of_it_and_is_kept_by_the_quarter_of_an_hour(studio):
    probing.probe_all()
    studio.status = 502
    probing.probe_all()
    rows = {row.name: row for row in ProbeSlot.objects.all()}
    assert set(rows) == set(probing.CHECKS)
    assert (rows["web"].probes, rows["web"].failed, rows["web"].error) == (2, 1, "status 502")
    assert len(rows["web"].millis) == 1 and rows["database"].failed == 0 and len(rows["database"].millis) == 2
    assert rows["web"].slot.minute % 15 == 0 and not rows["web"].slot.second


def test_nobody_at_the_address_is_an_outage_and_no_fault(settings):
    settings.PROBE_URL = "http://127.0.0.1:9"
    found = probing.probed("web")
    assert found.error == "ConnectError"


def test_an_outage_of_the_database_is_told_once_it_is_back(studio, monkeypatch):
    """It could never be seen otherwise: whatever is kept is kept by a database that answers."""

    def away(*_: object) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(probing, "keep", away)
        meanwhile.setitem(probing.CHECKS, "database", away)
        studio.status = 503
        for _ in range(2):
            probing.probe_all()
        assert not ProbeSlot.objects.exists()
    studio.status = 200
    probing.probe_all()
    rows = {row.name: row for row in ProbeSlot.objects.all()}
    assert (rows["database"].probes, rows["database"].failed, rows["database"].error) == (3, 2, "OperationalError")
    assert (rows["web"].probes, rows["web"].failed, rows["web"].error) == (3, 2, "status 503")
    assert (rows["redis"].probes, rows["redis"].failed) == (3, 0)
    probing.probe_all()
    assert ProbeSlot.objects.get(name="web").probes == 4, "what was kept is kept once"


@pytest.mark.django_db(transaction=True)
def test_who_led_last_goes_on_asking_while_the_database_is_away(studio, monkeypatch):
    leader, other = scheduler.Scheduler(), scheduler.Scheduler()
    monkeypatch.setattr(
        scheduler, "DUTIES", {name: each for name, each in scheduler.DUTIES.items() if "uptime" in name}
    )
    leader.tick()
    other.tick()
    try:
        assert leader.leading and not other.leading
        until(lambda: ProbeSlot.objects.count() == len(probing.CHECKS) and not tasks._busy.locked(), 10)

        def away(*_: object) -> None:
            raise OperationalError("the database is away")

        with monkeypatch.context() as meanwhile:
            for place, name in ((scheduler.Scheduler, "_holds_lock"), (probing, "keep")):
                meanwhile.setattr(place, name, away)
            meanwhile.setitem(probing.CHECKS, "database", away)
            for each in (leader, other, leader):
                each.tick()
            assert not probing._held, "its minute is not over"
            for rounds in range(2):
                scheduler.RAN.clear()
                other.tick()
                assert len(probing._held) == rounds * len(probing.CHECKS), "one goes on, not each"
                leader.tick()
                until(lambda: not tasks._busy.locked(), 10)
            assert len(probing._held) == 2 * len(probing.CHECKS)
    finally:
        leader.resign()
        other.resign()
    probing.probe_all()
    row = ProbeSlot.objects.get(name="database")
    assert (row.probes, row.failed) == (4, 2)


def test_by_an_address_of_its_own_network_it_asks_as_the_proxy_does(studio, settings):
    settings.SITE_URL = "https://studio.example"
    assert probing.probed("web").error == ""
    assert (studio.asked["Host"], studio.asked["X-Forwarded-Proto"]) == ("studio.example", "https")


def test_each_probe_that_waited_is_kept_at_its_own_minute(studio, monkeypatch):
    now = [utc(2026, 10, 1, 9, 14)]
    monkeypatch.setattr(probing.timezone, "now", lambda: now[0])
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(probing, "keep", Mock(side_effect=OperationalError))
        probing.probe_all()
    now[0] = utc(2026, 10, 1, 9, 31)
    probing.probe_all()
    assert [row.slot for row in ProbeSlot.objects.filter(name="redis").order_by("slot")] == [
        utc(2026, 10, 1, 9, 0), utc(2026, 10, 1, 9, 30),
    ]  # fmt: skip


def test_what_failed_once_never_reads_as_all(client_of):
    at = utc(2026, 10, 24, 6)
    for _ in range(3):
        probing.keep(probing.Probe("web", 20, ""), at)
    probing.keep(probing.Probe("web", 20, "ReadTimeout"), at)
    ProbeSlot.objects.filter(name="web").update(probes=1_000_000, failed=1)
    page = client_of("viewer").get("/analytics/uptime", {"from": "2026-10-24", "to": "2026-10-24"}).content.decode()
    assert "99.999 %" in page and "100.000 %" not in page
    assert 'name="from" value="2026-10-24"' in page


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "Australia/Lord_Howe"])
def test_figures_are_what_is_counted_by_hand(zone: str, client_of):
    rng = Random(zone)
    probes = []
    for _ in range(300):
        at = datetime(2026, 10, 23, tzinfo=UTC) + timedelta(minutes=rng.randrange(5 * 1440))
        name, error = rng.choice(list(probing.CHECKS)), rng.choice(["", "", "", "ReadTimeout"])
        probe = probing.Probe(name, rng.randrange(1, 4000), error)
        probing.keep(probe, at)
        probes.append((at, probe))
    said = {"from": "2026-10-24", "to": "2026-10-26", "timezone": zone, "interval": "day"}
    told = client_of("viewer").get("/api/analytics/uptime", said).json()
    assert [check["name"] for check in told["checks"]] == list(probing.CHECKS)
    for check in told["checks"]:
        own = [
            (at.astimezone(ZoneInfo(zone)).date().isoformat(), each)
            for at, each in probes
            if each.name == check["name"]
        ]
        own = [(day, each) for day, each in own if said["from"] <= day <= said["to"]]
        good = [each.millis / 1000 for _, each in own if not each.error]
        assert (check["up"]["numerator"], check["up"]["denominator"]) == (len(good), len(own))
        assert (check["latency"]["count"], check["latency"]["p95"]) == (len(good), at_percent(good, 0.95))
        for step in check["series"]:
            day = [each for at, each in own if at == step["start"][:10]]
            wanted = (sum(not each.error for each in day), len(day))
            assert (step["up"]["numerator"], step["up"]["denominator"]) == wanted
    table = client_of("viewer").get("/api/analytics/uptime", {**said, "format": "csv"}).content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(table)))) == 3 * len(probing.CHECKS)


def test_minutes_without_a_probe_are_told_as_such(client_of):
    begin = utc(2026, 10, 24, 6)
    for minute in range(0, 60, 2):
        probing.keep(probing.Probe("web", 20, ""), begin + timedelta(minutes=minute))
    said = {"from": "2026-10-24", "to": "2026-10-24", "timezone": "UTC"}
    told = client_of("viewer").get("/api/analytics/uptime", said).json()
    web = next(check for check in told["checks"] if check["name"] == "web")
    # of the first quarter of an hour, in which the studio began, only what was asked is known
    assert web["missing"] == 18 * 60 - 15 - 22 and web["up"]["rate"] == 1.0
    page = client_of("viewer").get("/analytics/uptime", said).content.decode()
    assert "1043 minutes without a probe" in page and "30 of 30 probes answered" in page and "nobody knows" in page


def test_a_studio_that_has_just_begun_misses_nothing(client_of, monkeypatch):
    now = utc(2026, 10, 24, 6) + timedelta(minutes=12)
    for minute in (10, 11):
        probing.keep(probing.Probe("web", 20, ""), utc(2026, 10, 24, 6) + timedelta(minutes=minute))
    monkeypatch.setattr(telling, "timezone", SimpleNamespace(now=lambda: now))
    said = {"from": "2026-10-24", "to": "2026-10-24", "timezone": "UTC"}
    told = client_of("viewer").get("/api/analytics/uptime", said).json()
    assert {check["name"]: check["missing"] for check in told["checks"]} == dict.fromkeys(probing.CHECKS, 0)


def test_before_the_first_probe_the_page_says_so(client_of):
    assert "No probe yet" in client_of("owner").get("/analytics/uptime").content.decode()


@pytest.mark.parametrize(
    "said", [{"from": "2026-11-05", "to": "2026-11-01"}, {"timezone": "Mars/Olympus"}, {"team": "x"}]
)
def test_what_cannot_be_asked_is_refused(said, client_of):
    assert client_of("owner").get("/api/analytics/uptime", said).status_code == 422


def test_who_is_not_signed_in_sees_nothing(client_of):
    assert client_of(None).get("/api/analytics/uptime").status_code == 401
    assert client_of(None).get("/analytics/uptime").status_code == 302


def test_what_is_old_goes():
    probing.keep(probing.Probe("web", 20, ""), timezone.now() - timedelta(days=401))
    probing.keep(probing.Probe("web", 20, ""), timezone.now() - timedelta(days=399))
    assert probing.forget() == 1 and ProbeSlot.objects.count() == 1
