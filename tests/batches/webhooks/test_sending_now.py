"""What waits for its next try is sent at once when somebody says so."""

import pytest

from batches.webhooks.models import Delivery
from tests.batches.webhooks.conftest import carry, tell
from tests.batches.webhooks.receiver import reply
from tests.batches.webhooks.test_pages import signed_in, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("way", ["api", "page"])
@pytest.mark.parametrize("answer", [reply(500), reply(429, **{"Retry-After": "3000"})])
def test_what_waits_for_its_next_try_goes_out_at_once(way, answer, hook, team, receiver, client_of):
    made, client = hook(), client_of("owner")
    receiver.answers(answer, reply(500), reply(200))
    tell(team.pk)
    carry()
    row = Delivery.objects.get()
    Delivery.objects.update(next_at="2100-01-01T00:00Z")
    carry()
    assert (made.deliveries()[0].status, len(receiver.calls)) == ("waiting", 1)
    for expected in (("waiting", 2), ("delivered", 3)):
        if way == "api":
            path = f"/api/webhooks/{made.row.pk}/deliveries/{row.pk}/replay"
            assert client.post(path).status_code == 202
        else:
            page = signed_in(client.user)
            path = f"/settings/webhooks/{made.row.pk}/deliveries/{row.pk}"
            assert "Send it now" in words(page.get(path))
            assert "on its way" in words(page.post(f"{path}/replay", follow=True))
        carry()
        row.refresh_from_db()
        assert (row.status, row.tries) == expected
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1


def test_what_is_under_way_is_not_sent_a_second_time(hook, team, client_of):
    made = hook()
    tell(team.pk)
    row = Delivery.objects.get()
    Delivery.objects.update(status="sending")
    answer = client_of("owner").post(f"/api/webhooks/{made.row.pk}/deliveries/{row.pk}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "under_way")
    assert '<button type="submit" class="btn btn-primary">Send' not in words(
        signed_in(client_of("owner").user).get(f"/settings/webhooks/{made.row.pk}/deliveries/{row.pk}")
    )
