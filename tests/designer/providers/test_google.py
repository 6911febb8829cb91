"""Google's adapter where it differs from others: a call per image, sizes by word, reasons without an image."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from designer.providers.base import (
    AuthFailed,
    Cancelled,
    ImageRequest,
    ImageResult,
    InvalidRequest,
    Moderated,
    ProviderConfig,
    ProviderDown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    TimedOut,
)
from designer.providers.google import MODELS, GoogleImages
from tests.simulators.providers.server import KEY, Simulator, in_base64, picture

Draw = Callable[..., ImageResult]


@pytest.fixture
def draw(simulator: Simulator) -> Draw:
    def ask(cancelled: Callable[[], bool] = lambda: False, **changes: Any) -> ImageResult:
        said = {"model": "gemini-3.1-flash-image", "width": 768, "height": 1024, "seeds": (1,), "timeout_s": 20}
        provider = GoogleImages(ProviderConfig(api_key=KEY, base_url=simulator.url("google")))
        request = ImageRequest(prompt="A coat", **{**said, **changes})
        return provider.generate(request, idempotency_key="k", cancelled=cancelled, progress=lambda share: None)

    return ask


def answers(simulator: Simulator, *parts: object, reason: str = "STOP", **more: Any) -> None:
    content = {"role": "model", "parts": list(parts)}
    candidate = {"content": content, "finishReason": reason, "index": 0}
    simulator.plan("google", "ok", json={"candidates": [candidate], "modelVersion": "seen", **more})


def part(seed: int, **more: object) -> dict[str, object]:
    return {"inlineData": {"mimeType": "image/png", "data": in_base64(picture(40 + seed, 40, seed))}, **more}


@pytest.mark.parametrize("model", MODELS)
def test_each_model_is_asked_in_the_words_it_takes(model, draw, simulator):
    made = draw(model=model, aspect_ratio="9:16")
    config = simulator.calls[0].json()["generationConfig"]
    assert config["responseModalities"] == ["IMAGE"]
    size = {} if model == "gemini-2.5-flash-image" else {"imageSize": "1K"}
    assert config["imageConfig"] == {"aspectRatio": "9:16", **size}
    assert set(config) == {"responseModalities", "imageConfig"}
    assert made.images[0].height > made.images[0].width and made.images[0].seed is None
    assert made.request_id and made.model == model


@pytest.mark.parametrize(("side", "word"), [(512, "512"), (1024, "1K"), (2048, "2K"), (4096, "4K")])
def test_the_smallest_size_that_is_large_enough_is_asked_for(side, word, draw, simulator):
    draw(width=side, height=side, aspect_ratio="1:1")
    assert simulator.calls[0].json()["generationConfig"]["imageConfig"]["imageSize"] == word


def test_a_call_is_made_for_each_image_and_the_tokens_are_added_up(draw, simulator):
    made = draw(seeds=(1, 2, 3))
    assert (len(made.images), len(simulator.calls), len(made.request_id.split())) == (3, 3, 3)
    assert made.usage == {"text_in": 3, "image_out": 3 * 1120}


def test_a_stop_between_two_images_keeps_the_first(draw, simulator):
    assert len(draw(cancelled=lambda: len(simulator.calls) == 1, seeds=(1, 2)).images) == 1
    with pytest.raises(Cancelled):
        draw(cancelled=lambda: True, seeds=(1, 2))
    assert len(simulator.calls) == 1


def test_a_failure_after_the_first_image_keeps_it_and_before_it_is_told(draw, simulator):
    simulator.plan("google", "ok")
    simulator.plan("google", "error_500")
    assert len(draw(seeds=(1, 2)).images) == 1
    simulator.plan("google", "error_500")
    with pytest.raises(ProviderDown):
        draw(seeds=(1, 2))


def test_pictures_that_the_model_drew_while_thinking_are_left_out(draw, simulator):
    answers(simulator, part(1, thought=True), {"text": "Here it is."}, part(9))
    made = draw()
    assert ([each.width for each in made.images], made.model) == ([49], "seen")


def test_thoughts_and_words_are_counted_apart_from_pictures(draw, simulator):
    made = [{"modality": "IMAGE", "tokenCount": 1120}, {"modality": "TEXT", "tokenCount": 5}]
    sent = [{"modality": "TEXT", "tokenCount": 7}, {"modality": "IMAGE", "tokenCount": 1120}]
    usage = {"promptTokensDetails": sent, "candidatesTokensDetails": made, "thoughtsTokenCount": 40}
    answers(simulator, part(1), usageMetadata=usage)
    assert draw().usage == {"text_in": 7, "image_in": 1120, "text_out": 45, "image_out": 1120}
    answers(simulator, part(1), usageMetadata={"promptTokenCount": 7, "candidatesTokenCount": 1120})
    assert draw().usage == {"text_in": 7, "image_out": 1120}


@pytest.mark.parametrize("reason", ["IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "PROHIBITED_CONTENT", "RECITATION"])
def test_a_picture_that_is_withheld_for_safety_is_moderated_at_the_output(reason, draw, simulator):
    simulator.plan("google", "moderated_output", reason=reason)
    with pytest.raises(Moderated) as caught:
        draw()
    assert caught.value.stage == "output"
    assert caught.value.usage == simulator.charges[0].usage and caught.value.usage["image_out"] == 1120


def test_of_several_pictures_each_that_was_drawn_is_counted_though_one_was_withheld(draw, simulator):
    simulator.plan("google", "ok")
    simulator.plan("google", "moderated_output")
    assert draw(seeds=(1, 2)).usage["image_out"] == 2 * 1120
    simulator.plan("google", "no_images")
    simulator.plan("google", "moderated_output")
    with pytest.raises(Moderated) as caught:
        draw(seeds=(1, 2))
    words = [charge.usage["text_in"] for charge in simulator.charges[2:]]
    assert caught.value.usage == {"text_in": sum(words), "image_out": 1120}


@pytest.mark.parametrize("reason", ["NO_IMAGE", "IMAGE_OTHER", "MAX_TOKENS", "A_NEW_ONE"])
@pytest.mark.filterwarnings("ignore:A_NEW_ONE")
def test_an_answer_that_only_lacks_its_picture_has_none(reason, draw, simulator):
    simulator.plan("google", "no_images", reason=reason)
    assert draw().images == ()


@pytest.mark.parametrize("body", [[], {}, {"padding": "x"}, {"candidates": "none"}, {"candidates": [3]}])
def test_json_that_is_no_answer_of_gemini_is_a_failure_of_google(body, draw, simulator):
    simulator.plan("google", "ok", json=body)
    with pytest.raises(ProviderDown):
        draw()


def test_the_pause_is_the_one_that_retry_info_names_in_seconds_with_a_fraction(draw, simulator):
    simulator.plan("google", "rate_limited", retry_after=34.5)
    before, pause = datetime.now(UTC), timedelta(seconds=34.5)
    with pytest.raises(RateLimited) as caught:
        draw()
    assert before + pause <= caught.value.retry_at <= datetime.now(UTC) + pause
    simulator.plan("google", "rate_limited")
    with pytest.raises(RateLimited) as caught:
        draw()
    assert caught.value.retry_at is None


@pytest.mark.parametrize(
    ("status", "details", "expected"),
    [
        (400, [{"reason": "API_KEY_INVALID"}], AuthFailed),
        (401, [], AuthFailed),
        (403, [], AuthFailed),
        (400, "odd", InvalidRequest),
        (402, [], QuotaExhausted),
        (429, [{"violations": [{"quotaId": "Free", "quotaValue": "0"}]}], QuotaExhausted),
        (429, [3, {"violations": [4]}], RateLimited),
        (500, [], ProviderDown),
        (504, [], TimedOut),
    ],
)
def test_each_refusal_has_one_meaning(status, details, expected, draw, simulator):
    error = {"code": status, "message": "Told so.", "status": "X", "details": details}
    simulator.plan("google", "ok", json={"error": error}, status=status)
    with pytest.raises(ProviderError) as caught:
        draw()
    assert type(caught.value) is expected
    assert len(simulator.calls) == 1


@pytest.mark.parametrize(
    ("model", "most", "tokens"), [("gemini-3-pro-image", 14, 560), ("gemini-2.5-flash-image", 3, 1290)]
)
def test_each_model_takes_so_many_references_and_no_more(model, most, tokens, draw, simulator):
    photos = (picture(32, 32, 1),) * (most + 1)
    assert draw(model=model, references=photos[1:]).usage["image_in"] == most * tokens
    with pytest.raises(InvalidRequest) as caught:
        draw(model=model, references=photos)
    assert (caught.value.field, len(simulator.calls)) == ("references", 1)
