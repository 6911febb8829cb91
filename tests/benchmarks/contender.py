"""One way to enlarge, in a process of its own, so that its peak memory is its own: run by bench_upscale.

python -m tests.benchmarks.contender WAY MODEL EDGE RESULT. Says {"ready": label}, then for each line it reads enlarges
once and says {"seconds", "megabytes", "libraries"}; at the end of its input the last result lies in RESULT (.npy).
"""

import contextlib
import io
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine import choosing, compiled, device, manifest, resuming, stock, tiles, weights
from enhancement.engine.errors import MissingWeights
from enhancement.engine.networks import CompactNetwork, CompactShape, Network, ready
from tests.benchmarks.metrics import shared_data

Pixels = NDArray[np.uint8]
Enlarge = Callable[[Pixels], Pixels]
GENERAL, PLUS = "realesr-general-x4v3", "RealESRGAN_x4plus"
CPU = device.Device(device=torch.device("cpu"), dtype=torch.float32)
WAYS = {
    "stock": "stock RealESRGANer, float32",
    "stock:512": "stock RealESRGANer, tiles of 512",
    "stock:half": "stock RealESRGANer, half precision",
    "ncnn": "ncnn, plain",
    "onnxruntime": "ONNX Runtime, plain",
    "openvino": "OpenVINO, plain",
    "exact": "engine, float32 by torch",
    "faithful": "engine, faithful",
    "fast": "engine, fast",
    "faithful:256": "engine, faithful, tiles of 256",
    "faithful:512": "engine, faithful, tiles of 512",
    "kept": "engine, faithful, rows kept on disk",
}
USUAL = {
    "cpu": [way for way in WAYS if way not in ("stock:half", "faithful:512")],
    "cuda": ["stock", "stock:half", "exact", "faithful", "fast", "faithful:512"],
}


def state_of(model: str) -> weights.State:
    """The verified parameters of Real-ESRGAN general, or random ones of the model's shape."""
    torch.manual_seed(0)
    if model == PLUS:
        return deep_state()
    try:
        return weights.read_state(manifest.entries()[GENERAL], shared_data("weights"))
    except MissingWeights:
        return CompactNetwork(CompactShape(features=64, convs=32, scale=4)).state_dict()


def deep_state(blocks: int = 23) -> weights.State:
    """RRDBNet (64 features, growth 32, four times) as its publisher begins to train it, by his names.

    The last layer is made larger, so that the result is as lively as a photograph; else nearness would say little.
    """
    shapes = {"conv_first": (64, 3), "conv_body": (64, 64), "conv_up1": (64, 64), "conv_up2": (64, 64)}
    shapes |= {"conv_hr": (64, 64), "conv_last": (3, 64)}
    for block in range(blocks):
        for part in range(1, 4):
            for conv in range(1, 6):
                shapes[f"body.{block}.rdb{part}.conv{conv}"] = (32 if conv < 5 else 64, 64 + 32 * (conv - 1))
    state = {}
    for name, (out, given) in shapes.items():
        spread = 0.1 * (2 / (9 * given)) ** 0.5 if "rdb" in name else (1 / (27 * given)) ** 0.5
        state[f"{name}.weight"] = torch.randn(out, given, 3, 3) * spread
        state[f"{name}.bias"] = torch.zeros(out)
    image = torch.from_numpy(picture(32).astype(np.float32) / 255).permute(2, 0, 1)[None]
    with torch.inference_mode():
        made = weights.build(manifest.entries()[PLUS], state)(image)
    state["conv_last.weight"] *= 0.2 / made.std()
    state["conv_last.bias"] += 0.5 - made.mean() * 0.2 / made.std()
    return state


def network_of(model: str, state: weights.State, on: torch.device = CPU.device) -> Network:
    """In float32, as `weights.load` would make it before it chooses."""
    entry = manifest.entries()[model]
    sizes = {"scale": entry.scale, "halo": entry.halo, "align": entry.align}
    return ready(weights.build(entry, state), name=model, device=on, dtype=torch.float32, **sizes)


def picture(edge: int) -> Pixels:
    """A photograph of that size, or where there is none a drawn one."""
    file = shared_data("photos/skimage/astronaut.png")
    if file is None:
        return np.random.default_rng(0).integers(0, 256, (edge, edge, 3), dtype=np.uint8)
    return np.asarray(Image.open(file).convert("RGB").resize((edge, edge), Image.Resampling.LANCZOS))


class _Traceable(torch.nn.Module):
    """A network without the steps in place that converters cannot read; the same arithmetic."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__()
        self.inner = module

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        if not isinstance(self.inner, CompactNetwork):
            return self.inner(image)
        features = image
        for layer in self.inner.body:
            features = layer(features)
        scale = self.inner.shape.scale
        return torch.pixel_shuffle(features + image.repeat_interleave(scale**2, 1), scale)


def plainly(infer: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> Enlarge:
    """What anybody writes around a converted network."""

    def enlarge(image: Pixels) -> Pixels:
        given = np.ascontiguousarray((image.astype(np.float32) / 255).transpose(2, 0, 1)[None])
        return (infer(given)[0].clip(0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)

    return enlarge


@torch.no_grad()
def by_openvino(network: Network) -> Enlarge:
    ov = compiled.openvino()
    graph = ov.convert_model(_Traceable(network.module).eval(), example_input=torch.rand(1, 3, 32, 32))
    model = ov.Core().compile_model(graph, "CPU", {"INFERENCE_NUM_THREADS": device.threads()})
    return plainly(lambda given: model([given])[0])


@torch.no_grad()
def by_onnxruntime(network: Network) -> Enlarge:
    import onnxruntime

    file, axes = io.BytesIO(), {"x": {2: "height", 3: "width"}}
    sample = (torch.rand(1, 3, 32, 32),)
    torch.onnx.export(
        _Traceable(network.module).eval(), sample, file, dynamo=False, input_names=["x"], dynamic_axes=axes
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = device.threads()
    session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
    return plainly(lambda given: session.run(None, {"x": given})[0])


def by_ncnn(model: str) -> Enlarge:
    """Its publisher's own conversion (pip install ncnn==1.0.20261020). FileNotFoundError where there is none."""
    import ncnn

    files = [shared_data(f"weights/{model}.ncnn.{part}") for part in ("param", "bin")]
    if None in files:
        raise FileNotFoundError(f"There is no {model} for ncnn.")
    net = ncnn.Net()
    net.opt.num_threads = device.threads()
    net.load_param(str(files[0]))
    net.load_model(str(files[1]))

    def infer(given: NDArray[np.float32]) -> NDArray[np.float32]:
        work = net.create_extractor()
        work.input("data", ncnn.Mat(given[0]))
        return np.array(work.extract("output")[1])[None]

    return plainly(infer)


def by_stock(state: weights.State, how: str) -> Enlarge:
    """how: "" for whole pictures, the edge of tiles, or "half"."""
    kind = device.choose().device.type
    cudnn = torch.backends.cudnn
    cudnn.benchmark, cudnn.deterministic, cudnn.allow_tf32 = False, False, True  # as torch comes
    runner = stock.runner(state, 4, half=how == "half", device=kind)
    runner.tile_size = int(how) if how.isdecimal() else 0

    def enlarge(image: Pixels) -> Pixels:
        with contextlib.redirect_stdout(sys.stderr):  # it counts its tiles aloud
            return stock.upscale(image, runner)

    return enlarge


def by_engine(network: Network, way: str) -> tuple[str, Enlarge]:
    mode, _, tile = way.partition(":")
    if mode == "kept":
        chosen = choosing.quickest(network)
        return chosen.label, lambda image: keeping_rows(image, chosen)
    known = manifest.entries()[network.name]
    chosen = network if mode == "exact" else weights.fastest(known, network, mode)
    edge = int(tile) if tile else None
    return chosen.label, lambda image: tiles.upscale(image, chosen, tile=edge)


def keeping_rows(image: Pixels, network: Network) -> Pixels:
    """As a worker does, in whose stead another may go on (see `resuming`), however soon it is done."""
    resuming.WORTH = 0.0
    ways: dict[str, Any] = {"progress": lambda share: None, "cancelled": lambda: False}
    with tempfile.TemporaryDirectory() as folder:
        made = tiles.joined(resuming.bands(image, network, Path(folder) / "rows", **ways), image, network)
    return cast(Pixels, made)


def contender(way: str, model: str) -> tuple[str, Enlarge]:
    """What it is called, and what it does. Raises ImportError, FileNotFoundError or MissingBackend if it is not."""
    if way == "ncnn":
        return "", by_ncnn(model)
    state = state_of(model)
    if way.startswith("stock"):
        return "", by_stock(state, way.partition(":")[2])
    network = network_of(model, state, device.choose().device)
    if way == "openvino":
        return "", by_openvino(network)
    if way == "onnxruntime":
        return "", by_onnxruntime(network)
    return by_engine(network, way)


def memory() -> dict[str, float]:
    """The most that this process has held (on CUDA: that torch has reserved there), and how much of what it holds are
    files mapped (libraries), MB. Not by getrusage where it can be helped: that begins with the parent's.
    """
    if torch.cuda.is_initialized():
        return {"megabytes": torch.cuda.max_memory_reserved() / 2**20, "libraries": 0.0}
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, "libraries": 0.0}
    held = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmHWM", "RssFile"))}
    return {"megabytes": held["VmHWM"], "libraries": held["RssFile"]}


def main() -> None:
    way, model, edge, result = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(device.threads())
    label, enlarge = contender(way, model)
    image, made = picture(edge), None
    enlarge(image[:64, :64])
    print(json.dumps({"ready": label}), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        made = enlarge(image)
        print(json.dumps({"seconds": time.perf_counter() - started, **memory()}), flush=True)
    np.save(result, made)


if __name__ == "__main__":
    main()
