"""How well photos are read without a network: python -m tests.benchmarks.bench_analysis [--quick].

Kinds of garment: the part of the labelled photos that was held out by a hash of the file name. Each attribute: 200 of
these photos, labelled by a vision model (attributes.py). Colours to the last digit: where they are known, on drawn
garments over blurred photos and on flats of the offline model. Seconds are those of one core, beside decoding the
same photo.
"""

import argparse
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from designer.pipeline import kinds, photo
from designer.pipeline.colours import COLOURS, delta_e, lab_of, rgb_of
from designer.pipeline.training.photos import Labelled, labelled, opened
from designer.providers.base import ImageRequest
from designer.providers.registry import image_provider
from designer.providers.sketchbook import MODEL
from tests.benchmarks.attributes import attributes_table

SHARED = Path(os.environ.get("DESIGNER_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")) / "photos"
BINS = 5
NAMED = ("black", "navy", "burgundy", "emerald", "mustard", "terracotta", "lilac", "camel", "teal", "ivory")
LIMIT_S = 0.5
EDGE = 1024


def judged(photos: list[Labelled]) -> tuple[np.ndarray, np.ndarray]:
    """The classifier's shares (n, k), and the segmentation's confidence (n,), of each photo."""
    shares, sure = [], []
    for each in photos:
        image = opened(each.path)
        found = photo.located(image)
        shares.append(kinds.classifier().shares(kinds.views(image, found)).mean(axis=0))
        sure.append(found.confidence)
    return np.stack(shares), np.array(sure)


def confusion(title: str, truth: np.ndarray, said: np.ndarray, names: tuple[str, ...]) -> None:
    print(f"\nConfusion, {title} (rows: what it is; columns: what was said)")
    print(" " * 12 + "".join(f"{name[:6]:>7}" for name in (*names, "-")))
    for row, name in enumerate(names):
        counts = [int(((truth == row) & (said == column)).sum()) for column in (*range(len(names)), -1)]
        if sum(counts):
            print(f"{name:<12}" + "".join(f"{count or '.':>7}" for count in counts))


def macro_f1(truth: np.ndarray, said: np.ndarray, classes: list[int]) -> float:
    """Mean over the classes; a photo that is not named counts as missed."""
    scores = []
    for each in classes:
        hits = int(((truth == each) & (said == each)).sum())
        scores.append(2 * hits / max(1, int((truth == each).sum()) + int((said == each).sum())))
    return statistics.mean(scores)


def calibration(sure: np.ndarray, right: np.ndarray) -> None:
    """Expected calibration error over bins of equal size (Guo et al. 2017)."""
    print("\nCalibration (bins of equal size)\n   confidence   right   photos")
    error = 0.0
    for part in np.array_split(np.argsort(sure), BINS):
        error += abs(float(sure[part].mean() - right[part].mean())) * len(part) / len(sure)
        print(f"   {sure[part].mean():10.3f}{right[part].mean():8.3f}{len(part):9d}")
    print(f"   ECE {error:.3f}")


def kinds_table() -> None:
    names, least = kinds.classifier().names, kinds.classifier().least
    nothing = names.index(kinds.NOTHING)
    held = [each for each in labelled(SHARED) if each.is_test]
    shares, found = judged(held)
    truth = np.array([names.index(each.label) for each in held])
    best, sure = shares.argmax(axis=1), shares.max(axis=1)
    clothes = truth != nothing
    is_named = (best != nothing) & (sure >= least) & (found >= photo.LEAST_SURE)
    said = np.where(is_named, best, -1)
    classes = [each for each in range(len(names)) if each != nothing]
    confusion("silent when unsure (last column)", truth, said, names)
    confusion("always naming", truth[clothes], best[clothes], names)
    right = best == truth
    named = clothes & is_named
    print(f"\n{clothes.sum()} held-out photos of clothes, {len(classes)} kinds; named from a confidence of {least:.2f}")
    print(f"   accuracy, always naming     {right[clothes].mean():.3f}")
    print(f"   macro-F1, always naming     {macro_f1(truth[clothes], best[clothes], classes):.3f}")
    print(f"   macro-F1, with abstention   {macro_f1(truth[clothes], said[clothes], classes):.3f}")
    print(f"   coverage                    {named.sum() / clothes.sum():.3f}")
    print(f"   right among what is named   {right[named].mean():.3f}   ({int((right & named).sum())} of {named.sum()})")
    wrong = int((is_named & ~clothes).sum())
    print(f"   photos without a garment that were named all the same: {wrong} of {(~clothes).sum()} held out")
    calibration(sure[clothes], right[clothes])


def ground_of(number: int, size: tuple[int, int]) -> Image.Image:
    """A blurred cut of a photograph, or grain where there is none: what a garment may lie on."""
    files = sorted((SHARED / "kodak").glob("*.png"))
    if not files:
        grain = np.random.default_rng(number).normal(190, 6, (size[1], size[0], 3))
        return Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8))
    with Image.open(files[number % len(files)]) as image:
        part = image.convert("RGB").resize((8, 8), Image.Resampling.BOX)
    return part.crop((3, 3, 5, 5)).resize(size, Image.Resampling.BICUBIC)


def drawn(name: str, number: int) -> tuple[Image.Image, np.ndarray]:
    """A shirt's outline in a named colour, shaded by folds, and its mask."""
    size = (384, 512)
    stencil = Image.new("L", size)
    pen = ImageDraw.Draw(stencil)
    pen.polygon([(120, 90), (264, 90), (350, 190), (310, 235), (270, 195), (280, 430), (104, 430), (114, 195),
                 (74, 235), (34, 190)], fill=255)  # fmt: skip
    inside = np.asarray(stencil) > 0
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    folds = 1 + 0.06 * np.sin(x / 19 + y / 41 + number)
    cloth = np.clip(np.array(rgb_of(COLOURS[name])) * folds[..., None], 0, 255)
    pixels = np.where(inside[..., None], cloth, np.asarray(ground_of(number, size), float))
    noise = np.random.default_rng(number).normal(0, 2, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8)), inside


def flat(name: str, seed: int) -> Image.Image:
    """The offline model's drawing of a dress in one colour."""
    colours = [{"name": name, "hex": COLOURS[name], "coverage": 1.0}]
    attributes: dict[str, object] = {"garment": "dress", "pattern": "solid", "colours": colours}
    wish = ImageRequest(
        prompt=f"a {name} dress", model=MODEL, width=384, height=512, seeds=(seed,), attributes=attributes
    )
    made = image_provider("sketchbook").generate(
        wish, idempotency_key="bench", cancelled=lambda: False, progress=lambda share: None
    )
    return Image.open(io.BytesIO(made.images[0].data)).convert("RGB")


def off_by(image: Image.Image, name: str) -> tuple[float, bool] | None:
    """CIEDE2000 between the main colour read and the true one, and whether the name is right; None = not read."""
    found: Any = photo.read(image).attributes.get("colours")
    if found is None:
        return None
    main = found.value[0]
    return float(delta_e(lab_of(rgb_of(main["hex"])), lab_of(rgb_of(COLOURS[name])))), main["name"] == name


def colour_row(title: str, images: list[tuple[Image.Image, str]]) -> None:
    told = [off for image, name in images if (off := off_by(image, name)) is not None]
    far = [each[0] for each in told]
    right = statistics.mean(each[1] for each in told)
    print(f"   {title:<28}{len(told):>4} of {len(images):<4}{statistics.mean(far):>8.2f}{max(far):>8.2f}{right:>10.2f}")


def colours_table(count: int) -> None:
    print("\nMain colour to the last digit (drawn; of photos only the family is known)")
    print("   source                         read     mean dE00     max  name right")
    shirts = [(drawn(name, number), name) for number in range(count) for name in NAMED]
    colour_row("shirts on blurred photos", [(image, name) for (image, _), name in shirts])
    flats = [(flat(name, seed), name) for seed in range(max(1, count // 2)) for name in NAMED]
    colour_row("flats of the offline model", flats)
    overlap = []
    for (image, inside), _ in shirts:
        mask = photo._grown(photo.located(image).mask, inside.shape)
        overlap.append(float((mask & inside).sum() / max(1, (mask | inside).sum())))
    middle, least = statistics.mean(overlap), min(overlap)
    print(f"\nSegmentation of the drawn shirts: mean overlap (IoU) {middle:.3f}, least {least:.3f}")


def core_seconds(task: Callable[[], object]) -> float:
    begun = time.process_time()
    task()
    return time.process_time() - begun


def speed_table(count: int) -> None:
    """Reading a photo of EDGE pixels against decoding it from JPEG."""
    times, decoding = [], []
    for each in [each for each in labelled(SHARED) if each.is_test][:count]:
        image = opened(each.path)
        grow = EDGE / max(image.size)
        large = image.resize((round(image.width * grow), round(image.height * grow)))
        stored = io.BytesIO()
        large.save(stored, "JPEG", quality=90)
        decoding.append(core_seconds(lambda stored=stored: Image.open(stored).load()))
        times.append(core_seconds(lambda large=large: photo.read(large)))
    middle, base = statistics.median(times), statistics.median(decoding)
    print(f"\nReading a photo of {EDGE} pixels: {middle:.3f} s of one core, at most {max(times):.3f}")
    print(f"   (limit {LIMIT_S}); {middle / base:.1f} times as long as decoding its JPEG; {len(times)} photos")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    if (SHARED / "clothing").is_dir():
        kinds_table()
        attributes_table(labelled(SHARED), quick=quick)
        speed_table(15 if quick else 60)
    else:
        print("The labelled photos are absent: set DESIGNER_SHARED_DATA. Only drawn pictures are measured.")
    colours_table(2 if quick else 6)
    return 0


if __name__ == "__main__":
    sys.exit(main())
