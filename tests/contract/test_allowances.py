"""A vendor that counts, seen from its side: several workers keep to what it says, and leave it alone when it asks."""

import uuid
from collections.abc import Iterator

import pytest

from designer.catalogue.models import ModelHealth, ModelProfile
from designer.generations.models import Generation
from designer.jobs.models import Job
from designer.jobs.tasks import drain
from designer.providers import registry
from designer.providers.base import ProviderConfig
from teams.base.limits import link
from tests.designer.generations.test_flow import ask
from tests.simulators.providers.server import KEY, Simulator
from tests.work import work_together

pytestmark = pytest.mark.django_db(transaction=True)
VENDORS = ("openai", "stability")
FLARE = "gpt-image-2.6-flare"
DRAWN = "/v1/images/generations"


@pytest.fixture(autouse=True)
def set_up(simulator: Simulator, settings) -> Iterator[None]:
    settings.IMAGE_PROVIDERS, settings.LANGUAGE_PROVIDER = list(VENDORS), "local"
    registry.configure({name: ProviderConfig(api_key=KEY, base_url=simulator.url(name)) for name in VENDORS})
    forget()
    yield
    forget()
    registry.configure(settings.PROVIDERS)


def forget() -> None:
    for key in link().scan_iter("allowance:*"):
        link().delete(key)


def wish_for(client, count: int, model: str = FLARE) -> None:
    for _ in range(count):
        answer = ask(client, model=model, aspect_ratio="1:1", brief=f"a coat, {uuid.uuid4()}")
        assert answer.status_code == 202, answer.content


def answers(simulator: Simulator) -> list[tuple[float, int]]:
    """When each call for a picture came, and what it was answered."""
    return [(call.at, call.status) for call in simulator.calls if call.path == DRAWN]


def test_workers_that_hear_a_limit_stay_within_it_without_a_single_refusal(client_of, simulator):
    simulator.limit("openai", 60, burst=10)  # slower than any machine draws, so that it is met on each
    wish_for(client_of("editor"), 16)
    work_together("interactive", 3)
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
    work_together("interactive", 3)
    later = answers(simulator)[1:]
    assert len(later) == 6 and all(status == 200 for _, status in later)
    assert min(at for at, _ in later) - refused_at >= 3


def test_two_models_of_an_account_together_keep_to_its_one_limit(client_of, simulator):
    ModelProfile.objects.filter(provider="stability").update(limits={"requests_per_minute": 200})
    simulator.limit("stability", 200, burst=5, tells=False)  # and two buckets of 200 would be twice as much
    for model in ("core", "ultra"):
        wish_for(client_of("editor"), 7, model)
    work_together("interactive", 3)
    assert set(Generation.objects.values_list("status", flat=True)) == {"succeeded"}
    assert [call.status for call in simulator.calls if call.vendor == "stability"] == [200] * 14


def test_a_model_is_left_alone_while_its_account_rests(client_of, simulator):
    simulator.plan("stability", "rate_limited", retry_after=3)
    wish_for(client_of("editor"), 1, "core")
    assert drain("interactive") == 1
    (refused,) = simulator.calls
    wish_for(client_of("editor"), 1, "ultra")
    work_together("interactive", 2)
    later = [call.at for call in simulator.calls[1:]]
    assert len(later) == 2 and min(later) - refused.at >= 3
