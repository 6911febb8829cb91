"""Every language adapter, through its vendor's real SDK over a real socket, held to one contract."""

import base64
import io
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from designer.env import ROOT
from designer.providers import base, registry
from designer.providers.base import LanguageProvider, LanguageRequest, ProviderConfig
from tests.contract.adapters import STRANGERS
from tests.simulators.providers.server import KEY, Simulator, picture

SCHEMA = {
    "type": "object",
    "properties": {
        "garment": {
            "type": "object",
            "properties": {
                "value": {"type": "string", "enum": ["coat", "dress", "unknown"]},
                "confidence": {"type": "number"},
                "from": {"type": "string", "enum": ["brief", "photo", "none"]},
            },
            "required": ["value", "confidence", "from"],
            "additionalProperties": False,
        }
    },
    "required": ["garment"],
    "additionalProperties": False,
}
UNKNOWN = (base.TimedOut, True)


@dataclass(frozen=True)
class Row:
    """`expected`: the error of each behaviour (None = an answer), and whether the vendor bills it (None = depends)."""

    name: str
    model: str
    path: str

    @property
    def expected(self) -> dict[str, tuple[type[base.ProviderError] | None, bool | None]]:
        moderated = (base.Moderated, None)
        return {
            "ok": (None, True), "bad_field": (base.InvalidRequest, False), "unauthorized": (base.AuthFailed, False),
            "moderated": moderated, "moderated_output": moderated, "retired": (base.ModelRetired, False),
            "unprocessable": (base.InvalidRequest, False), "rate_limited": (base.RateLimited, False),
            "quota": (base.QuotaExhausted, False), "error_500": (base.ProviderDown, False),
            "unavailable": (base.ProviderDown, False), "slow": UNKNOWN, "drip": UNKNOWN, "cut": UNKNOWN,
            "html": (base.ProviderDown, False), "empty": (base.Garbled, None),
            "corrupt": (base.Garbled, None), "huge_json": (base.Garbled, None),
            "deep_json": (base.Garbled, None), "no_images": (None, True),
        }  # fmt: skip


ROWS = (
    Row("openai", "gpt-5.4-mini", "/v1/responses"),
    Row("google", "gemini-3.1-flash-lite", "/v1beta/models/gemini-3.1-flash-lite:generateContent"),
    Row("anthropic", "claude-haiku-5-5", "/v1/messages"),
)
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def made(row: Row, simulator: Simulator, key: str = KEY) -> LanguageProvider:
    registry.discover()
    return registry.LANGUAGES[row.name](ProviderConfig(api_key=key, base_url=simulator.url(row.name)))


def wish(row: Row, **changes: Any) -> LanguageRequest:
    said = LanguageRequest(
        model=row.model, system="Read it.", text=json.dumps({"brief": "a dress"}), schema=SCHEMA, timeout_s=20
    )
    return replace(said, **changes)


def sent_pictures(simulator: Simulator) -> list[Image.Image]:
    """The pictures of the last call, wherever its vendor puts them."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for name, value in node.items():
                if name == "image_url":
                    found.append(value.partition("base64,")[2])
                elif name == "data" and isinstance(value, str):
                    found.append(value)
                walk(value)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(simulator.calls[-1].json())
    plain = (text.replace("-", "+").replace("_", "/") for text in found)
    return [Image.open(io.BytesIO(base64.b64decode(text))) for text in plain]


@pytest.mark.parametrize(
    ("row", "behaviour"), [pytest.param(row, each, id=f"{row.name}-{each}") for row in ROWS for each in row.expected]
)
def test_each_behaviour_is_answered_by_the_contract_with_one_call(row, behaviour, simulator) -> None:
    error, billed = row.expected[behaviour]
    simulator.plan(row.name, behaviour, times=0, **({"retry_after": 7} if behaviour == "rate_limited" else {}))
    request, began = wish(row, timeout_s=0.6 if error is base.TimedOut else 20), datetime.now(UTC)
    if error is None:
        result = made(row, simulator).complete(request, idempotency_key="k")
        assert bool(result.data) is (behaviour == "ok") and result.usage["text_out"] > 0
    else:
        with pytest.raises(error) as raised:
            made(row, simulator).complete(request, idempotency_key="k")
        assert raised.value.message and KEY not in str(raised.value)
        if isinstance(raised.value, base.RateLimited):
            wait = raised.value.retry_at - began
            assert timedelta(seconds=6) < wait < timedelta(minutes=5)
    assert [call.path for call in simulator.calls] == [row.path]
    if billed is not None:
        assert bool(simulator.charges) is billed


@each_row
@pytest.mark.parametrize("stranger", STRANGERS)
def test_an_address_at_which_a_stranger_knows_nothing_ends_no_model(stranger, row, simulator) -> None:
    behaviour, details = STRANGERS[stranger]
    simulator.plan(row.name, behaviour, times=0, status=404, **details)
    with pytest.raises(base.ProviderDown):
        made(row, simulator).complete(wish(row), idempotency_key="k")
    assert len(simulator.calls) == 1


@each_row
def test_the_answer_comes_from_the_request_and_its_tokens_are_what_the_vendor_bills(row, simulator) -> None:
    result = made(row, simulator).complete(
        wish(row, text=json.dumps({"brief": "a long coat"}), images=(picture(64, 64),)), idempotency_key="k"
    )
    assert result.data["garment"]["value"] == "coat"
    assert result.usage == simulator.charges[0].usage and result.model == row.model
    assert result.request_id


@each_row
def test_a_large_picture_is_sent_small_and_as_jpeg(row, simulator) -> None:
    large = io.BytesIO()
    Image.effect_noise((3000, 2000), 80).convert("RGBA").save(large, "PNG")
    made(row, simulator).complete(wish(row, images=(large.getvalue(),)), idempotency_key="k")
    (sent,) = sent_pictures(simulator)
    assert (sent.format, sent.size) == ("JPEG", (1024, 683))


@each_row
def test_what_is_no_picture_is_refused_before_any_call(row, simulator) -> None:
    with pytest.raises(base.InvalidRequest) as raised:
        made(row, simulator).complete(wish(row, images=(b"<svg/>",)), idempotency_key="k")
    assert raised.value.field == "references" and not simulator.calls


@each_row
@pytest.mark.parametrize("says", ["<script>alert(1)</script>", "[1, 2]", "", '"words"', "{" * 5000])
def test_words_that_are_no_object_are_an_empty_answer_that_was_paid_for(row, says, simulator) -> None:
    simulator.plan(row.name, "ok", says=says)
    result = made(row, simulator).complete(wish(row), idempotency_key="k")
    assert result.data == {} and result.usage["text_in"] > 0


@each_row
def test_a_wrong_key_an_odd_key_and_a_dead_address_have_their_words(row, simulator) -> None:
    for key in ("wrong", "schlüssel", "two\nlines"):
        with pytest.raises(base.AuthFailed):
            made(row, simulator, key).complete(wish(row), idempotency_key="k")
    kind = registry.LANGUAGES[row.name]
    with pytest.raises(base.ProviderDown):
        kind(ProviderConfig(api_key=KEY, base_url="http://127.0.0.1:9")).complete(wish(row), idempotency_key="k")
    assert not kind(ProviderConfig()).is_ready() and made(row, simulator).is_ready()


def test_importing_the_adapters_loads_no_sdk() -> None:
    lines = "import sys; from designer.providers import registry; registry.discover(); print(sorted(registry.LANGUAGES)"
    lines += ", {'openai', 'anthropic', 'google.genai'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['anthropic', 'google', 'openai'] set()"
