"""From a file of weights to a network that can be run, in this order: suffix, size, hash, and only then parsing.

The bytes that were hashed are the bytes that are parsed (the file is read once), pickles are read with weights_only,
and formats that carry code (.pt2, TorchScript) are refused by suffix.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from enhancement.engine import device as devices
from enhancement.engine import integers, manifest, own, trying, warm
from enhancement.engine.choosing import quickest, takes_integers
from enhancement.engine.compat import import_spandrel
from enhancement.engine.errors import EngineError, InvalidWeights, MissingWeights
from enhancement.engine.manifest import Entry, catalogue, entries, locate
from enhancement.engine.networks import CompactNetwork, Network, compact_shape_of, heed, ready

LARGEST = 512 * 2**20  # bytes; the largest known model has 349 MB
PART = 32 * 2**20  # bytes read or hashed at once: a tenth of a second
State = dict[str, Tensor]


def bounded_bytes(path: Path) -> bytes:
    """The content of `path`, if by its name and size it may be weights. Raises InvalidWeights or MissingWeights."""
    again = "Fetch the file again from its publisher, or remove it from the models folder."
    if path.suffix.lower() not in own.SUFFIXES:
        raise InvalidWeights(f"{path.name} is not a .safetensors or .pth file; others may carry code.", remedy=again)
    try:
        with path.open("rb") as file:
            data = _read_of(file)
    except FileNotFoundError as error:
        raise MissingWeights(f"{path.name} has just been removed.", remedy="Install it again.") from error
    if len(data) > LARGEST:
        raise InvalidWeights(f"{path.name} is larger than {LARGEST // 2**20} MB.", remedy=again)
    return data


def _read_of(file: BinaryIO) -> bytes:
    """All of a file, or what is enough to see that it is too large. Raises EngineCancelled."""
    data = bytearray()
    while len(data) <= LARGEST and (part := file.read(PART)):
        heed()
        data += part
    return bytes(data)


def verified_bytes(path: Path, accepted: tuple[str, ...]) -> bytes:
    """The content of `path` if its SHA-256 is one of `accepted`. Raises InvalidWeights; nothing is parsed here.

    Who is `heeding` hears a cancel meanwhile.
    """
    data = bounded_bytes(path)
    seen, whole = hashlib.sha256(), memoryview(data)
    for start in range(0, len(data), PART):
        heed()
        seen.update(whole[start : start + PART])
    found = seen.hexdigest()
    if found not in accepted:
        reason = f"{path.name} has the unknown SHA-256 {found[:16]}…; it was not opened."
        raise InvalidWeights(reason, remedy="Install it again from its publisher, or remove it from the models folder.")
    return data


def parse(data: bytes, *, name: str) -> State:
    """The parameters in a file's bytes, without running anything in them. Raises InvalidWeights."""
    try:
        if name.lower().endswith(".safetensors"):
            return dict(safetensors.torch.load(data))
        content = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, ValueError, KeyError, EOFError, TypeError) as error:
        raise InvalidWeights(f"{name} cannot be read as plain weights.", remedy="Fetch the file again.") from error
    return _tensors(content, name)


def _tensors(content: Any, name: str) -> State:
    if isinstance(content, dict):
        content = content.get("params_ema", content.get("params", content))
    if not isinstance(content, dict) or not all(isinstance(value, Tensor) for value in content.values()):
        raise InvalidWeights(f"{name} holds something other than parameters.", remedy="Fetch the file again.")
    if sum(value.numel() * value.element_size() for value in content.values()) > LARGEST:
        # a tensor may claim to be larger than the file, by reading the same bytes again and again
        raise InvalidWeights(f"{name} unfolds to more than {LARGEST // 2**20} MB.", remedy="Fetch the file again.")
    return content


def read_state(entry: Entry, folder: Path | None = None) -> State:
    """The verified parameters of a known model. Raises MissingWeights or InvalidWeights."""
    path = locate(entry, folder)
    if path is None:
        raise missing(entry)
    return _read(entry, path)


def _read(entry: Entry, path: Path) -> State:
    try:
        return parse(verified_bytes(path, entry.sha256), name=path.name)
    except MissingWeights as gone:  # removed since it was located
        raise missing(entry) from gone


def missing(entry: Entry) -> MissingWeights:
    where = f"It comes from {entry.url}." if entry.url else "Put the file back into the models folder."
    remedy = f"Run manage.py models install {entry.name}, or choose another model. {where}"
    return MissingWeights(f"The weights of {entry.name} are not on this machine.", remedy=remedy, name=entry.name)


def build(entry: Entry, state: State) -> nn.Module:
    """The network that these parameters belong to, filled. Raises InvalidWeights if they do not fit."""
    try:
        if entry.architecture == "compact":
            module = CompactNetwork(compact_shape_of(state))
            module.load_state_dict({key: value.float() for key, value in state.items()})
            return module
        found: nn.Module = import_spandrel().ModelLoader(device="cpu").load_from_state_dict(state).model
    except (ValueError, RuntimeError) as error:
        raise InvalidWeights(f"These are not the parameters of {entry.name}.", remedy="Fetch them again.") from error
    return found


def find(name: str, folder: Path | None = None) -> Entry:
    """The model of that name, known or a studio's own. Raises MissingWeights."""
    entry = catalogue().get(name) or own.entries(folder).get(name)
    if entry is None:
        known = ", ".join([*entries(), *own.entries(folder)])
        remedy = f"Choose one of {known}."
        raise MissingWeights(f"There is no model {name!r:.60} on this machine.", remedy=remedy, name=name)
    return entry


def load(
    name: str,
    *,
    denoise: float = 1.0,
    folder: Path | None = None,
    device: devices.Device | None = None,
    mode: str = "faithful",
) -> Network:
    """A model made ready: verified, built, moved. Raises MissingWeights, InvalidWeights or EngineError.

    denoise: 1 as published; less lets noise and grain through, down to 0, where the model has a twin for it.
    device: exactly this one, by torch alone; by default the best of this machine, and there the fastest way that `mode`
    allows (see `choosing`). folder: where downloads lie (by default DESIGNER_MODELS_DIR).
    Kept in memory while there is room (see `warm`); a file that changes on disk is read and verified anew.
    """
    entry = find(name, folder)
    if not 0 <= denoise <= 1:
        raise EngineError(f"Denoising cannot be {denoise:g}.", remedy="Use a number from 0 to 1.")
    twin = catalogue()[entry.twin] if entry.twin and denoise < 1 else None
    files = tuple(Located(each, *_place(each, folder)) for each in (entry, twin) if each)
    wish = (files, denoise if twin else 1.0, device, mode)
    return warm.get(wish, lambda: _loaded(*wish))


def _place(entry: Entry, folder: Path | None) -> tuple[Path, tuple[int, int]]:
    path = locate(entry, folder)
    try:
        status = path.stat() if path else None
    except FileNotFoundError:
        status = None
    if path is None or status is None:
        raise missing(entry)
    return path, (status.st_mtime_ns, status.st_size)


@dataclass(frozen=True, slots=True)
class Located:
    """A model's file as it was when it was asked for; another stamp is another file."""

    entry: Entry
    path: Path
    stamp: tuple[int, int]


def _loaded(files: tuple[Located, ...], denoise: float, device: devices.Device | None, mode: str) -> Network:
    entry, states = files[0].entry, [_read(file.entry, file.path) for file in files]
    chosen = device or devices.choose()
    network = _made(entry, states[0] if len(states) == 1 else blended(states[0], states[1], denoise), chosen)
    if device:
        return network
    if len(states) == 1:
        return fastest(entry, network, mode)
    # a blend is computed as its model is, so that not every place of a slider has to be measured
    return quickest(network, mode, half=entry.half, like=_made(entry, states[0], chosen))


def fastest(entry: Entry, network: Network, mode: str) -> Network:
    """The model as published, ready in float32, computed the fastest way that `mode` allows. Raises InvalidWeights."""
    return quickest(with_integers(entry, network, mode), mode, half=entry.half)


def with_integers(entry: Entry, network: Network, mode: str) -> Network:
    """The network with its counterpart in whole numbers, where one is shipped for these very parameters and may be
    used. Raises InvalidWeights where its file is not the one that was shipped."""
    known = manifest.integers().get(entry.name)
    if known is None or not takes_integers(mode, network.device.type) or not known.path.is_file():
        return network
    if trying.digest(network) != known.parent:
        return network
    try:
        state = parse(verified_bytes(known.path, known.sha256), name=known.file)
    except InvalidWeights as error:
        remedy = "It is part of this program: install the program again. Until then choose the precision Faithful."
        raise InvalidWeights(error.message, remedy=remedy) from error
    arrays = {key: value.numpy() for key, value in state.items()}
    found = integers.of_arrays(arrays, digest=known.sha256[0], name=known.file)
    return replace(network, integers=found)


def _made(entry: Entry, state: State, chosen: devices.Device) -> Network:
    sizes = {"scale": entry.scale, "halo": entry.halo, "align": entry.align}
    dtype = chosen.dtype if entry.half else torch.float32
    return ready(build(entry, state), name=entry.name, device=chosen.device, dtype=dtype, **sizes)


def blended(strong: State, weak: State, denoise: float) -> State:
    """Parameters between two of the same network (deep network interpolation, arXiv:1811.10515); 1 is all `strong`."""
    if strong.keys() != weak.keys() or any(strong[key].shape != weak[key].shape for key in strong):
        raise InvalidWeights("The two models are not of the same network.", remedy="Install both again.")
    return {key: torch.lerp(weak[key].float(), strong[key].float(), denoise) for key in strong}
