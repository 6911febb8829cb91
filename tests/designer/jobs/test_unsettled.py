"""What nobody knows the end of is shown: on the page of the queue, by its API, to Prometheus, and in a dead letter."""

from decimal import Decimal

import pytest
from django.test import Client
from rest_framework.test import APIClient

from designer.jobs import settling
from designer.jobs.models import AttemptOutcome, Job, JobAttempt, JobStatus
from designer.jobs.services import enqueue
from teams.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return User.objects.create_superuser("runs@example.com", "a long password")


@pytest.fixture
def letter(team_id) -> Job:
    """A job that gave up after two calls: one refused, and one of which nobody knows."""
    job = enqueue("t.bought", {"generation_id": "7f"}, team_id=team_id)
    for number, outcome in ((1, AttemptOutcome.FAILED), (2, AttemptOutcome.UNKNOWN)):
        said = {"provider": "fal", "model": "clarity", "idempotency_key": f"k{number}", "price": Decimal("0.04")}
        told = {"code": "x", "message": "No.", "remedy": ""} if number == 1 else None
        JobAttempt.objects.create(job=job, number=number, step="upscale", outcome=outcome, error=told, **said)
    settling.close(job, JobStatus.DEAD, settling.WORKER_DIED)
    return job


def test_a_dead_letter_tells_what_it_was_about_and_each_call_that_was_made(admin, letter):
    api = APIClient()
    api.force_authenticate(admin)
    (told,) = api.get("/api/queue/dead").json()["results"]
    assert told["payload"] == {"generation_id": "7f"}
    assert [(call["number"], call["outcome"], call["price"]) for call in told["calls"]] == [
        (1, "failed", "0.040000"),
        (2, "unknown", "0.040000"),
    ]
    assert told["calls"][0]["error"]["message"] == "No." and told["calls"][1]["provider"] == "fal"


def test_calls_of_unknown_outcome_are_counted_where_the_studio_is_watched(admin, letter):
    page = Client()
    page.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    shown = page.get("/settings/queue/now").content.decode()
    assert "Calls that may have been paid for" in shown and "fal clarity" in shown and "0.04" in shown
    api = APIClient()
    api.force_authenticate(admin)
    (told,) = api.get("/api/queue/unsettled").json()["results"]
    assert (told["model"], told["calls"], told["price"]) == ("clarity", 1, "0.040000")
    scraped = Client().get("/metrics").content.decode()
    assert 'designer_calls_unknown{model="clarity",provider="fal"} 1.0' in scraped
    assert f'designer_queue_dead{{lane="{letter.lane}"}} 1.0' in scraped


def test_without_such_calls_the_page_says_so(admin, db):
    page = Client()
    page.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    assert "of every call it is known how it ended" in page.get("/settings/queue/now").content.decode()
