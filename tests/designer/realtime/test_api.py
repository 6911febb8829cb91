"""GET /api/events: the log over HTTP, with the socket's rights."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from designer.realtime import events
from designer.realtime.models import Event
from tests.designer.realtime.live import person, team_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(watcher):
    signed_in = Client()
    signed_in.force_login(watcher, backend="django.contrib.auth.backends.ModelBackend")
    return signed_in


def fill(channel, count):
    for number in range(count):
        events.record(channel, "generation:stage", {"n": number}, team_id=None)


def test_the_log_is_read_page_by_page(client, channel):
    fill(channel, 5)
    first = client.get("/api/events", {"channel": channel, "limit": 3}).json()
    assert [event["seq"] for event in first["results"]] == [1, 2, 3]
    assert (first["next"], first["seq"], first["resync"]) == (3, 5, False)
    second = client.get("/api/events", {"channel": channel, "after": first["next"], "epoch": first["epoch"]}).json()
    assert ([event["data"]["n"] for event in second["results"]], second["next"]) == ([3, 4], None)


def test_a_reader_of_lost_events_is_told(client, channel):
    fill(channel, 5)
    Event.objects.filter(channel=channel, seq__lte=2).delete()
    page = client.get("/api/events", {"channel": channel, "after": 1}).json()
    assert (page["resync"], [event["seq"] for event in page["results"]]) == (True, [3, 4, 5])


def test_foreign_and_missing_channels_are_the_same_404(client):
    answers = [
        client.get("/api/events", {"channel": channel})
        for channel in (f"team:{team_of(person()).pk}", f"team:{uuid4()}", "nonsense", "team:*")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({json.dumps({**answer.json(), "request_id": ""}) for answer in answers}) == 1


def test_nobody_reads_it_without_signing_in(channel):
    assert Client().get("/api/events", {"channel": channel}).status_code in {401, 403}


@pytest.mark.parametrize(
    "query", [{}, {"channel": ""}, {"after": -1}, {"after": 2**63}, {"after": "x"}, {"limit": 0}, {"limit": 501}]
)
def test_a_bad_question_is_refused(client, channel, query):
    assert client.get("/api/events", {"channel": channel, **query} if query else {}).status_code in {400, 422}
