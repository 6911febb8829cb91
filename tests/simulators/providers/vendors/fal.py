"""fal's queue and outputs, and the public key of its messages, as documented in November 2026."""

from __future__ import annotations

import base64
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer
from tests.simulators.providers.works import FAILS, Work, new_work, output, output_of, picture_in, work_of

VENDOR: Final = "fal"
FACTORS: Final = {"fal-ai/esrgan": "scale", "fal-ai/clarity-upscaler": "upscale_factor"}
SIGNING: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
REQUESTS: Final = "/(?P<owner>[^/]+)/(?P<name>[^/]+)/requests/(?P<pk>[^/]+)"


def refused(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer | None:
    key = call.headers.get("authorization", "").removeprefix("Key ")
    if not key or key == "wrong" or behaviour == "unauthorized":
        return answer({"detail": "Cannot access application. Authentication is required."}, details.get("status", 401))
    match behaviour:
        case "bad_field" | "unprocessable":
            return invalid(details.get("field", "scale"), "ensure this value is less than or equal to 8")
        case "retired":
            return answer({"detail": "Application not found"}, 404)
        case "quota":
            return answer({"detail": "User is locked. Reason: Exhausted balance. Top up your balance."}, 403)
        case "rate_limited":
            named = {"retry_after": str(details["retry_after"])} if "retry_after" in details else {}
            return answer({"detail": "Too many concurrent requests."}, 429, **named)
        case "error_500":
            return answer({"detail": "Internal Server Error"}, 500)
        case "unavailable":
            return answer({"detail": "Service Unavailable"}, 503)
    return None


def invalid(field: str, words: str) -> Answer:
    return answer({"detail": [{"loc": ["body", field], "msg": words, "type": "value_error"}]}, 422)


def submit(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """POST /{model}: into the queue."""
    if (said := refused(call, behaviour, details)) is not None:
        return said
    model = f"{call.args['owner']}/{call.args['name']}"
    if model not in FACTORS:
        return answer({"detail": "Application not found"}, 404)
    inputs = call.json()
    picture, factor = picture_in(call, inputs.get("image_url")), inputs.get(FACTORS[model], 2)
    if picture is None:
        return invalid("image_url", "Failed to load the image")
    if not isinstance(factor, int | float) or not 1 <= factor <= 8:
        return invalid(FACTORS[model], "ensure this value is less than or equal to 8")
    more = {"inputs": inputs, "details": details, "hook": call.query.get("fal_webhook", "")}
    work = new_work(call, model, picture, factor, behaviour, headers=dict(call.headers), **more)
    unbilled = (*FAILS, "stopped_work", "endless_work")
    charge = None if behaviour in unbilled else Charge(model=model, images=1)
    address = f"{call.root}/{model}/requests/{work.id}"
    urls = {"response_url": address, "status_url": f"{address}/status", "cancel_url": f"{address}/cancel"}
    return answer({"status": "IN_QUEUE", "request_id": work.id, "queue_position": 0, **urls}, charge=charge)


def status(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    work = work_of(call)
    if work is None:
        return answer({"detail": "Request not found"}, 404)
    if (said := work.look()) is not None:
        return said
    body: dict[str, Any] = {"request_id": work.id, "status": "COMPLETED", "logs": [], "metrics": {}}
    match work.phase:
        case "waiting":
            body |= {"status": "IN_QUEUE", "queue_position": 1}
        case "running":
            body |= {"status": "IN_PROGRESS", "logs": [{"message": "50%", "level": "INFO"}]}
        case "stopped" | "dropped":
            body |= {"error": "Request was cancelled.", "error_type": "cancelled"}
    return answer(body, 200 if work.is_over else 202)


def result(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    work = work_of(call)
    if work is None:
        return answer({"detail": "Request not found"}, 404)
    if not work.is_over:
        return answer({"detail": "Request is still in progress"}, 400)
    if work.phase == "failed":
        return _failure(work)
    url = output_of(call, work)
    image = {"url": url, "content_type": "image/png", "width": work.made.width, "height": work.made.height}
    return answer({"image": image if url else None, "seed": 1})


def _failure(work: Work) -> Answer:
    if work.behaviour.startswith("moderated"):
        detail = [{"loc": ["body"], "msg": work.words, "type": "content_policy_violation"}]
        return answer({"detail": detail}, 422)
    return answer({"detail": work.words}, 500)


def cancel(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    work = work_of(call)
    if work is None:
        return answer({"status": "NOT_FOUND"}, 404)
    if not work.stop():
        return answer({"status": "ALREADY_COMPLETED"}, 400)
    return answer({"status": "CANCELLATION_REQUESTED"}, 202)


def keys(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """GET /.well-known/jwks.json"""
    public = SIGNING.public_key().public_bytes_raw()
    text = base64.urlsafe_b64encode(public).decode().rstrip("=")
    return answer({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": text}]})


ROUTES: Final = (
    Route("POST", "/(?P<owner>[^/]+)/(?P<name>[^/]+)", submit),
    Route("GET", f"{REQUESTS}/status", status, plans=False),
    Route("GET", REQUESTS, result, plans=False),
    Route("PUT", f"{REQUESTS}/cancel", cancel, plans=False),
    Route("GET", r"/\.well-known/jwks\.json", keys, plans=False),
    Route("GET", r"/output/(?P<pk>[^/]+)\.png", output, plans=False),
)
