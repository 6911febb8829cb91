"""How the courier gets on, as those who run the studio see it."""

import pytest
from rest_framework.test import APIClient

from batches.webhooks.models import Endpoint
from tests.batches.webhooks.conftest import carry, tell
from tests.batches.webhooks.receiver import reply
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def courier():
    client = APIClient()
    client.force_authenticate(UserFactory(is_superuser=True))
    return lambda: client.get("/api/queue/webhooks").json()


def test_what_is_due_what_waits_for_a_later_try_and_what_was_received_are_told(courier, hook, receiver, team):
    hook("/fine")
    hook("/broken")
    receiver.answers(reply(500), path="/broken")
    tell(team.pk)
    before = courier()
    assert (before["due"], before["later"], before["webhooks_on"]) == (2, 0, 2) and before["oldest_due"]
    carry()
    after = courier()
    assert (after["due"], after["later"], after["sending"], after["given_up"]) == (0, 1, 0, 0)
    assert (after["delivered_per_minute"], after["webhooks_failing"]) == (0.2, 1)


def test_what_a_switched_off_webhook_keeps_is_not_due(courier, hook, team):
    hook("/hook")
    tell(team.pk)
    Endpoint.objects.update(status="disabled", why="person")
    now = courier()
    assert (now["due"], now["later"], now["webhooks_off"]) == (0, 1, 1)
