"""What light a picture was taken in, and how much more of it the picture bears.

Gray-edge: the steps between neighbours are on average without colour (van de Weijer, Gevers, Gijsenij 2007,
doi:10.1109/TIP.2007.901808), of order 6. A garment of one colour fools it less than the means of grey-world and
shades-of-gray, which were tried too: on the clothing photos it errs by 2 degrees (median), shades-of-gray by 4.4.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from enhancement.operations.spaces import Floats, Space

White = NDArray[np.float64]

ORDER: Final = 6
LEAST_PIXELS: Final = 64
DOUBT: Final = 2.5  # degrees: as far as the estimate errs on pictures in neutral light; so much is left alone
MOST: Final = 15.0  # degrees: a cast beyond it is taken for meant
MORE_NEUTRAL: Final = 1.2  # times as many grey pixels as before; at 1.0 every fourth uncast photo was changed
DARK, CLIPPED = 0.02, 0.97  # light: below it there is noise, above it a channel was cut
BRIGHT: Final = 0.9  # light that the brightest pixels shall reach at most
MOST_STOPS: Final = 1.5
WARMEST: Final = (1.35, 1.0, 0.55)  # white in linear light that a temperature of -100 takes for neutral
PURPLE: Final = (1.15, 0.85, 1.15)


def cast(light: Floats, seen: NDArray[np.bool_]) -> White:
    """The white of the light (3,), mean 1, from linear light (h, w, 3) where `seen` (h, w); ones if it cannot tell."""
    good = seen & (light.max(axis=-1) < CLIPPED) & (light.max(axis=-1) > DARK)
    good = good[:-1, :-1] & good[1:, :-1] & good[:-1, 1:]
    if good.sum() < LEAST_PIXELS:
        return np.ones(3)
    down, across = light[1:, :-1] - light[:-1, :-1], light[:-1, 1:] - light[:-1, :-1]
    steps = np.sqrt(down[good] ** 2 + across[good] ** 2).astype(np.float64)
    white = np.mean(steps**ORDER, axis=0) ** (1 / ORDER)
    return _scaled(white) if white.min() > 1e-5 else np.ones(3)


def _scaled(white: Any) -> White:
    values = np.asarray(white, np.float64)
    return np.asarray(values / values.mean())


def angle(white: White) -> float:
    """Degrees between a white and neutral."""
    share = float(white.sum() / (np.sqrt(3) * np.linalg.norm(white)))
    return float(np.degrees(np.arccos(np.clip(share, -1, 1))))


def believed(white: White, light: Floats, space: Space) -> tuple[White, bool]:
    """As much of an estimated white as may be corrected in this picture (h, w, 3), and whether the most was reached.

    A cast taken out makes greys grey. Where fewer pixels would be neutral than before, or hardly more, the estimate
    has taken a coloured garment for coloured light.
    """
    found = angle(white)
    if found <= DOUBT:
        return np.ones(3), False
    trusted = _weaker(white, min(found - DOUBT, MOST))
    if _neutral(light @ space.adapted(trusted).T, space) < MORE_NEUTRAL * _neutral(light, space):
        return np.ones(3), False
    return trusted, found - DOUBT > MOST


def _weaker(white: White, degrees: float) -> White:
    """The cast of the same hue that is so many degrees from neutral, found by halving."""
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if angle(_scaled(white**middle)) < degrees else (low, middle)
    return _scaled(white**low)


def _neutral(light: Floats, space: Space) -> float:
    """The share of the pixels that are all but grey."""
    lab = space.oklab(np.maximum(light, 0).reshape(-1, 3))
    lab = lab[(lab[:, 0] > 0.2) & (lab[:, 0] < 0.985)]
    if not len(lab):
        return 0.0
    return float(np.exp(-((np.hypot(lab[:, 1], lab[:, 2]) / np.maximum(lab[:, 0], 0.1) / 0.04) ** 2)).mean())


def chosen(temperature: float, tint: float) -> White:
    """The white that is to become neutral for a temperature and a tint in -100..100: positive is warmer, more purple.

    To make a picture warmer its light is taken for bluer than it is.
    """
    return _scaled(np.asarray(WARMEST) ** (-temperature / 100) * np.asarray(PURPLE) ** (-tint / 100))


def stops(light: Floats, seen: NDArray[np.bool_]) -> float:
    """How far a dark picture may be raised before more than one pixel in 200 would be cut. Never below 0.

    What is cut already cannot be brought back, and a white backdrop is meant, so nothing is ever lowered.
    """
    if not seen.any():
        return 0.0
    top = max(float(np.quantile(light[seen].max(axis=-1), 0.995)), 1e-4)
    return round(min(MOST_STOPS, max(0.0, float(np.log2(BRIGHT / top)))), 2)


def shouldered(light: Floats) -> Floats:
    """Light whose greatest channel exceeds 0.8 pressed below 1, all three channels by one factor: hue stays."""
    knee, top = np.float32(0.8), light.max(axis=-1, keepdims=True)
    over = np.maximum(top - knee, 0) / (1 - knee)
    pressed = knee + (1 - knee) * (over / (1 + over))
    return np.where(top > knee, light * (pressed / np.maximum(top, knee)), light)


def gamut_mapped(space: Space, lab: Floats) -> tuple[Floats, int]:
    """Linear light of OKLab (..., 3) within the space, and how many pixels had to give up some chroma for it.

    Lightness and hue stay; chroma is cut to the largest that the space can show, found by halving.
    """
    lab[..., 0] = np.clip(lab[..., 0], 0, 1)
    light = space.from_oklab(lab)
    out = ((light < -0.002) | (light > 1.002)).any(axis=-1)
    if out.any():
        light[out] = _reduced(space, lab[out])
    return light, int(out.sum())


def _reduced(space: Space, lab: Floats) -> Floats:
    low, high = np.zeros(len(lab), np.float32), np.ones(len(lab), np.float32)
    for _ in range(9):
        middle = (low + high) / 2
        light = space.from_oklab(lab * np.stack([np.ones_like(middle), middle, middle], axis=-1))
        fits = ((light >= -0.002) & (light <= 1.002)).all(axis=-1)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return space.from_oklab(lab * np.stack([np.ones_like(low), low, low], axis=-1))
