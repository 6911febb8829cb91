"""The process group: what dies begins again, what hangs is ended, what is left over is found."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from designer.local.processes import Group, Program
from designer.local.stack import Record, end_leftovers
from designer.local.system import birth, end_process, patience
from tests.local.conftest import Launched

pytestmark = pytest.mark.fault

OBEDIENT = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


class Listener:
    """Collects what a group says."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, text: str) -> None:
        self.lines.append((name, text))

    def heard(self, name: str, text: str, times: int = 1) -> bool:
        said = [line for who, line in self.lines if who == name and text in line]
        return len(said) >= times


def group_of(*codes: str) -> tuple[Group, Listener]:
    listener = Listener()
    wanted = [Program(f"p{number}", [sys.executable, "-c", code]) for number, code in enumerate(codes)]
    return Group(wanted, dict(os.environ), listener), listener


def test_a_killed_program_begins_again_and_its_log_lines_carry_its_name() -> None:
    group, listener = group_of(OBEDIENT)
    group.start()
    assert any(listener.heard("p0", "up") for _ in patience(10))
    first = group.marks
    os.kill(first[0][0], signal.SIGKILL)
    assert any(group.tend() for _ in patience(10))
    assert any(listener.heard("p0", "up", times=2) for _ in patience(10))
    assert group.marks != first
    assert listener.heard("run", "p0 was killed by signal 9; starting it again in 0 s.")
    group.stop()


def test_a_program_that_dies_at_once_again_and_again_is_given_longer_and_longer_pauses() -> None:
    group, listener = group_of("raise SystemExit(3)")
    group.start()
    assert any(listener.heard("run", "again in 4 s") for _ in patience(20) if group.tend() or True)
    pauses = [line.rpartition(" in ")[2] for name, line in listener.lines if name == "run"]
    assert pauses == ["0 s.", "2 s.", "4 s."]
    group.stop()


def test_stop_asks_first_and_kills_those_that_do_not_listen() -> None:
    group, listener = group_of(OBEDIENT, STUBBORN)
    group.start()
    assert any(listener.heard("p0", "up") and listener.heard("p1", "up") for _ in patience(10))
    marks = group.marks
    group.stop(grace=1)
    assert not any(birth(pid) == born for pid, born in marks)
    assert [child.process.returncode for child in group.children if child.process] == [-signal.SIGTERM, -signal.SIGKILL]
    assert listener.heard("run", "p1 did not stop within 1 s and was killed.")


@pytest.mark.skipif(sys.platform != "linux", reason="a parent-death signal is Linux's own")
def test_programs_do_not_outlive_a_launcher_that_is_killed(launch: Callable[..., Launched]) -> None:
    holder = (
        "import os, sys, time\nfrom designer.local.processes import Group, Program\n"
        f"group = Group([Program('p', [sys.executable, '-c', {OBEDIENT!r}])], dict(os.environ), lambda *_: None)\n"
        "group.start(); print(group.marks[0][0], flush=True); time.sleep(600)"
    )
    launcher = launch("-c", holder)
    assert launcher.says("\n")
    child = int(launcher.said)
    launcher.end(signal.SIGKILL)
    assert any(birth(child) is None for _ in patience(10))


def test_what_a_killed_launcher_left_is_ended_and_a_later_process_with_the_same_number_is_not(
    var: Path, launch: Callable[..., Launched]
) -> None:
    left, later = launch("-c", OBEDIENT), launch("-c", OBEDIENT)
    assert left.says("up") and later.says("up")
    born = birth(left.process.pid)
    assert born
    Record(1, "", children=[(left.process.pid, born), (later.process.pid, "another time")]).write(var)
    end_leftovers(var)
    assert left.process.wait(10) == -signal.SIGTERM
    assert later.process.poll() is None
    assert not (var / "stack.json").exists()


def test_a_process_that_ignores_the_request_to_end_is_killed(launch: Callable[..., Launched]) -> None:
    stubborn = launch("-c", STUBBORN)
    assert stubborn.says("up")
    born = birth(stubborn.process.pid)
    assert born
    began = time.monotonic()
    end_process(stubborn.process.pid, born, grace=0.5)
    assert stubborn.process.wait(5) == -signal.SIGKILL
    assert time.monotonic() - began >= 0.5
