"""Edges of cut-out garments against a known truth: python -m tests.benchmarks.bench_background [--quick].

Garments with fringe, hair and lace are drawn by formula, so that the alpha of every pixel is known, and laid over
photographs. The background operation's matte is compared with the plain mask that it starts from, in the band where
pixels are mixed: mean absolute error (MAD, of 255) and mean squared error (MSE, of 1, times 1000); then what remains
of the old background, as the mean difference of the new composite from the true one (of 255).
"given": both start from a coarse true outline, which shows the edges alone; "found": from the outline that the
operation finds itself.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine.training.data import textile
from enhancement.operations import cutting, matting, subject
from tests.benchmarks.metrics import shared_data

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]
EDGE = 640
FINE = 4  # drawn so much larger and averaged: alpha is then exact to 1/16
WALL = (40, 160, 220)


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture with its truth: alpha 0..1 and the foreground's own colours."""

    kind: str
    picture: Pixels
    alpha: Plane
    front: Plane


def drawn(kind: str, rng: np.random.Generator) -> Plane:
    """Alpha of a garment of that kind, (EDGE, EDGE)."""
    side = EDGE * FINE
    plane = np.zeros((side, side), np.uint8)
    left, right, top, bottom = (round(share * side) for share in (0.3, 0.7, 0.25, 0.8))
    outline = np.array([(left, top), (right, top), (right + side // 12, bottom), (left - side // 12, bottom)])
    cv2.fillPoly(plane, [outline], 255)
    if kind == "hair":
        for _ in range(260):
            start = np.array([rng.uniform(left, right), top + side * 0.02])
            bend, length = rng.normal(0, 0.6), rng.uniform(0.03, 0.08) * side
            steps = np.linspace(0, 1, 24)[:, None]
            path = start + steps * length * np.array([[bend, -1.0]]) + steps**2 * length * rng.normal(0, 0.25)
            cv2.polylines(plane, [path.astype(np.int32)], False, 255, int(rng.integers(2, 6)))
    if kind == "fringe":
        for x in np.arange(left - side // 12, right + side // 12, FINE * 5):
            end = (int(x + rng.normal(0, side * 0.006)), int(bottom + side * rng.uniform(0.03, 0.07)))
            cv2.line(plane, (int(x), bottom - 4), end, 255, FINE * 2)
    if kind == "lace":
        for down in range(bottom - side // 5, bottom, FINE * 14):
            for across in range(left - side // 12, right + side // 12, FINE * 14):
                cv2.circle(plane, (across, down), FINE * 5, 0, -1)
                cv2.circle(plane, (across, down), FINE * 2, 255, -1)
    small = cv2.resize(plane, (EDGE, EDGE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def scenes(count: int) -> Iterator[Scene]:
    """The same each time: every kind over `count` photographs."""
    folder = shared_data("photos/kodak")
    walls = sorted(folder.glob("*.png"))[:count] if folder else []
    rng = np.random.default_rng(5)
    for kind in ("plain", "hair", "fringe", "lace"):
        for place in range(count):
            alpha = drawn(kind, rng)
            cloth = np.asarray(Image.fromarray(textile(rng, EDGE)).convert("RGB"), np.float32)
            wall = rng.integers(60, 230, 3).astype(np.float32) + np.zeros((EDGE, EDGE, 3), np.float32)
            if walls:
                with Image.open(walls[place]) as opened:
                    photo = opened.convert("RGB").resize((EDGE, EDGE), Image.Resampling.LANCZOS)
                blurred = cv2.GaussianBlur(np.asarray(photo, np.float32), (0, 0), 6)  # a backdrop out of focus
                wall = np.asarray(blurred, np.float32)
            mixed = cloth * alpha[..., None] + wall * (1 - alpha[..., None])
            yield Scene(kind, np.rint(mixed).astype(np.uint8), alpha, cloth)


def coarse(alpha: Plane) -> NDArray[np.bool_]:
    """The outline as a hand would trace it: without hairs and holes."""
    solid = cv2.morphologyEx((alpha > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    return np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((15, 15), np.uint8)) > 0)


def measured(scene: Scene, mask: NDArray[np.bool_]) -> dict[str, tuple[float, float, float]]:
    """For the plain mask and for the matte: MAD, MSE x 1000 in the band, and the composite's mean difference."""
    plain = np.asarray(Image.fromarray(mask.astype(np.float32)).resize((EDGE, EDGE), Image.Resampling.BILINEAR))
    view = subject.view(scene.picture, matting.VIEW)
    found = matting.matte(view, mask, band=round(0.03 * EDGE), see_through=scene.kind == "lace")
    alpha = found.alpha(scene.picture, 0, EDGE)
    near = cv2.dilate(((scene.alpha > 0.02) & (scene.alpha < 0.98)).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    wall = np.array(WALL, np.float32)
    true = scene.front * scene.alpha[..., None] + wall * (1 - scene.alpha[..., None])
    rows = {}
    for name, share, own in (
        ("mask", plain, scene.picture.astype(np.float32)),
        ("matte", alpha, matting.foreground(scene.picture, alpha, round(0.045 * EDGE))),
    ):
        off = np.abs(share - scene.alpha)[near]
        made = own * share[..., None] + wall * (1 - share[..., None])
        rows[name] = (float(off.mean()) * 255, float((off**2).mean()) * 1000, float(np.abs(made - true)[near].mean()))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = 2 if parser.parse_args().quick else 8
    table: dict[tuple[str, str, str], list[tuple[float, float, float]]] = {}
    for scene in scenes(count):
        for start, mask in (("given", coarse(scene.alpha)), ("found", cutting.mask(scene.picture)[0])):
            if not mask.any():
                continue
            for name, row in measured(scene, mask).items():
                table.setdefault((scene.kind, start, name), []).append(row)
    print(f"{'garment':8} {'outline':8} {'by':6} {'MAD':>7} {'MSE':>7} {'new picture':>12}   of")
    for (kind, start, name), rows in table.items():
        mean = np.mean(rows, axis=0)
        print(f"{kind:8} {start:8} {name:6} {mean[0]:7.1f} {mean[1]:7.1f} {mean[2]:12.1f} {len(rows):4d}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
