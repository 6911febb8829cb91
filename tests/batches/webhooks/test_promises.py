"""The promises about webhooks in small: a receiver that is away for three days, and neighbours that hang."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from batches.webhooks import courier, services
from batches.webhooks.models import Attempt
from tests.batches.webhooks.conftest import carry, pass_time, tell
from tests.batches.webhooks.receiver import reply
from tests.faults.kit import until

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def test_a_receiver_that_is_away_for_72_hours_loses_nothing(hook, team, receiver):
    """Facts go on happening while it is away, its secret is changed meanwhile, and now and then it comes up half."""
    made = hook("/hook")
    dice = random.Random(19)
    receiver.answers(reply(500), reply(503, Retry_After="600"), reply(500), reply(404), reply(429))
    told, hours = 0, 0
    while hours < 72:
        tell(team.pk, n=told)
        told += 1
        carry()
        step = dice.choice([1, 2, 3])
        hours += step
        pass_time(step * HOUR)
    _, secret = services.rotate_secret(actor=made.row.owner, endpoint_id=made.row.pk)
    receiver.answers(reply(200))
    before = len(receiver.calls)
    for _ in range(80):
        carry()
        pass_time(2 * HOUR)
    arrived = receiver.calls[before:]
    assert Counter(call.said["data"]["n"] for call in arrived) == Counter(range(told))
    assert {row.status for row in made.deliveries()} == {"delivered"}
    for call in receiver.calls:
        Webhook(made.secret).verify(call.body, call.headers)
    Webhook(secret).verify(arrived[0].body, arrived[0].headers)
    ids = {call.said["channel"]: call.headers["webhook-id"] for call in receiver.calls}
    assert all(call.headers["webhook-id"] == ids[call.said["channel"]] for call in receiver.calls)


def test_ten_receivers_that_hang_delay_none_of_forty_others(hook, team, receiver, monkeypatch):
    """Ten hang until the others have all of theirs, which they only get if nobody waits for one that hangs."""
    monkeypatch.setattr(courier, "TIMEOUT_S", 60.0)
    monkeypatch.setattr(services, "MOST", 50)
    hanging = [hook(f"/hang{n}") for n in range(10)]
    healthy = [hook(f"/well{n}") for n in range(40)]
    waited = []

    def hang(call, link) -> None:
        until(lambda: sum(each.path.startswith("/well") for each in receiver.calls) == 120, 50)
        waited.append(call.path)

    for each in hanging:
        receiver.answers(hang, path=each.row.url.removeprefix("http://hooks.example"))
    for _ in range(3):
        tell(team.pk)
    carry()
    others = Attempt.objects.filter(delivery__endpoint__in=[each.row for each in healthy])
    assert others.count() == 120 and set(others.values_list("status_code", flat=True)) == {204}
    assert len(set(waited)) == 10
