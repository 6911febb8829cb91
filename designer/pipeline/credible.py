"""Credible intervals of Beta posteriors, without a statistics library.

The distribution function is the continued fraction of the incomplete beta function (DLMF 8.17.22, evaluated by Lentz's
method, Appl. Opt. 15, 668, 1976); quantiles are found by bisection.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from designer.pipeline.records import Posterior

TINY: Final = 1e-300
STEPS: Final = 400  # of the fraction; it needs about the root of the larger parameter
HALVINGS: Final = 40  # of the bisection: 1e-12


def cumulative(x: float, alpha: float, beta: float) -> float:
    """The share of Beta(alpha, beta) below `x`; alpha, beta > 0, else ValueError."""
    if alpha <= 0 or beta <= 0:
        raise ValueError("alpha and beta must be above 0")
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (alpha + 1) / (alpha + beta + 2):  # the fraction converges fast on one side of the mode only
        return 1.0 - cumulative(1 - x, beta, alpha)
    front = math.lgamma(alpha + beta) - math.lgamma(alpha) - math.lgamma(beta)
    scale = math.exp(front + alpha * math.log(x) + beta * math.log1p(-x))
    return min(1.0, scale * _fraction(x, alpha, beta) / alpha)


def _fraction(x: float, alpha: float, beta: float) -> float:
    c, d = 1.0, 1.0 / _safe(1 - (alpha + beta) * x / (alpha + 1))
    value = d
    for m in range(1, STEPS):
        even = m * (beta - m) * x / ((alpha + 2 * m - 1) * (alpha + 2 * m))
        odd = -(alpha + m) * (alpha + beta + m) * x / ((alpha + 2 * m) * (alpha + 2 * m + 1))
        step = 1.0
        for term in (even, odd):
            d = 1.0 / _safe(1 + term * d)
            c = _safe(1 + term / c)
            step = c * d
            value *= step
        if abs(step - 1) < 1e-12:
            break
    return value


def _safe(value: float) -> float:
    return value if abs(value) > TINY else TINY


def quantile(share: float, alpha: float, beta: float) -> float:
    """Where `share` (0..1) of Beta(alpha, beta) lies below."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if cumulative(middle, alpha, beta) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def interval(posterior: Posterior, mass: float) -> tuple[float, float]:
    """The bounds that hold `mass` (0..1) of the posterior, with as much left out on either side."""
    return _interval(round(posterior.alpha, 4), round(posterior.beta, 4), mass)


@lru_cache(maxsize=4096)
def _interval(alpha: float, beta: float, mass: float) -> tuple[float, float]:
    tail = (1 - mass) / 2
    return quantile(tail, alpha, beta), quantile(1 - tail, alpha, beta)
