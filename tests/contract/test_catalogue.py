"""The shutdown dates that vendors publish reach the catalogue through their own SDKs."""

from collections.abc import Iterator
from datetime import date

import pytest

from designer.catalogue.models import ModelProfile
from designer.catalogue.refresh import refresh
from designer.jobs.scheduler import DUTIES
from designer.providers import registry
from designer.providers.base import Lists, ProviderConfig
from teams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def openai(simulator, settings) -> Iterator[None]:
    registry.configure({"openai": ProviderConfig(api_key="sk-test", base_url=simulator.url("openai"))})
    yield
    registry.configure(settings.PROVIDERS)


def test_a_published_end_is_taken_over_with_a_line_in_the_audit_log(openai):
    row = ModelProfile.objects.get(provider="openai", model="gpt-image-1.5")
    ModelProfile.objects.filter(pk=row.pk).update(ends_on=None, lifecycle="active")
    assert refresh() == ["GPT Image 1.5 ends on 01 December 2026."]
    row.refresh_from_db()
    assert row.ends_on == date(2026, 12, 1)
    assert AuditEntry.objects.get(action="catalogue.end").facts["reason"] == "published by openai"
    assert refresh() == []


@pytest.mark.parametrize(
    "behaviour", ["unauthorized", "error_500", "html", "empty", "corrupt", "huge_json", "deep_json"]
)
def test_a_list_that_cannot_be_read_changes_nothing_and_is_told(openai, simulator, behaviour):
    simulator.plan("openai", behaviour)
    told = refresh()
    assert len(told) == 1 and told[0].startswith("openai could not be asked: ")
    assert not AuditEntry.objects.filter(action="catalogue.end").exists()


def test_the_adapter_lists_what_its_vendor_lists(openai):
    adapter = registry.image_provider("openai")
    assert isinstance(adapter, Lists)
    assert {"gpt-image-2", "gpt-image-2.6-flare"} <= {each.model for each in adapter.models()}


@pytest.mark.django_db(transaction=True)
def test_the_scheduler_reads_them_once_a_day(openai):
    ModelProfile.objects.filter(model="gpt-image-1.5").update(ends_on=None, lifecycle="active")
    periodic = DUTIES["designer.catalogue.refresh.refresh_aside"]
    assert periodic.seconds == 24 * 60 * 60
    periodic.duty().join(20)
    assert ModelProfile.objects.get(model="gpt-image-1.5").ends_on == date(2026, 12, 1)
