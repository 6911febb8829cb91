"""One real web process for all tests of the room, on the test database."""

from collections.abc import Iterator

import pytest

from tests.designer.realtime import live


@pytest.fixture(scope="session")
def port(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[int]:
    with live.server() as at:
        yield at
