"""Stable Diffusion WebUI's /sdapi/v1, as its FastAPI application answers."""

from __future__ import annotations

import base64
import binascii
import io
import json
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer, in_base64, picture

VENDOR: Final = "a1111"
LOADED: Final = "sd_xl_base_1.0"


def invalid(field: str, why: str) -> Answer:
    """FastAPI's validation error."""
    return answer({"detail": [{"loc": ["body", field], "msg": why, "type": "value_error"}]}, 422)


def asked_for(behaviour: str | None, details: Mapping[str, Any]) -> Answer | None:
    match behaviour:
        case "bad_field":
            return invalid(details.get("field", "width"), "ensure this value is a multiple of 8")
        case "unprocessable":
            return invalid("prompt", "none is not an allowed value")
        case "unauthorized":
            return answer({"detail": "Incorrect username or password"}, 401, www_authenticate="Basic")
        case "rate_limited":
            named = {"retry_after": str(details["retry_after"])} if "retry_after" in details else {}
            return answer({"detail": "Too many requests"}, 429, **named)
        case "error_500":
            words = {"error": "OutOfMemoryError", "detail": "", "body": "", "errors": "CUDA out of memory."}
            return answer(words, 500)
        case "unavailable":
            return answer({"detail": "Model is loading"}, 503)
    return None


def generate(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """txt2img and img2img."""
    refused = asked_for(behaviour, details)
    if refused is not None:
        return refused
    wish = call.json()
    for side in ("width", "height"):
        if not isinstance(wish.get(side), int) or wish[side] % 8 or not 64 <= wish[side] <= 4096:
            return invalid(side, "ensure this value is a multiple of 8 from 64 to 4096")
    if call.path.endswith("img2img") and (refused := _refused_photo(wish)) is not None:
        return refused
    call.state["progress"] = 0.5
    seed = wish.get("seed", -1) if wish.get("seed", -1) >= 0 else call.number
    info = {"seed": seed, "all_seeds": [seed], "sd_model_name": LOADED, "width": wish["width"]}
    images = [] if behaviour in ("no_images", "fewer_images") else [_drawn(wish, behaviour, seed)]
    body = {"images": images, "parameters": wish, "info": json.dumps(info)}
    return answer(body, charge=Charge(model=f"checkpoint:{LOADED}", images=1))


def _refused_photo(wish: Mapping[str, Any]) -> Answer | None:
    try:
        Image.open(io.BytesIO(base64.b64decode(wish["init_images"][0], validate=True))).verify()
    except (KeyError, IndexError, binascii.Error, UnidentifiedImageError, OSError):
        return answer({"detail": "Invalid encoded image"}, 500)
    return None


def _drawn(wish: Mapping[str, Any], behaviour: str | None, seed: int) -> str:
    if behaviour == "invalid_base64":
        return "%%% this is not base64 %%%"
    if behaviour == "wrong_media_type":
        return in_base64(b"%PDF-1.7 not a picture")
    width = wish["width"] // 2 if behaviour == "wrong_size" else wish["width"]
    return in_base64(picture(width, wish["height"], seed % 1000))


def progress(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    return answer({"progress": call.state.get("progress", 0.0), "eta_relative": 1.0, "state": {"job_count": 1}})


def interrupt(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    call.state["interrupted"] = True
    return answer({})


ROUTES: Final = (
    Route("POST", "/sdapi/v1/(?:txt2img|img2img)", generate),
    Route("GET", "/sdapi/v1/progress", progress, plans=False),
    Route("POST", "/sdapi/v1/interrupt", interrupt, plans=False),
)
