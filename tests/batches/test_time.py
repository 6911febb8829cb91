"""How long a batch is said to take: within what its providers allow, and behind what waits for them already."""

from datetime import timedelta
from decimal import Decimal

import pytest

from batches.pricing import Price, span_of
from designer.catalogue.models import ModelKind, ModelProfile
from designer.jobs import allowances
from designer.jobs.allowances import Limits, Wish
from teams.base.limits import link

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
