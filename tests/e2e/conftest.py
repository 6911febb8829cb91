"""A real browser against a real studio."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import CHROMIUM, chromium
from tests.stack import ROOT, studio

expect.set_options(timeout=20_000)  # milliseconds; two cores may have more to do than this page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "e2e" in Path(item.fspath).parts:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db)  # else a run of these alone would have no database of its own
            item.add_marker(pytest.mark.xdist_group("e2e"))
            if CHROMIUM is None:
                item.add_marker(
                    pytest.mark.skip(reason="No Chromium: install it, on Debian `apt-get install chromium`.")
                )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; ended with the module, for its event loop would stand in the way of other tests."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")  # no longer: its worker would take the jobs of other tests
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
