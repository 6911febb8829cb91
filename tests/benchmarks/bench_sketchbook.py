"""Sketchbook's seconds per image at 1024x1365: python -m tests.benchmarks.bench_sketchbook.

Beside them, in the same run and turn about: one plain outline of as many points drawn with Pillow four times as large,
made smaller and stored as a PNG, which is the least that a smooth drawing of that size costs; and the limit of 2 s.
"""

import argparse
import io
import math
import statistics
import sys
import time
from collections.abc import Callable

from PIL import Image, ImageDraw

from designer.providers.base import ImageRequest
from designer.providers.registry import image_provider
from designer.providers.sketchbook import MODEL

WIDE, HIGH, LIMIT_S = 1024, 1365, 2.0
WISHES: dict[str, dict[str, object]] = {
    "plain dress": {"garment": "dress", "silhouette": "flared", "length": "midi"},
    "floral silk dress, bishop sleeves": {
        "garment": "dress", "pattern": "floral", "fabric": "silk", "sleeves": "bishop", "length": "maxi"
    },
    "double-breasted tweed coat": {"garment": "coat", "fabric": "tweed", "construction": ["double_breasted", "belt"]},
    "plaid shirt": {"garment": "shirt", "pattern": "plaid", "sleeves": "long"},
    "jeans": {"garment": "jeans", "silhouette": "straight"},
    "cable sweater": {"garment": "sweater", "fabric": "knit", "neckline": "turtleneck"},
    "tiered lace skirt": {"garment": "skirt", "silhouette": "tiered", "fabric": "lace"},
    "swatch board": {},
}  # fmt: skip


def flat_of(attributes: dict[str, object]) -> Callable[[int], None]:
    def draw(seed: int) -> None:
        wish = ImageRequest(
            prompt="a cable knit", model=MODEL, width=WIDE, height=HIGH, seeds=(seed,), attributes=attributes
        )
        image_provider("sketchbook").generate(
            wish, idempotency_key="bench", cancelled=lambda: False, progress=lambda share: None
        )

    return draw


def outline(seed: int) -> None:
    """The peer: a wavy outline of 2,000 points, four times as large, made smaller, stored."""
    large = Image.new("RGB", (2 * WIDE, 2 * HIGH), "#f3efe8")
    turns = [2 * math.pi * k / 2000 for k in range(2000)]
    radius = [(0.7 + 0.05 * math.sin(9 * t + seed)) * WIDE for t in turns]
    points = [(WIDE + r * math.cos(t), HIGH + r * math.sin(t)) for t, r in zip(turns, radius, strict=True)]
    ImageDraw.Draw(large).polygon(points, fill="#7d8f82", outline="#2a2421", width=8)
    large.resize((WIDE, HIGH), Image.Resampling.LANCZOS).save(io.BytesIO(), "PNG")


def seconds(task: Callable[[int], None], seed: int) -> tuple[float, float]:
    """Of one core, and by the clock: the second is longer where others use the machine."""
    core, clock = time.process_time(), time.perf_counter()
    task(seed)
    return time.process_time() - core, time.perf_counter() - clock


def main() -> int:
    parser = argparse.ArgumentParser(description="Seconds per flat.")
    parser.add_argument("--quick", action="store_true", help="three rounds instead of ten")
    rounds = 3 if parser.parse_args().quick else 10
    tasks = {"(Pillow: one outline)": outline, **{name: flat_of(words) for name, words in WISHES.items()}}
    for task in tasks.values():
        task(0)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for turn in range(rounds):
        for name, task in tasks.items():
            times[name].append(seconds(task, turn + 1))
    peer = statistics.median(core for core, _ in times["(Pillow: one outline)"])
    print(f"{WIDE}x{HIGH}, one process, {rounds} rounds        core s  clock s   x outline   core of {LIMIT_S:.0f} s")
    for name, taken in times.items():
        core, clock = (statistics.median(values) for values in zip(*taken, strict=True))
        print(f"  {name:36} {core:8.2f} {clock:8.2f} {core / peer:10.1f}x {core / LIMIT_S:12.0%}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
