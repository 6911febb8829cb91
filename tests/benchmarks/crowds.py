"""What the benchmarks of sockets share: the load process, people with tokens, the memory of a process."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from designer.realtime.limits import MAX_SOCKETS
from teams.accounts.models import User
from teams.membership.models import Membership, Team
from tests.designer.realtime import live

LOAD = Path(__file__).with_name("socket_load.py")
SPARE = 500  # file descriptors for everything that is not one of the sockets
UVICORN = ["--ws-per-message-deflate", "false", "--ws-ping-interval", "600", "--backlog", "4096"]
Wish = tuple[str, str]  # a channel and the token of who watches it


class Load:
    """The load process: `arrivals` ends it and tells when each event reached each socket."""

    def __init__(self, port: int, wishes: list[Wish], *, dialect: str = "channels") -> None:
        command = [sys.executable, str(LOAD)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._say({"port": port, "dialect": dialect, "wishes": wishes})
        assert self._line() == "ready\n", "not every socket was accepted"

    def _say(self, what: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def arrivals(self) -> dict[int, list[float]]:
        self._say("enough")
        found = {int(number): times for number, times in json.loads(self._line()).items()}
        self.process.wait(30)
        return found


@contextmanager
def teams(count: int, readers: int) -> Iterator[tuple[list[Team], list[Wish]]]:
    """So many teams, each with so many readers; one wish per reader. A person opens as many sockets as one may."""
    made, people, wishes = [], [], []
    try:
        for _ in range(count):
            made.append(team := Team.objects.create(name="Crowd", slug=live.secrets.token_hex(8)))
            for first in range(0, readers, MAX_SOCKETS):
                person = User.objects.create_user(f"{live.secrets.token_hex(6)}@example.org")
                people.append(person)
                Membership.objects.create(team=team, user=person, role="editor")
                share = min(MAX_SOCKETS, readers - first)
                wishes += [(f"team:{team.pk}", live.token_of(person))] * share
        yield made, wishes
    finally:
        for team in made:
            team.delete()
        for person in people:
            person.teams.all().delete()
            person.delete()


def memory_of(pid: int) -> float:
    """What a process holds in memory now, in kB. Only where /proc tells."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def room_for(sockets: int) -> bool:
    """Whether this machine lets one process open so many sockets. Raises the soft limit as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < sockets + SPARE:
        return False
    if soft != resource.RLIM_INFINITY and soft < sockets + SPARE:
        resource.setrlimit(resource.RLIMIT_NOFILE, (sockets + SPARE, hard))
    return True
