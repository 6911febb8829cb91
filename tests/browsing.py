"""A headless Chromium of the system's, driven by Playwright. While it is open its thread has a running event loop."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

expect.set_options(timeout=20_000)  # milliseconds; two cores may have more to do than this page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser until the block ends; Django's guard against calls from an event loop is off for as long."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    with sync_playwright() as driver:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()
            if before is None:
                del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def mark(items: list[pytest.Item], folder: Path) -> None:
    """What each browser test below `folder` is and needs. One worker does them all: they share a studio."""
    for item in items:
        if folder in Path(item.fspath).parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db)  # else a run of these alone would have no database of its own
            item.add_marker(pytest.mark.xdist_group(folder.name))
            if CHROMIUM is None:
                item.add_marker(
                    pytest.mark.skip(reason="No Chromium: install it, on Debian `apt-get install chromium`.")
                )
