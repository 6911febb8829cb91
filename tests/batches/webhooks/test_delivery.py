"""From a fact to the receiver: signed, in order, tried again for three days, and never in anybody's way."""

import itertools
import json
import time
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models.functions import Now
from standardwebhooks import Webhook

from batches.webhooks import courier, outcomes, services
from batches.webhooks.models import Attempt, Delivery, Endpoint
from batches.webhooks.tasks import wake_courier
from batches.webhooks.upkeep import forget_old
from designer.jobs import claims
from designer.jobs.models import Job
from designer.jobs.running import perform
from designer.notifications.models import Notification
from designer.realtime.events import record
from designer.realtime.models import Event
from teams.membership.services import remove_member
from tests.batches.webhooks.conftest import carry, pass_time, tell
from tests.batches.webhooks.receiver import reply
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
LONGER = 1.11  # every wait, with its tenth of chance


def outcome(hook) -> list[tuple[str, int]]:
    return [(row.status, row.attempts) for row in hook.deliveries()]


def test_a_message_carries_the_fact_its_place_and_a_signature_that_holds(hook, team, receiver):
    made = hook("/hook")
    channel = tell(team.pk, "generation:complete", assets=["7f"], cost="0.04")
    carry()
    (call,) = receiver.calls
    assert Webhook(made.secret).verify(call.body, call.headers) == call.said
    assert (call.headers["content-type"], call.headers["host"]) == ("application/json", "hooks.example")
    (row,) = made.deliveries()
    assert call.headers["webhook-id"] == row.message_id == f"msg_{row.pk.hex}"
    assert call.said == {
        "type": "generation.complete",
        "timestamp": row.happened_at.isoformat(),
        "team": str(team.pk),
        "channel": channel,
        "seq": 1,
        "data": {"assets": ["7f"], "cost": "0.04"},
    }
    assert outcome(made) == [("delivered", 1)]


def test_the_facts_of_a_channel_start_in_their_order(hook, team, receiver):
    hook("/hook")
    channel = f"batch:{uuid4()}"
    with transaction.atomic():
        for n in range(40):
            record(channel, "batch:item", {"n": n}, team_id=team.pk)
    carry()
    attempts = Attempt.objects.order_by("delivery__number").values_list("created_at", flat=True)
    assert list(attempts) == sorted(attempts)
    assert sorted(call.said["seq"] for call in receiver.calls) == list(range(1, 41))


def test_a_receiver_that_fails_ten_times_loses_the_message_at_the_tenth_and_gets_it_by_a_replay(hook, team, receiver):
    made = hook("/hook")
    receiver.answers(*[reply(500)] * 10, reply(200))
    tell(team.pk)
    waits = []
    for planned in (*outcomes.WAITS, timedelta()):
        carry()
        (row,) = made.deliveries()
        waits.append(row.next_at - row.updated_at)
        pass_time(planned * LONGER)
    assert outcome(made) == [("dead", 10)]
    for wait, planned in zip(waits, outcomes.WAITS, strict=False):
        assert planned <= wait <= planned * LONGER
    assert sum(outcomes.WAITS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    services.replay(actor=made.row.owner, endpoint_id=made.row.pk, delivery_id=row.pk)
    carry()
    assert outcome(made) == [("delivered", 11)]
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert len({call.body for call in receiver.calls}) == 1


def test_nine_failures_and_then_a_success_deliver_it(hook, team, receiver):
    made = hook("/hook")
    receiver.answers(*[reply(503)] * 9, reply(200))
    tell(team.pk)
    for planned in (*outcomes.WAITS, timedelta()):
        carry()
        pass_time(planned * LONGER)
    assert outcome(made) == [("delivered", 10)]
    assert made.now().failing_since is None


def test_a_failing_message_does_not_hold_up_the_next_one(hook, team, receiver):
    made = hook("/hook")
    receiver.answers(reply(500), reply(200))
    tell(team.pk)
    carry()
    tell(team.pk)
    carry()
    assert outcome(made) == [("waiting", 1), ("delivered", 1)]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299, 300, 301, 304, 307, 400, 401, 404, 500, 502])
def test_two_hundred_and_something_is_received_and_nothing_else(status, hook, team, receiver):
    made = hook("/hook")
    receiver.answers(reply(status))
    tell(team.pk)
    carry()
    assert outcome(made) == [("delivered" if status < 300 else "waiting", 1)]


@pytest.mark.parametrize(
    ("status", "named", "low", "high"),
    [(429, "120", 119, 121), (503, "120", 119, 121), (429, "999999999", 3599, 3601), (429, None, 29, 31)],
)
def test_a_receiver_that_asks_for_a_pause_gets_it_up_to_an_hour(status, named, low, high, hook, team, receiver):
    made = hook("/hook")
    receiver.answers(reply(status, **({"Retry_After": named} if named else {})), reply(200))
    tell(team.pk)
    carry()
    tell(team.pk)
    assert carry() == 0  # the endpoint as a whole is left alone
    row = made.now()
    assert timedelta(seconds=low) < row.hold_until - row.failing_since < timedelta(seconds=high)
    pass_time(timedelta(seconds=high))
    carry()
    assert outcome(made)[1] == ("delivered", 1)


@pytest.mark.parametrize("named", ["-5", "yesterday", "Mon, 01 Jan 2001 00:00:00 GMT", "0"])
def test_a_pause_that_makes_no_sense_holds_up_nothing_for_longer_than_the_schedule(named, hook, team, receiver):
    made = hook("/hook")
    receiver.answers(reply(503, Retry_After=named), reply(200))
    tell(team.pk)
    carry()
    pass_time(outcomes.WAITS[0] * LONGER)
    carry()
    assert outcome(made) == [("delivered", 2)]


def test_gone_switches_the_webhook_off_at_once_and_says_so(hook, team, receiver, member):
    made = hook("/hook")
    editor = member("editor")
    receiver.answers(reply(410))
    tell(team.pk)
    carry()
    row = made.now()
    assert (row.status, row.why, outcome(made)) == ("disabled", "gone", [("dead", 1)])
    work_off("io")
    told = Notification.objects.get()
    assert told.user == made.row.owner != editor and "switched off" in told.title
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [([made.row.owner.email], told.title)]
    tell(team.pk)
    assert len(made.deliveries()) == 1


def test_a_message_that_is_given_up_is_said_once_a_day(hook, team, receiver):
    made = hook("/hook")
    receiver.answers(reply(500))
    for _ in range(3):
        tell(team.pk)
    for _ in range(10):
        carry()
        pass_time(outcomes.WAITS[-1] / 4)
        Delivery.objects.filter(status="waiting").update(next_at="2020-01-01T00:00Z")
        Endpoint.objects.update(failing_since=None)
    assert outcome(made) == [("dead", 10)] * 3
    assert Notification.objects.count() == 1 and "keeps failing" in Notification.objects.get().title


def test_five_days_of_nothing_but_failures_switch_the_webhook_off(hook, team, receiver):
    made = hook("/hook")
    receiver.answers(reply(500))
    tell(team.pk)
    carry()
    pass_time(timedelta(days=4, hours=23))
    tell(team.pk)
    carry()
    assert made.now().status == "enabled"
    pass_time(timedelta(hours=2))
    tell(team.pk)
    carry()
    assert (made.now().status, made.now().why) == ("disabled", "failing")
    assert "five days" in Notification.objects.latest("created_at").body


def test_what_waits_while_a_webhook_is_off_goes_out_when_it_is_on_again(hook, team, receiver):
    made = hook("/hook")
    tell(team.pk)
    off = services.change_endpoint(actor=made.row.owner, endpoint_id=made.row.pk, if_match="*", enabled=False)
    carry()
    assert (off.status, receiver.calls) == ("disabled", [])
    services.change_endpoint(actor=made.row.owner, endpoint_id=made.row.pk, if_match="*", enabled=True)
    carry()
    assert outcome(made) == [("delivered", 1)]


def test_during_a_change_of_secret_both_sign_and_after_it_only_the_new_one(hook, team, receiver):
    made = hook("/hook")
    _, new = services.rotate_secret(actor=made.row.owner, endpoint_id=made.row.pk, grace=timedelta(hours=1))
    tell(team.pk)
    carry()
    pass_time(timedelta(hours=2))
    tell(team.pk)
    carry()
    during, after = receiver.calls
    for secret in (made.secret, new):
        Webhook(secret).verify(during.body, during.headers)
    Webhook(new).verify(after.body, after.headers)
    assert after.headers["webhook-signature"].count("v1,") == 1


def test_a_replay_keeps_the_id_and_has_a_new_timestamp(hook, team, receiver):
    made = hook("/hook")
    tell(team.pk)
    carry()
    (row,) = made.deliveries()
    time.sleep(1.1)  # the timestamp counts whole seconds
    services.replay(actor=made.row.owner, endpoint_id=made.row.pk, delivery_id=row.pk)
    carry()
    first, second = receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    Webhook(made.secret).verify(second.body, second.headers)


def test_all_that_was_given_up_is_replayed_in_its_order(hook, team, receiver):
    made = hook("/hook")
    for _ in range(3):
        tell(team.pk)
    Delivery.objects.update(status="dead", finished_at="2026-01-01T00:00Z", tries=10)
    assert services.replay_dead(actor=made.row.owner, endpoint_id=made.row.pk) == 3
    carry()
    assert outcome(made) == [("delivered", 1)] * 3


def test_a_message_that_would_be_too_large_says_where_to_read_the_rest_for_as_long_as_it_may_be_sent(
    hook, team, receiver, client_of
):
    made = hook("/hook")
    tell(team.pk, "generation:complete", text="x" * 25_000)
    carry()
    (call,) = receiver.calls
    assert len(call.body) <= 20_000
    assert call.said["truncated"] and call.said["data"] == {}
    Webhook(made.secret).verify(call.body, call.headers)
    Event.objects.all().delete()  # as a day later: the message may be tried for three more, and sent again for a month
    manager = client_of(None)
    manager.force_login(made.row.owner, backend="django.contrib.auth.backends.ModelBackend")
    told = manager.get(call.said["href"].removeprefix(settings.SITE_URL)).json()
    assert told["data"]["text"] == "x" * 25_000 and told["body"].encode() == call.body
    assert client_of("stranger").get(call.said["href"].removeprefix(settings.SITE_URL)).status_code == 404


def test_the_log_keeps_what_was_sent_and_the_first_four_kilobytes_of_the_answer(hook, team, receiver):
    made = hook("/hook")
    receiver.answers(reply(200, body=b"\xff\x00" + b"y" * 9000, X_Kind="test"))
    tell(team.pk)
    carry()
    call = Attempt.objects.get()
    assert (call.number, call.status_code, call.error) == (1, 200, None)
    assert call.ms is not None and call.response_headers["X-Kind"] == "test"
    assert len(call.response_body) == 4096 and "\x00" not in call.response_body
    assert set(call.request_headers) == {"Content-Type", "webhook-id", "webhook-timestamp", "webhook-signature"}
    assert made.secret not in json.dumps(call.request_headers)


def test_a_test_is_sent_once_also_while_the_webhook_is_off(hook, team, receiver):
    made = hook("/hook", "batch.*")
    receiver.answers(reply(500))
    Endpoint.objects.update(status="disabled", why="person")
    row = services.send_test(actor=made.row.owner, endpoint_id=made.row.pk)
    carry()
    pass_time(timedelta(hours=1))
    carry()
    (call,) = receiver.calls
    assert call.said["type"] == "webhook.test"
    Webhook(made.secret).verify(call.body, call.headers)
    row.refresh_from_db()
    assert (row.status, row.attempts, made.now().failing_since) == ("dead", 1, None)


def test_a_courier_that_died_leaves_its_messages_to_the_next_one(hook, team, receiver):
    made = hook("/hook")
    tell(team.pk)
    taken = courier.take(f"{uuid4()}:1", [])
    assert len(list(taken)) == 1 and outcome(made) == [("sending", 1)]
    assert carry() == 1
    assert outcome(made) == [("delivered", 2)]
    lost, sent = Attempt.objects.order_by("number")
    assert lost.ms is None and sent.status_code == 204
    assert receiver.calls[0].headers["webhook-id"] == made.deliveries()[0].message_id


def test_a_courier_whose_lease_ran_out_writes_no_outcome(hook, team, receiver):
    made = hook("/hook")
    tell(team.pk)

    def overtake(call, link) -> None:
        Job.objects.filter(kind="webhook.courier").update(attempts=99)
        reply(200)(call, link)

    receiver.answers(overtake)
    assert carry() == 1
    assert outcome(made) == [("sending", 1)]
    assert Attempt.objects.get().ms is None


def test_two_couriers_never_run_at_once(hook, team):
    hook("/hook")
    tell(team.pk)
    wake_courier()
    wake_courier()
    assert Job.objects.filter(kind="webhook.courier").count() == 1
    claims.claim("io", "somebody")
    wake_courier()
    assert Job.objects.filter(kind="webhook.courier").count() == 1


def test_one_endpoint_has_few_calls_under_way_and_one_while_it_fails(hook, team):
    healthy, failing = hook("/a"), hook("/b")
    Endpoint.objects.filter(pk=failing.row.pk).update(failing_since="2026-11-01T00:00Z")
    for _ in range(10):
        tell(team.pk)
    taken = [parcel.row.endpoint_id for parcel in courier.take(f"{uuid4()}:1", [])]
    assert taken.count(healthy.row.pk) == courier.PER_ENDPOINT and taken.count(failing.row.pk) == 1
    again = list(courier.take(f"{uuid4()}:1", []))
    assert again == []


def test_a_secret_that_no_key_opens_fails_by_name_and_others_go_on(hook, team, receiver, settings):
    broken, well = hook("/broken"), hook("/well")
    Endpoint.objects.filter(pk=broken.row.pk).update(secret=well.row.secret)  # moved from another row
    tell(team.pk)
    carry()
    assert (outcome(broken), outcome(well)) == ([("waiting", 1)], [("delivered", 1)])
    assert Attempt.objects.get(delivery__endpoint=broken.row).error["code"] == "secret_unreadable"
    assert receiver.at("/broken") == []


def test_nothing_is_sent_for_someone_who_no_longer_manages_the_team(hook, team, receiver, member):
    admin = member("admin")
    hook("/hook", actor=admin)
    tell(team.pk)
    team.memberships.filter(user=admin).update(role="editor")
    assert carry() == 0 and receiver.calls == []


def test_who_leaves_takes_their_webhooks_out_of_service_and_the_owners_hear_of_it(hook, team, receiver, member):
    admin = member("admin")
    made = hook("/hook", actor=admin)
    remove_member(actor=member("owner"), team_id=team.pk, user_id=admin.pk)
    assert (made.now().status, made.now().why) == ("disabled", "owner_left")
    assert Notification.objects.get().user == member("owner")
    services.change_endpoint(actor=member("owner"), endpoint_id=made.row.pk, if_match="*", enabled=True)
    tell(team.pk)
    carry()
    assert outcome(made) == [("delivered", 1)]


def test_a_stop_of_the_worker_takes_nothing_more_and_leaves_the_rest_waiting(hook, team, receiver, monkeypatch):
    made = hook("/hook")
    for _ in range(9):
        tell(team.pk)
    looks = itertools.count()
    monkeypatch.setattr(courier, "stopping", lambda: next(looks) > 0)
    carry_once()
    assert [status for status, _ in outcome(made)] == ["delivered"] * 4 + ["waiting"] * 5


def carry_once() -> None:
    wake_courier()
    job = claims.claim("io", "test")
    assert isinstance(job.pk, UUID)
    perform(job)
    assert Job.objects.get(pk=job.pk).status == "succeeded"


def test_old_lines_of_the_log_go_and_what_waits_stays(hook, team):
    made = hook("/hook")
    for _ in range(4):
        tell(team.pk)
    states = [("delivered", 8), ("delivered", 6), ("dead", 29), ("waiting", None)]
    for row, (status, days) in zip(made.deliveries(), states, strict=True):
        Delivery.objects.filter(pk=row.pk).update(
            status=status, finished_at=None if days is None else Now() - timedelta(days=days)
        )
    forget_old()
    assert [row.status for row in made.deliveries()] == ["delivered", "dead", "waiting"]
    services.remove_endpoint(actor=made.row.owner, endpoint_id=made.row.pk)
    Delivery.objects.exclude(status="waiting").update(finished_at="2020-01-01T00:00Z")
    forget_old()
    assert not Endpoint.objects.exists()
