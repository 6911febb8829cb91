"""Networks on CUDA whose kernels are recorded once for each size of piece and then played in one go.

A compact network has some seventy small kernels; started one by one from Python they leave a fast device waiting. A
recording (CUDA graph, https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs) starts them all at once, on
addresses that stay the same, and pieces come and go through pinned memory. It costs as much as some pieces, so the
first of a size is computed without: most pictures are one piece, and a size that comes once is not worth it.
"""

from __future__ import annotations

import copy
import logging
from collections import OrderedDict, deque
from dataclasses import replace

import numpy as np
import torch

from enhancement.engine import room
from enhancement.engine.errors import EngineCancelled
from enhancement.engine.networks import Inner, Network, Pixels, asked_to_stop, enlarged, heeding

logger = logging.getLogger(__name__)
Size = tuple[int, int]
SIZES = 2  # recorded at once; each holds the memory of its layers
REMEMBERED = 16  # sizes that came once
WARM_UPS = 2  # before a recording, as its documentation asks: libraries choose and reserve in the first calls


class Graphed:
    """A `Runner` by recorded kernels. network: on CUDA in float32. precision: float32, float16 or bfloat16; a piece
    that these do not hold is computed in float32."""

    def __init__(self, network: Network, precision: str) -> None:
        dtype: torch.dtype = getattr(torch, precision)
        self.label, self.itemsize = f"cuda graph {precision}", dtype.itemsize
        module = copy.deepcopy(network.module).to(dtype)
        self._network, self._exact = replace(network, module=module, dtype=dtype, runner=None), network
        self._recordings: OrderedDict[Size, Recording] = OrderedDict()
        self._met: deque[Size] = deque(maxlen=REMEMBERED)
        self._proven, self._refused = False, set[Size]()

    def __call__(self, tile: Pixels, inner: Inner) -> Pixels:
        try:
            return self._played(tile, inner)
        except FloatingPointError as beyond:
            logger.warning("engine_not_rounded", extra={"model": self._network.name, "reason": str(beyond)})
            return self._exact.enlarge(tile, inner).astype(np.uint8, copy=False)

    def _played(self, tile: Pixels, inner: Inner) -> Pixels:
        height, width = tile.shape[:2]
        recording = self._recording((height, width))
        if recording is None:
            return self._network.enlarge(tile, inner).astype(np.uint8, copy=False)
        made, scale = recording.play(tile), self._network.scale
        rows, columns = (enlarged(part, side, scale) for part, side in zip(inner, (height, width), strict=True))
        own: Pixels = made[rows, columns].copy()  # what was made is overwritten by the next piece
        return own

    def _recording(self, size: Size) -> Recording | None:
        """The recording for pieces of a size, made where it is not the first of that size; None where there is none."""
        if size in self._recordings:
            self._recordings.move_to_end(size)
            return self._recordings[size]
        if size in self._refused or size not in self._met:
            self._met.append(size)
            return None
        while len(self._recordings) >= SIZES:
            self._recordings.popitem(last=False)
        try:
            self._recordings[size] = Recording(self._network, size)
        except RuntimeError as error:
            if room.is_out_of_memory(error):
                self._recordings.clear()  # the smaller pieces that are tried next need their room
                raise
            if not self._proven:
                raise  # this network cannot be recorded at all
            logger.warning("engine_not_recorded", extra={"model": self._network.name, "reason": str(error)[:300]})
            self._refused.add(size)
            return None
        self._proven = True
        return self._recordings[size]


class Recording:
    """The kernels for pieces of one size, and the memory that they read and write."""

    @torch.inference_mode()
    def __init__(self, network: Network, size: Size) -> None:
        self.network, self.device = network, network.device
        self.incoming = torch.empty((*size, 3), dtype=torch.uint8, pin_memory=True)
        self.given = torch.zeros((*size, 3), dtype=torch.uint8, device=self.device)
        self.graph = torch.cuda.CUDAGraph()
        aside = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(aside):  # whatever fails in a capture, the stream of before comes back
            for _ in range(WARM_UPS):
                if asked_to_stop():
                    raise EngineCancelled
                network.computed(self.given, 255)
                aside.synchronize()
            with heeding(lambda: False), torch.cuda.graph(self.graph, stream=aside):
                self.made, self.sound = network.computed(self.given, 255)
        torch.cuda.current_stream(self.device).wait_stream(aside)
        self.outgoing = torch.empty(self.made.shape, dtype=torch.uint8, pin_memory=True)

    @torch.inference_mode()
    def play(self, tile: Pixels) -> Pixels:
        """uint8 (height, width, 3) to the result, which the next call overwrites. Raises FloatingPointError."""
        self.incoming.copy_(torch.from_numpy(np.array(tile, order="C")))
        self.given.copy_(self.incoming, non_blocking=True)
        self.graph.replay()
        self.outgoing.copy_(self.made, non_blocking=True)
        torch.cuda.current_stream(self.device).synchronize()
        self.network.check(self.sound)
        return self.outgoing.numpy()
