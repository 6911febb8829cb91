"""Pictures of every kind, and an engine that measures nothing."""

from collections import OrderedDict

import pytest
from PIL import Image, ImageCms

from enhancement.engine import device, manifest, warm


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
