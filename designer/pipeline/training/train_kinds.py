"""Fit the classifier of garments: python -m designer.pipeline.training.train_kinds --photos DIR --out FILE.

Features are whitened on their first principal directions; on these stands a multinomial logistic regression with a
ridge, fitted by accelerated descent. Temperature and the least share that is named come from cross-validation on the
training part alone; the test part is not opened. Whitening and regression are one matrix, which is what is kept.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from designer.pipeline.kinds import NOTHING, Classifier, views
from designer.pipeline.photo import located
from designer.pipeline.training.photos import FOLDS, labelled, opened, pieces

Array = NDArray[Any]
DIRECTIONS: Final = 150
FLOOR: Final = 0.1  # added to each direction's variance: the weak ones are not blown up
RIDGE: Final = 3e-3
STEPS: Final = 400
WANTED: Final = 0.9  # share of what is named in cross-validation that must be right


@dataclass(frozen=True, slots=True)
class Examples:
    """Both views of each picture: `seen` (n, 2, d), `label` (n,) as indices of `names`, `fold` (n,)."""

    seen: NDArray[np.float32]
    label: NDArray[np.intp]
    fold: NDArray[np.intp]
    names: tuple[str, ...]


def examples(folder: Path) -> Examples:
    """The training part; pictures of nothing count once for each of their pieces."""
    photos = [each for each in labelled(folder) if not each.is_test]
    names = tuple(sorted({each.label for each in photos}))
    seen, label, fold = [], [], []
    for each in photos:
        whole = opened(each.path)
        for image in pieces(whole) if each.label == NOTHING else (whole,):
            seen.append(views(image, located(image)))
            label.append(names.index(each.label))
            fold.append(each.fold)
    return Examples(np.stack(seen), np.array(label), np.array(fold), names)


def fitted(seen: Array, label: Array, names: tuple[str, ...]) -> Classifier:
    """A classifier of features (n, d) with labels (n,), not yet calibrated."""
    mean = seen.mean(axis=0, dtype=np.float64)
    _, strength, turn = np.linalg.svd((seen - mean).astype(np.float32), full_matrices=False)
    kept = turn[:DIRECTIONS].T / np.sqrt(strength[:DIRECTIONS] ** 2 / len(seen) + FLOOR)
    weights, bias = _regression((seen - mean) @ kept, np.eye(len(names))[label])
    matrix = kept @ weights
    return Classifier(names, matrix.astype(np.float32), (bias - mean @ matrix).astype(np.float32), 1.0, 0.0)


def _regression(points: Array, wanted: Array) -> tuple[Array, Array]:
    """Weights (d, k) and bias (k,) that make cross-entropy + RIDGE x weights² least, by Nesterov's descent."""
    points = np.concatenate([points, np.ones((len(points), 1))], axis=1)
    steep = 0.5 * float(np.linalg.norm(points, 2)) ** 2 / len(points) + 2 * RIDGE
    weights = ahead = np.zeros((points.shape[1], wanted.shape[1]))
    held = np.append(np.full(points.shape[1] - 1, 2 * RIDGE), 0)[:, None]  # the bias is free
    for step in range(STEPS):
        scores = points @ ahead
        power = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = points.T @ (power / power.sum(axis=1, keepdims=True) - wanted) / len(points) + held * ahead
        before, weights = weights, ahead - slope / steep
        ahead = weights + step / (step + 3) * (weights - before)
    return weights[:-1], weights[-1]


def validated(data: Examples) -> tuple[Array, Array]:
    """Scores (n, 2, k) of each picture by a classifier that never saw it, and the labels (n,)."""
    scores = np.zeros((len(data.label), 2, len(data.names)))
    for fold in range(FOLDS):
        mine = data.fold == fold
        model = _both_views(data, ~mine)
        scores[mine] = data.seen[mine] @ model.matrix + model.bias
    return scores, data.label


def _both_views(data: Examples, chosen: Array) -> Classifier:
    seen = data.seen[chosen].reshape(-1, data.seen.shape[-1])
    return fitted(seen, np.repeat(data.label[chosen], 2), data.names)


def shares_of(scores: Array, warmth: float) -> Array:
    """Probabilities (n, k) of scores (n, 2, k), the mean of both views."""
    warm = scores / warmth
    power = np.exp(warm - warm.max(axis=-1, keepdims=True))
    return np.asarray((power / power.sum(axis=-1, keepdims=True)).mean(axis=1))


def warmth_of(scores: Array, label: Array) -> float:
    """The temperature under which the right answers are likeliest (Guo et al. 2017, arXiv:1706.04599)."""
    tried = np.geomspace(0.3, 4, 60)
    rows = np.arange(len(label))
    loss = [-np.log(shares_of(scores, warmth)[rows, label] + 1e-12).mean() for warmth in tried]
    return float(tried[int(np.argmin(loss))])


def least_of(shares: Array, label: Array, names: tuple[str, ...]) -> float:
    """The lowest share from which on at least WANTED of what is named is right."""
    best, sure = shares.argmax(axis=1), shares.max(axis=1)
    said = best != names.index(NOTHING)
    order = np.argsort(-sure[said])
    right = np.cumsum((best == label)[said][order]) / np.arange(1, said.sum() + 1)
    enough = np.flatnonzero(right >= WANTED)
    return float(sure[said][order][enough[-1]]) if len(enough) else 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    wish = parser.parse_args()
    data = examples(wish.photos)
    scores, label = validated(data)
    warmth = warmth_of(scores, label)
    shares = shares_of(scores, warmth)
    least = least_of(shares, label, data.names)
    model = _both_views(data, np.ones(len(label), bool))
    np.savez_compressed(
        wish.out,
        names=np.array(data.names),
        matrix=model.matrix.astype(np.float16),
        bias=model.bias,
        warmth=np.float32(warmth),
        least=np.float32(least),
    )
    right = (shares.argmax(axis=1) == label).mean()
    figures = f"{FOLDS}-fold accuracy {right:.3f}, temperature {warmth:.2f}, named from {least:.3f}"
    sys.stdout.write(f"{len(label)} pictures, {figures}\n")


if __name__ == "__main__":
    main()
