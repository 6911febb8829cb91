"""ComfyUI's server: a queue, a history and a folder of pictures.

Work is done as soon as its history is asked for twice, so that a client sees it running first.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image

from tests.simulators.providers.wire import Answer, Call, Charge, Route, answer, picture

VENDOR: Final = "comfyui"
CHECKPOINTS: Final = ["sd_xl_base_1.0.safetensors", "juggernaut.safetensors"]
NODES: Final = {
    "CheckpointLoaderSimple", "EmptyLatentImage", "CLIPTextEncode", "KSampler", "VAEDecode", "VAEEncode", "SaveImage",
    "LoadImage", "ReferenceLatent",
}  # fmt: skip
LOOKS: Final = 2  # at the history, before a work is done


def refusal(kind: str, message: str, details: str = "") -> Answer:
    error = {"type": kind, "message": message, "details": details, "extra_info": {}}
    return answer({"error": error, "node_errors": {}}, 400)


def queue_prompt(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """POST /prompt."""
    match behaviour:
        case "bad_field" | "unprocessable":
            return refusal(
                "prompt_outputs_failed_validation", "Prompt outputs failed validation", "steps: 0 is too small"
            )
        case "unauthorized":
            return answer({"error": "Unauthorized"}, 401)
        case "rate_limited":
            named = {"retry_after": str(details["retry_after"])} if "retry_after" in details else {}
            return answer({"error": "Too many requests"}, 429, **named)
        case "error_500":
            return answer({"error": "Internal server error"}, 500)
        case "unavailable":
            return answer({"error": "Starting"}, 503)
    wish = call.json()
    graph = wish.get("prompt")
    if not isinstance(graph, dict) or not graph:
        return refusal("no_prompt", "No prompt provided")
    for node in graph.values():
        if node.get("class_type") not in NODES:
            return refusal("invalid_prompt", "Cannot execute because a node is missing", str(node.get("class_type")))
    loaded = [node["inputs"]["ckpt_name"] for node in graph.values() if node["class_type"] == "CheckpointLoaderSimple"]
    if any(name not in CHECKPOINTS for name in loaded):
        return refusal("prompt_outputs_failed_validation", "Value not in list", f"ckpt_name: {loaded[0]}")
    photos = call.state.get("photos", {})
    wanted = [node["inputs"]["image"] for node in graph.values() if node["class_type"] == "LoadImage"]
    if missing := [name for name in wanted if name not in photos]:
        said = f"image - Invalid image file: {missing[0]}"
        return refusal("prompt_outputs_failed_validation", "Prompt outputs failed validation", said)
    pk = str(wish.get("prompt_id") or f"generated-{call.number}")
    works = call.state.setdefault("works", {})
    if pk in works:
        return refusal("invalid_prompt", "This id was used before")
    sent = [call.number, pk, graph, wish.get("extra_data", {}), []]
    works[pk] = {"graph": graph, "sent": sent, "looks": 0, "behaviour": behaviour, "fails": details.get("fails", "")}
    body = {"prompt_id": pk, "number": call.number, "node_errors": {}}
    model = wish.get("extra_data", {}).get("designer_model", "workflow")  # nobody bills: so that the log names it
    return answer(body, charge=Charge(model=model, images=1))


def upload(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """POST /upload/image: into the folder of inputs."""
    files, form = call.files("image"), call.fields()
    if not files or form.get("type", "input") != "input":
        return Answer(status=400)
    folder, name = form.get("subfolder", ""), files[0].filename
    call.state.setdefault("photos", {})["/".join(filter(None, (folder, name)))] = files[0].data
    return answer({"name": name, "subfolder": folder, "type": "input"})


def history(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    pk = call.args["pk"]
    work = call.state.get("works", {}).get(pk)
    if work is None or work.get("deleted"):
        return answer({})
    work["looks"] += 1
    if work["looks"] < LOOKS:
        return answer({})
    return answer({pk: _entry(pk, work)})


def _entry(pk: str, work: Mapping[str, Any]) -> dict[str, Any]:
    if work["fails"]:
        failed = ["execution_error", {"node_id": "3", "exception_message": work["fails"]}]
        return {"status": {"status_str": "error", "completed": False, "messages": [failed]}, "outputs": {}}
    images = [{"filename": f"{pk}.png", "subfolder": "", "type": "output"}]
    nothing = work["behaviour"] in ("no_images", "fewer_images")
    status = {"status_str": "success", "completed": True, "messages": []}
    return {"status": status, "prompt": work["sent"], "outputs": {"9": {"images": [] if nothing else images}}}


def queue(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    works = call.state.get("works", {})
    running = [[1, pk, {}, {}, []] for pk, work in works.items() if work["looks"] < LOOKS and not work.get("deleted")]
    return answer({"queue_running": running, "queue_pending": []})


def stop(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """POST /queue with delete, and POST /interrupt."""
    wish = call.json()
    for pk in [*wish.get("delete", []), wish.get("prompt_id")]:
        if pk in call.state.get("works", {}):
            call.state["works"][pk]["deleted"] = True
    return answer({})


def view(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    pk = call.query["filename"].removesuffix(".png")
    work = call.state.get("works", {}).get(pk)
    if work is None:
        return Answer(status=404)
    if work["behaviour"] in ("wrong_media_type", "invalid_base64"):
        return Answer(body=b"%PDF-1.7 not a picture", media_type="application/pdf")
    width, height = _size(call, work["graph"])
    seed = next(node["inputs"]["seed"] for node in work["graph"].values() if node["class_type"] == "KSampler")
    width = width // 2 if work["behaviour"] == "wrong_size" else width
    return Answer(body=picture(width, height, int(seed) % 1000), media_type="image/png")


def _size(call: Call, graph: Mapping[str, Any]) -> tuple[int, int]:
    """That of the empty latent, else of the photo that the picture begins from."""
    for node in graph.values():
        if node["class_type"] == "EmptyLatentImage":
            return node["inputs"]["width"], node["inputs"]["height"]
    name = next(node["inputs"]["image"] for node in graph.values() if node["class_type"] == "LoadImage")
    return Image.open(io.BytesIO(call.state["photos"][name])).size


def object_info(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    return answer({"CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [CHECKPOINTS]}}}})


ROUTES: Final = (
    Route("POST", "/prompt", queue_prompt),
    Route("POST", "/upload/image", upload),
    Route("GET", "/history/(?P<pk>[^/]+)", history, plans=False),
    Route("GET", "/queue", queue, plans=False),
    Route("POST", "/queue", stop, plans=False),
    Route("POST", "/interrupt", stop, plans=False),
    Route("GET", "/view", view, plans=False),
    Route("GET", "/object_info/CheckpointLoaderSimple", object_info, plans=False),
)
