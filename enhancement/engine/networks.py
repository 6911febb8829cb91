"""The compact super-resolution network, and what the tiler needs to know of any network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as nnf

from enhancement.engine.asking import Cancelled, unheard
from enhancement.engine.errors import EngineCancelled
from enhancement.engine.integers import Integers

Pixels = NDArray[np.uint8]
Samples = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
Inner = tuple[slice, slice]
WHOLE: Inner = (slice(None), slice(None))
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


class Runner(Protocol):
    """Another way to compute a network than its torch module: compiled, in fewer bits, on another device."""

    label: str
    itemsize: int  # bytes of a number between two layers

    def __call__(self, tile: Pixels, inner: Inner) -> Pixels:
        """What `Network.enlarge` says, for 8-bit pieces. Raises EngineCancelled when `asked_to_stop` says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network made ready for a device.

    halo: input pixels that a tile borrows on each side. align: tiles begin, and are padded, at multiples of this.
    layers: how often it asks whether to go on (see `heeding`); nought if it never does. runner: what computes 8-bit
    pieces in place of the module (see `choosing`), which stays in float32 for pieces of 16 bits. integers: the same
    network in whole numbers, where it has been made for these very parameters and the mode allows it.
    """

    name: str
    module: nn.Module
    scale: int
    halo: int
    align: int = 1
    layers: int = 0
    device: torch.device = CPU
    dtype: torch.dtype = torch.float32
    runner: Runner | None = None
    integers: Integers | None = None

    @property
    def label(self) -> str:
        """What computes it, for provenance and logs, such as "cpu bfloat16" or "openvino int8"."""
        own = f"{self.device.type} {str(self.dtype).removeprefix('torch.')}"
        return self.runner.label if self.runner else own

    @property
    def itemsize(self) -> int:
        """Bytes of a number between two layers."""
        return self.runner.itemsize if self.runner else self.dtype.itemsize

    def of(self, dtype: np.dtype[Any]) -> Network:
        """The network as it computes samples of this type: by its runner, or those of 16 bits by its module."""
        return self if dtype == np.uint8 or self.runner is None else replace(self, runner=None)

    def enlarge(self, tile: Samples, inner: Inner = WHOLE) -> Samples:
        """One piece in one go: uint8 or uint16 (height, width, 3) to the same `scale` times larger.

        inner: the rows and columns of the piece that are wanted, input pixels; the others are only seen.
        Raises what torch raises, or the runner; FloatingPointError where fewer bits than 32 do not hold the numbers.
        """
        if self.runner and tile.dtype == np.uint8:
            return self.runner(cast(Pixels, tile), inner)
        return self._by_module(tile, inner)

    @torch.inference_mode()
    def _by_module(self, tile: Samples, inner: Inner) -> Samples:
        given = torch.from_numpy(np.array(tile, order="C")).to(self.device)
        made, sound = self.computed(given, 255 if tile.dtype == np.uint8 else 65535, inner)
        self.check(sound)
        return np.ascontiguousarray(made.cpu().numpy().astype(tile.dtype, copy=False))

    def check(self, sound: Tensor | None) -> None:
        """Raises FloatingPointError where not all that `computed` made are numbers: they would be black, unnoticed."""
        if sound is not None and not bool(sound):
            raise FloatingPointError(f"{self.name} needs numbers that {self.dtype} does not have.")

    def computed(self, given: Tensor, white: int, inner: Inner = WHOLE) -> tuple[Tensor, Tensor | None]:
        """A piece by the module, on its device: whole numbers up to `white`, (height, width, 3), to the same larger.
        And, on the device too, whether all of it came to numbers; None of float32, which holds whatever networks need.

        The result is uint8 where white is 255, else int32. Raises what torch raises.
        """
        height, width = given.shape[:2]
        image = self._aligned(given.permute(2, 0, 1).unsqueeze(0).to(torch.float32).div_(white))
        native = image if isinstance(self.module, CompactNetwork) else image.to(self.dtype)
        rows, columns = (enlarged(part, side, self.scale) for part, side in zip(inner, (height, width), strict=True))
        made: Tensor = self.module(native)[:, :, rows, columns]
        sound = None if self.dtype == torch.float32 else made.isfinite().all()
        quantised = made.to(torch.float32).clamp(0, 1).mul_(white).round_()
        return quantised.to(torch.uint8 if white == 255 else torch.int32)[0].permute(1, 2, 0), sound

    def _aligned(self, image: Tensor) -> Tensor:
        down, right = (-image.shape[side] % self.align for side in (2, 3))
        return nnf.pad(image, (0, right, 0, down), mode="replicate") if down or right else image


def enlarged(part: slice, side: int, scale: int) -> slice:
    """The rows (or columns) of the result that belong to a part of an input `side` pixels long."""
    start, stop, _ = part.indices(side)
    return slice(start * scale, stop * scale)


_asked_to_stop: ContextVar[Cancelled] = ContextVar("asked_to_stop", default=unheard)


@contextmanager
def heeding(cancelled: Cancelled) -> Iterator[None]:
    """While this is open, networks ask `cancelled` before every convolution and raise EngineCancelled when it says so;
    so do the reading of weights and the trying of ways.

    A tile of a deep network takes many seconds on a processor; a convolution takes a fraction of one.
    """
    token = _asked_to_stop.set(cancelled)
    try:
        yield
    finally:
        _asked_to_stop.reset(token)


def asked_to_stop() -> bool:
    """Whether the caller of the tile under way wants no more of it."""
    return _asked_to_stop.get()()


def heed(*_: object) -> None:
    """Raises EngineCancelled where the caller wants no more of what is under way."""
    if asked_to_stop():
        raise EngineCancelled


def ready(
    module: nn.Module, *, name: str, scale: int, halo: int, device: torch.device, dtype: torch.dtype, align: int = 1
) -> Network:
    """Put a network on its device for use: no gradients, its number format, and the layout that convolutions like."""
    convolutions = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    for layer in convolutions:
        layer.register_forward_pre_hook(heed)
    moved = module.eval().requires_grad_(False).to(device=device, dtype=dtype)
    flat = all(value.ndim <= 4 for value in moved.parameters())  # GFPGAN's styled convolutions have five
    laid_out: nn.Module = moved.to(memory_format=torch.channels_last) if flat else moved  # type: ignore[call-overload]
    return Network(
        name=name, module=laid_out, device=device, dtype=dtype,
        scale=scale, halo=halo, align=align, layers=len(convolutions),
    )  # fmt: skip
