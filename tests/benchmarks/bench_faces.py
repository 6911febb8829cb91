"""What a restored face leaves alone: python -m tests.benchmarks.bench_faces [--quick].

PEERS E6: nothing is done without a face, and no pixel outside of a face's mask changes. The network's place is taken by
the worst there could be, which gives every face's negative; over photographs with and without faces are counted: the
faces found, pictures without one that stayed bit for bit, and pixels changed where no mask reaches. Beside it the
likeness that the facts report, by fidelity.
"""

import argparse
import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.operations import face_restore, faces
from enhancement.operations.pictures import Picture
from tests.benchmarks.metrics import shared_data

Pixels = NDArray[np.uint8]
FIDELITIES = (0.0, 0.5, 1.0)
FILTER = 3  # pixels of the template
FOLDERS = {"photos/skimage": "*.png", "photos/kodak": "*.png", "photos/clothing": "*.jpg"}


def photographs(most: int) -> Iterator[Pixels]:
    for part, pattern in FOLDERS.items():
        folder = shared_data(part)
        for file in sorted(folder.glob(pattern))[:most] if folder else []:
            with Image.open(file) as opened:
                yield np.asarray(opened.convert("RGB"))


def negative(face: Pixels, place: face_restore.Place) -> Pixels:
    return 255 - face


def reach(pixels: Pixels, found: list[faces.Face]) -> NDArray[np.bool_]:
    """Where the ellipse of a face's mask lies, and what a filter sees beyond it."""
    height, width = pixels.shape[:2]
    points = np.stack([*np.meshgrid(np.arange(width), np.arange(height)), np.ones((height, width))])
    reached = np.zeros((height, width), bool)
    for eyes in (face.eyes for face in found if face.eyes):
        turned = np.tensordot(face_restore.placed(eyes, width, height).there, points, 1)
        across, down = ((turned[axis] - face_restore.MIDDLE[axis]) / face_restore.RADII[axis] for axis in (0, 1))
        reached |= np.hypot(across, down) <= 1 + FILTER / min(face_restore.RADII)
    return reached


def main() -> int:
    parser = argparse.ArgumentParser(description="What a restored face leaves alone.")
    parser.add_argument("--quick", action="store_true", help="twelve photographs of each folder")
    chosen = list(photographs(12 if parser.parse_args().quick else 200))
    if not chosen or faces.unavailable():
        print(faces.unavailable() or "The photographs are not here: set DESIGNER_SHARED_DATA to their folder.")
        return 2
    with_face = alone = outside = changed = 0
    alike: dict[float, list[float]] = {fidelity: [] for fidelity in FIDELITIES}
    for pixels in chosen:
        found = face_restore.found_in(Picture(pixels))
        with_face += bool(found)
        for fidelity in FIDELITIES if found else FIDELITIES[:1]:
            made = face_restore.drawn_anew(Picture(pixels), found, fidelity, negative, {}, lambda share: None)
            differs = (made.pixels != pixels).any(axis=2)
            alone += not found and not differs.any()
            changed += int(differs.sum())
            outside += int(differs[~reach(pixels, found)].sum())
            alike[fidelity] += [face["similarity"] for face in made.facts["boxes"]]
    print(f"{len(chosen)} photographs: {with_face} with a face, {len(alike[0.0])} faces")
    print(f"  without a face and the same bit for bit: {alone} of {len(chosen) - with_face}")
    print(f"  pixels that changed: {changed:,}; of these where no mask reaches: {outside}")
    for fidelity, said in alike.items():
        print(f"  likeness at fidelity {fidelity:g}: {np.median(said or [0]):.3f}")
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
