"""The whole studio as one command: started, asked, killed, started again, stopped. All its processes are real."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from designer.local.processes import programs
from designer.local.services import Services
from designer.local.stack import Record, answers
from designer.local.system import HOST, ROOT, any_port, birth, patience
from tests.local.conftest import APART, Launched

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.xdist_group("stack")]
Launch = Callable[..., Launched]
PROGRAMS = programs(port=0)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder after its first start, to copy: making a cluster and migrating it takes seconds per test."""
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        for name in APART:
            patch.delenv(name, raising=False)
        services = Services(folder)
        try:
            services.start()
            prepared = {**os.environ, **services.environment()}
            subprocess.run([sys.executable, "-m", "designer.local.prepare"], cwd=ROOT, env=prepared, check=True)
        finally:
            services.stop()
    yield folder


@pytest.fixture
def var(var: Path, template: Path) -> Path:
    shutil.copytree(template / "postgres", var / "postgres", copy_function=shutil.copy2)
    return var


@pytest.fixture
def serve(launch: Launch) -> Iterator[Callable[..., Launched]]:
    """serve(**env): a studio that answers."""
    started: list[Launched] = []

    def start(**env: str) -> Launched:
        studio = launch("-m", "designer.local", "serve", **{"PORT": str(any_port()), **env})
        started.append(studio)
        assert studio.says("Designer BFF    http", within=120), studio.said
        return studio

    yield start
    for each in started:
        each.end()


def marks_of(var: Path) -> list[tuple[int, str]]:
    """Every process of the running studio: its programs, Postgres and Valkey."""
    return [*((pid, born) for pid, born in record_of(var).children), *service_marks(var)]


def record_of(var: Path) -> Record:
    record = Record.read(var)
    assert record
    return record


def all_gone(marks: list[tuple[int, str]]) -> bool:
    return not any(birth(pid) == born for pid, born in marks)


def service_marks(var: Path) -> list[tuple[int, str]]:
    files = (var / "postgres" / "postmaster.pid", var / "valkey" / "valkey.pid")
    pids = [int(path.read_text().splitlines()[0]) for path in files if path.exists()]
    return [(pid, born) for pid in pids if (born := birth(pid))]


def test_the_studio_answers_tells_its_sign_in_and_stops_without_a_trace(
    var: Path, serve: Callable[..., Launched]
) -> None:
    studio = serve()
    record = record_of(var)
    assert answers(record.url)
    with urllib.request.urlopen(f"{record.url}/accounts/login/", timeout=10) as page:
        assert page.status == 200
    account = json.loads((var / "credentials.json").read_text())
    assert account["email"] in studio.said and account["password"] in studio.said
    assert stat.S_IMODE((var / "credentials.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((var / "stack.json").stat().st_mode) == 0o600
    marks = marks_of(var)
    assert len(marks) == len(PROGRAMS) + 2  # and Postgres and Valkey
    assert studio.end(signal.SIGINT) == 0
    assert all_gone(marks)
    assert not (var / "stack.json").exists()


def test_a_second_start_says_where_the_first_runs_and_disturbs_nothing(
    var: Path, serve: Callable[..., Launched], launch: Launch
) -> None:
    serve()
    record = record_of(var)
    second = launch("-m", "designer.local", "serve")
    assert second.process.wait(30) == 1
    assert second.said.startswith(f"run.py: The studio of this folder already runs at {record.url}.")
    manage = launch(
        "-m", "designer.local", "manage", "shell", "-c", "from teams.models import User; print(User.objects.count())"
    )
    assert manage.process.wait(60) == 0, manage.said
    assert answers(record.url)
    demo = launch("-m", "designer.local", "demo", "--help")  # on the running studio, which it must leave running
    assert demo.process.wait(60) == 0
    assert f"Using the studio that runs at {record.url}." in demo.said
    assert answers(record.url)
    stopper = launch("-m", "designer.local", "stop")
    assert stopper.process.wait(60) == 0
    assert not answers(record.url)


def test_a_taken_port_is_announced_and_the_next_one_used(var: Path, serve: Callable[..., Launched]) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        studio = serve(PORT=str(port))
        assert f"Port {port} is taken by another program; using " in studio.said
        assert answers(record_of(var).url)


def test_after_kill_9_of_the_launcher_the_next_start_clears_up_and_runs(
    var: Path, serve: Callable[..., Launched]
) -> None:
    first = serve()
    left = marks_of(var)
    first.end(signal.SIGKILL)
    serve()
    assert all_gone(left)
    assert answers(record_of(var).url)


def test_a_killed_web_server_worker_and_database_come_back(var: Path, serve: Callable[..., Launched]) -> None:
    studio = serve()
    before = record_of(var)
    victims = marks_of(var)
    for pid, _ in victims:
        os.kill(pid, signal.SIGKILL)
    assert studio.says("postgres had stopped; it runs again.", within=60)
    assert any(answers(before.url) for _ in patience(60, 0.2)), studio.said
    assert any(len(record_of(var).children) == len(PROGRAMS) for _ in patience(20, 0.2))
    assert all_gone(victims)


def test_the_demo_starts_a_studio_when_none_runs_and_stops_it_again(var: Path, launch: Launch) -> None:
    demo = launch("-m", "designer.local", "demo", "--help", PORT=str(any_port()))
    assert demo.process.wait(120) == 0, demo.said
    assert demo.said.startswith("Starting the studio ...")
    assert "usage: manage.py demo" in demo.said
    assert service_marks(var) == []
    assert not (var / "stack.json").exists()


def test_all_wrong_settings_are_told_together(var: Path, launch: Launch) -> None:
    studio = launch("-m", "designer.local", "serve", UPLOAD_MAX_SIDE="huge", EMAIL_PORT="0", PORT=str(any_port()))
    assert studio.process.wait(60) == 1
    assert "UPLOAD_MAX_SIDE='huge' must be" in studio.said and "EMAIL_PORT='0' must be" in studio.said
    assert "Traceback" not in studio.said
    assert service_marks(var) == []


def test_an_impossible_port_is_one_line(var: Path, launch: Launch) -> None:
    studio = launch("-m", "designer.local", "serve", PORT="eighty")
    assert studio.process.wait(60) == 1
    assert studio.said == "run.py: PORT='eighty' is not a port: set it to a number from 1 to 65535, or unset it.\n"
    assert service_marks(var) == []
