"""OpenAI's adapter where it differs from others: sizes, edits, tokens, what its headers and codes mean."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from designer.providers.base import (
    AuthFailed,
    ImageRequest,
    ImageResult,
    InvalidRequest,
    ModelRetired,
    Moderated,
    ProviderConfig,
    ProviderDown,
    ProviderError,
    QuotaExhausted,
    RateLimited,
    TimedOut,
)
from designer.providers.openai import ANY_SIZE, OpenAIImages, size_of
from designer.providers.sketchbook import RATIOS
from tests.simulators.providers.server import KEY, Simulator, in_base64, picture
from tests.simulators.providers.vendors.openai import size_is_fine

PNG = in_base64(picture(64, 64, 1))
Draw = Callable[..., ImageResult]


@pytest.fixture
def draw(simulator: Simulator) -> Draw:
    def ask(**changes: Any) -> ImageResult:
        said = {"model": "gpt-image-2.6-flare", "width": 768, "height": 1024, "seeds": (1,), "timeout_s": 20}
        provider = OpenAIImages(ProviderConfig(api_key=KEY, base_url=simulator.url("openai")))
        request = ImageRequest(prompt="A coat", **{**said, **changes})
        return provider.generate(request, idempotency_key="k", cancelled=lambda: False, progress=lambda share: None)

    return ask


def answers(simulator: Simulator, body: object, **details: Any) -> None:
    simulator.plan("openai", "ok", json=body, **details)


def fails(simulator: Simulator, status: int, headers: dict[str, str] | None = None, **error: Any) -> None:
    answers(simulator, {"error": {"message": "Told so.", **error}}, status=status, headers=headers or {})


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("model", ANY_SIZE)
def test_every_ratio_of_the_studio_becomes_a_size_that_openai_takes_and_none_smaller(model, ratio):
    from designer.pipeline.generation import size_of as planned

    width, height = planned(ratio)
    request = ImageRequest(prompt="x", model=model, width=width, height=height, seeds=(1,), aspect_ratio=ratio)
    asked = size_of(request)
    across, down = map(int, asked.split("x"))
    assert size_is_fine(model, asked) and across >= width and down >= height
    assert abs(across / down - width / height) < 0.03


def test_a_size_that_is_taken_as_it_is_comes_back_to_the_pixel(draw):
    assert [(each.width, each.height) for each in draw().images] == [(768, 1024)]


def test_older_models_draw_three_sizes_and_say_so_before_a_call(draw, simulator):
    told = draw(model="gpt-image-1.5", aspect_ratio="2:3", width=680, height=1024).images[0]
    assert (told.width, told.height) == (1024, 1536)
    with pytest.raises(InvalidRequest) as caught:
        draw(model="gpt-image-1.5", aspect_ratio="3:4")
    assert (caught.value.field, len(simulator.calls)) == ("aspect_ratio", 1)


def test_too_long_a_picture_is_refused_before_a_call(draw, simulator):
    with pytest.raises(InvalidRequest) as caught:
        draw(width=2048, height=512)
    assert (caught.value.field, simulator.calls) == ("size", [])


def test_references_make_an_edit_and_their_bytes_arrive_untouched(draw, simulator):
    photos = (picture(64, 80, 1), picture(64, 80, 2, "JPEG"), picture(64, 80, 3, "WEBP"))
    draw(references=photos, seeds=(1, 2), quality="high")
    call = simulator.calls[0]
    assert call.path == "/v1/images/edits"
    files = call.files("image")
    assert tuple(file.data for file in files) == photos
    assert [file.media_type for file in files] == ["image/png", "image/jpeg", "image/webp"]
    told = call.fields()
    assert (told["n"], told["size"], told["quality"]) == ("2", "768x1024", "high")


def test_only_what_openai_documents_is_sent_and_the_seed_is_not_claimed(draw, simulator):
    made = draw(seeds=(7,))
    assert set(simulator.calls[0].json()) == {"model", "prompt", "n", "size", "quality"}
    assert made.images[0].seed is None
    assert "idempotency-key" not in simulator.calls[0].headers
    assert made.request_id.startswith("req_")


def test_the_finest_quality_is_for_the_models_that_have_it(draw):
    assert len(draw(model="gpt-image-2.5-sunburst", quality="max").images) == 1
    with pytest.raises(InvalidRequest, match="no quality"):
        draw(quality="max")


def test_an_answer_that_does_not_tell_its_output_apart_is_counted_as_pictures(draw, simulator):
    usage = {"input_tokens": 9, "output_tokens": 500, "total_tokens": 509}
    answers(simulator, {"created": 1, "data": [{"b64_json": PNG}], "usage": usage})
    assert draw().usage == {"text_in": 9, "image_out": 500}
    answers(simulator, {"created": 1, "data": [{"b64_json": PNG}]})
    assert draw().usage == {}


def test_more_pictures_than_asked_for_and_odd_ones_are_left_out(draw, simulator):
    answers(simulator, {"created": 1, "data": [3, {"url": "http://x"}, {"b64_json": PNG}, {"b64_json": PNG}]})
    assert len(draw().images) == 1


@pytest.mark.parametrize("body", [[], 7, "words", None, {"data": 5}, {"padding": "x"}])
def test_json_that_is_no_images_answer_is_a_failure_of_openai(body, draw, simulator):
    answers(simulator, body)
    with pytest.raises(ProviderDown):
        draw()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "9"}, 9),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}, 90),
        ({"x-ratelimit-remaining-requests": "12", "x-ratelimit-reset-requests": "1m30s"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_the_pause_is_the_one_that_the_headers_name(headers, seconds, draw, simulator):
    fails(simulator, 429, headers, code="rate_limit_exceeded", type="requests")
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as caught:
        draw()
    if seconds is None:
        assert caught.value.retry_at is None
    else:
        pause = timedelta(seconds=seconds)
        assert before + pause <= caught.value.retry_at <= datetime.now(UTC) + pause


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, {"code": "billing_hard_limit_reached"}, QuotaExhausted),
        (402, {}, QuotaExhausted),
        (403, {"code": "unsupported_country_region_territory"}, AuthFailed),
        (403, {"code": "moderation_blocked"}, Moderated),
        (400, {"code": "content_policy_violation"}, Moderated),
        (404, {"code": "model_not_found"}, ModelRetired),
        (404, {}, ProviderDown),
        (408, {}, TimedOut),
        (409, {}, ProviderDown),
        (413, {}, InvalidRequest),
        (504, {}, TimedOut),
        (529, {}, ProviderDown),
    ],
)
def test_each_refusal_has_one_meaning(status, error, expected, draw, simulator):
    fails(simulator, status, **error)
    with pytest.raises(ProviderError) as caught:
        draw()
    assert type(caught.value) is expected
    assert len(simulator.calls) == 1


def test_what_the_safety_system_found_is_said_in_words(draw, simulator):
    simulator.plan("openai", "moderated")
    with pytest.raises(Moderated) as caught:
        draw()
    words = "OpenAI declined this: Your request was rejected by the safety system (sexual)."
    assert caught.value.message == words


def test_a_reference_that_openai_refuses_is_named_as_the_studio_names_it(draw, simulator):
    fails(simulator, 400, code="invalid_image_file", param="image")
    with pytest.raises(InvalidRequest) as caught:
        draw(references=(picture(64, 80, 1),))
    assert caught.value.field == "references"


def test_the_key_is_not_in_what_a_person_is_told(draw, simulator):
    simulator.plan("openai", "unauthorized")
    with pytest.raises(AuthFailed) as caught:
        draw()
    assert KEY not in f"{caught.value.message} {caught.value.remedy}" and "sim****" not in caught.value.message
