"""Somebody with a new browser: at a desk in the light, or with a phone in the dark."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection
from playwright.sync_api import Browser, Page

from teams.accounts.models import User
from tests.e2e.test_journey import note, sign_up

WAYS = {"desk": ((1440, 900), "light", False), "phone": ((390, 844), "dark", True)}


@contextmanager
def visitor(browser: Browser, studio_url: str, way: str) -> Iterator[Page]:
    """A page of somebody who has just signed up; what goes wrong in it is kept in `problems`."""
    (width, height), scheme, touch = WAYS[way]
    size = {"width": width, "height": height}
    context = browser.new_context(base_url=studio_url, viewport=size, color_scheme=scheme, has_touch=touch)
    page = context.new_page()
    page.size_name, page.problems = f"{way}-{scheme}", []  # type: ignore[attr-defined]
    page.on("console", lambda said: note(page, said))
    page.on("pageerror", lambda error: page.problems.append(str(error)))  # type: ignore[attr-defined]
    try:
        sign_up(page)
        yield page
    finally:
        context.close()


def elsewhere(deed: Callable[[], None]) -> None:
    """In a transaction that is committed, which those of this test's own connection are not."""

    def done() -> None:
        deed()
        connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(done).result()


def operator() -> User:
    """Who runs the studio."""
    return User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("operator@example.org")
