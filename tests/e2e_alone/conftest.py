"""Browser tests whose studio is set up in another way: none else may run beside it, for both would take its jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import chromium, mark


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark(items, Path(__file__).parent)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; ended with the module, for its event loop would stand in the way of other tests."""
    with chromium() as found:
        yield found
