"""Denoise against non-local means and wavelets: python -m tests.benchmarks.bench_denoise [--quick].

Gaussian noise on the Kodak photos; PSNR and SSIM on luma, means over the photos. Every method is told the true
deviation; "measured" is the operation as shipped, which measures it. Non-local means: OpenCV's, for colour. Wavelets:
BayesShrink on undecimated Haar, three levels (Chang, Yu, Vetterli 2000, doi:10.1109/83.862633).
"""

import argparse
import sys
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.operations import registry
from enhancement.operations.denoise import AXES, calmer
from tests.benchmarks.metrics import psnr, shared_data, ssim

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]


def means(noisy: Pixels, level: float) -> Pixels:
    return np.asarray(cv2.fastNlMeansDenoisingColored(noisy, None, level, level, 7, 21), np.uint8)


def wavelets(noisy: Pixels, level: float) -> Pixels:
    axes = np.asarray(noisy.astype(np.float32) @ AXES.T, np.float32)
    made = np.stack([_shrunk(axes[..., row], level) for row in range(3)], axis=-1)
    return np.asarray(np.clip(np.rint(made @ AXES), 0, 255), np.uint8)


def _shrunk(plane: Plane, level: float, depth: int = 3) -> Plane:
    """BayesShrink on Haar without decimation: each level's noise has half the deviation of the one before."""
    total, smooth = np.zeros_like(plane), plane
    for turn in range(depth):
        step, noise = 2**turn, level / 2 ** (turn + 1)
        across, down = np.roll(smooth, step, 1), np.roll(smooth, step, 0)
        both = np.roll(across, step, 0)
        for band in (smooth - across + down - both, smooth + across - down - both, smooth - across - down + both):
            detail = band / 4
            signal = max(float(np.var(detail)) - noise**2, 1e-6) ** 0.5
            kept = np.sign(detail) * np.maximum(np.abs(detail) - noise**2 / signal, 0)
            total = np.asarray(total + kept, np.float32)
        smooth = np.asarray((smooth + across + down + both) / 4, np.float32)
    return np.asarray(total + smooth, np.float32)


def ours(noisy: Pixels, level: float, keep: float) -> Pixels:
    return calmer(noisy, (level / 255,) * 3, keep)


def measured(noisy: Pixels, _level: float) -> Pixels:
    made = registry.get("denoise").run(Image.fromarray(noisy), {}, progress=lambda share: None, cancelled=lambda: False)
    return np.asarray(made.image)


METHODS: dict[str, Callable[[Pixels, float], Pixels]] = {
    "noisy": lambda noisy, _level: noisy,
    "wavelets, BayesShrink": wavelets,
    "non-local means": means,
    "denoise, all taken": lambda noisy, level: ours(noisy, level, 0),
    "denoise, measured": measured,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Denoise against non-local means and wavelets.")
    parser.add_argument("--quick", action="store_true", help="four photos")
    folder, options = shared_data("photos/kodak"), parser.parse_args()
    if folder is None:
        print("The Kodak photos are not here; set DESIGNER_SHARED_DATA.")
        return 0
    files = sorted(folder.glob("*.png"))[:: 6 if options.quick else 3]
    photos = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    print(f"{len(photos)} photos; PSNR in dB / SSIM on luma")
    rng = np.random.default_rng(0)
    for level in (5, 10, 20):
        noisy = [(each + rng.normal(0, level, each.shape)).clip(0, 255).round().astype(np.uint8) for each in photos]
        for name, method in METHODS.items():
            pairs = [(plain, method(each, level)) for plain, each in zip(photos, noisy, strict=True)]
            decibels, alike = (np.mean([of(one, two) for one, two in pairs]) for of in (psnr, ssim))
            print(f"  noise {level:2d}  {name:24} {decibels:6.2f} / {alike:.4f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
