"""A dead generation that runs again: what is done anew, and what was bought already stays bought."""

from collections.abc import Iterator
from typing import Any

import pytest

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
    answer = ask(client_of("editor"), n=1, strategy="quality", **wish)
    assert answer.status_code == 202, answer.content
    work_off("interactive")
    return Generation.objects.get(pk=answer.json()["id"])


def dead(client_of, **wish: Any) -> Generation:
    """One whose provider was down at each of its five tries."""
    row = begin(client_of, **wish)
    for _ in range(4):
        row = try_again(row)
    return row


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
