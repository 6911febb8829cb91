"""A dead generation that runs again: what is done anew, and what was bought already stays bought."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from designer.catalogue.models import ModelHealth, ModelProfile
from designer.generations.models import Generation
from designer.jobs.models import Job, JobAttempt
from designer.jobs.services import revive
from designer.providers import base, registry
from designer.providers.base import ProviderConfig
from tests.designer.generations.test_flow import ask
from tests.designer.generations.test_runner import try_again
from tests.scripted import GOOD, Other, Scripted, scripted
from tests.simulators.providers.server import KEY, Simulator
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
Pair = tuple[type[Scripted], type[Scripted]]


@pytest.fixture
def pair(monkeypatch, settings) -> Iterator[Pair]:
    """The better model and another; nobody else."""
    settings.IMAGE_PROVIDERS = ["scripted", "other"]
    with scripted(monkeypatch, quality=0.9) as one, scripted(monkeypatch, Other, price="0.03", quality=0.2) as other:
        yield one, other


@pytest.fixture
def read_by_a_model(pair: Pair, simulator: Simulator, settings: Any) -> Iterator[Simulator]:
    """Briefs are read, and prompts written, by a vendor's model."""
    settings.LANGUAGE_PROVIDER, settings.LANGUAGE_MODEL = "google", ""
    registry.configure({"google": ProviderConfig(api_key=KEY, base_url=simulator.url("google"))})
    yield simulator
    registry.configure(settings.PROVIDERS)


def begin(client_of, **wish: Any) -> Generation:
    answer = ask(client_of("editor"), **{"n": 1, "strategy": "quality", **wish})
    assert answer.status_code == 202, answer.content
    work_off("interactive")
    return Generation.objects.get(pk=answer.json()["id"])


def dead(client_of, **wish: Any) -> Generation:
    """One whose provider was down at each of its five tries."""
    row = begin(client_of, **wish)
    for _ in range(4):
        row = try_again(row)
    return row


def end_came(provider: str) -> None:
    """The day came from which its model is not called any more."""
    ModelProfile.objects.filter(provider=provider).update(ends_on=timezone.now().date())


def test_one_that_was_read_by_a_model_and_drew_nothing_is_planned_anew(pair, read_by_a_model, settings, client_of):
    one, other = pair
    one.answers, other.answers = [base.ProviderDown("Away.")] * 5, [GOOD]
    row = dead(client_of, fallback=False)
    assert (row.status, row.provider, Job.objects.get(pk=row.job_id).status) == ("failed", "scripted", "dead")
    bought = len(read_by_a_model.charges)
    assert bought == 2 and JobAttempt.objects.filter(job_id=row.job_id, outcome="succeeded").count() == 2
    settings.IMAGE_PROVIDERS = ["other"]  # whoever runs the studio turned off what does not work
    revive(row.job_id)
    row = try_again(row)
    assert (row.status, row.provider, len(one.asked), len(other.asked)) == ("succeeded", "other", 5, 1)
    assert len(read_by_a_model.charges) == bought  # what was read before is not bought again


def test_a_retry_calls_no_model_whose_end_came_since_its_order_was_written(pair, client_of):
    one, other = pair
    ModelProfile.objects.filter(provider="scripted").update(successor=ModelProfile.objects.get(provider="other"))
    one.answers = [base.ProviderDown("Away."), GOOD]
    row = begin(client_of, provider="scripted")
    assert row.status == "running"
    end_came("scripted")
    row = try_again(row)
    assert (row.status, row.error["code"], row.cost) == ("failed", "model_retired", 0)
    assert row.error["message"].startswith("Scripted was shut down on")
    assert "Use Other ($0.03 an image, before: $0.04 an image) instead." in row.error["remedy"]
    assert (len(one.asked), other.asked, JobAttempt.objects.filter(job_id=row.job_id).count()) == (1, [], 1)


def test_another_steps_in_for_a_model_whose_end_came_and_everybody_is_told(pair, client_of):
    one, other = pair
    one.answers, other.answers = [GOOD, base.ProviderDown("Away."), GOOD], [GOOD]
    row = begin(client_of, n=2)
    end_came("scripted")
    row = try_again(row)
    assert (row.status, row.provider, len(one.asked), len(other.asked)) == ("succeeded", "other", 2, 1)
    told = row.fallbacks[0]
    assert (told["code"], told["instead_of"], told["provider"]) == ("model_retired", "one", "other")
    assert "Scripted was shut down on" in told["reason"]


def test_a_replay_days_later_calls_no_model_past_its_end_and_keeps_what_was_made(pair, client_of):
    one, other = pair
    one.answers = [GOOD, *[base.ProviderDown("Away.")] * 5, GOOD]
    row = dead(client_of, n=2, fallback=False)
    assert (row.status, len(one.asked)) == ("partial", 6)
    end_came("scripted")
    revive(row.job_id)
    row = try_again(row)
    assert (row.status, row.error["code"], len(row.shown_assets)) == ("partial", "model_retired", 1)
    assert (len(one.asked), other.asked) == (6, [])


def test_one_that_is_planned_anew_forgets_who_stepped_in_and_who_had_failed_in_its_first_life(pair, client_of):
    one, other = pair
    one.answers, other.answers = [base.ProviderDown("Away.")] * 2, [base.ProviderDown("Gone too.")] * 5
    row = dead(client_of)
    assert [each["instead_of"] for each in row.fallbacks] == ["one"] and row.provider == "other"
    one.answers = [GOOD]
    ModelHealth.objects.all().delete()  # hours later
    revive(row.job_id)
    again = Generation.objects.get(pk=row.pk)
    assert (again.fallbacks, again.provider, again.model) == ([], "", "")
    row = try_again(row)
    assert (row.status, row.provider, row.fallbacks) == ("succeeded", "scripted", [])
