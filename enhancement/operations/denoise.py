"""The operation "denoise": noise and grain taken out, weave and outlines kept.

Brightness and the two axes of colour are cleaned apart, for the eye forgives soft colour and not soft threads. Where
texture stands above the noise, some of what was taken out is given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from enhancement.operations import strips, texture
from enhancement.operations.base import Estimate, Flag, Number, Parameter, Position
from enhancement.operations.frame import InMemory, Made, Task, estimate_by_area
from enhancement.operations.pictures import Samples, rounded, white_of
from enhancement.operations.planes import Plane

Levels = tuple[float, float, float]

# orthonormal: white noise of the three channels is white noise of the same deviation on each of the axes
_DIRECTIONS: Final = np.array([[1, 1, 1], [1, 0, -1], [0.5, -1, 0.5]])
AXES: Final[NDArray[np.float32]] = np.asarray(_DIRECTIONS / np.linalg.norm(_DIRECTIONS, axis=1)[:, None], np.float32)
STRONGEST: Final = 25 / 255  # the noise's deviation that a strength of 1 takes out
FAINT: Final = 0.6 / 255  # noise that nobody sees: a picture with less is left as it is
STRIP: Final = 150_000  # pixels at once: a second of work, and 250 MB for the transforms of its patches
SECONDS_PER_PIXEL: Final = 8e-6  # all three axes cleaned


class Denoise(InMemory):
    """Noise out, threads kept. Transparency and colour profile are kept; grey stays grey."""

    name = "denoise"
    title = "Remove noise"
    position = Position.DENOISE
    parameters: tuple[Parameter, ...] = (
        Flag(name="auto", title="Measure the noise", default=True, note="Take out as much as the picture has."),
        Number(
            name="strength", title="Strength", default=0.4, minimum=0, maximum=1,
            note="Used where the noise is not measured: 1 takes out a deviation of 25 levels.",
        ),
        Number(
            name="colour", title="Colour noise", default=1, minimum=0, maximum=2, advanced=True,
            note="How strongly coloured specks are taken out, against 1 for brightness.",
        ),
        Number(
            name="keep_texture", title="Keep texture", default=0.3, minimum=0, maximum=1,
            note="How much of what was taken out is given back to cloth.",
        ),
    )  # fmt: skip

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Seconds on two processor cores. Raises ParameterError for a picture that is too large."""
        self.validate(params)
        return estimate_by_area(width, height, start=0.2, per_pixel=SECONDS_PER_PIXEL)

    def work(self, task: Task) -> Made:
        """Take the noise out."""
        picture, wish = task.picture, task.wish
        levels = _levels(task)

        def work(part: Samples, _top: int) -> Samples:
            made = calmer(strips.opaque(part), levels, wish["keep_texture"])
            return np.dstack([made, part[..., 3:]])

        pixels = strips.done(
            picture.samples,
            work,
            halo=16 + texture.reach(),
            progress=task.progress,
            cancelled=task.cancelled,
            most=STRIP,
        )
        taken = [round(level * 255, 2) for level in levels]
        return Made(picture, pixels, {**wish, "noise_levels": taken})


def _levels(task: Task) -> Levels:
    """The deviation to take out of brightness and of the two axes of colour, of 1; 0: leave it."""
    wish, rows = task.wish, 1 if task.picture.grey else 3
    found = [_noise(task, row) for row in range(rows)] if wish["auto"] else [wish["strength"] * STRONGEST] * rows
    first, *colour = [*found, 0.0, 0.0][:3]
    scaled = (first, colour[0] * wish["colour"], colour[1] * wish["colour"])
    return tuple(0.0 if level < FAINT else min(level, STRONGEST * 2) for level in scaled)  # type: ignore[return-value]


def _noise(task: Task, row: int) -> float:
    """The noise's deviation on one axis. Brightness is measured as 0..1 and colour about 1/2: what is cut looks cut."""
    scale = np.float32(3**-0.5 if row == 0 else 1)

    def plane(part: Samples) -> Plane:
        made: Plane = part[..., :3] @ (AXES[row] * scale / white_of(part))
        return made if row == 0 else made + np.float32(0.5)

    return texture.noise_of(task.picture.samples, plane, ask=task.stop_if_cancelled) / float(scale)


def calmer(pixels: Samples, levels: Levels, keep: float) -> Samples:
    """RGB (h, w, 3), 8 or 16 bits, with noise of these deviations taken out. keep: 0..1 of it given back in texture."""
    from enhancement.operations import patches  # brings torch, which a web process must not load

    axes = np.asarray(pixels @ (AXES.T / white_of(pixels)), np.float32)
    planes = [
        patches.cleaned(np.ascontiguousarray(axes[..., row]), level) if level else axes[..., row]
        for row, level in enumerate(levels)
    ]
    made = np.stack(planes, axis=-1)
    if keep and levels[0]:
        cloth = texture.mask(texture.height(made[..., 0]), levels[0] / 2)  # half: most of the noise is gone by now
        made[..., 0] += np.float32(keep) * cloth * (axes[..., 0] - made[..., 0])
    return rounded(made @ AXES * white_of(pixels), pixels)
