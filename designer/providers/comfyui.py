"""ComfyUI on a machine of the studio's own: a workflow is queued under an id of ours, watched and fetched.

Paths as in its server.py: POST /prompt, GET /history/{id}, GET /queue, GET /view, POST /interrupt, POST /queue. The id
is made from the idempotency key, so a call that broke off is found again (`look_up`) and never queued twice.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

from designer.providers.base import (
    Cancelled,
    Capabilities,
    GeneratedImage,
    ImageRequest,
    ImageResult,
    InvalidRequest,
    ProviderConfig,
    ProviderDown,
    TimedOut,
)
from designer.providers.registry import register
from designer.providers.remote.checks import check, clipped, installed
from designer.providers.remote.own import ASIDE_S, POLL_S, Server

VENDOR: Final = "ComfyUI"
MODEL: Final = "workflow"
RATIOS: Final = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9")
STEPS: Final = {"draft": 12, "standard": 25, "high": 45}
MAX_PROMPT, MAX_PIXELS, STEP, MAX_SEED = 10_000, 4_200_000, 8, 2**53
OURS: Final = uuid.UUID("6f1c4f0e-6f5e-4b57-9f0e-3c1d6a8d2b11")  # the namespace of our ids
WAITING, DRAWING = 0.05, 0.5  # shares of progress: ComfyUI's polls know these two only
# SDXL text to image, in ComfyUI's own API format; {words} are filled in
WORKFLOW: Final[Mapping[str, Any]] = {
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "{checkpoint}"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": "{width}", "height": "{height}", "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "{prompt}", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "{negative_prompt}", "clip": ["4", 1]}},
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": "{seed}", "steps": "{steps}", "cfg": 6.5, "sampler_name": "dpmpp_2m", "scheduler": "karras",
            "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0],
        },
    },
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "designer", "images": ["8", 0]}},
}  # fmt: skip


@register
class ComfyUI:
    """Needs the address of a server. `options["workflow"]` may name a JSON file in API format with {prompt},
    {negative_prompt}, {width}, {height}, {seed}, {steps} and {checkpoint} as values; else SDXL text to image."""

    name: ClassVar[str] = "comfyui"
    simulated: ClassVar[bool] = False

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self.server = Server(VENDOR, config.base_url)

    def is_ready(self) -> bool:
        return bool(self.config.base_url) and installed("httpx2")

    def capabilities(self, model: str) -> Capabilities:
        """Raises InvalidRequest for any model but `workflow`."""
        if model != MODEL:
            raise InvalidRequest(f"{VENDOR} has no model {model!r}.", f"Use {MODEL}.", field="model")
        return Capabilities(
            seed=True,
            negative_prompt=True,
            max_references=0,
            max_images=1,
            ratios=RATIOS,
            max_pixels=MAX_PIXELS,
            idempotency="lookup",
            qualities=("standard", "draft", "high"),
        )

    def generate(
        self,
        request: ImageRequest,
        *,
        idempotency_key: str,
        cancelled: Callable[[], bool],
        progress: Callable[[float], None],
    ) -> ImageResult:
        """One image. Raises Cancelled after telling the server to stop, ProviderDown when its workflow fails."""
        check(request, self.capabilities(request.model), VENDOR, max_prompt=MAX_PROMPT)
        if cancelled():
            raise Cancelled
        progress(0.0)
        end, pk = time.monotonic() + request.timeout_s, id_of(idempotency_key)
        if self._standing(pk) is None:
            self._queue(pk, self._graph(request), request.timeout_s)
        found = self._awaited(pk, end, cancelled, progress)
        result = self._fetched(found, request.seeds[0], max(1.0, end - time.monotonic()))
        progress(1.0)
        return result

    def look_up(self, idempotency_key: str) -> ImageResult | None:
        """What an earlier call with this key made; None if nothing, or not yet."""
        entry = self._history(id_of(idempotency_key))
        return self._fetched(entry, None, ASIDE_S * 4) if entry and _is_done(entry) else None

    def _graph(self, request: ImageRequest) -> dict[str, Any]:
        path = self.config.options.get("workflow", "")
        graph = WORKFLOW if not path else _read_workflow(path)
        words = {
            "prompt": request.prompt,
            "negative_prompt": request.negative_prompt,
            "width": round(request.width / STEP) * STEP,
            "height": round(request.height / STEP) * STEP,
            "seed": request.seeds[0] % MAX_SEED,
            "steps": STEPS.get(request.quality, STEPS["standard"]),
        }
        checkpoint = self._checkpoint() if "{checkpoint}" in json.dumps(graph) else ""
        filled: dict[str, Any] = _filled(graph, {**words, "checkpoint": checkpoint})
        return filled

    def _checkpoint(self) -> str:
        """The one that the settings name, else the first that the server has."""
        if named := self.config.options.get("checkpoint", ""):
            return named
        told = self.server.told("GET", "/object_info/CheckpointLoaderSimple", timeout_s=ASIDE_S)
        try:
            return str(told["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0][0])
        except (KeyError, IndexError, TypeError) as error:
            remedy = "Put a .safetensors file into its models/checkpoints folder."
            raise ProviderDown(f"{VENDOR} has no checkpoint to draw with.", remedy) from error

    def _queue(self, pk: str, graph: dict[str, Any], timeout_s: float) -> None:
        from designer.providers.remote.client import garbled

        wish = {"prompt": graph, "client_id": "designer-bff", "prompt_id": pk}
        told = self.server.told("POST", "/prompt", wish=wish, timeout_s=timeout_s)
        if told.get("node_errors"):
            raise InvalidRequest(f"{VENDOR} refused the workflow: {clipped(told['node_errors'])}", field="workflow")
        if told.get("prompt_id") != pk:
            raise garbled(VENDOR, "no id of ours")

    def _history(self, pk: str) -> dict[str, Any] | None:
        entry = self.server.told("GET", f"/history/{quote(pk)}", timeout_s=ASIDE_S).get(pk)
        return entry if isinstance(entry, dict) else None

    def _standing(self, pk: str) -> float | None:
        """How far our work is, as a share of progress; None if the server knows nothing of it."""
        queue = self.server.told("GET", "/queue", timeout_s=ASIDE_S)
        for name, share in (("queue_running", DRAWING), ("queue_pending", WAITING)):
            rows = queue.get(name)
            if isinstance(rows, list) and any(isinstance(row, list) and pk in row[:2] for row in rows):
                return share
        return WAITING if self._history(pk) else None

    def _awaited(
        self, pk: str, end: float, cancelled: Callable[[], bool], progress: Callable[[float], None]
    ) -> dict[str, Any]:
        """The history's entry once it is done. Raises Cancelled, TimedOut, or ProviderDown if the workflow failed."""
        shown = 0.0
        while time.monotonic() < end:
            if cancelled():
                self._stop(pk)
                raise Cancelled
            entry = self._history(pk)
            if entry is not None and _is_done(entry):
                return entry
            share = self._standing(pk) or 0.0
            if share > shown:
                shown = share
                progress(share)
            time.sleep(POLL_S)
        self._stop(pk)
        raise TimedOut(f"{VENDOR} did not finish in time.", "It was told to stop. Ask for a smaller image, or wait.")

    def _stop(self, pk: str) -> None:
        self.server.ask("POST", "/queue", wish={"delete": [pk]}, timeout_s=ASIDE_S)
        self.server.ask("POST", "/interrupt", wish={"prompt_id": pk}, timeout_s=ASIDE_S)

    def _fetched(self, entry: dict[str, Any], seed: int | None, timeout_s: float) -> ImageResult:
        """The pictures that a finished workflow saved."""
        made: list[GeneratedImage] = []
        for place in _places(entry):
            _, data = self.server.ask("GET", f"/view?{urlencode(place)}", timeout_s=timeout_s)
            picture = _picture(data, seed)
            made += [picture] if picture else []
        return ImageResult(images=tuple(made[:1]), model=MODEL)


def id_of(idempotency_key: str) -> str:
    """The same key gives the same id."""
    return str(uuid.uuid5(OURS, idempotency_key))


def _picture(data: bytes, seed: int | None) -> GeneratedImage | None:
    from designer.providers.remote.pictures import generated

    return generated(data, seed=seed)


def _is_done(entry: Mapping[str, Any]) -> bool:
    """Whether the work ended well. Raises ProviderDown when it failed."""
    status = entry.get("status")
    if not isinstance(status, dict):
        return bool(entry.get("outputs"))
    if status.get("status_str") == "error":
        raise ProviderDown(f"{VENDOR}'s workflow failed: {_why(status)}.", "Look at its own window.")
    return bool(status.get("completed"))


def _why(status: Mapping[str, Any]) -> str:
    for message in status.get("messages") or []:
        if isinstance(message, list) and len(message) > 1 and message[0] == "execution_error":
            told = message[1].get("exception_message") if isinstance(message[1], dict) else None
            return clipped(told or "no reason given")
    return "no reason given"


def _places(entry: Mapping[str, Any]) -> list[dict[str, str]]:
    """Where the saved pictures lie, in the words of /view."""
    outputs = entry.get("outputs")
    nodes = outputs.values() if isinstance(outputs, dict) else []
    images = [each for node in nodes if isinstance(node, dict) for each in node.get("images") or []]
    return [
        {name: str(each.get(name, "")) for name in ("filename", "subfolder", "type")}
        for each in images
        if isinstance(each, dict) and each.get("type", "output") == "output"
    ]


def _read_workflow(path: str) -> dict[str, Any]:
    """Raises InvalidRequest naming the setting."""
    try:
        graph = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        remedy = "Save the workflow from ComfyUI with Export (API)."
        raise InvalidRequest(f"The workflow {path} cannot be read.", remedy, field="COMFYUI_WORKFLOW") from error
    if not isinstance(graph, dict):
        raise InvalidRequest(f"{path} is no workflow in API format.", "Export it anew.", field="COMFYUI_WORKFLOW")
    return graph


def _filled(value: Any, words: Mapping[str, Any]) -> Any:
    """The workflow with each "{word}" in place; a value that is the word alone keeps the word's type."""
    if isinstance(value, dict):
        return {name: _filled(each, words) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, words) for each in value]
    if not isinstance(value, str):
        return value
    if value.startswith("{") and value.endswith("}") and value[1:-1] in words:
        return words[value[1:-1]]
    return value
