"""All vendors are away at once: whoever asked is told, pays nothing, loses nothing, and can try again when they are
back."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.utils import timezone

from designer.generations.models import Generation
from designer.jobs.heartbeat import LOOK_EVERY
from designer.jobs.models import Job
from designer.ledger.models import Reservation, ReservationState
from designer.providers import registry
from designer.providers.base import ProviderConfig
from designer.providers.google import GoogleImages
from designer.realtime.models import Event
from tests.batches.asking import invariants_hold
from tests.batches.asking import made as batch_of
from tests.batches.asking import work_off as work_off_batch
from tests.contract.test_accounts import VENDORS, pictures, rested, settled
from tests.contract.test_studio import FLARE, NANO, begin, paid
from tests.designer.generations.test_runner import try_again
from tests.simulators.providers.server import KEY, Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def set_up(simulator: Simulator, settings) -> Iterator[None]:
    settings.IMAGE_PROVIDERS, settings.LANGUAGE_PROVIDER = list(VENDORS), "local"
    registry.configure({name: ProviderConfig(api_key=KEY, base_url=simulator.url(name)) for name in VENDORS})
    yield
    registry.configure(settings.PROVIDERS)


def away(simulator: Simulator) -> None:
    for vendor in VENDORS:
        simulator.plan(vendor, "unavailable", times=0)


def back(simulator: Simulator) -> None:
    simulator.reset()
    rested()


def waiting() -> int:
    """How many connections wait for what another one has locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])


def offered(client, row: Generation) -> bool:
    """Whether the page has a button to try it again."""
    return f'action="/generations/{row.pk}/retry"' in client.get(f"/generations/{row.pk}").content.decode()


def words(client, row: Generation) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(f"/generations/{row.pk}").content.decode()).split())


def test_while_it_is_tried_again_page_and_api_say_why_and_when(client_of, simulator):
    away(simulator)
    client = client_of("editor")
    row = begin(client, n=2, model=NANO)
    due = Job.objects.get(pk=row.job_id).scheduled_at
    body = client.get(f"/api/generations/{row.pk}").json()
    assert (body["status"], body["error"], body["waits"]["code"]) == ("running", None, "provider_down")
    assert body["waits"]["message"] == "Google failed with status 503."
    assert body["waits"]["again_at"] == due.isoformat().replace("+00:00", "Z")
    shown = words(client, row)
    assert f"Google failed with status 503. It is tried again by itself at {due:%H:%M:%S} UTC" in shown
    told = Event.objects.filter(channel=f"generation:{row.pk}").order_by("seq").last()
    assert (told.event, told.data["message"]) == ("generation:stage", "Google failed with status 503.")
    back(simulator)
    row = try_again(row)
    assert (row.status, len(row.shown_assets), row.cost) == ("succeeded", 2, paid())
    assert client.get(f"/api/generations/{row.pk}").json()["waits"] is None


def test_where_none_comes_back_nothing_is_charged_and_it_can_be_tried_again_later(client_of, simulator):
    away(simulator)
    client = client_of("editor")
    row = settled(client, n=2)
    body = client.get(f"/api/generations/{row.pk}").json()
    assert (body["status"], body["error"]["code"], body["waits"]) == ("failed", "provider_down", None)
    assert body["cost"] == "0.000000" and paid() == 0 and simulator.charges == []
    assert not Reservation.objects.filter(state=ReservationState.OPEN).exists()
    shown = words(client, row)
    assert "failed with status 503." in shown and "Nothing was charged. Try again" in shown
    back(simulator)
    assert client.post(f"/generations/{row.pk}/retry").status_code == 302
    while row.status in ("failed", "queued", "running"):
        row = try_again(row)
    assert (row.status, row.error, len(row.shown_assets)) == ("succeeded", None, 2)
    assert row.cost == paid() > 0 and len(simulator.charges) == 2 and invariants_hold()
    assert "Nothing was charged" not in words(client, row) and "Try again" not in words(client, row)


def test_of_what_came_in_part_only_the_missing_images_are_asked_for_and_paid(client_of, simulator):
    simulator.plan("google", "ok")
    away(simulator)
    client = client_of("editor")
    row = settled(client, n=2, model=NANO)
    assert (row.status, len(row.shown_assets)) == ("partial", 1) and "Try again" in words(client, row)
    kept, before = row.shown_assets[0].pk, paid()
    back(simulator)
    answer = client.post(f"/api/generations/{row.pk}/retry")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    while row.status in ("partial", "queued", "running"):
        row = try_again(row)
    assert (row.status, len(row.shown_assets), pictures(simulator, "google")) == ("succeeded", 2, 1)
    assert kept in {asset.pk for asset in row.shown_assets}
    assert before < row.cost == paid() and len(simulator.charges) == 1 and invariants_hold()


def test_where_a_call_may_have_been_billed_it_is_not_said_that_nothing_was_charged(client_of, simulator):
    simulator.plan("google", "cut", times=0, path="image")
    client = client_of("editor")
    row = settled(client, n=1, model=NANO)
    assert (row.status, client.get(f"/api/generations/{row.pk}").json()["cost"]) == ("failed", None)
    assert "Nothing was charged" not in words(client, row)
    client.post(f"/api/generations/{row.pk}/retry")
    row = try_again(row)
    assert (row.status, row.error["code"], len(simulator.charges)) == ("failed", "outcome_unknown", 1)


def test_what_cost_nothing_at_first_may_have_been_billed_when_it_was_tried_again(client_of, simulator):
    away(simulator)
    client = client_of("editor")
    row = settled(client, n=1, model=NANO)
    assert row.cost == 0 and "Nothing was charged" in words(client, row)
    back(simulator)
    simulator.plan("google", "cut", times=0, path="image")
    client.post(f"/api/generations/{row.pk}/retry")
    while row.status != "failed" or row.error["code"] != "outcome_unknown":
        row = try_again(row)
    assert (row.status, row.error["code"], len(simulator.charges)) == ("failed", "outcome_unknown", 1)
    assert client.get(f"/api/generations/{row.pk}").json()["cost"] is None
    assert "Nothing was charged" not in words(client, row)


def test_whoever_stops_it_in_the_middle_of_a_call_is_told_that_this_is_waited_for(client_of, simulator, monkeypatch):
    client, seen = client_of("editor"), []
    route = simulator.routes["google"]

    def met(call, behaviour, details):
        asked = Generation.objects.get()
        client.post(f"/api/generations/{asked.pk}/cancel")  # whoever presses twice is told of it once
        seen.append(client.post(f"/api/generations/{asked.pk}/cancel").json()["stopping"])
        seen.append(words(client, asked))
        connection.close()
        time.sleep(3 * LOOK_EVERY)  # else the worker may not know of it before the second image
        return route[0].handle(call, behaviour, details)

    monkeypatch.setitem(simulator.routes, "google", (replace(route[0], handle=met), *route[1:]))
    row = settled(client, n=2, model=NANO)
    stopping, shown = seen
    assert stopping is True and "Stopping. A call that is under way is waited for" in shown and "Cancel" not in shown
    assert (row.status, len(row.shown_assets), len(simulator.charges)) == ("partial", 1, 1)
    assert row.cost == paid() > 0 and invariants_hold()
    assert "Stopped on request." in words(client, row) and "Try again" not in words(client, row)
    body = client.get(f"/api/generations/{row.pk}").json()
    assert (body["stopping"], body["error"]) == (False, None)
    told = Event.objects.filter(channel=f"generation:{row.pk}", event="generation:stage").values_list("data", flat=True)
    assert sum("being stopped" in each.get("message", "") for each in told) == 1


def test_where_the_call_that_was_waited_for_broke_off_it_may_have_been_billed(client_of, simulator, monkeypatch):
    client, ask_vendor = client_of("editor"), GoogleImages.generate

    def stopped(self, request, **ways):
        client.post(f"/api/generations/{Generation.objects.get().pk}/cancel")
        return ask_vendor(self, replace(request, timeout_s=0.6), **{**ways, "cancelled": lambda: False})

    monkeypatch.setattr(GoogleImages, "generate", stopped)
    simulator.plan("google", "drip", path="image")
    row = settled(client, n=2, model=NANO)
    assert (row.status, len(simulator.charges)) == ("cancelled", 1)
    assert client.get(f"/api/generations/{row.pk}").json()["cost"] is None
    assert "it may have been billed, and is not sent again" in words(client, row)


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404), (None, 401)])
def test_only_who_may_change_it_tries_it_again(role, status, client_of, team, simulator):
    away(simulator)
    row = settled(client_of("editor"), n=1, model=NANO, team=str(team.pk))
    assert client_of(role).post(f"/api/generations/{row.pk}/retry").status_code == status
    row.refresh_from_db()
    assert row.status == "failed"


def test_only_who_may_change_it_is_offered_to_try_it_again(client_of, team, simulator):
    away(simulator)
    client = client_of("editor")
    row = settled(client, n=1, model=NANO, team=str(team.pk))
    assert offered(client, row) and not offered(client_of("viewer"), row)
    studio = client_of("viewer").get("/").content.decode()
    assert f"/generations/{row.pk}" in studio and f"/generations/{row.pk}/retry" not in studio


@pytest.mark.parametrize(
    ("behaviour", "code", "again"),
    [
        ("moderated", "moderated", False),
        ("bad_field", "invalid_request", False),
        ("moderated_output", "moderated", True),
    ],
)
def test_what_would_be_refused_again_is_not_offered_to_be_tried_again(behaviour, code, again, client_of, simulator):
    simulator.plan("google", behaviour, times=0, path="image")
    client = client_of("editor")
    row = settled(client, n=1, model=NANO)
    assert (row.status, row.error["code"], offered(client, row)) == ("failed", code, again)


def test_only_what_failed_is_tried_again(client_of, simulator):
    client = client_of("editor")
    row = settled(client, n=1, model=NANO)
    answer = client.post(f"/api/generations/{row.pk}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_failed")
    away(simulator)
    gone = settled(client, n=1, model=NANO, brief="another coat")
    Generation.objects.filter(pk=gone.pk).update(trashed_at=timezone.now())
    assert client.post(f"/api/generations/{gone.pk}/retry").json()["code"] == "not_failed"
    assert client.post(f"/generations/{row.pk}/retry").status_code == 302


def test_a_retry_asks_for_the_images_behind_one_that_may_have_been_billed(client_of, simulator):
    simulator.plan("google", "cut", path="image")
    client = client_of("editor")
    row = settled(client, n=3, model=NANO)
    assert (row.status, row.error["code"], pictures(simulator, "google")) == ("failed", "outcome_unknown", 1)
    assert "Try again" in words(client, row)
    rested()
    client.post(f"/api/generations/{row.pk}/retry")
    while row.status in ("failed", "queued", "running"):
        row = try_again(row)
    assert (row.status, row.error["code"], len(row.shown_assets)) == ("partial", "outcome_unknown", 2)
    assert pictures(simulator, "google") == 3 and "1 of 3 images did not come." in row.error["message"]
    shown = words(client, row)
    assert "Try again" not in shown and "may have been billed already" in shown and invariants_hold()
    client.post(f"/api/generations/{row.pk}/retry")
    row = try_again(row)
    assert (row.status, row.error["code"], pictures(simulator, "google")) == ("partial", "outcome_unknown", 3)


def test_who_asks_twice_under_one_key_tries_it_again_once(client_of, simulator):
    away(simulator)
    client = client_of("editor")
    row = settled(client, n=1, model=NANO)
    path, key = f"/api/generations/{row.pk}/retry", {"Idempotency-Key": "once"}
    one, two = (client.post(path, headers=key) for _ in range(2))
    assert (one.status_code, two.status_code, two.headers.get("Idempotent-Replayed")) == (202, 202, "true")
    assert one.json()["id"] == two.json()["id"]
    again = client.post(path)
    assert (again.status_code, again.json()["detail"]) == (409, "It is being tried again already. Wait for it.")


def test_of_two_who_try_it_again_at_once_the_second_is_told_that_it_runs(client_of, team, simulator):
    away(simulator)
    clients = [client_of("editor"), client_of("admin")]
    row = settled(clients[0], n=1, model=NANO, team=str(team.pk))
    start = threading.Barrier(2)

    def press(client):
        start.wait()
        try:
            return client.post(f"/api/generations/{row.pk}/retry")
        finally:
            connection.close()

    with transaction.atomic():  # both have begun before either is let on
        Job.objects.select_for_update().get(pk=row.job_id)
        pool = ThreadPoolExecutor(2)
        pressed = [pool.submit(press, client) for client in clients]
        while waiting() < 2:
            time.sleep(0.05)
    answers = sorted((each.result() for each in pressed), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [202, 409]
    assert answers[1].json()["detail"] == "It is being tried again already. Wait for it."


def test_one_whose_job_is_not_kept_any_more_says_so(client_of, simulator):
    away(simulator)
    client = client_of("editor")
    row = settled(client, n=1, model=NANO)
    Job.objects.filter(pk=row.job_id).delete()
    answer = client.post(f"/api/generations/{row.pk}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_old")
    assert not offered(client, row)


def test_what_is_part_of_a_batch_is_retried_there(client_of, simulator):
    simulator.plan("openai", "moderated", times=0)
    client = client_of("editor")
    batch_of(client, {"base": {"brief": "a coat"}, "models": [FLARE], "variations": 1})
    work_off_batch()
    row = Generation.objects.get()
    assert row.status == "failed" and "Try again" not in words(client, row)
    assert client.post(f"/api/generations/{row.pk}/retry").json()["code"] == "of_batch"
