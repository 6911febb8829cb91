"""The `simulator` fixture: every vendor on a loopback port, forgetful between tests."""

from collections.abc import Iterator

import pytest

from tests.simulators.providers.server import Simulator


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@pytest.fixture
def simulator(running_simulator: Simulator) -> Iterator[Simulator]:
    """The provider simulator with nothing planned, called or billed yet."""
    running_simulator.reset()
    yield running_simulator
    running_simulator.reset()
