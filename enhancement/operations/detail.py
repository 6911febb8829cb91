"""The operation "detail": cloth whose weave is seen, without bright seams along its outline and without grain.

Brightness is split into bands by edge-aware smoothing (guided filters of doubling radius), and the bands are added
back stronger where there is texture. Three things hold it: large steps are outlines and are not raised; nothing may
leave the range of its neighbours by more than HALO and a share of the texture's own height; and where there is no
texture (skin, sky, a plain backdrop) nothing is added, so that noise stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from enhancement.operations import planes, strips, texture
from enhancement.operations.base import Choice, Estimate, Number, Parameter, Parameters, Position
from enhancement.operations.frame import InMemory, Made, Task, estimate_by_area
from enhancement.operations.pictures import Samples, rounded, white_of
from enhancement.operations.planes import Plane

RADII: Final = {"fine": (1, 2), "medium": (1, 2, 4), "coarse": (2, 4, 8)}  # pixels, of the smoothing of each band
WEIGHTS: Final = (1.0, 0.8, 0.5)  # of the bands, finest first
SMOOTH: Final = 0.08  # contrast, 0..1, above which a step is an outline to the smoothing
BOLD: Final = 0.12  # contrast at which a detail is no more raised: it is an outline
STRENGTH: Final = 2.5  # how much stronger the bands become at amount 1, where all is texture
HALO: Final = 2 / 255  # brightness by which any pixel may leave the range of its neighbours
NOISIEST: Final = 6 / 255  # a swatch that fills the picture has nothing calm in it and is no noise for that
TALLER: Final = 0.5  # of the texture's own height, by which it may grow beyond that at amount 1
NEAR: Final = 3  # pixels around one that count as its neighbours
SECONDS_PER_PIXEL: Final = 0.4e-6


class Detail(InMemory):
    """Clarity for fabric. Only brightness changes: hue, transparency and colour profile are kept."""

    name = "detail"
    title = "Fabric detail"
    position = Position.DETAIL
    parameters: tuple[Parameter, ...] = (
        Number(name="amount", title="Amount", default=0.5, minimum=0, maximum=1, note="How much the weave comes out."),
        Choice(
            name="scale", title="Scale", default="medium", choices=tuple(RADII),
            labels={"fine": "Fine", "medium": "Medium", "coarse": "Coarse"},
            note="Fine: threads of one or two pixels. Coarse: knits and quilting.",
        ),
        Number(
            name="protect", title="Protect", default=0.5, minimum=0, maximum=1, advanced=True,
            note="From 0, where faint texture is raised too, to 1, where only bold texture is; skin has the faintest.",
        ),
    )  # fmt: skip

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Seconds on two processor cores. Raises ParameterError for a picture that is too large."""
        self.validate(params)
        return estimate_by_area(width, height, start=0.1, per_pixel=SECONDS_PER_PIXEL)

    def work(self, task: Task) -> Made:
        """Raise the texture."""
        picture, wish = task.picture, task.wish
        level = min(NOISIEST, texture.noise_of(picture.samples, texture.luma, ask=task.stop_if_cancelled))
        raised: list[float] = []

        def work(part: Samples, _top: int) -> Samples:
            made, cloth = sharper(strips.opaque(part), wish, level)
            raised.append(float(cloth.mean()) * len(part))
            return np.dstack([made, part[..., 3:]])

        pixels = strips.done(
            picture.samples, work, progress=task.progress, cancelled=task.cancelled, halo=reach(wish["scale"])
        )
        facts = {**wish, "noise_levels": round(level * 255, 2), "halo_limit_levels": round(HALO * 255, 1)}
        facts["textured_share"] = round(min(1.0, sum(raised) / picture.samples.shape[0]), 3)
        return Made(picture, pixels, facts)


def reach(scale: str) -> int:
    """Pixels to each side that a pixel's result depends on."""
    return max(2 * sum(RADII[scale]), texture.reach(_thread(scale)))


def _thread(scale: str) -> int:
    return max(2, RADII[scale][-1] // 2)


def sharper(pixels: Samples, wish: Parameters, level: float) -> tuple[Samples, Plane]:
    """RGB (h, w, 3) of 8 or 16 bits with its texture raised, and where that was, 0..1. level: the noise's deviation."""
    light = texture.luma(pixels)
    heights = texture.height(light, _thread(wish["scale"]))
    cloth = texture.mask(heights, level, protect=wish["protect"])
    added = np.float32(STRENGTH * wish["amount"]) * cloth * _bands(light, RADII[wish["scale"]], level)
    low, high = planes.extremes(light, NEAR)
    margin = cloth * (np.float32(HALO) + np.float32(TALLER * wish["amount"]) * heights)
    change = np.clip(light + added, low - margin, high + margin) - light
    made = pixels + white_of(pixels) * _within(pixels, change)[..., None]
    return rounded(made, pixels), cloth


def _bands(light: Plane, radii: tuple[int, ...], level: float) -> Plane:
    """The details of all bands together, without outlines and without what may be noise."""
    total, finer = np.zeros_like(light), light
    for radius, weight in zip(radii, WEIGHTS, strict=False):
        coarser = planes.guided(finer, finer, radius, SMOOTH)
        band = finer - coarser
        kept = np.exp(-((band / BOLD) ** 2)) * (band**2 / (band**2 + (1.2 * level) ** 2 + 1e-9))
        total += np.float32(weight) * band * kept.astype(np.float32)
        finer = coarser
    return total


def _within(pixels: Samples, change: Plane) -> Plane:
    """The change, as much of it as all three channels can take: one that is cut alone would turn the hue."""
    white = white_of(pixels)
    room_up = (white - pixels.max(axis=-1)) / white
    room_down = -(pixels.min(axis=-1) / white)
    return np.clip(change, np.minimum(room_down, 0), np.maximum(room_up, 0))
