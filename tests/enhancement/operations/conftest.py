"""Pictures of every kind, and an engine that measures nothing."""

import random
from collections import OrderedDict

import pytest
from PIL import Image, ImageCms

from enhancement.engine import device, manifest, warm
from enhancement.engine.errors import EngineCancelled


@pytest.fixture(autouse=True)
def exact_engine(monkeypatch):
    """Compute in float32 on the CPU, whatever this machine does best, and find no downloads but a test's own."""
    monkeypatch.setenv("DESIGNER_ENGINE_DEVICE", "cpu")
    monkeypatch.setenv("DESIGNER_ENGINE_BACKEND", "torch")
    monkeypatch.setenv("DESIGNER_ENGINE_DTYPE", "fp32")
    monkeypatch.delenv("DESIGNER_MODELS_DIR", raising=False)
    monkeypatch.setattr(manifest, "_configured", [])
    monkeypatch.setattr(warm, "_kept", OrderedDict())  # what an earlier test made ready computes as that test wished
    device.choose.cache_clear()
    yield
    device.choose.cache_clear()


@pytest.fixture
def picture():
    """A soft picture of 24 x 16 pixels in RGB."""
    return Image.linear_gradient("L").resize((24, 16)).convert("RGB")


@pytest.fixture
def srgb():
    """The bytes of an sRGB profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def pieces(monkeypatch):
    """`pieces((module, "name"), ...)` has these functions note their names in the list that it gives."""

    def watch(*functions):
        begun: list[str] = []
        for home, name in functions:
            monkeypatch.setattr(home, name, _noting(getattr(home, name), name, begun))
        return begun

    return watch


def _noting(real, name, begun):
    def noted(*given, **ways):
        begun.append(name)
        return real(*given, **ways)

    return noted


@pytest.fixture
def late():
    """`late(run, begun, times, spare)` cancels a run at random moments: the most pieces that it began after that,
    and how many a whole run has. spare: pieces at the end after which it may be too late."""

    def most(run, begun, times, spare=0):
        run(cancelled=lambda: False)
        whole, worst = len(begun), 0
        for moment in random.Random(8).sample(range(1, whole - spare), times):
            begun.clear()
            with pytest.raises(EngineCancelled):
                run(cancelled=lambda moment=moment: len(begun) >= moment)
            worst = max(worst, len(begun) - moment)
        return worst, whole

    return most
