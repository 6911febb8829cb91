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
    monkeypatch.delenv("DESIGNER_ENGINE_DTYPE", raising=False)


@pytest.mark.parametrize(
    ("exact", "quick", "chosen"),
    [(100.0, 200.0, torch.bfloat16), (100.0, 110.0, torch.float32), (100.0, 5.0, torch.float32)],
)
def test_the_faster_format_is_chosen_by_measurement_if_it_is_worth_it(monkeypatch, on_cpu, exact, quick, chosen):
    speeds = {torch.float32: exact, torch.bfloat16: quick}
    monkeypatch.setattr(device, "measure", lambda dtype: speeds[dtype])
    assert device.choose().dtype == chosen


def test_the_measurement_is_made_once(monkeypatch, on_cpu):
    calls = []

    def measure(dtype):
        calls.append(dtype)
        return 1.0

    monkeypatch.setattr(device, "measure", measure)
    assert device.choose() == device.choose()
    assert len(calls) == 2


def test_a_real_measurement_gives_a_speed():
    assert device.measure(torch.float32, rounds=1) > 0


def test_a_setting_overrides_the_measurement(monkeypatch, on_cpu):
    monkeypatch.setenv("DESIGNER_ENGINE_DTYPE", "fp32")
    monkeypatch.setattr(device, "measure", lambda dtype: pytest.fail("it was measured"))
    assert device.choose().label == "cpu float32"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DESIGNER_ENGINE_DTYPE", "int4"),
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
