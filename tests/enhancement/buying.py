"""What the tests of bought steps share: both services at the simulator, a recipe, its end, orders and payments."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.utils import timezone

from designer.catalogue.models import ModelProfile
from designer.jobs.claims import promote_due
from designer.jobs.models import Job, JobAttempt
from designer.ledger.models import LedgerEntry
from designer.providers import registry as providers
from designer.providers.base import ProviderConfig
from enhancement.models import Enhancement
from enhancement.prices import ensure_prices
from enhancement.remote import buying, registry
from tests.simulators.providers.messages import SECRET
from tests.simulators.providers.server import KEY
from tests.work import work_off

SERVICES = {"replicate": "replicate/real-esrgan", "fal": "fal/real-esrgan"}


class Dead(BaseException):
    """A worker's end: nothing after it is done."""


def dying(*_: Any, **__: Any) -> None:
    raise Dead


@contextmanager
def both_services(simulator: Any, settings: Any, monkeypatch: Any) -> Iterator[Any]:
    """Both services, with keys, played by the simulator; looked after without long waits, and allowing any number."""
    options = {"webhook_secret": SECRET}
    configs = {name: ProviderConfig(api_key=KEY, base_url=simulator.url(name), options=options) for name in SERVICES}
    providers.configure({**settings.PROVIDERS, **configs})
    registry.forget()
    ensure_prices()
    ModelProfile.objects.filter(provider__in=SERVICES).update(limits={})
    monkeypatch.setattr(buying, "FIRST_LOOK", 0.02)
    monkeypatch.setattr(buying, "GLANCE", 0.01)
    yield simulator
    providers.configure(settings.PROVIDERS)
    registry.forget()


def recipe(name: str, **params: Any) -> list[dict[str, Any]]:
    return [{"name": "upscale", "scale": 2, "service": SERVICES[name], **params}]


def ask(editor: Any, asset: Any, operations: list[dict[str, Any]]) -> Enhancement:
    answer = editor.post(f"/api/enhance/{asset.pk}", {"operations": operations}, format="json")
    assert answer.status_code == 202, answer.content
    return Enhancement.objects.get(pk=answer.json()["id"])


def done(row: Enhancement) -> Enhancement:
    work_off("remote", "gpu")
    row.refresh_from_db()
    return row


def again(row: Enhancement) -> Enhancement:
    """The next try of its job, now."""
    Job.objects.filter(pk=row.job_id).update(scheduled_at=timezone.now())
    promote_due()
    return done(row)


def orders(simulator: Any) -> int:
    """How many times the services were asked for work that they charge for."""
    aside = ("/cancel", "/v1/files")
    return sum(call.method == "POST" and not call.path.endswith(aside) for call in simulator.calls)


def paid() -> list[Decimal]:
    return list(LedgerEntry.objects.order_by("created_at").values_list("amount", flat=True))


def outcomes() -> list[str]:
    return list(JobAttempt.objects.order_by("number").values_list("outcome", flat=True))
