"""What the services say by themselves: believed when proved and of just now, and then only as a reason to look."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from designer.jobs.claims import promote_due
from designer.jobs.models import Job, JobAttempt
from designer.jobs.services import request_cancel
from enhancement.remote import buying, registry
from enhancement.remote.base import HookRefused
from tests.enhancement.buying import SERVICES, again, ask, both_services, done, orders, outcomes, paid, recipe
from tests.simulators.providers.messages import BY, of_fal, of_replicate

pytestmark = pytest.mark.django_db(transaction=True)
each_service = pytest.mark.parametrize("name", list(SERVICES))
STUDIO = "https://studio.example"


@pytest.fixture(autouse=True)
def services(simulator, settings, monkeypatch):
    settings.SITE_URL, settings.TLS = STUDIO, True
    with both_services(simulator, settings, monkeypatch) as playing:
        yield playing


@pytest.fixture
def lost(editor, asset, simulator):
    """An order whose answer was lost; by the service, the row and its attempt."""

    def lose(name):
        simulator.plan(name, "cut")
        row = done(ask(editor, asset, recipe(name)))
        return row, JobAttempt.objects.get()

    return lose


def say(name, attempt, message, **headers) -> int:
    body, signed = message
    path = f"/enhancements/hooks/{name}/{attempt}"
    return Client().post(path, body, content_type="application/json", headers={**signed, **headers}).status_code


def work_at(simulator, name) -> str:
    return next(iter(simulator._states[name]["works"]))


def now() -> float:
    return timezone.now().timestamp()


@each_service
def test_the_order_says_where_to_call_and_only_where_we_can_be_reached(name, editor, asset, simulator, settings):
    done(ask(editor, asset, recipe(name)))
    hook = next(iter(simulator._states[name]["works"].values())).hook
    assert hook == f"{STUDIO}/enhancements/hooks/{name}/{JobAttempt.objects.get().pk}"
    settings.TLS = False
    done(ask(editor, asset, recipe(name, scale=4)))
    assert list(simulator._states[name]["works"].values())[1].hook == ""


@each_service
def test_a_lost_answer_is_healed_by_the_services_own_message(name, lost, simulator):
    row, attempt = lost(name)
    row = again(row)  # it may still be told: nothing is ordered, and nothing given up
    assert (row.status, orders(simulator), outcomes()) == ("running", 1, ["unknown"])
    assert say(name, attempt.pk, BY[name](work_at(simulator, name), now())) == 204
    assert promote_due() == {"remote": 1}  # at once, not when its pause is over
    row = done(row)
    assert (row.status, orders(simulator), len(simulator.charges), len(paid())) == ("succeeded", 1, 1, 1)
    assert outcomes() == ["superseded", "succeeded"]


@each_service
def test_without_a_message_it_is_given_up_in_the_end_and_not_ordered_again(name, lost, simulator):
    row, attempt = lost(name)
    JobAttempt.objects.filter(pk=attempt.pk).update(created_at=timezone.now() - buying.HEALING)
    row = again(row)
    assert (row.status, row.error["code"], orders(simulator)) == ("failed", "outcome_unknown", 1)


@each_service
@pytest.mark.parametrize("spoilt", ["signature", "body", "old", "future", "no headers", "time in words"])
def test_a_message_that_is_not_proved_or_not_of_now_changes_nothing(name, spoilt, lost, simulator):
    _, attempt = lost(name)
    shift = {"old": -301, "future": 600}.get(spoilt, 0)
    body, headers = BY[name](work_at(simulator, name), now() + shift)
    prefix = {"replicate": "webhook-", "fal": "x-fal-webhook-"}[name]
    if spoilt == "signature":
        headers[f"{prefix}signature"] = headers[f"{prefix}signature"][:-8] + "00000000"
    if spoilt == "body":
        body = body.replace(b"work", b"wirk")
    if spoilt == "no headers":
        headers = {}
    if spoilt == "time in words":
        headers[f"{prefix}timestamp"] = "now"
    assert say(name, attempt.pk, (body, headers)) == 403
    attempt.refresh_from_db()
    assert (attempt.reference, attempt.heard_at) == ("", None)


def test_a_message_under_another_accounts_secret_is_refused(lost, simulator):
    _, attempt = lost("replicate")
    other = "whsec_" + "QUJD" * 8
    assert say("replicate", attempt.pk, of_replicate(work_at(simulator, "replicate"), now(), secret=other)) == 403


def test_without_a_secret_nothing_of_replicate_is_believed(lost, simulator, monkeypatch):
    _, attempt = lost("replicate")
    service = registry.service("replicate")
    monkeypatch.setattr(service, "config", type(service.config)(api_key="a", base_url=service.root))
    message = of_replicate(work_at(simulator, "replicate"), now(), secret="whsec_")  # signed with the empty key
    assert say("replicate", attempt.pk, message) == 404
    with pytest.raises(HookRefused):
        service.heard({name.lower(): value for name, value in message[1].items()}, message[0], timezone.now())


@each_service
def test_a_service_that_is_not_in_use_is_not_listened_to_nor_asked_for_its_keys(name, lost, simulator, monkeypatch):
    _, attempt = lost(name)
    service = registry.service(name)
    monkeypatch.setattr(service, "config", replace(service.config, api_key=""))
    before = len(simulator.calls)
    assert say(name, attempt.pk, BY[name](work_at(simulator, name), now())) == 404
    assert len(simulator.calls) == before


@each_service
@pytest.mark.parametrize(
    ("header", "value"), [("timestamp", "\u00b2"), ("signature", "v1,\u00e9"), ("signature", "\u00e9")]
)
def test_a_header_beyond_ascii_is_refused_like_any_other_that_proves_nothing(name, header, value, lost, simulator):
    _, attempt = lost(name)
    body, headers = BY[name](work_at(simulator, name), now())
    prefix = {"replicate": "webhook-", "fal": "x-fal-webhook-"}[name]
    assert say(name, attempt.pk, (body, {**headers, f"{prefix}{header}": value})) == 403


def test_nobody_waits_while_the_keys_of_fal_are_asked_for(lost, simulator, monkeypatch):
    _, attempt = lost("fal")
    service = registry.service("fal")
    asking, answered = threading.Event(), threading.Event()
    real = service._asked_keys

    def ask_slowly() -> list[bytes]:
        asking.set()
        assert answered.wait(30)
        return real()

    monkeypatch.setattr(service, "_asked_keys", ask_slowly)
    message = of_fal(work_at(simulator, "fal"), now())
    first: list[int] = []
    second: list[int] = []

    def tell(heard: list[int]) -> None:
        heard.append(say("fal", attempt.pk, message))
        connection.close()

    asker = threading.Thread(target=tell, args=[first])
    asker.start()
    assert asking.wait(30)
    other = threading.Thread(target=tell, args=[second])
    other.start()
    other.join(15)
    told = list(second)  # before the keys have come
    answered.set()
    asker.join()
    other.join()
    assert (told, first) == ([403], [204])


def test_keys_of_fal_that_cannot_be_had_are_not_asked_for_at_every_message(lost, simulator, monkeypatch):
    _, attempt = lost("fal")
    service = registry.service("fal")
    monkeypatch.setattr(service, "config", type(service.config)(api_key="a", base_url="http://127.0.0.1:9"))
    asked: list[int] = []

    def ask_in_vain() -> list[bytes]:
        asked.append(1)
        return []

    monkeypatch.setattr(service, "_asked_keys", ask_in_vain)
    message = of_fal(work_at(simulator, "fal"), now())
    assert [say("fal", attempt.pk, message) for _ in range(3)] == [403] * 3
    assert len(asked) == 1


@each_service
def test_the_same_message_again_and_one_after_the_end_change_nothing(name, editor, asset, simulator):
    row = done(ask(editor, asset, recipe(name)))
    before = JobAttempt.objects.values().get()
    for _ in range(2):
        assert say(name, before["id"], BY[name](before["reference"], now())) == 204
    assert (JobAttempt.objects.values().get(), row.status, len(paid())) == (before, "succeeded", 1)


@each_service
def test_a_message_about_other_work_or_to_an_unknown_order_changes_nothing(name, lost, simulator):
    _, attempt = lost(name)
    JobAttempt.objects.filter(pk=attempt.pk).update(reference="work-known")
    assert say(name, attempt.pk, BY[name]("work-other", now())) == 204
    assert say(name, uuid.uuid4(), BY[name]("work-known", now())) == 204
    attempt.refresh_from_db()
    assert (attempt.reference, attempt.heard_at) == ("work-known", None)
    assert say("nobody", attempt.pk, BY[name]("work-known", now())) == 404


@each_service
def test_a_message_hastens_the_next_look(name, editor, asset, simulator, monkeypatch):
    monkeypatch.setattr(buying, "FIRST_LOOK", 3600.0)
    monkeypatch.setattr(buying, "LONGEST_LOOK", 0.02)
    row = ask(editor, asset, recipe(name))
    rest, resting = buying._rest, threading.Event()

    def rested(*given):
        resting.set()
        rest(*given)

    monkeypatch.setattr(buying, "_rest", rested)

    def tell():
        resting.wait(30)
        attempt = JobAttempt.objects.get()
        say(name, attempt.pk, BY[name](attempt.reference, now()))

    telling = threading.Thread(target=tell)
    giving_up = threading.Timer(60, request_cancel, [row.job_id])
    telling.start()
    giving_up.start()
    row = done(row)
    giving_up.cancel()
    telling.join()
    assert row.status == "succeeded"
    assert Job.objects.get(pk=row.job_id).finished_at - row.created_at < timedelta(seconds=3600)
