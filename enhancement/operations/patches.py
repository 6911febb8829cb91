"""Noise taken out of planes by the cosine transforms of all their 8 x 8 patches, in two passes.

The first pass drops the coefficients that noise explains, the second weighs each by the first's estimate (Wiener).
Every pixel is the mean of the 64 patches that contain it, the emptier ones counting more.
Sources: Yu, Sapiro 2011, doi:10.5201/ipol.2011.ys-dct (thresholds); Dabov et al. 2007, doi:10.1109/TIP.2007.901238
(second pass, weights), without the search for similar patches.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import torch
from torch.nn import functional

from enhancement.operations.planes import Plane

EDGE: Final = 8
REACH: Final = 2 * (EDGE - 1)  # pixels that two passes see on each side
THRESHOLD: Final = 2.7  # deviations of the noise


@cache
def _basis() -> torch.Tensor:
    """The 64 orthonormal patterns of the transform, (64, 1, 8, 8)."""
    place = np.arange(EDGE)
    rows = np.cos((2 * place[None] + 1) * place[:, None] * np.pi / (2 * EDGE)) * np.sqrt(2 / EDGE)
    rows[0] /= np.sqrt(2)
    patterns = np.einsum("ai,bj->abij", rows, rows).reshape(EDGE * EDGE, 1, EDGE, EDGE)
    return torch.from_numpy(patterns.astype(np.float32))


def cleaned(plane: Plane, level: float) -> Plane:
    """The plane without noise of deviation `level`, in its own units."""
    pad = EDGE - 1
    padded = np.pad(plane, pad, mode="symmetric") if min(plane.shape) >= pad else np.pad(plane, pad, mode="edge")
    with torch.inference_mode():
        noisy = functional.conv2d(torch.from_numpy(padded)[None, None], _basis())
        kept = noisy.abs() > THRESHOLD * level
        kept[:, 0] = True  # a patch keeps its mean
        first = _joined(noisy * kept, 1 / kept.sum(dim=1, keepdim=True).float())
        power = functional.conv2d(first, _basis()) ** 2
        share = power / (power + level**2)
        share[:, 0] = 1
        made = _joined(noisy * share, 1 / (share**2).sum(dim=1, keepdim=True))
    return np.ascontiguousarray(made[0, 0, pad:-pad, pad:-pad].numpy())


def _joined(patches: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """The plane of which these are the transformed patches, each counting by its weight."""
    high, wide = (length + EDGE - 1 for length in weight.shape[2:])
    # a transposed convolution by its two steps, of which torch does the first by a slower product
    drawn = torch.mm(_basis().reshape(EDGE * EDGE, -1).T, (patches * weight).reshape(EDGE * EDGE, -1))
    total = functional.fold(drawn[None], (high, wide), EDGE)
    return total / functional.conv_transpose2d(weight, torch.ones(1, 1, EDGE, EDGE))
