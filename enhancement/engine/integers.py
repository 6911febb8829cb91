"""A compact network that counts in whole numbers: all layers but the first and the last in eight bits.

An inner layer takes bytes, of which one (its zero point) stands for nought, and weights from -127 to 127; products are
added without loss. Each channel is then brought by a factor of its own, a bias and a slope to the bytes that the next
layer takes (as Jacob et al. 2018, arXiv:1712.05877; scales per channel are folded into the weights). Rounding a network
so moves its result; `training.rounding` makes up for most of that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enhancement.engine.errors import InvalidWeights

Array = NDArray[Any]
LEVELS = 256
MOST = 127  # of a weight, either way
NAMES = {
    "first.weight": "float32", "first.bias": "float32", "first.slope": "float32",
    "inner.weight": "int8", "inner.factor": "float32", "inner.bias": "float32", "inner.slope": "float32",
    "inner.zero": "uint8", "last.weight": "float32", "last.bias": "float32",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Integers:
    """The numbers of such a network, by the NAMES above. digest: the SHA-256 of the file that they come from.

    The first layer takes 0..1 and gives steps; the last gives the correction of a picture on 0..255. Those of inner
    layers lie one above the other: weights (layers, features, features, 3, 3), zero points of their inputs (layers).
    """

    arrays: Mapping[str, Array]
    digest: str

    @property
    def features(self) -> int:
        return int(self.arrays["first.bias"].shape[0])

    @property
    def convs(self) -> int:
        return int(self.arrays["inner.zero"].shape[0])

    @property
    def scale(self) -> int:
        return math.isqrt(int(self.arrays["last.bias"].shape[0]) // 3)


def of_arrays(arrays: Mapping[str, Array], *, digest: str, name: str) -> Integers:
    """The network of these arrays. Raises InvalidWeights where they are none's."""
    made = Integers(arrays=arrays, digest=digest)
    if arrays.keys() != NAMES.keys() or any(arrays[key].dtype != np.dtype(NAMES[key]) for key in NAMES):
        raise _unfit(name)
    features, convs, outputs = made.features, made.convs, 3 * made.scale**2
    shapes = {
        "first.weight": (features, 3, 3, 3), "first.bias": (features,), "first.slope": (features,),
        "inner.weight": (convs, features, features, 3, 3), "inner.factor": (convs, features),
        "inner.bias": (convs, features), "inner.slope": (convs, features), "inner.zero": (convs,),
        "last.weight": (outputs, features, 3, 3), "last.bias": (outputs,),
    }  # fmt: skip
    if any(arrays[key].shape != shape or not np.isfinite(arrays[key]).all() for key, shape in shapes.items()):
        raise _unfit(name)
    return made


def _unfit(name: str) -> InvalidWeights:
    return InvalidWeights(f"{name} holds no network in whole numbers.", remedy="Install this program again.")


def graph_of(integers: Integers, ov: Any) -> Any:
    """As an OpenVINO graph, float32 (1, 3, height, width) on 0..255 to (1, height, width, scale * scale * 3), c last.

    A picture's own numbers go around all that is rounded, as in `compiled`. ov: the package.
    """
    ops, arrays = ov.opset13, integers.arrays

    def constant(values: Array) -> Any:
        return ops.constant(np.ascontiguousarray(values, np.float32))

    def convolved(given: Any, kernel: Any, bias: Array) -> Any:
        made = ops.convolution(given, kernel, [1, 1], [1, 1], [1, 1], [1, 1])
        return ops.add(made, constant(bias.reshape(1, -1, 1, 1)))

    image = ops.parameter([1, 3, -1, -1], ov.Type.f32, name="image")
    features = convolved(image, constant(arrays["first.weight"] / 255), arrays["first.bias"])
    features = ops.prelu(features, constant(arrays["first.slope"]))
    for layer in range(integers.convs):
        zero = int(arrays["inner.zero"][layer])
        low, high = (constant(np.array(end)) for end in (-zero, LEVELS - 1 - zero))
        counted = ops.fake_quantize(features, low, high, low, high, LEVELS)
        whole = ops.convert(ops.constant(np.ascontiguousarray(arrays["inner.weight"][layer])), "f32")
        kernel = ops.multiply(whole, constant(arrays["inner.factor"][layer].reshape(-1, 1, 1, 1)))
        features = convolved(counted, kernel, arrays["inner.bias"][layer])
        features = ops.prelu(features, constant(arrays["inner.slope"][layer]))
    subpixels = integers.scale**2
    order = np.arange(3 * subpixels).reshape(3, -1).T.reshape(-1)
    made = convolved(features, constant(arrays["last.weight"][order]), arrays["last.bias"][order])
    skip = np.tile(np.eye(3, dtype=np.float32), (subpixels, 1))[..., None, None]
    made = ops.add(made, ops.convolution(image, constant(skip), [1, 1], [0, 0], [0, 0], [1, 1]))
    made = ops.round(ops.clamp(made, 0, 255), "half_to_even")
    made = ops.transpose(made, ops.constant(np.array([0, 2, 3, 1])))
    return ov.Model([made], [image], "integers")
