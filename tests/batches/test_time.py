"""How long a batch is said to take: within what its providers allow, and behind what waits for them already."""

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from batches.pricing import EnhancementPrices, Price, span_of
from designer.assets.services import store_upload
from designer.catalogue.models import LimitsScope, ModelKind, ModelProfile
from designer.jobs import allowances
from designer.jobs.allowances import Limits, Wish
from teams.base.limits import link
from tests import images
from tests.enhancement.buying import both_services

pytestmark = pytest.mark.django_db(transaction=True)
PRICE = Decimal("0.04")
EACH = Price(
    provider="vendor", model="fast", title="Fast", images=1, low=PRICE, high=PRICE, most=PRICE, seconds=10,
    simulated=False,
)  # fmt: skip


@pytest.fixture(params=[{"concurrent": 2}, {"requests_per_minute": 12}, {"images_per_minute": 12}])
def limits(request):
    facts = {"title": "Fast", "kind": ModelKind.IMAGE, "limits": request.param}
    ModelProfile.objects.create(provider="vendor", model="fast", **facts)
    keys = Wish(provider="vendor", model="fast", holder="", limits=Limits()).keys
    link().delete(*keys)
    yield request.param
    link().delete(*keys)


def test_a_limit_of_any_kind_is_counted_and_so_are_the_calls_that_run_or_wait(limits):
    assert span_of([EACH] * 60, parallelism=60).low == 300
    wish = Wish(provider="vendor", model="fast", holder="another", limits=Limits.read(limits))
    assert not allowances.take(wish)
    assert span_of([EACH] * 60, parallelism=60).low == 305


def test_what_the_vendor_told_counts_where_it_is_less(limits):
    wish = Wish(provider="vendor", model="fast", holder="", limits=Limits())
    allowances.learn(wish, {"images": 6}, {}, timedelta())
    assert span_of([EACH] * 60, parallelism=60).low == 600


def test_models_of_one_account_and_services_of_a_recipe_are_counted_together():
    facts = {"kind": ModelKind.ENHANCEMENT, "limits_scope": LimitsScope.ACCOUNT, "limits": {"concurrent": 2}}
    for model in ("one", "two"):
        ModelProfile.objects.create(provider="house", model=model, title=model, **facts)
    link().delete("allowance:{house}")
    recipe = replace(
        EACH, provider="local", model="crop", seconds=40, bought=(("house", "one", 10), ("house", "two", 20))
    )
    assert span_of([recipe] * 60, parallelism=60).low == 60 * (10 + 20) / 2


def test_an_enhancement_says_what_it_buys_of_whom(member, team, simulator, settings, monkeypatch):
    asset = store_upload(actor=member("editor"), team_id=team.pk, file=io.BytesIO(images.encoded("PNG")), name="s.png")
    recipe = [{"name": "upscale", "scale": 2, "service": "fal/real-esrgan"}, {"name": "detail", "amount": 0.5}]
    with both_services(simulator, settings, monkeypatch):
        price = EnhancementPrices(team, recipe).of(asset)
    assert (price.provider, [call[:2] for call in price.calls]) == ("local", [("fal", "fal-ai/esrgan")])
