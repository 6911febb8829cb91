"""Rows into the file while the next are computed, against the whole picture and then the file.

python -m tests.benchmarks.bench_streaming [--quick] [--rounds N]. One picture enlarged four times into a PNG by
Real-ESRGAN general (by our own small network where its weights are absent), each way in a process of its own, in turns:
median seconds, the time after the last pixel was computed, peak memory, and the size of the file.
"""

import argparse
import io
import json
import statistics
import subprocess
import sys
import time
from typing import Any

from PIL import Image

from enhancement.engine import manifest
from enhancement.operations import files, registry
from tests.benchmarks.contender import GENERAL, memory, picture
from tests.benchmarks.metrics import shared_data

WAYS = {"whole": "whole, then Pillow at level 2", "rows": "rows as they come"}


def wish() -> dict[str, object]:
    """Four times as large, by the larger network where it is on this machine."""
    folder = shared_data("weights")
    if folder:
        manifest.use_models_folder(folder)
    general = folder and (folder / "realesr-general-x4v3.pth").exists()
    return {"scale": 4, "model": GENERAL if general else "designer-compact-x4"}


def once(way: str, image: Image.Image) -> dict[str, Any]:
    """Enlarge into a file, and tell what that took."""
    operation, last = registry.get("upscale"), [0.0]

    def progress(share: float) -> None:
        last[0] = time.perf_counter() if share < 1 or not last[0] else last[0]

    started = time.perf_counter()
    if way == "whole":
        made = operation.run(image, wish(), progress=progress, cancelled=lambda: False).image
        out = io.BytesIO()
        made.save(out, "PNG", compress_level=2)
        data = out.getvalue()
    else:
        data = files.finished(operation, image, wish(), progress=progress, cancelled=lambda: False, others={}).data
    ended = time.perf_counter()
    held = memory()["megabytes"]
    return {"seconds": ended - started, "after": ended - last[0], "MB": held, "file": len(data) / 2**20}


def child(way: str, edge: int) -> None:
    """A process of its own: warm up, then once for every line that comes in."""
    image = Image.fromarray(picture(edge))
    once(way, image.crop((0, 0, 64, 64)))
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(once(way, image)), flush=True)


def asked(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdin and process.stdout
    process.stdin.write("go\n")
    process.stdin.flush()
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def report(edge: int, rounds: int) -> None:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.bench_streaming", "--edge", str(edge), "--way"]
    started = {way: subprocess.Popen([*command, way], text=True, **pipes) for way in WAYS}
    for process in started.values():
        process.stdout.readline()
    told: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, process in started.items():
            told[way].append(asked(process))
    print(f"{edge} x {edge} to {edge * 4} x {edge * 4}, {wish()['model']}, median of {rounds}")
    print(f"  {'':32} seconds  times  after the last pixel  peak MB  file MB")
    base = statistics.median(each["seconds"] for each in told["whole"])
    for way, process in started.items():
        process.stdin.close()
        process.wait()
        of = {name: statistics.median(each[name] for each in told[way]) for name in told[way][0]}
        times = f"{of['seconds']:8.2f} {base / of['seconds']:6.2f}"
        print(f"  {WAYS[way]:32}{times} {of['after']:21.2f} {of['MB']:8.0f} {of['file']:8.1f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Rows against the whole.")
    parser.add_argument("--quick", action="store_true", help="256 and 512 only")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--edges", type=int, nargs="*")
    parser.add_argument("--edge", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=list(WAYS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        child(options.way, options.edge)
        return 0
    for edge in options.edges or ([256, 512] if options.quick else [512, 1024, 1920]):
        report(edge, options.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
