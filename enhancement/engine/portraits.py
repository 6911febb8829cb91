"""Networks that draw a face anew, 512 pixels square: GFPGAN and RestoreFormer, read by spandrel.

Both take and give -1..1. GFPGAN draws noise for every picture unless told not to; here it takes the noise that was
stored with its weights, so that the same face gives the same pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from enhancement.engine import device as devices
from enhancement.engine import weights
from enhancement.engine.errors import EngineError
from enhancement.engine.networks import Network, heeding

Samples = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
EDGE = 512
QUIET = "gfpgan"  # the architecture that must be told to use its stored noise


def load(name: str, *, folder: Path | None = None) -> Network:
    """A model of faces on this machine's device, in float32. Raises MissingWeights, InvalidWeights or EngineError."""
    chosen = devices.choose()
    exact = devices.Device(device=chosen.device, dtype=torch.float32)  # neither is right in 16 bits
    return weights.load(name, folder=folder, device=exact)


@torch.inference_mode()
def restored(face: Samples, network: Network, cancelled: Callable[[], bool]) -> Samples:
    """The face drawn anew: (EDGE, EDGE, 3) of 8 or 16 bits to the same. Raises EngineCancelled, or EngineError for no
    picture."""
    half = float(np.iinfo(face.dtype).max) / 2
    image = torch.from_numpy(face.astype(np.float32)).to(network.device).permute(2, 0, 1).unsqueeze(0)
    options: dict[str, Any] = {}
    if weights.find(network.name).architecture == QUIET:
        options = {"randomize_noise": False, "return_rgb": False}
    with heeding(cancelled):
        made = network.module(image.div(half).sub(1), **options)[0]
    if not torch.isfinite(made).all():
        raise EngineError(f"{network.name} made no picture of this face.", remedy="Use another model, or leave it out.")
    levels = made[0].clamp(-1, 1).add(1).mul(half).round().permute(1, 2, 0).cpu().numpy()
    return np.ascontiguousarray(levels.astype(face.dtype))
