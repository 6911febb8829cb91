"""Fits designer/pipeline/natural.json on good photographs: `python -m tests.benchmarks.fit_natural <folder>`.

Prints the distance of each photograph from the rest of them, as it is, blurred, noisy and coarsely compressed.
"""

import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from designer.pipeline import natural


def spoiled(picture: Image.Image) -> dict[str, Image.Image]:
    grain = np.random.default_rng(1).normal(0, 20, (picture.height, picture.width, 3))
    noisy = Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=8)
    return {
        "as it is": picture,
        "blurred": picture.filter(ImageFilter.GaussianBlur(2.5)),
        "noisy": noisy,
        "compressed": Image.open(file),
    }


def main(folder: str) -> None:
    pictures = [Image.open(path).convert("RGB") for path in sorted(Path(folder).iterdir()) if path.suffix == ".png"]
    natural.FILE.write_text(json.dumps(natural.fit(pictures)) + "\n")
    natural._photographs.cache_clear()
    for kind in spoiled(pictures[0]):
        found = [natural.distance(spoiled(each)[kind]) or 0 for each in pictures]
        low, middle, high = np.quantile(found, [0.1, 0.5, 0.9])
        print(f"{kind:12s} median {middle:6.2f}   10 % {low:6.2f}   90 % {high:6.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
