"""Networks compiled by OpenVINO: bytes in, bytes out, everything between in one graph. Optional; torch does without.

The graph counts in steps of 1/255, so that the picture itself, which a network only corrects, is a whole number at
every point: bfloat16 holds those exactly, and only the correction is rounded. A compact network's last layer is sorted
so that its channels lie as the pixels of the result do; putting them in place is one copy.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.util
from collections import OrderedDict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from enhancement.engine import integers
from enhancement.engine.device import threads
from enhancement.engine.errors import EngineCancelled, MissingBackend
from enhancement.engine.networks import CompactNetwork, Inner, Network, Pixels, asked_to_stop, enlarged, heed

HINTS = {"float32": "f32", "bfloat16": "bf16", "int8": "bf16"}  # of what is not in whole numbers
ITEMSIZES = {"float32": 4, "bfloat16": 2, "int8": 2}  # the last layers are the widest, and in bfloat16
POLL = 50  # milliseconds between two questions whether to stop
SHAPES = 2  # compiled at once; all pieces of one picture have one
SAMPLE = 32  # edge of the picture that a network is traced with


def available() -> bool:
    """Whether OpenVINO is installed; nothing is imported."""
    return importlib.util.find_spec("openvino") is not None


def openvino() -> Any:
    """The package. Raises MissingBackend if it is not installed."""
    if not available():
        raise MissingBackend("OpenVINO is not installed.", remedy="Install requirements/accelerators.txt.")
    import openvino

    return openvino


class _Packed(nn.Module):
    """A compact network on 0..255, its result not yet shuffled: (1, height, width, scale * scale * 3), c last."""

    def __init__(self, network: CompactNetwork) -> None:
        super().__init__()
        shape = network.shape
        self.body = copy.deepcopy(network.body).float()
        first, last = self.body[0], self.body[-1]
        assert isinstance(first, nn.Conv2d) and isinstance(last, nn.Conv2d)  # noqa: S101  (tells the types)
        order = torch.arange(3 * shape.scale**2).view(3, -1).T.reshape(-1)
        first.weight.data.div_(255)
        last.weight.data, assigned = last.weight.data[order] * 255, last.bias
        if assigned is not None:
            assigned.data = assigned.data[order] * 255
        self.skip = nn.Conv2d(3, 3 * shape.scale**2, 1, bias=False)
        self.skip.weight.data = torch.eye(3).repeat(shape.scale**2, 1)[..., None, None]

    def forward(self, image: Tensor) -> Tensor:
        features = image
        for layer in self.body:
            features = layer(features)
        made: Tensor = features + self.skip(image)
        return made.clamp(0, 255).round().permute(0, 2, 3, 1)


class _Plain(nn.Module):
    """Any other network on 0..255: (1, height * scale, width * scale, 3)."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.inner = module

    def forward(self, image: Tensor) -> Tensor:
        made: Tensor = self.inner(image / 255)
        return made.mul(255).clamp(0, 255).round().permute(0, 2, 3, 1)


@torch.inference_mode()
def graph_of(network: Network) -> Any:
    """The network as an OpenVINO graph, uint8 (1, height, width, 3) to uint8. Raises RuntimeError."""
    ov = openvino()
    module = _Packed(network.module) if isinstance(network.module, CompactNetwork) else _Plain(network.module)
    return _in_bytes(ov.convert_model(module.eval(), example_input=torch.rand(1, 3, SAMPLE, SAMPLE)), ov)


def graph_in_integers(network: Network) -> Any:
    """The same of its counterpart in whole numbers. Raises RuntimeError, also where it has none."""
    if network.integers is None:
        raise RuntimeError(f"{network.name} is not there in whole numbers.")
    ov = openvino()
    return _in_bytes(integers.graph_of(network.integers, ov), ov)


def _in_bytes(graph: Any, ov: Any) -> Any:
    steps = ov.preprocess.PrePostProcessor(graph)
    steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    steps.input().model().set_layout(ov.Layout("NCHW"))
    steps.output().tensor().set_element_type(ov.Type.u8)
    return steps.build()


class Compiled:
    """A `Runner` by OpenVINO. network: on the processor in float32. Raises RuntimeError if it cannot be read."""

    def __init__(self, network: Network, precision: str) -> None:
        self.label, self.itemsize = f"openvino {precision}", ITEMSIZES[precision]
        self.scale, self.align = network.scale, network.align
        self.packed = isinstance(network.module, CompactNetwork)
        self._graph = graph_in_integers(network) if precision == "int8" else graph_of(network)
        self._settings = {
            "INFERENCE_PRECISION_HINT": HINTS[precision], "INFERENCE_NUM_THREADS": threads(), "NUM_STREAMS": 1,
        }  # fmt: skip
        self._requests: OrderedDict[tuple[int, int], Any] = OrderedDict()

    def __call__(self, tile: Pixels, inner: Inner) -> Pixels:
        height, width = tile.shape[:2]
        down, right = -height % self.align, -width % self.align
        padded = np.pad(tile, ((0, down), (0, right), (0, 0)), mode="edge") if down or right else tile
        made = self._infer(np.ascontiguousarray(padded)[None])[0]
        if self.packed:
            return _unpacked(made[inner], self.scale)
        rows, columns = (enlarged(part, side, self.scale) for part, side in zip(inner, (height, width), strict=True))
        own: Pixels = made[rows, columns].copy()  # what was inferred is overwritten by the next piece
        return own

    def _infer(self, batch: Pixels) -> NDArray[np.uint8]:
        request = self._request(batch.shape[1:3])
        request.start_async([batch], share_inputs=True)
        while not request.wait_for(POLL):
            if asked_to_stop():
                request.cancel()
                with contextlib.suppress(RuntimeError):  # that it was cancelled; before it has let go it takes no other
                    request.wait()
                raise EngineCancelled
        request.wait()  # raises what went wrong meanwhile
        made: NDArray[np.uint8] = request.get_output_tensor().data
        return made

    def _request(self, shape: tuple[int, ...]) -> Any:
        height, width = shape
        if (height, width) in self._requests:
            self._requests.move_to_end((height, width))
        else:
            while len(self._requests) >= SHAPES:
                self._requests.popitem(last=False)
            heed()  # what follows takes seconds for a deep network
            graph = self._graph.clone()
            graph.reshape([1, height, width, 3])
            compiled = openvino().Core().compile_model(graph, "CPU", self._settings)
            self._requests[height, width] = compiled.create_infer_request()
        return self._requests[height, width]


def _unpacked(made: Pixels, scale: int) -> Pixels:
    height, width, _ = made.shape
    rows = made.reshape(height, width, scale, scale * 3).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(rows).reshape(height * scale, width * scale, 3)
