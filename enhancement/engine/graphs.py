"""Networks on CUDA whose kernels are recorded once for each size of piece and then played in one go.

A compact network has some seventy small kernels; started one by one from Python they leave a fast device waiting. A
recording (CUDA graph, https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs) starts them all at once, on
addresses that stay the same, and pieces come and go through pinned memory. All inner pieces of a picture have one size.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from enhancement.engine.networks import Inner, Network, Pixels, enlarged, heeding

SIZES = 2  # recorded at once; each holds the memory of its layers
WARM_UPS = 3  # before a recording, as its documentation asks: libraries choose and reserve in the first calls


class Graphed:
    """A `Runner` by recorded kernels. network: on CUDA in float32. precision: float32, float16 or bfloat16."""

    def __init__(self, network: Network, precision: str) -> None:
        dtype: torch.dtype = getattr(torch, precision)
        self.label, self.itemsize = f"cuda graph {precision}", dtype.itemsize
        module = copy.deepcopy(network.module).to(dtype)
        self._network = replace(network, module=module, dtype=dtype, runner=None)
        self._recordings: OrderedDict[tuple[int, int], _Recording] = OrderedDict()

    def __call__(self, tile: Pixels, inner: Inner) -> Pixels:
        height, width = tile.shape[:2]
        made = self._recording(height, width).play(tile)
        scale = self._network.scale
        rows, columns = (enlarged(part, side, scale) for part, side in zip(inner, (height, width), strict=True))
        own: Pixels = made[rows, columns].copy()  # what was made is overwritten by the next piece
        return own

    def _recording(self, height: int, width: int) -> _Recording:
        if (height, width) in self._recordings:
            self._recordings.move_to_end((height, width))
        else:
            while len(self._recordings) >= SIZES:
                self._recordings.popitem(last=False)
            try:
                self._recordings[height, width] = _Recording(self._network, height, width)
            except torch.OutOfMemoryError:
                self._recordings.clear()  # the smaller pieces that are tried next need their room
                raise
        return self._recordings[height, width]


class _Recording:
    """The kernels for pieces of one size, and the memory that they read and write."""

    @torch.inference_mode()
    def __init__(self, network: Network, height: int, width: int) -> None:
        self.device = network.device
        self.incoming = torch.empty((height, width, 3), dtype=torch.uint8, pin_memory=True)
        self.given = torch.zeros((height, width, 3), dtype=torch.uint8, device=self.device)
        aside = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(self.device))
        self.graph = torch.cuda.CUDAGraph()
        with heeding(lambda: False):  # who stops it stops before or after a piece
            with torch.cuda.stream(aside):
                for _ in range(WARM_UPS):
                    network.computed(self.given, 255)
            torch.cuda.current_stream(self.device).wait_stream(aside)
            with torch.cuda.graph(self.graph):
                self.made: Tensor = network.computed(self.given, 255)
        self.outgoing = torch.empty(self.made.shape, dtype=torch.uint8, pin_memory=True)

    @torch.inference_mode()
    def play(self, tile: Pixels) -> Pixels:
        """uint8 (height, width, 3) to the result, which the next call overwrites."""
        self.incoming.copy_(torch.from_numpy(np.array(tile, order="C")))
        self.given.copy_(self.incoming, non_blocking=True)
        self.graph.replay()
        self.outgoing.copy_(self.made, non_blocking=True)
        torch.cuda.current_stream(self.device).synchronize()
        return self.outgoing.numpy()
