"""How far the checks of finished pictures can be trusted: `python -m tests.benchmarks.bench_measures <photos folder>`.

Prints how often each check fails good photographs (it should not) and spoiled ones (it should), how far the colour of
drawings lies from the colour asked for and from others, and the seconds of one measure at 1024 pixels.
"""

import io
import itertools
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from designer.pipeline import quality
from designer.pipeline.analysis import analyse
from designer.providers.drawing import flat, spec

Spoil = Callable[[Image.Image], Image.Image]
COLOURS = (
    "emerald",
    "teal",
    "navy",
    "red",
    "burgundy",
    "camel",
    "mustard",
    "blush",
    "lilac",
    "black",
    "white",
    "olive",
)
GARMENTS = ("dress", "shirt", "trousers", "coat")


def grainy(photo: Image.Image) -> Image.Image:
    grain = np.random.default_rng(1).normal(0, 35, (photo.height, photo.width, 3))
    return Image.fromarray(np.clip(np.asarray(photo) + grain, 0, 255).astype(np.uint8))


def compressed(photo: Image.Image) -> Image.Image:
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=6)
    return Image.open(file).convert("RGB")


SPOILED: dict[str, tuple[str, Spoil]] = {
    "blurred (4 px)": ("sharpness", lambda photo: photo.filter(ImageFilter.GaussianBlur(4))),
    "noisy (35 levels)": ("noise", grainy),
    "JPEG quality 6": ("naturalness", compressed),
    "overexposed (x20)": ("exposure", lambda photo: photo.point(lambda value: min(255, value * 20))),
    "flat (4 levels)": ("contrast", lambda photo: photo.point(lambda value: 120 + value // 64)),
}


def verdicts(photos: list[Image.Image]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for photo in photos:
        for check in quality.measure(photo, {}, photo.size).checks:
            found.setdefault(check.name, Counter())[check.verdict] += 1
    return found


def of_photos(title: str, photos: list[Image.Image]) -> None:
    print(f"\n{title}: {len(photos)} as they are")
    for name, counts in verdicts(photos).items():
        print(f"  {name:12s}", "  ".join(f"{verdict} {count}" for verdict, count in counts.most_common()))


def of_spoiled(photos: list[Image.Image]) -> None:
    print(f"\nSpoiled: {len(photos)} each, by the check that is to notice")
    for title, (name, spoil) in SPOILED.items():
        counts = verdicts([spoil(photo) for photo in photos])[name]
        print(f"  {title:18s} {name:12s}", "  ".join(f"{verdict} {count}" for verdict, count in counts.most_common()))


def drawn(colour: str, garment: str) -> Image.Image:
    wish = spec.read(analyse(f"a {colour} {garment}").known(), seed=1, prompt=colour)
    return flat.draw(wish, 768, 1024, step=lambda share: None).picture


def of_colours() -> None:
    """Each drawing against its own colour, and against each of the others."""
    far: dict[bool, list[float]] = {True: [], False: []}
    unknown = 0
    for colour, garment in itertools.product(COLOURS, GARMENTS):
        reading = quality.photo.read(drawn(colour, garment))
        for asked in COLOURS:
            value = quality.colours_kept(analyse(f"a {asked} {garment}").known()["colours"], reading).value
            unknown += value is None
            if value is not None:
                far[asked == colour].append(value)
    print("\nColour, CIEDE2000 of the wish against the drawing read again")
    for same, title in ((True, "asked for"), (False, "another")):
        low, middle, high = np.quantile(far[same], [0.05, 0.5, 0.95])
        failed = sum(value > 15 for value in far[same])
        print(f"  {title:10s} 5 % {low:5.1f}  median {middle:5.1f}  95 % {high:5.1f}  failed {failed}/{len(far[same])}")
    print(f"  unknown {unknown}")


LABELS = {  # of the photos' file names, in our words
    "t-shirt": "t_shirt", "longsleeve": "t_shirt", "outwear": "coat", "pants": "trousers", "shirt": "shirt",
    "dress": "dress", "skirt": "skirt", "shorts": "shorts", "hat": "hat", "shoes": "shoes",
}  # fmt: skip


def of_garments(folder: Path) -> None:
    """Photos against their own label and against a garment of another kind."""
    found: dict[str, Counter[str]] = {"own": Counter(), "another": Counter()}
    for path in sorted(folder.glob("*.jpg"))[::4]:
        label = LABELS.get(path.name.split("_")[0].lower())
        if label is None:
            continue
        reading = quality.photo.read(Image.open(path).convert("RGB"))
        other = "trousers" if label not in ("trousers", "shorts", "jeans") else "dress"
        found["own"][quality.garment_kept({"garment": label}, reading).verdict] += 1
        found["another"][quality.garment_kept({"garment": other}, reading).verdict] += 1
    print("\nGarment, photos of clothes against their label")
    for title, counts in found.items():
        print(f"  {title:10s}", "  ".join(f"{verdict} {count}" for verdict, count in counts.most_common()))


def of_seconds(photo: Image.Image) -> None:
    picture, wish = photo.resize((1024, 1024)), analyse("an emerald dress").known()
    quality.measure(picture, wish, picture.size)
    took = []
    for _ in range(7):
        begun = time.process_time()
        quality.measure(picture, wish, picture.size)
        took.append(time.process_time() - begun)
    print(f"\nOne measure at 1024 x 1024: median {statistics.median(took):.2f} s of one core, most {max(took):.2f} s")


def main(folder: str) -> None:
    kodak = [Image.open(path).convert("RGB") for path in sorted((Path(folder) / "kodak").glob("*.png"))]
    clothing = [Image.open(path).convert("RGB") for path in sorted((Path(folder) / "clothing").glob("*.jpg"))[::5]]
    of_photos("Kodak photographs", kodak)
    of_photos("Photos of clothes", clothing)
    of_spoiled(kodak)
    of_colours()
    of_garments(Path(folder) / "clothing")
    of_seconds(kodak[0])


if __name__ == "__main__":
    main(sys.argv[1])
