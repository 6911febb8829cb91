"""Fixtures that every test may use. Each test process has a Redis database and folders of its own."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.test import TransactionTestCase, override_settings
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from teams.accounts.models import User
from teams.membership.models import Membership, Role, Team
from tests import clearing, migrated
from tests.clearing import FirstRows
from tests.mailbox import Mailbox, mailbox

pytest_plugins = ["tests.simulators.fixtures"]
ROLES: Final = ("owner", "admin", "editor", "viewer")
EXACT: Final = ("designer/ledger/", "designer/jobs/", "faults/test_money.py", "security/")  # right each time, or wrong
LIVE: Final = {"e2e", "fault"}  # these share one running studio among tests: its queue is left alone

Member = Callable[..., User]
ClientOf = Callable[[str | None], APIClient]


def redis_url_of(worker: str | None, url: str) -> str:
    """The URL of the Redis database that the xdist worker `gwN` has to itself: the given one plus N."""
    parts = urlsplit(url)
    base = int(parts.path.strip("/") or 0)
    number = int(worker.removeprefix("gw")) if worker else 0
    return urlunsplit(parts._replace(path=f"/{base + number}"))


def pytest_configure() -> None:
    """Before anything connects: this process's own Redis database, also for the processes that it starts."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    url = redis_url_of(worker, django_settings.REDIS_URL)
    prefix = f"{worker or 'only'}-designer"  # what is published knows no database: all of them would hear it
    os.environ |= {"REDIS_URL": url, "CHANNEL_PREFIX": prefix}
    django_settings.REDIS_URL = django_settings.CELERY_BROKER_URL = url
    django_settings.CACHES = {"default": {**django_settings.CACHES["default"], "LOCATION": url}}
    # what the engine measures is kept from run to run, outside the checkout
    os.environ.setdefault("DESIGNER_ENGINE_CACHE", str(Path(tempfile.gettempdir(), f"designer-engine-{os.getuid()}")))
    layer: dict[str, Any] = django_settings.CHANNEL_LAYERS["default"]
    layer["CONFIG"] |= {"hosts": [url], "prefix": prefix}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may never happen is not tried once more."""
    for item in items:
        if any(place in item.nodeid for place in EXACT):
            item.add_marker(pytest.mark.flaky(reruns=0))


def places(folder: Path) -> dict[str, Path]:
    return {"VAR": folder, "MEDIA_ROOT": folder / "media", "EMAIL_FILE_PATH": folder / "mail"}


@pytest.fixture(scope="session", autouse=True)
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is written into the checkout, and passwords are hashed fast."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher", *django_settings.PASSWORD_HASHERS]
    with override_settings(**places(tmp_path_factory.mktemp("session")), PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database is copied from one that is migrated already."""
    test = connection.settings_dict["TEST"]
    name = f"{test['NAME'] or 'test'}_template"
    if migrated.template(os.environ["DATABASE_URL"], name):
        test["TEMPLATE"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What a test commits is taken back by `FirstRows` instead of a flush."""
    with django_db_blocker.unblock():
        first = FirstRows.read() if clearing.possible() else None
    with pytest.MonkeyPatch.context() as patch:
        if first is not None:
            patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: first.restore())
        yield


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> None:
    """Each test begins with an empty Redis database and empty folders."""
    for name, folder in places(tmp_path / "var").items():
        setattr(settings, name, folder)
    if not any(request.node.get_closest_marker(mark) for mark in LIVE):
        with redis.Redis.from_url(settings.REDIS_URL) as link:
            link.flushdb()


@pytest.fixture
def user(db: None) -> User:
    """Somebody with an account, in no team but their own."""
    from tests.factories import UserFactory

    return UserFactory()


@pytest.fixture
def team(db: None) -> Team:
    """A shared team with one owner."""
    from tests.factories import TeamFactory

    return TeamFactory()


@pytest.fixture
def member(team: Team) -> Member:
    """`member("editor")` is a person in that role of `team`; "owner" is its first owner, "stranger" not in it."""
    from tests.factories import MembershipFactory, UserFactory

    def make(role: str = "editor", **about: object) -> User:
        if role == "stranger":
            stranger: User = UserFactory(**about)
            return stranger
        if role == "owner" and not about:
            return Membership.objects.filter(team=team, role=Role.OWNER).select_related("user")[0].user
        person: User = UserFactory(**about)
        MembershipFactory(team=team, role=role, user=person)
        return person

    return make


@pytest.fixture
def client_of(member: Member) -> ClientOf:
    """An API client signed in as owner, admin, editor, viewer or stranger of `team`; None is nobody at all.

    The person is at `client.user`.
    """

    def make(role: str | None) -> APIClient:
        client = APIClient()
        client.user = None if role is None else member(role)  # type: ignore[attr-defined]
        if role is not None:
            client.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[attr-defined]
        return client

    return make


@pytest.fixture
def box(settings: Settings) -> Iterator[Mailbox]:
    """A real mail server, which the studio's own way of mailing reaches."""
    with mailbox() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_TIMEOUT = False, "", 5
        yield server
