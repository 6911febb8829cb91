"""A thousand files of all sorts through intake and enlargement: python -m tests.benchmarks.bench_mixed [--quick].

Photographs in all formats that are taken, in colours, depths and shapes that people send, and one in ten that lies,
breaks off or does harm. Each goes the whole way: read in the sandbox, enlarged twice, written, and read again. Says the
share that came out as a larger picture, and of every other what was said (PEERS E4); then how long 1024 x 1024 takes
to 4096 x 4096 by the model that is taken where none is named, from the file to the file.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from designer.assets import sandbox
from designer.assets.images import ImageRefused
from enhancement.engine.errors import EngineError
from enhancement.operations import files, pictures, registry
from enhancement.operations.base import Parameters
from tests import images
from tests.benchmarks.metrics import shared_data
from tests.kinds import HOSTILE, KINDS

Made = tuple[str, bytes]
EDGE, SMALL = 512, 160  # pixels of the longer side; with --quick
FOUR_TIMES = {"scale": 4}
LIMITS = {"max_pixels": 64_000_000, "max_side": 16_000}
WISH = {"scale": 2, "model": "designer-compact-x2"}
HOSTILE_SHARE = 10  # one in so many


def photographs() -> list[Path]:
    folder = shared_data("photos")
    found = [path for kind in ("*.jpg", "*.png") for path in sorted(folder.rglob(kind))] if folder else []
    random.Random(4).shuffle(found)
    return found


def everything(count: int, edge: int) -> Iterator[Made]:
    """What it is, and the file."""
    found, kinds, hostile = photographs(), list(KINDS), list(HOSTILE)
    for number in range(count if found else 0):
        with Image.open(found[number % len(found)]) as opened:
            photo = opened.convert("RGB")
        photo.thumbnail((edge, edge))
        kind = kinds[number % len(kinds)]
        data = KINDS[kind](photo)
        if number % HOSTILE_SHARE == HOSTILE_SHARE - 1:
            kind = hostile[number // HOSTILE_SHARE % len(hostile)]
            data = HOSTILE[kind](data)
        yield kind, data


def enlarged(image: Image.Image, wish: Parameters) -> files.Finished:
    ways: dict[str, Any] = {"progress": lambda share: None, "cancelled": lambda: False, "others": {}}
    return files.finished(registry.get("upscale"), image, wish, **ways)


def report_time(rounds: int) -> None:
    """How long the usual enlargement takes, of different photographs."""
    seconds = []
    for path in photographs()[:rounds]:
        with Image.open(path) as opened:
            data = images.encoded("JPEG", opened.convert("RGB").resize((1024, 1024)), quality=90)
        started = time.perf_counter()
        enlarged(pictures.opened(data), FOUR_TIMES)
        seconds.append(time.perf_counter() - started)
    p50, p95 = np.percentile(seconds, (50, 95))
    print(f"1024 x 1024 to 4096 x 4096, {rounds} photographs: p50 {p50:.2f} s, p95 {p95:.2f} s (at most 30)")


def through(data: bytes) -> str:
    """ "" where a larger picture came out, else what was said. Raises whatever nobody foresaw."""
    try:
        stored = sandbox.run(data, **LIMITS)
        image = pictures.opened(stored.data)
        made = enlarged(image, WISH)
        again = sandbox.run(made.data, **LIMITS, keep=True)
    except (ImageRefused, EngineError) as refused:
        return f"{refused.code}: {refused}"
    right = (again.width, again.height) == (2 * stored.width, 2 * stored.height)
    return "" if right else f"a result of {again.width} x {again.height} for {stored.width} x {stored.height}"


def main() -> int:
    parser = argparse.ArgumentParser(description="All sorts of files, the whole way.")
    parser.add_argument("--quick", action="store_true", help="80 small files, and five photographs timed")
    quick = parser.parse_args().quick
    chosen = list(everything(80, SMALL) if quick else everything(1000, EDGE))
    if not chosen:
        print("The photographs are not here: set DESIGNER_SHARED_DATA to the folder that holds photos/.")
        return 2
    said: Counter[tuple[str, str]] = Counter()
    good, started, right = Counter[str](), time.perf_counter(), 0
    for kind, data in chosen:
        try:
            answer = through(data)
        except Exception as error:  # noqa: BLE001  (what nobody foresaw is what this looks for)
            answer = f"UNFORESEEN {type(error).__name__}: {error}"
        right += not answer
        good[kind] += not answer
        if answer:
            said[kind, answer.split("\n")[0][:90]] += 1
    seconds = (time.perf_counter() - started) / len(chosen)
    honest = sum(kind in KINDS for kind, _ in chosen)
    print(f"{right} of {len(chosen)} came out larger ({100 * right / len(chosen):.1f} %), {seconds:.2f} s each")
    sound, harmful = (sum(good[kind] for kind in kinds) for kinds in (KINDS, HOSTILE))
    print(
        f"of {honest} honest ones {sound}, of {len(chosen) - honest} hostile ones {harmful}; what was said of the rest:"
    )
    for (kind, answer), times in sorted(said.items()):
        print(f"  {times:3d}  {kind:18} {answer}")
    report_time(5 if quick else 20)
    return 1 if any("UNFORESEEN" in answer for _, answer in said) else 0


if __name__ == "__main__":
    sys.exit(main())
