"""How the models stand, as those who run the studio see it: limits that were written and learned, circuits, rests."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from designer.catalogue.models import ModelProfile
from designer.generations import health
from designer.jobs import allowances
from designer.jobs.allowances import Limits, Wish
from designer.providers.base import ProviderDown
from teams.base.limits import link
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NAME = {"provider": "sketchbook", "model": "sketchbook-1"}


@pytest.fixture
def admin():
    return UserFactory(is_superuser=True)


@pytest.fixture
def wish():
    ModelProfile.objects.filter(**NAME).update(limits={"requests_per_minute": 60, "concurrent": 2})
    wish = Wish(**NAME, holder="a-job", limits=Limits(requests_per_minute=60, concurrent=2))
    link().delete(*wish.keys)
    yield wish
    link().delete(*wish.keys)


def told(admin) -> dict:
    client = APIClient()
    client.force_authenticate(admin)
    rows = client.get("/api/queue/models").json()["results"]
    return next(row for row in rows if row["model"] == "sketchbook-1")


def page(admin) -> str:
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client.get("/settings/queue/now").content.decode()


def test_limits_that_were_written_and_learned_are_told_with_what_is_left_of_them(admin, wish):
    assert told(admin)["limits"]["left"] == {"requests": None, "images": None}
    allowances.take(wish)
    allowances.learn(wish, {"requests": 30}, {"requests": 4}, timedelta())
    limits = told(admin)["limits"]
    assert limits["written"] == {"requests_per_minute": 60, "images_per_minute": 0, "concurrent": 2}
    assert limits["learned"]["requests_per_minute"] == 30
    assert (limits["left"]["requests"], limits["running"]) == (0, 1)
    assert "learned: 30 calls" in page(admin)
    allowances.give_back(wish)
    assert told(admin)["limits"]["running"] == 0


def test_a_pause_that_the_vendor_asked_for_is_told_until_it_is_over(admin, wish):
    allowances.learn(wish, {}, {}, timedelta(minutes=5))
    assert told(admin)["resting_until"] == told(admin)["limits"]["paused_until"] is not None
    until = timezone.now() + timedelta(hours=1)
    health.rest("sketchbook", "sketchbook-1", until)
    assert told(admin)["resting_until"].startswith(until.strftime("%Y-%m-%dT%H:%M"))


def test_a_circuit_that_opened_says_why_and_then_waits_for_a_trial(admin, wish):
    assert told(admin)["circuit"] == "closed"
    for _ in range(health.TRIP_AFTER):
        health.went_wrong("sketchbook", "sketchbook-1", ProviderDown("away"))
    open_ = told(admin)
    assert (open_["circuit"], open_["failures"], open_["last_error"]) == ("open", health.TRIP_AFTER, "provider_down")
    assert "several times in a row" in open_["why"] and "several times in a row" in page(admin)
    health.ModelHealth.objects.update(opened_at=timezone.now() - timedelta(days=1))
    assert told(admin)["circuit"] == "trial"
    health.went_well("sketchbook", "sketchbook-1", 1.0)
    assert told(admin)["circuit"] == "closed"


def test_without_redis_the_rest_is_told_all_the_same(admin, wish, monkeypatch):
    def away() -> None:
        raise OSError("no route")

    monkeypatch.setattr(allowances, "link", away)
    assert told(admin)["limits"] is None
    assert "Redis is away" in page(admin)
