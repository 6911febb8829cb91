"""What must hold of webhooks holds after failures and replays, and a row that breaks it is found."""

import pytest
from django.test import Client

from batches.webhooks.models import Delivery, Endpoint
from designer.jobs.invariants import broken
from tests.batches.webhooks.conftest import carry
from tests.batches.webhooks.receiver import reply

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery(receiver, team, member) -> Delivery:
    """One that failed, was sent again, and arrived."""
    client = Client()
    client.force_login(member("owner"), backend="django.contrib.auth.backends.ModelBackend")
    client.post(
        f"/settings/webhooks/new?team={team.pk}", {"url": receiver.url(), "name": "Shop", "events": ["batch.*"]}
    )
    here = f"/settings/webhooks/{Endpoint.objects.get(team=team).pk}"
    receiver.answers(reply(503), reply(200))
    client.post(f"{here}/test")
    carry()
    client.post(f"{here}/deliveries/{Delivery.objects.get().pk}/replay")
    carry()
    found = Delivery.objects.get()
    assert (found.status, found.attempts) == ("delivered", 2)
    return found


def test_all_of_it_holds_after_a_failure_and_a_replay(delivery):
    assert broken() == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"attempts": 3}, "every call of a webhook is on record"),
        ({"finished_at": None}, "an ended webhook has its time, and no other has"),
        ({"courier": "somebody"}, "a webhook that is sent has its courier, and no other has"),
    ],
)
def test_a_row_that_breaks_it_is_found(delivery, change, told):
    Delivery.objects.update(**change)
    assert broken() == {told: [delivery.pk]}


def test_a_delivery_that_nobody_received_is_found(delivery):
    delivery.calls.update(status_code=500)
    assert broken() == {"a delivered webhook was answered with success": [delivery.pk]}
