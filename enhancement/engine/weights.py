"""From a file of weights to a network that can be run, in this order: suffix, size, hash, and only then parsing.

The bytes that were hashed are the bytes that are parsed (the file is read once), pickles are read with weights_only,
and formats that carry code (.pt2, TorchScript) are refused by suffix.
"""

from __future__ import annotations

import functools
import hashlib
import io
import pickle
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from enhancement.engine import device as devices
from enhancement.engine.choosing import quickest
from enhancement.engine.compat import import_spandrel
from enhancement.engine.errors import InvalidWeights, MissingWeights
from enhancement.engine.manifest import FOLDER_VARIABLE, Entry, entries, locate
from enhancement.engine.networks import CompactNetwork, Network, compact_shape_of, ready

SUFFIXES = (".safetensors", ".pth")
LARGEST = 256 * 2**20  # bytes; the largest known model has 67 MB
State = dict[str, Tensor]


def verified_bytes(path: Path, accepted: tuple[str, ...]) -> bytes:
    """The content of `path` if its SHA-256 is one of `accepted`. Raises InvalidWeights; nothing is parsed here."""
    again = "Fetch the file again from its publisher, or remove it from the models folder."
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidWeights(f"{path.name} is not a .safetensors or .pth file; others may carry code.", remedy=again)
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise InvalidWeights(f"{path.name} is larger than {LARGEST // 2**20} MB.", remedy=again)
    found = hashlib.sha256(data).hexdigest()
    if found not in accepted:
        raise InvalidWeights(f"{path.name} has the unknown SHA-256 {found[:16]}…; it was not opened.", remedy=again)
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
    return content


def read_state(entry: Entry, folder: Path | None = None) -> State:
    """The verified parameters of a known model. Raises MissingWeights or InvalidWeights."""
    path = locate(entry, folder)
    if path is None:
        where = f"Download {entry.url} into the folder named by {FOLDER_VARIABLE}, or choose another model."
        raise MissingWeights(f"The weights of {entry.name} are not on this machine.", remedy=where)
    return parse(verified_bytes(path, entry.sha256), name=path.name)


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


def load(
    name: str, *, folder: Path | None = None, device: devices.Device | None = None, mode: str = "faithful"
) -> Network:
    """A known model made ready: verified, built, moved. Raises MissingWeights, InvalidWeights or EngineError.

    device: exactly this one, by torch alone; by default the best of this machine, and on a processor the fastest way
    that `mode` allows (see `choosing`). folder: where downloads lie (by default DESIGNER_MODELS_DIR).
    Kept in memory until another two have been asked for; a file that changes on disk is read and verified anew.
    """
    entry = entries().get(name)
    if entry is None:
        raise MissingWeights(f"There is no model {name!r:.60}.", remedy=f"Choose one of {', '.join(entries())}.")
    path = locate(entry, folder)
    stamp = (path.stat().st_mtime_ns, path.stat().st_size) if path else None
    return _loaded(entry, path, stamp, device, mode)


@functools.lru_cache(maxsize=2)
def _loaded(
    entry: Entry, path: Path | None, _stamp: tuple[int, int] | None, device: devices.Device | None, mode: str
) -> Network:
    module = build(entry, read_state(entry, path.parent if path else None))
    sizes = {"scale": entry.scale, "halo": entry.halo, "align": entry.align}
    chosen = device or devices.choose()
    network = ready(module, name=entry.name, device=chosen.device, dtype=chosen.dtype, **sizes)
    return network if device or chosen.device.type != "cpu" else quickest(network, mode)
