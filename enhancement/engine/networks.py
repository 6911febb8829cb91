"""The compact super-resolution network, and what the tiler needs to know of any network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as nnf

from enhancement.engine.errors import EngineCancelled

Pixels = NDArray[np.uint8]
CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactShape:
    """The size of a compact network: `features` channels, `convs` inner convolutions, `scale` times larger output."""

    features: int
    convs: int
    scale: int

    @property
    def halo(self) -> int:
        """How far an output pixel sees, in input pixels each way: one for every 3x3 convolution."""
        return self.convs + 2


class CompactNetwork(nn.Module):
    """Plain convolutions at the input's resolution, then one pixel shuffle, added to the nearest-neighbour enlargement.

    The parameters carry the names of the published compact format (SRVGGNetCompact, Wang et al. 2021,
    arXiv:2107.10833), so the weights of either can be read by the other.
    Input and output: float32, (batch, 3, height, width) in 0..1; the output is `scale` times as high and wide.
    The convolutions run in the parameters' type; the sum is always float32, so half precision costs no flat colour.
    """

    def __init__(self, shape: CompactShape) -> None:
        super().__init__()
        self.shape = shape
        layers: list[nn.Module] = []
        channels = 3
        for _ in range(shape.convs + 1):
            layers += [nn.Conv2d(channels, shape.features, 3, padding=1), nn.PReLU(shape.features)]
            channels = shape.features
        layers.append(nn.Conv2d(channels, 3 * shape.scale**2, 3, padding=1))
        self.body = nn.ModuleList(layers)

    def forward(self, image: Tensor) -> Tensor:
        features = image.to(next(self.parameters()).dtype)
        for layer in self.body:
            features = layer(features)
        features = features.float()
        subpixels = features.view(len(features), 3, self.shape.scale**2, *features.shape[2:])
        subpixels += image.unsqueeze(2)  # every subpixel of a colour starts from its pixel: no enlarged copy is needed
        return nnf.pixel_shuffle(features, self.shape.scale)


def compact_shape_of(state: Mapping[str, Tensor]) -> CompactShape:
    """Read a compact network's size from its parameters. Raises ValueError if they are not such a network's."""
    convolutions = sorted(
        (key for key, value in state.items() if key.startswith("body.") and value.ndim == 4),
        key=lambda key: int(key.split(".")[1]),
    )
    if len(convolutions) < 2 or convolutions[0] != "body.0.weight":
        raise ValueError("These parameters are not a compact network's.")
    outputs = state[convolutions[-1]].shape[0]
    scale = round((outputs / 3) ** 0.5)
    if outputs != 3 * scale**2:
        raise ValueError("The last layer does not hold three channels times a square scale.")
    return CompactShape(features=state[convolutions[0]].shape[0], convs=len(convolutions) - 2, scale=scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network made ready for a device.

    halo: input pixels that a tile borrows on each side. align: tiles begin, and are padded, at multiples of this.
    layers: how often it asks whether to go on (see `heeding`); nought if it never does.
    """

    name: str
    module: nn.Module
    scale: int
    halo: int
    align: int = 1
    layers: int = 0
    device: torch.device = CPU
    dtype: torch.dtype = torch.float32

    @torch.inference_mode()
    def enlarge(self, tile: Pixels) -> Pixels:
        """One piece in one go: uint8 (height, width, 3) to the same `scale` times larger. Raises what torch raises."""
        height, width = tile.shape[:2]
        image = torch.from_numpy(np.array(tile, order="C")).to(self.device).permute(2, 0, 1).unsqueeze(0)
        image = self._aligned(image.to(torch.float32).div_(255))
        native = image if isinstance(self.module, CompactNetwork) else image.to(self.dtype)
        made = self.module(native)[:, :, : height * self.scale, : width * self.scale]
        quantised = made.to(torch.float32).clamp_(0, 1).mul_(255).round_().to(torch.uint8)
        return np.ascontiguousarray(quantised[0].permute(1, 2, 0).cpu().numpy())

    def _aligned(self, image: Tensor) -> Tensor:
        down, right = (-image.shape[side] % self.align for side in (2, 3))
        return nnf.pad(image, (0, right, 0, down), mode="replicate") if down or right else image


def _never() -> bool:
    return False


_asked_to_stop: ContextVar[Callable[[], bool]] = ContextVar("asked_to_stop", default=_never)


@contextmanager
def heeding(cancelled: Callable[[], bool]) -> Iterator[None]:
    """While this is open, networks ask `cancelled` before every convolution and raise EngineCancelled when it says so.

    A tile of a deep network takes many seconds on a processor; a convolution takes a fraction of one.
    """
    token = _asked_to_stop.set(cancelled)
    try:
        yield
    finally:
        _asked_to_stop.reset(token)


def _heed(*_: object) -> None:
    if _asked_to_stop.get()():
        raise EngineCancelled


def ready(
    module: nn.Module, *, name: str, scale: int, halo: int, device: torch.device, dtype: torch.dtype, align: int = 1
) -> Network:
    """Put a network on its device for use: no gradients, its number format, and the layout that convolutions like."""
    convolutions = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    for layer in convolutions:
        layer.register_forward_pre_hook(_heed)
    moved = module.eval().requires_grad_(False).to(device=device, dtype=dtype)
    laid_out: nn.Module = moved.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    sizes = {"scale": scale, "halo": halo, "align": align, "layers": len(convolutions)}
    return Network(name=name, module=laid_out, device=device, dtype=dtype, **sizes)
