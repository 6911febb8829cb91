import pytest
import torch

from enhancement.engine import device
from enhancement.engine.errors import EngineError


@pytest.fixture(autouse=True)
def fresh():
    kept = torch.get_num_threads()
    device.choose.cache_clear()
    yield
    device.choose.cache_clear()
    torch.set_num_threads(kept)


@pytest.fixture
def on_cpu(monkeypatch):
    monkeypatch.setenv("DESIGNER_ENGINE_DEVICE", "cpu")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DESIGNER_ENGINE_DEVICE", "abacus"),
        ("DESIGNER_ENGINE_THREADS", "many"),
        ("DESIGNER_ENGINE_THREADS", "0"),
    ],
)
def test_a_setting_that_means_nothing_is_named_with_a_remedy(monkeypatch, on_cpu, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(EngineError, match=name) as refusal:
        device.choose()
    assert refusal.value.remedy


def test_the_number_of_threads_can_be_set(monkeypatch, on_cpu):
    monkeypatch.setenv("DESIGNER_ENGINE_THREADS", "1")
    device.choose()
    assert torch.get_num_threads() == 1


def test_a_cuda_device_is_taken_where_there_is_one_and_computes_the_same_each_time(monkeypatch):
    monkeypatch.delenv("DESIGNER_ENGINE_DEVICE", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    for flag in ("benchmark", "deterministic", "allow_tf32"):
        monkeypatch.setattr(torch.backends.cudnn, flag, getattr(torch.backends.cudnn, flag))
    chosen = device.choose()
    assert (chosen.device.type, chosen.dtype) == ("cuda", torch.float32)
    flags = torch.backends.cudnn
    assert (flags.benchmark, flags.deterministic, flags.allow_tf32) == (False, True, False)


def test_without_a_cuda_device_a_wish_for_one_is_refused(monkeypatch):
    monkeypatch.setenv("DESIGNER_ENGINE_DEVICE", "cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(EngineError, match="no CUDA device"):
        device.choose()
