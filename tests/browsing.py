"""A headless Chromium of the system's, driven by Playwright. While it is open its thread has a running event loop."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

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
