"""Replicate's predictions, files and outputs, as documented in November 2026."""

from __future__ import annotations

from typing import Any, Final

from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer
from tests.simulators.providers.works import Work, new_work, output, output_of, picture_in, work_of

VENDOR: Final = "replicate"
VERSIONS: Final = {
    "f121d640bd286e1fdc67f9799164c1d5be36ff74576ee11c803ae5b665dd46aa": "nightmareai/real-esrgan",
    "dfad41707589d68ecdccd1dfa600d55a208f9310748e44bfe35b4a6291453d5e": "philz1337x/clarity-upscaler",
    "0fbacf7afc6c144e5be9767cff80f25aff23e52b0708f17e20f9879b2f21516c": "tencentarc/gfpgan",
}
INPUTS: Final = {  # of each model, what the picture and the factor are called
    "nightmareai/real-esrgan": ("image", "scale"),
    "philz1337x/clarity-upscaler": ("image", "scale_factor"),
    "tencentarc/gfpgan": ("img", "scale"),
}
STATUS: Final = {"waiting": "starting", "running": "processing", "stopped": "canceled", "dropped": "aborted"}


def problem(status: int, title: str, detail: str, **more: Any) -> Answer:
    return answer({"title": title, "detail": detail, "status": status, **more.pop("about", {})}, status, **more)


def refused(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer | None:
    if not call.key() or call.key() == "wrong" or behaviour == "unauthorized":
        detail = "You did not pass a valid authentication token"
        return problem(details.get("status", 401), "Unauthenticated", detail)
    match behaviour:
        case "bad_field" | "unprocessable":
            return invalid(details.get("field", "scale"), "Must be less than or equal to 10")
        case "retired":
            return problem(404, "Not found", "The requested resource could not be found.")
        case "quota":
            return problem(402, "Insufficient credit", "You have insufficient credit to run this model.")
        case "rate_limited":
            named = {"retry_after": str(details["retry_after"])} if "retry_after" in details else {}
            return problem(429, "Throttled", "Request was throttled. Your rate limit resets in ~30s.", **named)
        case "error_500":
            return problem(500, "Internal server error", "Something went wrong.")
        case "unavailable":
            return problem(503, "Service unavailable", "Try again later.")
    return None


def invalid(field: str, words: str) -> Answer:
    fields = [{"type": "invalid", "field": f"input.{field}", "description": words}]
    return problem(422, "Input validation failed", f"- input.{field}: {words}", about={"invalid_fields": fields})


def create(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """POST /v1/predictions with a version, or below an official model."""
    if (said := refused(call, behaviour, details)) is not None:
        return said
    wish = call.json()
    model = VERSIONS.get(str(wish.get("version", "")), "") or "/".join(call.args.values())
    if model not in INPUTS:
        return problem(422, "Invalid version or not permitted", "The specified version does not exist.")
    inputs, (image, scale) = wish.get("input") or {}, INPUTS[model]
    picture, factor = picture_in(call, inputs.get(image)), inputs.get(scale, 2)
    if picture is None:
        return invalid(image, "Does not match format 'uri'")
    if not isinstance(factor, int | float) or not 0 < factor <= 10:
        return invalid(scale, "Must be less than or equal to 10")
    more = {"inputs": inputs, "details": details, "hook": wish.get("webhook", ""), "headers": dict(call.headers)}
    work = new_work(call, model, picture, factor, behaviour, **more)
    charge = None if behaviour in ("stopped_work", "endless_work") else Charge(model=model, images=1)
    return answer(told(call, work), 201, charge=charge)


def told(call: Call, work: Work) -> dict[str, Any]:
    """A prediction as it is shown."""
    address = f"{call.root}/v1/predictions/{work.id}"
    metrics = {"predict_time": work.billed_ms / 1000} if work.billed_ms else {}
    return {
        "id": work.id, "model": work.model, "status": STATUS.get(work.phase, work.phase), "metrics": metrics,
        "started_at": work.started.isoformat() if work.started else None,
        "logs": "Tile 1/2\n 50%|#####     |" if work.phase == "running" else "",
        "error": work.words or None if work.phase == "failed" else None,
        "output": (output_of(call, work) or None) if work.phase == "succeeded" else None,
        "urls": {"get": address, "cancel": f"{address}/cancel"},
    }  # fmt: skip


def look(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    work = work_of(call)
    if work is None:
        return problem(404, "Not found", "Prediction not found.")
    return work.look() or answer(told(call, work))


def cancel(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    work = work_of(call)
    if work is None:
        return problem(404, "Not found", "Prediction not found.")
    stopped = work.stop() and work.billed_ms
    return answer(told(call, work), charge=Charge(model=work.model) if stopped else None)


def upload(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """POST /v1/files: multipart, with the file as `content`."""
    files = call.files("content")
    if not files:
        return problem(400, "Bad request", "Missing content")
    name = f"file-{call.number:04d}"
    call.state.setdefault("files", {})[name] = files[0].data
    return answer({"id": name, "size": len(files[0].data), "urls": {"get": f"{call.root}/v1/files/{name}"}}, 201)


ROUTES: Final = (
    Route("POST", "/v1/predictions", create),
    Route("POST", "/v1/models/(?P<owner>[^/]+)/(?P<name>[^/]+)/predictions", create),
    Route("GET", "/v1/predictions/(?P<pk>[^/]+)", look, plans=False),
    Route("POST", "/v1/predictions/(?P<pk>[^/]+)/cancel", cancel, plans=False),
    Route("POST", "/v1/files", upload, plans=False),
    Route("GET", r"/output/(?P<pk>[^/]+)\.png", output, plans=False),
)
