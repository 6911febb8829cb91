"""Quality on Set5 and on cloth: python -m tests.benchmarks.bench_quality [--weights FILE --scale 2] [--picture FILE].

PSNR (dB), SSIM and GMSD on luma, the border of `scale` pixels left out: bicubic, Lanczos, our shipped networks and,
where their weights are in DESIGNER_MODELS_DIR or in the shared data, Real-ESRGAN general and its network for drawn
films. These are trained to look sharp and not to be near the original, so a low number is no defect of them. GMSD (0
is best) is the spread of how alike the gradients are; it goes with the eye better than the other two, and needs no
weights.
Cloth: the middles of clothing photographs with the most texture, brought down by a bicubic filter. --picture writes
cloth that Sketchbook draws by every method, side by side.
"""

import argparse
import io
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from enhancement.engine import device, tiles, weights
from enhancement.engine.errors import MissingWeights
from enhancement.engine.networks import CompactNetwork, compact_shape_of, ready
from enhancement.fidelity import luma
from enhancement.operations.faithful import TWICE
from tests.benchmarks.metrics import drawn_back, psnr, set5_pairs, shared_data, ssim

Pixels = NDArray[np.uint8]
Method = Callable[[Pixels], Pixels]
CROP, LABEL = 256, 18  # pixels
FLATS = (
    {"garment": "skirt", "silhouette": "tiered", "fabric": "lace"},
    {"garment": "dress", "pattern": "floral", "fabric": "silk"},
    {"garment": "shirt", "pattern": "plaid", "fabric": "tweed"},
)
EXACT = device.Device(device=torch.device("cpu"), dtype=torch.float32)


def resampled(filter_: Image.Resampling, scale: int) -> Method:
    def enlarge(small: Pixels) -> Pixels:
        size = (small.shape[1] * scale, small.shape[0] * scale)
        return np.asarray(Image.fromarray(small).resize(size, filter_))

    return enlarge


def by_name(name: str, chosen: device.Device | None) -> Method | None:
    folder = shared_data("weights")
    try:
        network = weights.load(name, folder=None if name.startswith("designer") else folder, device=chosen)
    except MissingWeights:
        return None
    return lambda small: tiles.upscale(small, network)


def by_file(file: Path) -> Method:
    state = {key: value.float() for key, value in safetensors.torch.load_file(file).items()}
    module = CompactNetwork(compact_shape_of(state))
    module.load_state_dict(state)
    shape = module.shape
    sizes = {"scale": shape.scale, "halo": shape.halo}
    network = ready(module, name=file.stem, device=EXACT.device, dtype=EXACT.dtype, **sizes)
    return lambda small: tiles.upscale(small, network)


def methods(scale: int, file: Path | None) -> dict[str, Method]:
    rows: dict[str, Method | None] = {
        "bicubic": resampled(Image.Resampling.BICUBIC, scale),
        "Lanczos": resampled(Image.Resampling.LANCZOS, scale),
        f"designer-compact-x{scale}, float32": by_name(f"designer-compact-x{scale}", EXACT),
        f"designer-compact-x{scale}, as this machine computes it": by_name(f"designer-compact-x{scale}", None),
    }
    for name in ("realesr-general-x4v3", "realesr-animevideov3") if scale == 4 else ():
        made = rows[f"{name}, float32"] = by_name(name, EXACT)
        rows[f"{name}, drawn back to the small picture"] = partial(drawn_back, made, TWICE) if made else None
    if file:
        rows[file.name] = by_file(file)
    return {name: method for name, method in rows.items() if method}


def cloth_pairs(scale: int, count: int = 12) -> list[tuple[Pixels, Pixels]]:
    """The pairs (small, sharp) of the crops of clothing photographs with the strongest gradients; none without them."""
    folder, crops = shared_data("photos/clothing"), []
    for file in sorted(folder.glob("*.jpg"))[:120] if folder else []:
        with Image.open(file) as opened:
            photo = opened.convert("RGB")
        left, top = ((side - CROP) // 2 for side in photo.size)
        if min(left, top) >= 0:
            crops.append(photo.crop((left, top, left + CROP, top + CROP)))
    crops.sort(key=lambda crop: -float(np.abs(np.diff(np.asarray(crop.convert("L"), float))).mean()))
    size = (CROP // scale, CROP // scale)
    return [(np.asarray(crop.resize(size, Image.Resampling.BICUBIC)), np.asarray(crop)) for crop in crops[:count]]


def flats(scale: int) -> list[tuple[Pixels, Pixels]]:
    """The pairs (small, sharp) of the middles of three drawings by Sketchbook, which anybody may show."""
    from designer.providers import sketchbook
    from designer.providers.base import ProviderConfig  # they bring Django, which nothing else here wants

    pairs = []
    for seed, attributes in enumerate(FLATS):
        wish = sketchbook.ImageRequest(
            prompt="cloth", model=sketchbook.MODEL, width=1024, height=1365, seeds=(seed,), attributes=attributes
        )
        ways = {"cancelled": lambda: False, "progress": lambda share: None}
        (made,) = sketchbook.Sketchbook(ProviderConfig()).generate(wish, idempotency_key="bench", **ways).images
        with Image.open(io.BytesIO(made.data)) as opened:
            left, top = ((side - CROP) // 2 for side in opened.size)
            crop = opened.convert("RGB").crop((left, top, left + CROP, top + CROP))
        small = crop.resize((CROP // scale, CROP // scale), Image.Resampling.BICUBIC)
        pairs.append((np.asarray(small), np.asarray(crop)))
    return pairs


def gmsd(one: Pixels, other: Pixels, *, border: int) -> float:
    """Deviation of the likeness of gradients (Xue et al. 2014, doi:10.1109/TIP.2013.2293423); 0 for equal pictures."""
    planes = []
    for image in (one, other):
        plane = luma(image[border:-border, border:-border])
        height, width = (side // 2 * 2 for side in plane.shape)
        small = plane[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
        rows = small[2:] - small[:-2]
        columns = small[:, 2:] - small[:, :-2]
        across = (columns[:-2] + columns[1:-1] + columns[2:]) / 3
        down = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 3
        planes.append(np.hypot(across, down))
    likeness = (2 * planes[0] * planes[1] + 170) / (planes[0] ** 2 + planes[1] ** 2 + 170)
    return float(likeness.std())


def score(method: Method, pairs: list[tuple[Pixels, Pixels]], scale: int) -> tuple[float, float, float]:
    """Mean PSNR (dB), SSIM and GMSD over the pairs."""
    made = [(method(small), sharp) for small, sharp in pairs]
    figures = [[measure(one, other, border=scale) for one, other in made] for measure in (psnr, ssim, gmsd)]
    decibels, similarity, deviation = (float(np.mean(each)) for each in figures)
    return decibels, similarity, deviation


def contact(file: Path, pairs: list[tuple[Pixels, Pixels]], rows: dict[str, Method]) -> None:
    """The first pairs by every method, side by side, the original last."""
    parts = [np.vstack([method(small) for small, _ in pairs]) for method in rows.values()]
    whole = Image.fromarray(np.hstack([*parts, np.vstack([sharp for _, sharp in pairs])]))
    sheet = Image.new("RGB", (whole.width, whole.height + LABEL), "white")
    sheet.paste(whole, (0, LABEL))
    for column, name in enumerate([*rows, "original"]):
        ImageDraw.Draw(sheet).text((column * CROP + 4, 3), name.removeprefix("the same, ").split(",")[0], "black")
    sheet.save(file, quality=90)
    print(f"{file}: {', '.join([*rows, 'original'])}")


def main() -> int:
    parser = argparse.ArgumentParser(description="PSNR and SSIM on Set5.")
    parser.add_argument("--quick", action="store_true", help="only two times as large")
    parser.add_argument("--scale", type=int, choices=[2, 4])
    parser.add_argument("--weights", type=Path, help="a file of a compact network to score as well")
    parser.add_argument("--picture", type=Path, help="where to write cloth by every method, side by side (x4)")
    options = parser.parse_args()
    folder = shared_data("set5")
    if folder is None:
        print("Set5 is not here: set DESIGNER_SHARED_DATA to the folder that holds set5/.")
        return 2
    for scale in [options.scale] if options.scale else [2] if options.quick else [2, 4]:
        known = methods(scale, options.weights)
        for source, pairs in (("Set5", set5_pairs(folder, scale)), ("Cloth", cloth_pairs(scale))):
            print(f"{source} x{scale} ({len(pairs)} pictures)        PSNR Y (dB)   SSIM Y   GMSD")
            for name, method in known.items() if pairs else ():
                decibels, similarity, deviation = score(method, pairs, scale)
                print(f"  {name:56} {decibels:7.2f}   {similarity:.4f}   {deviation:.4f}", flush=True)
        if options.picture and scale == 4:
            twice = {"bicubic", "designer-compact-x4, float32"}  # look as what stands beside them
            contact(options.picture, flats(4), {name: way for name, way in known.items() if name not in twice})
    return 0


if __name__ == "__main__":
    sys.exit(main())
