"""One real web process for all tests of the room, on the test database."""

from collections.abc import Iterator

import pytest

from teams.accounts.models import User
from tests.designer.realtime import live
from tests.designer.realtime.live import meeting_of, person, team_of, token_of


@pytest.fixture(scope="session")
def port(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[int]:
    with live.server() as at:
        yield at


@pytest.fixture
def watcher() -> User:
    return person()


@pytest.fixture
def token(watcher: User) -> str:
    return token_of(watcher)


@pytest.fixture
def channel(watcher: User) -> str:
    """Of a team of theirs."""
    return f"team:{team_of(watcher).pk}"


@pytest.fixture
def meeting(watcher: User) -> str:
    """Where they and others of their team see each other."""
    return meeting_of(team_of(watcher), watcher)
