"""Brief and photos read, and the prompt written, by the vendors' language models: paid for, kept, never in the way."""

from collections.abc import Iterator
from typing import Any

import pytest

from designer.catalogue.models import ModelProfile
from designer.catalogue.services import cost_of
from designer.generations.models import Generation
from designer.jobs.invariants import INVARIANTS
from designer.jobs.models import JobAttempt
from designer.ledger.models import LedgerEntry
from designer.pipeline.records import ATTRIBUTES
from designer.providers import registry
from designer.providers.base import ProviderConfig
from designer.realtime.models import Event
from tests.simulators.providers.server import KEY, Simulator
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
BRIEF = "an emerald silk wrap dress for the opera, no lace"
VENDORS = {"google": "gemini-3.1-flash-lite", "openai": "gpt-5.4-mini", "anthropic": "claude-haiku-5-5"}


@pytest.fixture
def vendors(simulator: Simulator, settings: Any) -> Iterator[Simulator]:
    """All three, with a key; images are drawn by the studio's own sketchbook."""
    settings.LANGUAGE_PROVIDER = settings.LANGUAGE_MODEL = ""
    registry.configure({name: ProviderConfig(api_key=KEY, base_url=simulator.url(name)) for name in VENDORS})
    yield simulator
    registry.configure(settings.PROVIDERS)


def made(client_of: Any, brief: str = BRIEF, **wish: Any) -> Generation:
    told = {"brief": brief, "provider": "sketchbook", "n": 1, **wish}
    answer = client_of("editor").post("/api/generations", told, format="json")
    assert answer.status_code == 202, answer.content
    work_off("interactive")
    row = Generation.objects.get(pk=answer.json()["id"])
    assert row.status == "succeeded", row.error
    return row


def output(row: Generation, stage: str) -> dict[str, Any]:
    return row.stages.get(name=stage).output


def basis(row: Generation, stage: str = "analysis") -> dict[str, str]:
    return output(row, stage)["basis"]


def read_by_models() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(kind__in=("analysis", "prompting")).order_by("created_at"))


def nothing_is_broken() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for name, sql in INVARIANTS.items():
            cursor.execute(sql)
            assert cursor.fetchall() == [], name


@pytest.mark.parametrize("name", VENDORS)
def test_each_vendor_reads_and_writes_and_is_paid_by_its_tokens(name, vendors, client_of, settings) -> None:
    settings.LANGUAGE_PROVIDER = name
    row = made(client_of)
    by = {"by": f"{name} {VENDORS[name]}", "reason": ""}
    assert basis(row) == by == basis(row, "prompting")
    assert row.understood["garment"] == {"value": "dress", "confidence": 0.95, "source": "brief"}
    assert set(row.understood) == set(ATTRIBUTES)
    assert all(word in row.prompt for word in BRIEF.replace(",", "").split()) and 20 <= len(row.prompt.split()) <= 60
    profile = ModelProfile.objects.get(provider=name, model=VENDORS[name])
    told = [(entry.kind, entry.amount, entry.model, entry.simulated) for entry in read_by_models()]
    costs = [cost_of(profile, charge.usage) for charge in vendors.charges]
    assert (
        told
        == [
            ("analysis", costs[0], VENDORS[name], False),
            ("prompting", costs[1], VENDORS[name], False),
        ]
        and min(costs) > 0
    )
    assert row.cost == sum(entry.amount for entry in LedgerEntry.objects.all())
    assert [row.stages.get(name=stage).cost for stage in ("analysis", "prompting")] == costs
    assert JobAttempt.objects.filter(step__in=("analysis", "prompting"), outcome="succeeded").count() == 2
    assert Event.objects.filter(event="cost:updated", data__amount=f"{costs[0]:.6f}").exists()
    nothing_is_broken()
