"""What the adapters share: times and bytes that end, and what is read out of headers and pictures."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from PIL import Image

from designer.env import ROOT
from designer.providers.base import InvalidRequest, ProviderDown, TimedOut
from designer.providers.remote.client import bounded_client
from designer.providers.remote.pictures import fitted, from_base64, generated, media_type_of
from designer.providers.remote.waits import retry_at, seconds_of
from tests.images import encoded, png_header_only
from tests.simulators.providers.server import Simulator, in_base64, picture

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def get(simulator: Simulator, *, timeout_s: float = 5, max_bytes: int = 1 << 20) -> httpx2.Response:
    with bounded_client("The vendor", timeout_s=timeout_s, max_bytes=max_bytes) as client:
        return client.get(f"{simulator.url('openai')}/v1/models", headers={"authorization": "Bearer k"})


def test_an_answer_is_read_whole_and_no_more_than_it_may_have(simulator: Simulator) -> None:
    assert get(simulator).json()["object"] == "list"
    with pytest.raises(ProviderDown, match="no usable answer"):
        get(simulator, max_bytes=100)


def test_a_packed_answer_is_refused_for_it_could_unpack_to_any_size(simulator: Simulator) -> None:
    simulator.plan("openai", "ok", json={}, headers={"Content-Encoding": "gzip"})
    with pytest.raises(ProviderDown, match="packed"):
        get(simulator)
    assert simulator.calls[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("behaviour", ["slow", "drip"])
def test_the_time_counts_for_the_call_as_a_whole(behaviour: str, simulator: Simulator) -> None:
    simulator.plan("openai", behaviour, seconds=3600, pause=0.01)
    with pytest.raises(TimedOut) as caught:
        get(simulator, timeout_s=0.3)
    assert caught.value.outcome_unknown


def test_a_connection_that_is_refused_sent_nothing() -> None:
    with pytest.raises(ProviderDown) as caught, bounded_client("The vendor", timeout_s=5) as client:
        client.get("http://127.0.0.1:9/")
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("17", 17), ("34.07s", 34.07), ("6m0s", 360), ("120ms", 0.12), ("1h2m3s", 3723), ("", None), ("soon", None),
     ("5 apples", None), ("-3", None), ("1e9s", None)],
)  # fmt: skip
def test_spans_of_time_are_read_in_every_spelling(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "999999999"}, 86_400),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        ({"retry-after": "perhaps"}, None),
    ],
)
def test_the_time_to_ask_again_is_read_from_dates_and_resets_and_is_never_past_nor_far(headers, seconds) -> None:
    assert retry_at(headers, NOW) == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_taken_for_what_its_bytes_are(kind: str) -> None:
    made = from_base64(in_base64(picture(48, 64, 1, kind)), seed=5)
    assert made is not None
    assert (made.media_type, made.width, made.height, made.seed) == (f"image/{kind.lower()}", 48, 64, 5)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"<html>", encoded("GIF"), png_header_only(60_000, 60_000)])
def test_what_is_no_picture_that_the_studio_keeps_is_none(data: bytes) -> None:
    assert generated(data) is None
    with pytest.raises(InvalidRequest):
        media_type_of(data)


def test_the_web_process_does_not_load_the_sdks_to_know_the_adapters() -> None:
    code = (
        "import sys; from designer.providers.registry import discover; print(discover());"
        "print([each for each in ('openai', 'google.genai', 'anthropic', 'diffusers', 'torch') if each in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    names, loaded = said.stdout.splitlines()
    assert "'google', 'openai'" in names and loaded == "[]"


def test_a_cut_out_is_sent_on_white_not_with_what_lies_under_its_transparency() -> None:
    cut = Image.new("RGBA", (200, 200), (255, 0, 0, 0))
    cut.paste((0, 128, 0, 255), (60, 60, 140, 140))
    made = fitted(encoded("PNG", cut), 100, 100)
    assert (made.mode, made.getpixel((2, 2)), made.getpixel((50, 50))) == ("RGB", (255, 255, 255), (0, 128, 0))
