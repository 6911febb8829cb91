"""A real browser against a real studio."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import chromium, mark
from tests.stack import ROOT, studio


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark(items, Path(__file__).parent)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window; ended with these tests, for its event loop would stand in the way of others."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="package")  # no longer: its worker would take the jobs of other tests
def studio_url(django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with django_db_blocker.unblock(), studio(tmp_path_factory.mktemp("studio")) as url:
        yield url


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A real photo where the data is beside the project, else one drawn here."""
    beside = sorted((ROOT.parent / "shared" / "data" / "photos" / "clothing").glob("dress_*.jpg"))
    if beside:
        return beside[0]
    from PIL import Image

    path = tmp_path / "photo.jpg"
    Image.linear_gradient("L").convert("RGB").resize((400, 520)).save(path)
    return path
