"""Noise that repeats without a seam, as (n, n) arrays with mean 0 and spread 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]  # (n, n)


def grid(n: int) -> tuple[Field, Field]:
    """x and y of each pixel's middle over a tile, 0..1."""
    steps = (np.arange(n) + 0.5) / n
    x, y = np.meshgrid(steps, steps)
    return x, y


def cloudy(n: int, seed: int, *, across: float, down: float) -> Field:
    """Blurred white noise. `across`, `down`: size of its features as a share of the tile."""
    white = np.random.default_rng(seed).standard_normal((n, n))
    fx, fy = np.fft.rfftfreq(n), np.fft.fftfreq(n)
    soft = np.exp(-2 * (np.pi * n) ** 2 * ((fx[None, :] * across) ** 2 + (fy[:, None] * down) ** 2))
    return standard(np.fft.irfft2(np.fft.rfft2(white) * soft, s=(n, n)))


def standard(field: Field) -> Field:
    spread = float(field.std())
    return (field - field.mean()) / spread if spread > 1e-9 else field * 0.0


def covering(distance: Field, softness: float) -> Field:
    """1 inside (distance < 0), 0 outside, a soft edge of that width between."""
    return np.clip(0.5 - distance / softness, 0.0, 1.0)
