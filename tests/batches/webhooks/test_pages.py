"""Settings > Webhooks: set one up, try it, read its log, send again, change its secret, remove it."""

import re

import pytest
from django.test import Client

from batches.webhooks.models import Delivery, Endpoint
from tests.batches.webhooks.conftest import carry, tell
from tests.batches.webhooks.receiver import reply

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(answer) -> str:
    return answer.content.decode()


def test_a_webhook_is_set_up_tried_read_and_sent_again_by_its_pages(receiver, team, member):
    client = signed_in(member("owner"))
    assert "Set up the first one" in words(client.get("/settings/webhooks"))
    said = {"url": receiver.url(), "name": "Shop", "events": ["batch.*"]}
    made = client.post(f"/settings/webhooks/new?team={team.pk}", said)
    assert re.search(r'value="whsec_[^"]+"', words(made)) and "no-store" in made["Cache-Control"]
    row = Endpoint.objects.get(team=team)
    here = f"/settings/webhooks/{row.pk}"
    assert "whsec_" not in words(client.get(here)) and "Shop" in words(client.get("/settings/webhooks"))
    receiver.answers(reply(503, body=b"<b>later</b>"), reply(200))
    client.post(f"{here}/test")
    carry()
    test = Delivery.objects.get()
    page = words(client.get(f"{here}/deliveries/{test.pk}"))
    assert "answered 503" in page and "&lt;b&gt;later" in page and test.message_id in page
    client.post(f"{here}/deliveries/{test.pk}/replay")
    carry()
    test.refresh_from_db()
    assert (test.status, test.attempts) == ("delivered", 2)
    assert "webhook.test" in words(client.get(f"{here}?status=delivered"))
    assert "Nothing with that outcome" in words(client.get(f"{here}?status=dead"))


def test_a_refusal_stands_beside_its_field_and_what_was_typed_stays(team, member):
    client = signed_in(member("owner"))
    answer = client.post(f"/settings/webhooks/new?team={team.pk}", {"url": "https://127.0.0.1/x", "events": ["*"]})
    assert answer.status_code == 422 and "not on the public internet" in words(answer)
    assert "https://127.0.0.1/x" in words(answer) and not Endpoint.objects.exists()


def test_it_is_changed_switched_off_and_on_and_removed_with_a_tick(hook, receiver, member):
    made, client = hook(), signed_in(member("owner"))
    here = f"/settings/webhooks/{made.row.pk}"

    def etag() -> str:
        return re.search(r'name="etag" value="([^"]+)"', words(client.get(here)))[1].replace("&quot;", '"')

    stale = etag()
    client.post(here, {"etag": etag(), "url": receiver.url("/new"), "name": "Till", "events": ["cost.*"]})
    assert (made.now().name, made.row.url, made.row.patterns) == ("Till", receiver.url("/new"), ["cost.*"])
    late = client.post(here, {"etag": stale, "url": receiver.url("/x"), "name": "", "events": ["*"]})
    assert late.status_code == 422 and "Somebody changed this" in words(late)
    client.post(f"{here}/switch", {"etag": etag(), "on": "0"})
    assert made.now().status == "disabled" and "Switch on" in words(client.get(here))
    client.post(f"{here}/switch", {"etag": etag(), "on": "1"})
    assert made.now().status == "enabled"
    assert "whsec_" in words(client.post(f"{here}/secret", {"grace_hours": "1"}))
    client.post(f"{here}/remove")
    assert made.now().status == "enabled"
    client.post(f"{here}/remove", {"sure": "1"})
    assert made.now().status == "removed" and client.get(here).status_code == 404


def test_what_was_given_up_is_sent_again_with_one_button(hook, team, receiver, member):
    made, client = hook(), signed_in(member("owner"))
    for _ in range(2):
        tell(team.pk)
    Delivery.objects.update(status="dead", finished_at="2026-01-01T00:00Z")
    client.post(f"/settings/webhooks/{made.row.pk}/replay")
    carry()
    assert {row.status for row in made.deliveries()} == {"delivered"}


def test_a_viewer_sees_that_it_exists_and_not_its_path(hook, member):
    made, client = hook("/token-1234"), signed_in(member("viewer"))
    page = words(client.get("/settings/webhooks"))
    assert "hooks.example" in page and "1234" not in page
    assert client.get(f"/settings/webhooks/{made.row.pk}").status_code == 403
    assert client.post(f"/settings/webhooks/{made.row.pk}/test").status_code == 403
