"""Plain cloth and patterns on squares of cloth whose truth is known."""

from functools import partial

import numpy as np
import pytest

from designer.pipeline import pattern

SIDE = 256
Y, X = np.mgrid[0:SIDE, 0:SIDE]
MASK = np.ones((SIDE, SIDE), bool)


def cloth(tones, seed=1):
    """CIELAB of a cloth with these tones (L*), grain and slow folds."""
    grain = np.random.default_rng(seed).normal(0, 1.2, (SIDE, SIDE))
    folds = 5 * np.sin(X / 37 + Y / 91)
    light = np.clip(50 + tones + folds + grain, 0, 100)
    return np.stack([light, np.full_like(light, 20.0), np.full_like(light, -30.0)], axis=-1)


def named(lab):
    weave = pattern.weave_of(pattern.patch_of(lab, MASK))
    return pattern.class_of(weave, pattern.calm_of(lab, MASK)).value


def stripes(width, depth=35.0):
    return depth * ((X // width) % 2 - 0.5)


def dots(apart):
    return -35.0 * (np.hypot(X % apart - apart / 2, Y % apart - apart / 2) < apart / 4)


def placed_print():
    """Letters on a chest: all the contrast in a fifth of the cloth."""
    inside = (abs(X - SIDE / 2) < 58) & (abs(Y - SIDE / 2) < 58)
    return 40.0 * inside * (((X // 7) + (Y // 11)) % 2)


@pytest.mark.parametrize("tones", [lambda: 0 * X, placed_print], ids=["bare", "print on the chest"])
def test_cloth_is_plain_though_it_is_folded_or_carries_a_print(tones):
    assert named(cloth(tones())) == "solid"


@pytest.mark.parametrize(
    "tones",
    [partial(stripes, 3), partial(stripes, 9), partial(stripes, 40), partial(stripes, 5, 7.0), partial(dots, 14)],
    ids=["fine stripes", "stripes", "broad stripes", "faint fine stripes", "dots"],
)
def test_no_pattern_is_taken_for_plain_cloth(tones):
    assert named(cloth(tones())) != "solid"


def test_too_little_cloth_says_nothing_of_its_calm():
    small = np.zeros_like(MASK)
    small[:40, :40] = True
    assert pattern.calm_of(cloth(0 * X), small).broad == float("inf")
