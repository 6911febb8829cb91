"""A vendor that counts, seen from its side: several workers keep to what it says, and leave it alone when it asks."""

import threading
import time
import uuid
from collections.abc import Iterator

import pytest
from django.db import connection

from designer.catalogue.models import ModelHealth
from designer.generations.models import Generation
from designer.jobs.claims import promote_due
from designer.jobs.models import FINAL, Job
from designer.jobs.tasks import drain
from designer.providers import registry
from designer.providers.base import ProviderConfig
from teams.base.limits import link
from tests.designer.generations.test_flow import ask
from tests.simulators.providers.server import KEY, Simulator

pytestmark = pytest.mark.django_db(transaction=True)
FLARE = "gpt-image-2.6-flare"
DRAWN = "/v1/images/generations"


@pytest.fixture(autouse=True)
def set_up(simulator: Simulator, settings) -> Iterator[None]:
    settings.IMAGE_PROVIDERS, settings.LANGUAGE_PROVIDER = ["openai"], "local"
    registry.configure({"openai": ProviderConfig(api_key=KEY, base_url=simulator.url("openai"))})
    forget()
    yield
    forget()
    registry.configure(settings.PROVIDERS)


def forget() -> None:
    for key in link().scan_iter("allowance:*"):
        link().delete(key)


def wish_for(client, count: int) -> None:
    for _ in range(count):
        answer = ask(client, model=FLARE, brief=f"a coat, {uuid.uuid4()}")
        assert answer.status_code == 202, answer.content


def work(workers: int) -> None:
    """Until every job has ended, as that many workers at once."""
    end = time.monotonic() + 90

    def one() -> None:
        try:
            while Job.objects.exclude(status__in=FINAL).exists() and time.monotonic() < end:
                promote_due()
                drain("interactive", limit=5)
                time.sleep(0.02)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def answers(simulator: Simulator) -> list[tuple[float, int]]:
    """When each call for a picture came, and what it was answered."""
    return [(call.at, call.status) for call in simulator.calls if call.path == DRAWN]


def test_workers_that_hear_a_limit_stay_within_it_without_a_single_refusal(client_of, simulator):
    simulator.limit("openai", 60, burst=10)  # slower than any machine draws, so that it is met on each
    wish_for(client_of("editor"), 16)
    work(3)
    assert set(Generation.objects.values_list("status", flat=True)) == {"succeeded"}
    assert [status for _, status in answers(simulator)] == [200] * 16
    assert Job.objects.filter(attempts__gt=1, failures=0).exists()  # the limit was reached, and waited for
    assert not any(link().zcard(key) for key in link().scan_iter("allowance:*:running"))


def test_after_a_refusal_nobody_calls_before_the_time_that_was_named(client_of, simulator):
    simulator.plan("openai", "rate_limited", retry_after=3)
    wish_for(client_of("editor"), 1)
    assert drain("interactive") == 1
    refused_at, status = answers(simulator)[0]
    assert status == 429 and ModelHealth.objects.get(model=FLARE).resting_until is not None
    wish_for(client_of("editor"), 5)
    work(3)
    later = answers(simulator)[1:]
    assert len(later) == 6 and all(status == 200 for _, status in later)
    assert min(at for at, _ in later) - refused_at >= 3
