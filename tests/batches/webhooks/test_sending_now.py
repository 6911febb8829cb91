"""What waits for its next try is sent at once when somebody says so."""

from datetime import datetime

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


@pytest.mark.parametrize("received", [True, False])
def test_where_the_receiver_asked_to_be_left_alone_only_what_is_asked_for_is_sent(
    received, hook, team, receiver, client_of
):
    made, client = hook(), client_of("owner")
    receiver.answers(reply(429, **{"Retry-After": "3000"}), reply(200 if received else 500))
    tell(team.pk)
    carry()
    tell(team.pk)
    first, second = Delivery.objects.order_by("number")
    made.row.refresh_from_db()
    until = made.row.hold_until
    told = client.get(f"/api/webhooks/{made.row.pk}/deliveries/{second.pk}").json()
    assert datetime.fromisoformat(told["next_at"]) == until > second.next_at
    page = words(signed_in(client.user).get(f"/settings/webhooks/{made.row.pk}/deliveries/{second.pk}"))
    assert until.strftime("%M:%S") in page
    assert client.post(f"/api/webhooks/{made.row.pk}/deliveries/{first.pk}/replay").status_code == 202
    assert carry() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    made.row.refresh_from_db()
    assert first.status == ("delivered" if received else "waiting") and not first.asked_for
    assert (second.status, second.attempts, made.row.hold_until) == ("waiting", 0, until) and carry() == 0
