"""ComfyUI on a machine of the studio's own: a workflow is queued under an id of ours, watched and fetched.

Paths as in its server.py: POST /prompt, GET /history/{id}, GET /queue, GET /view, POST /interrupt, POST /queue, POST
/upload/image. The id is made from the idempotency key, so a call that broke off is found again (`look_up`) and never
queued twice.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

from designer.providers.base import (
    Cancelled,
    Capabilities,
    Garbled,
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
MODEL, EDIT = "workflow", "edit"
PHOTO_KIND, EDIT_KIND = "photo_workflow", "edit_workflow"  # beside "workflow", the kinds of workflow that may be set
RATIOS: Final = ("1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9")
STEPS: Final = {"draft": 12, "standard": 25, "high": 45}
MAX_PROMPT, MAX_PIXELS, STEP, MAX_SEED = 10_000, 4_200_000, 8, 2**53
OURS: Final = uuid.UUID("6f1c4f0e-6f5e-4b57-9f0e-3c1d6a8d2b11")  # the namespace of our ids
STRENGTH: Final = 0.65  # how far a picture that begins from a photo may leave it, 0 to 1
FOLDER: Final = "designer"  # of its input folder, for the photos sent along; the same photo has the same name there
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


# the same from a photo, which is sent at the size of the picture
PHOTO_WORKFLOW: Final[Mapping[str, Any]] = {
    **{node: told for node, told in WORKFLOW.items() if node != "5"},
    "10": {"class_type": "LoadImage", "inputs": {"image": "{reference}"}},
    "11": {"class_type": "VAEEncode", "inputs": {"pixels": ["10", 0], "vae": ["4", 2]}},
    "3": {
        "class_type": "KSampler",
        "inputs": {**WORKFLOW["3"]["inputs"], "denoise": STRENGTH, "latent_image": ["11", 0]},
    },
}
PLACE: Final = re.compile(r"\{(reference(?:_([1-9]))?)\}")  # where a workflow wants a photo; {reference} is the first


@register
class ComfyUI:
    """Needs the address of a server. Its workflows are JSON files in API format with {prompt}, {negative_prompt},
    {width}, {height}, {seed}, {steps} and {checkpoint} as values, and {reference}, or {reference_1} to {reference_9},
    where it loads a photo. `options["workflow"]` draws from words, `options["photo_workflow"]` from words and photos;
    without either, SDXL does both. `options["edit_workflow"]` is one that changes its first photo as {prompt} tells."""

    name: ClassVar[str] = "comfyui"
    simulated: ClassVar[bool] = False

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self.server = Server(VENDOR, config.base_url)

    def is_ready(self) -> bool:
        return bool(self.config.base_url) and installed("httpx2")

    def capabilities(self, model: str) -> Capabilities:
        """Raises InvalidRequest for any model but `workflow` and, where a workflow is set for it, `edit`."""
        if model not in (MODEL, EDIT):
            raise InvalidRequest(f"{VENDOR} has no model {model!r}.", f"Use {MODEL} or {EDIT}.", field="model")
        photos = self._photos(model)
        return Capabilities(
            seed=True,
            negative_prompt=True,
            min_references=int(model == EDIT),
            max_references=photos,
            max_images=1,
            ratios=RATIOS,
            max_pixels=MAX_PIXELS,
            idempotency="lookup",
            by_name=model == EDIT,
            edits=model == EDIT,
            qualities=("standard", "draft", "high"),
        )

    def _read(self, kind: str) -> dict[str, Any] | None:
        """The studio's own workflow of that kind; None where it has none. Raises InvalidRequest naming the setting."""
        path = self.config.options.get(kind, "")
        return _read_workflow(path, f"COMFYUI_{kind.upper()}") if path else None

    def _photos(self, model: str) -> int:
        """How many photos its workflow takes. Raises InvalidRequest where there is none for edits. One for photos that
        is of no use takes one, and says what is wrong with it when it is called."""
        if model == EDIT:
            return _taken(self._read(EDIT_KIND) or {}, "COMFYUI_EDIT_WORKFLOW")
        if not self.config.options.get(PHOTO_KIND):
            return int(not self.config.options.get(MODEL))
        try:
            return _taken(self._read(PHOTO_KIND) or {}, "COMFYUI_PHOTO_WORKFLOW")
        except InvalidRequest:
            return 1

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
        photos = _as_files(request)
        progress(0.0)
        end, pk = time.monotonic() + request.timeout_s, id_of(idempotency_key)
        if self._standing(pk) is None:
            graph = self._graph(request, photos, end)
            if cancelled():  # while its photos went there
                raise Cancelled
            self._queue(pk, graph, request.model, max(1.0, end - time.monotonic()))
        found = self._awaited(pk, end, cancelled, progress)
        result = self._fetched(found, request.seeds[0], max(1.0, end - time.monotonic()))
        progress(1.0)
        return result

    def look_up(self, idempotency_key: str) -> ImageResult | None:
        """What an earlier call with this key made; None if nothing, or not yet."""
        entry = self._history(id_of(idempotency_key))
        return self._fetched(entry, None, ASIDE_S * 4) if entry and _is_done(entry) else None

    def _graph(self, request: ImageRequest, photos: Sequence[bytes], end: float) -> dict[str, Any]:
        """The workflow with words, figures and photos in place. The photos are on the server then."""
        kind = EDIT_KIND if request.model == EDIT else PHOTO_KIND if request.references else MODEL
        graph = self._read(kind) or (PHOTO_WORKFLOW if request.references else WORKFLOW)
        words: dict[str, Any] = {
            "prompt": request.prompt,
            "negative_prompt": request.negative_prompt,
            "width": _stepped(request.width),
            "height": _stepped(request.height),
            "seed": request.seeds[0] % MAX_SEED,
            "steps": STEPS.get(request.quality, STEPS["standard"]),
        }
        if "{checkpoint}" in json.dumps(graph):
            words["checkpoint"] = self._checkpoint()
        places = places_of(graph)
        if bool(places) is not bool(photos):
            raise _unfit(f"COMFYUI_{kind.upper()}", "loads a photo" if places else "loads no {reference}")
        words |= self._uploaded(photos, places, end)
        filled: dict[str, Any] = _filled(graph, words)
        return filled

    def _uploaded(self, photos: Sequence[bytes], places: Mapping[str, int], end: float) -> dict[str, str]:
        """Puts the photos on the server: what each of those places is filled with. Where a workflow wants more photos
        than there are, the first stands in for the others. Raises ProviderDown: nothing is queued then."""
        try:
            names = {at: self._upload(photos[at], end) for at in set(places.values()) if at < len(photos)}
            missing = any(at not in names for at in places.values())
            first = names.get(0) or self._upload(photos[0], end) if missing else ""
        except (TimedOut, Garbled) as error:
            raise ProviderDown(f"{VENDOR} did not take the photo.", "Look at its log, or try again.") from error
        return {word: names.get(at, first) for word, at in places.items()}

    def _upload(self, data: bytes, end: float) -> str:
        """Its name on the server, as LoadImage wants it."""
        from designer.providers.remote.client import garbled

        file = (f"{hashlib.sha256(data).hexdigest()}.png", data, "image/png")
        fields = {"type": "input", "subfolder": FOLDER}
        form = [("image", file), *((name, (None, value)) for name, value in fields.items())]
        left = max(1.0, end - time.monotonic())
        told = self.server.told("POST", "/upload/image", form=form, timeout_s=left)
        if not isinstance(told.get("name"), str):
            raise garbled(VENDOR, "no name for an uploaded photo")
        return "/".join(filter(None, (str(told.get("subfolder", "")), told["name"])))

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

    def _queue(self, pk: str, graph: dict[str, Any], model: str, timeout_s: float) -> None:
        from designer.providers.remote.client import garbled

        wish = {"prompt": graph, "client_id": "designer-bff", "prompt_id": pk, "extra_data": {"designer_model": model}}
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
        return ImageResult(images=tuple(made[:1]), model=_model_of(entry))


def places_of(graph: Any) -> dict[str, int]:
    """The words of a workflow that stand for photos, each with the place of its photo, from 0."""
    if isinstance(graph, dict | list):
        parts = [places_of(each) for each in (graph.values() if isinstance(graph, dict) else graph)]
        return {word: at for part in parts for word, at in part.items()}
    found = PLACE.fullmatch(graph) if isinstance(graph, str) else None
    return {found[1]: int(found[2] or 1) - 1} if found else {}


def _taken(graph: Mapping[str, Any], setting: str) -> int:
    """How many photos a workflow loads. Raises InvalidRequest naming the setting if it loads none."""
    if not (places := places_of(graph)):
        raise _unfit(setting, "loads no {reference}" if graph else "is not set")
    return max(places.values()) + 1


def _unfit(setting: str, why: str) -> InvalidRequest:
    """`why`: what is wrong with the workflow of that setting."""
    remedies = {"loads a photo": "Set it as COMFYUI_PHOTO_WORKFLOW."}
    remedy = remedies.get(why, f"Set {setting} to a workflow that loads {{reference}}, saved with Export (API).")
    return InvalidRequest(f"{VENDOR} cannot do this here: {setting} {why}.", remedy, field="model")


def _as_files(request: ImageRequest) -> list[bytes]:
    """The photos as PNG of the picture's size. Raises InvalidRequest for what is no picture."""
    from designer.providers.remote.pictures import as_png

    return [as_png(photo, _stepped(request.width), _stepped(request.height)) for photo in request.references]


def _stepped(pixels: int) -> int:
    return round(pixels / STEP) * STEP


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


def _model_of(entry: Mapping[str, Any]) -> str:
    """Which of ours drew it: the history keeps what was sent, and with it what we said beside the workflow."""
    match entry.get("prompt"):
        case [_, _, _, {"designer_model": str(model)}, *_]:
            return model
    return MODEL


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


def _read_workflow(path: str, setting: str) -> dict[str, Any]:
    """Raises InvalidRequest naming the setting."""
    try:
        graph = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        remedy = f"Save the workflow from ComfyUI with Export (API), and set {setting} to it."
        raise InvalidRequest(f"The workflow {path} cannot be read.", remedy, field="model") from error
    if not isinstance(graph, dict):
        remedy = f"Export the one of {setting} anew."
        raise InvalidRequest(f"{path} is no workflow in API format.", remedy, field="model")
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
