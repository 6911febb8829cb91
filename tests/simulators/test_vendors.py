"""What the vendors of the simulator refuse by themselves, seen through their own SDKs."""

import http.client
import io
import json
from typing import Any

import openai
import pytest
from google import genai
from google.genai import errors, types
from PIL import Image

from tests.simulators.providers.server import KEY, Simulator, picture

FLARE, NANO = "gpt-image-2.6-flare", "gemini-3.1-flash-image"
PHOTO = ("a.png", picture(32, 32, 1), "image/png")


@pytest.fixture
def gpt(simulator: Simulator) -> openai.OpenAI:
    return openai.OpenAI(api_key=KEY, base_url=f"{simulator.url('openai')}/v1", max_retries=0)


@pytest.fixture
def gemini(simulator: Simulator) -> genai.Client:
    return genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=simulator.url("google")))


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"n": 11}, "n"),
        ({"n": 0}, "n"),
        ({"quality": "max"}, "quality"),
        ({"quality": "hd"}, "quality"),
        ({"size": "680x1024"}, "size"),
        ({"size": "512x512"}, "size"),
        ({"size": "3840x3840"}, "size"),
        ({"size": "2048x512"}, "size"),
        ({"size": "256x256", "model": "gpt-image-1.5"}, "size"),
        ({"size": "1088x1088", "model": "gpt-image-1.5"}, "size"),
        ({"output_format": "bmp"}, "output_format"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 32_001}, "prompt"),
        ({"extra_body": {"seed": 7}}, "seed"),
        ({"extra_body": {"negative_prompt": "x"}}, "negative_prompt"),
        ({"style": "vivid"}, "style"),
    ],
)
def test_openai_names_the_field_it_refuses(wish: dict[str, Any], field: str, gpt, simulator) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        gpt.images.generate(**{"model": FLARE, "prompt": "A coat", **wish})
    assert (caught.value.param, simulator.charges) == (field, [])


@pytest.mark.parametrize("images", [[], [("a.txt", b"words", "text/plain")], [PHOTO] * 17])
def test_openai_refuses_references_that_are_none_no_pictures_or_too_many(images, gpt) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        gpt.images.edit(model=FLARE, prompt="A coat", image=images)
    assert caught.value.param == "image"


@pytest.mark.parametrize("model", ["dall-e-3", "gpt-image-1", "gpt-image-9"])
def test_openai_does_not_find_models_that_have_ended(model, gpt) -> None:
    for ask in (lambda: gpt.images.generate(model=model, prompt="x"), lambda: gpt.models.retrieve(model)):
        with pytest.raises(openai.NotFoundError) as caught:
            ask()
        assert caught.value.code == "model_not_found"


def test_openai_lists_its_models_with_the_day_on_which_they_end(gpt) -> None:
    ends = {model.id: model.shutdown_date for model in gpt.models.list()}
    assert (ends["gpt-image-1.5"], ends[FLARE]) == ("2026-12-01", None)
    assert "dall-e-3" not in ends


def test_openai_draws_bills_and_tells_its_limits(gpt, simulator) -> None:
    said = gpt.images.with_raw_response.generate(model=FLARE, prompt="A coat", n=2, size="1088x1088", quality="high")
    assert said.headers["x-ratelimit-remaining-requests"] == "499" and said.headers["x-request-id"]
    made = said.parse()
    assert (len(made.data), made.size, made.quality) == (2, "1088x1088", "high")
    assert made.usage.output_tokens_details.image_tokens == simulator.charges[0].usage["image_out"] > 2 * 1767
    assert made.data[0].b64_json != made.data[1].b64_json


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"image_config": {"aspect_ratio": "7:9"}}, "aspect_ratio"),
        ({"image_config": {"image_size": "8K"}}, "image_size"),
        ({"response_modalities": ["TEXT"]}, "response_modalities"),
    ],
)
def test_google_names_the_field_it_refuses(config, field, gemini, simulator) -> None:
    with pytest.raises(errors.ClientError) as caught:
        gemini.models.generate_content(model=NANO, contents="A coat", config=config)
    violation = caught.value.details["error"]["details"][0]["fieldViolations"][0]
    assert violation["field"].endswith(field) and simulator.charges == []


def test_google_knows_one_size_for_its_lighter_models(gemini) -> None:
    for model in ("gemini-3.1-flash-lite-image", "gemini-2.5-flash-image"):
        with pytest.raises(errors.ClientError):
            gemini.models.generate_content(
                model=model, contents="A coat", config={"image_config": {"image_size": "2K"}}
            )


def test_google_refuses_a_photo_that_is_none_or_not_of_its_type(gemini) -> None:
    for data, kind in ((b"words", "image/png"), (picture(32, 32, 1), "image/jpeg")):
        part = types.Part.from_bytes(data=data, mime_type=kind)
        with pytest.raises(errors.ClientError):
            gemini.models.generate_content(model=NANO, contents=[part, "A coat"])


def test_google_draws_in_the_ratio_and_counts_by_the_size(gemini, simulator) -> None:
    config = {"image_config": {"aspect_ratio": "16:9", "image_size": "2K"}}
    said = gemini.models.generate_content(model=NANO, contents="A coat", config=config)
    image = Image.open(io.BytesIO(said.parts[0].inline_data.data))
    assert image.size == (2752, 1536)
    assert said.usage_metadata.candidates_token_count == simulator.charges[0].usage["image_out"] == 1680


def test_imagen_has_ended_whatever_it_is_asked(simulator) -> None:
    link = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=10)
    body = json.dumps({"instances": [{"prompt": "A coat"}], "parameters": {"sampleCount": 1}})
    path = "/google/v1beta/models/imagen-4.0-generate-001:predict"
    link.request("POST", path, body, {"x-goog-api-key": KEY})
    said = link.getresponse()
    assert (said.status, json.load(said)["error"]["status"]) == (404, "NOT_FOUND")
    link.close()


def test_a_call_without_a_key_is_refused_in_the_words_of_each_vendor(simulator) -> None:
    for path, status in (("/openai/v1/models", 401), ("/google/v1/models", 403)):
        link = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=10)
        link.request("GET", path)
        assert link.getresponse().status == status
        link.close()
