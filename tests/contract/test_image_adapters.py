"""Every image adapter, through its vendor's real SDK over a real socket, held to one contract."""

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import pytest
from PIL import Image

from designer.env import ROOT
from designer.providers.base import (
    AuthFailed,
    Cancelled,
    ImageProvider,
    ImageRequest,
    ImageResult,
    InvalidRequest,
    ModelRetired,
    ProviderDown,
    ProviderError,
    RateLimited,
    TimedOut,
)
from tests.contract.adapters import ADAPTERS, EXPECTED, PHOTO, STRANGERS, Adapter
from tests.simulators.providers.server import BEHAVIOURS, Simulator, picture

NAMES = [adapter.name for adapter in ADAPTERS]
each_adapter = pytest.mark.parametrize("adapter", ADAPTERS, ids=NAMES)


def wish(adapter: Adapter, **changes: Any) -> ImageRequest:
    """Two images where one call brings them, else one."""
    seeds = (11, 12) if adapter.at_once else (11,)
    said = ImageRequest(prompt="A midi dress", model=adapter.model, width=768, height=1024, seeds=seeds, timeout_s=20)
    return replace(said, **{"aspect_ratio": adapter.ratio, **changes})


def ask(
    provider: ImageProvider, request: ImageRequest, cancelled: Any = lambda: False, *, key: str = "k-1"
) -> ImageResult:
    shown: list[float] = []
    result = provider.generate(request, idempotency_key=key, cancelled=cancelled, progress=shown.append)
    assert shown == sorted(shown) and shown[-1] == 1.0
    return result


def cases() -> list[Any]:
    """Each adapter with each behaviour that its vendor knows."""
    return [
        pytest.param(adapter, behaviour, id=f"{adapter.name}-{behaviour}")
        for adapter in ADAPTERS
        for behaviour in BEHAVIOURS
        if adapter.expected(behaviour) is not None
    ]


def works(simulator: Simulator) -> int:
    """How many times the vendor was asked for work: polls, probes and photos that are put there are no work."""
    return sum(call.method == "POST" and not call.path.startswith("/upload/") for call in simulator.calls)


def test_the_table_knows_every_behaviour() -> None:
    assert set(EXPECTED) == set(BEHAVIOURS)


@pytest.mark.parametrize(("adapter", "behaviour"), cases())
def test_each_behaviour_is_answered_by_the_contract_with_one_call(
    adapter: Adapter, behaviour: str, simulator: Simulator
) -> None:
    expect = adapter.expected(behaviour)
    assert expect is not None
    simulator.plan(adapter.name, behaviour, times=0, **expect.details)
    impatient = {"timeout_s": 0.6} if expect.error is TimedOut else {}
    provider, began = adapter.made(simulator), datetime.now(UTC)
    if expect.error is None:
        result = ask(provider, wish(adapter, **impatient))
        wanted = expect.images if adapter.at_once else min(expect.images, 1) - (behaviour == "fewer_images")
        assert len(result.images) == wanted
        assert all(Image.open(io.BytesIO(each.data)).size == (each.width, each.height) for each in result.images)
    else:
        with pytest.raises(ProviderError) as caught:
            ask(provider, wish(adapter, **impatient))
        assert type(caught.value) is expect.error, caught.value
        assert {name: getattr(caught.value, name) for name in expect.about} == expect.about
        if "retry_after" in expect.details:
            pause = timedelta(seconds=expect.details["retry_after"])
            assert began + pause <= caught.value.retry_at <= datetime.now(UTC) + pause
    assert works(simulator) == 1
    if expect.billed is not None:
        assert bool(simulator.charges) is expect.billed


@each_adapter
@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("stranger", STRANGERS)
def test_an_address_at_which_a_stranger_knows_nothing_ends_no_model(
    stranger: str, status: int, adapter: Adapter, simulator: Simulator
) -> None:
    behaviour, details = STRANGERS[stranger]
    simulator.plan(adapter.name, behaviour, times=0, status=status, **details)
    with pytest.raises(ProviderDown) as caught:
        ask(adapter.made(simulator), wish(adapter))
    assert not caught.value.outcome_unknown
    assert (works(simulator), simulator.charges) == (1, [])


@each_adapter
def test_a_limit_without_a_time_is_a_limit_all_the_same(adapter: Adapter, simulator: Simulator) -> None:
    simulator.plan(adapter.name, "rate_limited", times=0)
    with pytest.raises(RateLimited) as caught:
        ask(adapter.made(simulator), wish(adapter))
    says_it_elsewhere = adapter.name == "openai"  # in the headers of its limits
    assert (caught.value.retry_at is not None) is says_it_elsewhere
    assert (works(simulator), simulator.charges) == (1, [])


@each_adapter
def test_what_the_adapter_says_it_used_is_what_the_vendor_bills(adapter: Adapter, simulator: Simulator) -> None:
    result = ask(adapter.made(simulator), wish(adapter))
    assert [charge.images for charge in simulator.charges] == [len(result.images)]
    assert result.model == simulator.charges[0].model
    assert result.usage == (dict(simulator.charges[0].usage) if adapter.usage else {})


each_that_takes_photos = pytest.mark.parametrize(
    "adapter", [each for each in ADAPTERS if each.photos], ids=attrgetter("name")
)


@each_that_takes_photos
def test_references_are_sent_along_and_counted(adapter: Adapter, simulator: Simulator) -> None:
    provider = adapter.made(simulator)
    plain = ask(provider, wish(adapter))
    before = sum(len(call.body) for call in simulator.calls)
    photos = (PHOTO, picture(64, 80, 2, "JPEG"))[: adapter.photos]
    drawn = ask(provider, wish(adapter, references=photos), key="k-2")
    assert len(drawn.images) == len(plain.images)
    assert sum(len(call.body) for call in simulator.calls) > 2 * before + 500
    if adapter.usage:
        assert drawn.usage["image_in"] > plain.usage.get("image_in", 0)


@each_adapter
def test_it_takes_as_many_references_as_it_says_and_refuses_one_more_before_any_call(
    adapter: Adapter, simulator: Simulator
) -> None:
    provider = adapter.made(simulator)
    assert provider.capabilities(adapter.model).max_references == adapter.photos
    ask(provider, wish(adapter, references=(PHOTO,) * adapter.photos))
    with pytest.raises(InvalidRequest) as caught:
        ask(provider, wish(adapter, references=(PHOTO,) * (adapter.photos + 1)))
    assert (caught.value.field, works(simulator)) == ("references", 1)


@each_that_takes_photos
def test_with_a_photo_of_other_proportions_the_image_has_the_ratio_that_was_asked_for(
    adapter: Adapter, simulator: Simulator
) -> None:
    size = {"width": 824, "height": 1024} if adapter.ratio == "4:5" else {}
    drawn = ask(adapter.made(simulator), wish(adapter, references=(picture(200, 100, 3),), **size))
    across, down = map(int, adapter.ratio.split(":"))
    assert drawn.images[0].width / drawn.images[0].height == pytest.approx(across / down, rel=0.02)


@each_adapter
def test_a_stop_before_the_call_asks_nothing_of_the_vendor(adapter: Adapter, simulator: Simulator) -> None:
    with pytest.raises(Cancelled):
        ask(adapter.made(simulator), wish(adapter), cancelled=lambda: True)
    assert (simulator.calls, simulator.charges) == ([], [])


@each_adapter
def test_a_stop_while_the_vendor_draws_ends_in_the_paid_images_or_in_a_clean_stop(
    adapter: Adapter, simulator: Simulator
) -> None:
    provider = adapter.made(simulator)
    try:
        result = ask(provider, wish(adapter), cancelled=lambda: bool(simulator.calls))
    except Cancelled:
        assert adapter.keyless  # a machine of one's own, and it was told: what a vendor drew is paid for, and so kept
        assert any("interrupt" in call.path or "queue" in call.path for call in simulator.calls)
        return
    assert len(result.images) == sum(charge.images for charge in simulator.charges) > 0


@each_adapter
def test_what_the_vendor_lacks_is_said_before_any_call(adapter: Adapter, simulator: Simulator) -> None:
    provider = adapter.made(simulator)
    for changes, field in adapter.lacks:
        with pytest.raises(InvalidRequest) as caught:
            ask(provider, wish(adapter, **changes))
        assert caught.value.field == field
    with pytest.raises(InvalidRequest) as caught:
        provider.capabilities("nobody-knows-this-1")
    assert (caught.value.field, simulator.calls) == ("model", [])


@each_adapter
def test_a_model_that_has_ended_is_refused_with_its_successor_before_any_call(
    adapter: Adapter, simulator: Simulator
) -> None:
    provider = adapter.made(simulator)
    for model, successor in adapter.retired.items():
        with pytest.raises(ModelRetired) as caught:
            ask(provider, wish(adapter, model=model))
        assert caught.value.successor == successor
        assert provider.capabilities(successor)
    assert simulator.calls == []


@each_adapter
def test_an_address_where_nobody_listens_is_down_and_not_unknown(adapter: Adapter, simulator: Simulator) -> None:
    with pytest.raises(ProviderDown) as caught:
        ask(adapter.made(simulator, base_url="http://127.0.0.1:9"), wish(adapter))
    assert not caught.value.outcome_unknown


@each_adapter
def test_it_is_ready_with_a_key_or_an_address_only(adapter: Adapter, simulator: Simulator) -> None:
    bare = {"base_url": ""} if adapter.keyless else {"api_key": ""}
    assert adapter.made(simulator).is_ready()
    assert not adapter.made(simulator, **bare).is_ready()


@pytest.mark.parametrize("adapter", [each for each in ADAPTERS if not each.keyless], ids=lambda each: each.name)
@pytest.mark.parametrize("key", ["wrong", "bro\nken", "schlüssel"])
def test_a_key_that_is_wrong_or_cannot_be_sent_is_an_auth_failure(
    key: str, adapter: Adapter, simulator: Simulator
) -> None:
    with pytest.raises(AuthFailed):
        ask(adapter.made(simulator, api_key=key), wish(adapter))
    assert simulator.charges == []


@each_adapter
def test_a_redirect_is_not_followed_for_the_key_would_go_along(adapter: Adapter, simulator: Simulator) -> None:
    simulator.plan(adapter.name, "html", times=0, status=302, location=simulator.url(adapter.name))
    with pytest.raises(ProviderDown):
        ask(adapter.made(simulator), wish(adapter))
    assert works(simulator) == 1


ASKER = """
import json, sys
import django
django.setup()
from django.conf import settings
from designer.catalogue.ready import capabilities_of
from designer.providers.base import ImageRequest
from designer.providers.registry import image_provider
made = {}
for name, (model, ratio) in json.loads(sys.argv[1]).items():
    size = {"width": 768, "height": 1024, "aspect_ratio": ratio}
    wish = ImageRequest(prompt="A coat", model=model, seeds=(1,), timeout_s=20, **size)
    provider = image_provider(name)
    said = provider.generate(wish, idempotency_key="k", cancelled=lambda: False, progress=lambda share: None)
    made[name] = [provider.is_ready(), len(said.images)]
print(json.dumps(made))
"""


def test_the_environment_alone_decides_who_is_asked(simulator: Simulator) -> None:
    models = json.dumps({adapter.name: (adapter.model, adapter.ratio) for adapter in ADAPTERS})
    env = {**os.environ, **simulator.environment(), "IMAGE_PROVIDERS": ",".join(NAMES), "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        [sys.executable, "-c", ASKER, models], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout.splitlines()[-1]) == {name: [True, 1] for name in NAMES}
    assert {call.vendor for call in simulator.calls} == set(NAMES)
