"""The embedded Postgres and Valkey, through every way in which a machine may be unkind to them."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from designer.local import postgres as postgres_module
from designer.local.postgres import AS_NOBODY, NOBODY, THROW_AWAY, Postgres
from designer.local.services import Services, ThrowAway, sweep
from designer.local.system import HOST, ROOT, Lock, Trouble, birth, patience
from tests.local.conftest import Launched

pytestmark = pytest.mark.fault

HOLD = """
import sys, time
from pathlib import Path
from designer.local.services import Services
from designer.local.postgres import THROW_AWAY
services = Services(Path(sys.argv[1]), settings=THROW_AWAY); services.start(); print("up", flush=True); time.sleep(600)
"""


def quick(var: Path) -> Services:
    """Services that do not wait for the disk: what is tested here is not fsync, except where it is."""
    return Services(var, settings=THROW_AWAY)


def ask(services: Services, query: LiteralString) -> object:
    with psycopg.connect(services.database_url, autocommit=True) as link:
        row = link.execute(query).fetchone()
        return row[0] if row else None


def both_answer(services: Services) -> bool:
    with redis.Redis.from_url(services.redis_url) as link:
        return ask(services, "select 1") == 1 and bool(link.ping())


def pids(services: Services) -> tuple[int, int]:
    assert services.postgres and services.valkey
    assert services.postgres.pid and services.valkey.pid
    return services.postgres.pid, services.valkey.pid


def test_both_services_answer_on_loopback_only_and_refuse_a_wrong_password(var: Path) -> None:
    services = quick(var)
    services.start()
    assert both_answer(services)
    for url in (services.database_url, services.redis_url):
        assert urlsplit(url).hostname == HOST
    wrong = services.database_url.replace(":" + str(urlsplit(services.database_url).password), ":wrong")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)
    with pytest.raises(redis.AuthenticationError), redis.Redis(port=urlsplit(services.redis_url).port or 0) as link:
        link.ping()
    assert ask(services, "show listen_addresses") == HOST


def test_what_holds_a_password_is_readable_by_its_owner_alone(var: Path) -> None:
    services = quick(var)
    services.start()
    services.environment()
    for path in (var / "valkey" / "valkey.conf", var / "postgres" / "designer.password", var / "secret_key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_second_start_finds_the_data_the_ports_and_the_key_of_the_first(var: Path) -> None:
    first = quick(var)
    first.start()
    with psycopg.connect(first.database_url, autocommit=True) as link:
        link.execute("create table kept as select 42 as n")
    before = first.environment()
    first.stop()
    second = quick(var)
    second.start()
    assert ask(second, "select n from kept") == 42
    after = second.environment()
    assert (after["DATABASE_URL"], after["SECRET_KEY"]) == (before["DATABASE_URL"], before["SECRET_KEY"])


def test_taken_ports_are_left_to_their_owners(var: Path) -> None:
    first = quick(var)
    first.start()
    assert first.postgres and first.valkey
    old = (first.postgres.port, first.valkey.port)
    first.stop()
    with socket.create_server((HOST, old[0])), socket.create_server((HOST, old[1])):
        second = quick(var)
        second.start()
        assert second.postgres and second.valkey
        assert not {second.postgres.port, second.valkey.port} & set(old)
        assert both_answer(second)


def test_a_stale_pid_file_that_names_a_stranger_spares_the_stranger(var: Path) -> None:
    services = quick(var)
    services.start()
    services.stop()
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        for path in (var / "postgres" / "postmaster.pid", var / "valkey" / "valkey.pid"):
            path.write_text(f"{stranger.pid}\n{var / 'postgres'}\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready\n")
        again = quick(var)
        again.start()
        assert both_answer(again)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_services_of_a_launcher_that_was_killed_are_replaced(var: Path, launch: Callable[..., Launched]) -> None:
    for _ in range(2):
        launcher = launch("-c", HOLD, str(var))
        assert launcher.says("up")
        left = pids(Services(var))
        launcher.end(signal.SIGKILL)
        assert all(birth(pid) for pid in left)  # they do outlive it: that is the case to be ready for
    services = quick(var)
    services.start()
    assert both_answer(services)
    assert not any(birth(pid) for pid in left)


def test_services_that_were_killed_are_healed_without_losing_what_was_committed(var: Path) -> None:
    services = Services(var)
    services.start()
    with psycopg.connect(services.database_url, autocommit=True) as link:
        link.execute("create table kept as select 42 as n")
    for pid in pids(services):
        os.kill(pid, signal.SIGKILL)
    mended: list[str] = []
    for _ in patience(20):
        mended += services.heal()
        if len(mended) == 2:
            break
    assert sorted(mended) == ["postgres", "valkey"]
    assert both_answer(services)
    assert ask(services, "select n from kept") == 42
    assert services.heal() == []


def test_a_crash_in_the_middle_of_the_first_start_leaves_nothing_that_looks_like_data(
    var: Path, launch: Callable[..., Launched]
) -> None:
    launcher = launch("-c", HOLD, str(var))
    assert any(list(var.glob(".postgres.new-*/base")) for _ in patience(20, 0.005))
    launcher.end(signal.SIGKILL)
    assert not (var / "postgres").exists()
    services = quick(var)
    services.start()
    assert both_answer(services)
    services.stop()
    services.start()
    assert both_answer(services)


def test_a_named_service_is_used_and_nothing_is_started(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThrowAway(var) as named:
        monkeypatch.setenv("DATABASE_URL", named.database_url)
        monkeypatch.setenv("REDIS_URL", named.redis_url)
        services = quick(var / "other")
        services.start()
        assert both_answer(services)
        assert not (var / "other" / "postgres").exists()


@pytest.mark.parametrize(
    ("name", "url"),
    [("DATABASE_URL", "postgres://me:secret@127.0.0.1:1/x"), ("REDIS_URL", "redis://:secret@127.0.0.1:1")],
)
def test_a_named_service_that_does_not_answer_is_one_line_without_its_password(
    name: str, url: str, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(Trouble, match=f"{name} is set, but") as trouble:
        Services(var).start()
    assert "secret" not in str(trouble.value)
    assert "\n" not in str(trouble.value)


def test_a_test_run_removes_what_killed_ones_left_and_spares_living_ones(var: Path) -> None:
    with ThrowAway(var) as living:
        dead = var / "test-dead"
        left = quick(dead)
        left.start()
        numbers = pids(left)
        sweep(var)
        assert not dead.exists()
        assert not any(birth(pid) for pid in numbers)
        assert both_answer(living)
    assert list(var.glob("test-*")) == []


def test_a_lock_is_free_again_when_its_holder_is_killed(var: Path, launch: Callable[..., Launched]) -> None:
    take = "import sys, time\nfrom pathlib import Path\nfrom designer.local.system import Lock\n"
    holder = launch(
        "-c", take + "print(Lock(Path(sys.argv[1])).take(), flush=True); time.sleep(600)", str(var / "lock")
    )
    holder.says("True")
    assert not Lock(var / "lock").take()
    holder.end(signal.SIGKILL)
    assert Lock(var / "lock").take()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_runs_postgres_as_nobody(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("needs setpriv (util-linux)")
    monkeypatch.setattr(postgres_module, "unprivileged", lambda: (AS_NOBODY, NOBODY))
    home = var / "closed"
    home.mkdir(mode=0o700)  # as root's own home: nobody could not even look inside
    cluster = Postgres(home / "postgres", var / "postgres.log", settings=THROW_AWAY)
    cluster.start()
    assert cluster.pid
    assert Path(f"/proc/{cluster.pid}").stat().st_uid == NOBODY
    cluster.stop()
    monkeypatch.undo()
    again = Postgres(home / "postgres", var / "postgres.log", settings=THROW_AWAY)  # the same data, the other way
    again.start()
    again.stop()


def on_a_disk(var: Path, mount: str, code: str) -> "subprocess.CompletedProcess[str]":
    """Runs Python code on a disk of its own, mounted over `var` for this process alone; lists what is left."""
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"]).returncode:
        pytest.skip("needs root on Linux, to mount a disk for itself")
    script = f'{mount} "$2" && "$1" -c "$3"; code=$?; ls -A "$2"; exit $code'
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", sys.executable, str(var), code],
        env={**os.environ, "DESIGNER_VAR": str(var)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


SERVE = "import sys; from designer.local.__main__ import main; sys.exit(main(['serve']))"
UNCHECKED = "import designer.local.services as s; s.need_space = lambda *_: None; "


@pytest.mark.parametrize("before", ["", UNCHECKED], ids=["full at the start", "full while the database is being made"])
def test_a_full_disk_is_one_line_and_leaves_nothing_half_made(before: str, var: Path) -> None:
    done = on_a_disk(var, "mount -t tmpfs -o size=16m tmpfs", before + SERVE)
    assert done.returncode == 1
    assert done.stderr.startswith("run.py: The disk is full"), done.stderr
    assert done.stderr.count("\n") == 1
    assert not [name for name in done.stdout.split() if "postgres" in name or "stack.json" in name]


def test_a_read_only_disk_is_one_line(var: Path) -> None:
    done = on_a_disk(var, "mount -t tmpfs -o ro tmpfs", SERVE)
    assert done.returncode == 1
    assert "may not be written (Read-only file system)" in done.stderr
    assert "DESIGNER_VAR" in done.stderr
    assert done.stderr.count("\n") == 1
