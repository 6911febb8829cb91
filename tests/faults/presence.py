"""Who is here, told by several web processes while browsers and processes die. A play with real processes.

A play returns figures and judges nothing.
"""

import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed

from designer.env import ROOT
from teams.accounts.models import User
from teams.membership.models import Membership, Role
from teams.membership.services import remove_member
from tests.designer.realtime import live
from tests.designer.realtime.live import Talk
from tests.faults.kit import private_database, until
from tests.faults.promises import spread
from tests.faults.scene import Figures

PATIENCE = 30.0  # seconds


class Observer:
    """Somebody at one of the web processes: whom they are shown as present, by person."""

    def __init__(self, port: int, token: str, channel: str, stack: ExitStack) -> None:
        self.talk = stack.enter_context(Talk(port, token))
        self.here: dict[str, Any] = {}
        self.lost_at = 0.0
        self.talk.subscribe(channel)
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            try:
                message = self.talk.hear(60)
            except (ConnectionClosed, OSError, TimeoutError):
                return
            if message["type"] == "unsubscribed":
                self.lost_at = time.monotonic()
            elif message["type"] == "presence" and message["state"] is None:
                self.here.pop(message["user"], None)
            elif message["type"] == "presence":
                self.here[message["user"]] = message["state"]


class Meeting:
    """A team's collection, observed at every web process; browsers that come and go."""

    def __init__(self, ports: list[int], stack: ExitStack) -> None:
        self.ports, self.stack = ports, stack
        self.boss = live.person()
        self.team = live.team_of(self.boss, role=Role.OWNER)
        self.channel = live.meeting_of(self.team, self.boss)
        self.observers = [Observer(port, live.token_of(self.boss), self.channel, stack) for port in ports]
        self.browsers: dict[str, subprocess.Popen[bytes]] = {}
        self.wrong = 0

    def join(self, port: int) -> User:
        person = live.person()
        Membership.objects.create(team=self.team, user=person, role=Role.EDITOR)
        words = [sys.executable, "-m", "tests.faults.browser", str(port), live.token_of(person), self.channel]
        browser = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.stack.callback(browser.wait)
        self.stack.callback(browser.kill)
        self.browsers[str(person.pk)] = browser
        return person

    def agree(self, observers: list[Observer] | None = None) -> float:
        """Seconds until all observers see exactly those who are there."""
        began = time.monotonic()
        try:
            until(lambda: all(one.here.keys() == self.browsers.keys() for one in observers or self.observers), PATIENCE)
        except TimeoutError:
            self.wrong += 1
        return time.monotonic() - began

    def gone(self, person: User, number: int) -> float:
        """A signal to somebody's browser; seconds until nobody sees them any more."""
        self.browsers.pop(str(person.pk)).send_signal(number)
        return self.agree()

    def removed(self, person: User) -> tuple[float, float]:
        """Seconds until a removed member hears nothing more, and until the others see them no more."""
        with ExitStack() as stack:
            theirs = Observer(self.ports[0], live.token_of(person), self.channel, stack)
            began = time.monotonic()
            remove_member(actor=self.boss, team_id=self.team.pk, user_id=person.pk)
            self.browsers.pop(str(person.pk))
            until(lambda: theirs.lost_at, PATIENCE, every=0.005)
            return theirs.lost_at - began, self.agree()


def seen_alike(*, processes: int, browsers: int, rounds: int) -> Figures:
    """R3: browsers at several web processes; some are killed, frozen or removed, and a whole process is killed."""
    waits: dict[str, list[float]] = defaultdict(list)
    wrong = 0
    with private_database():
        for _ in range(rounds):
            with ExitStack() as stack:
                nodes = [stack.enter_context(live.serving()) for _ in range(processes)]
                meeting = Meeting([port for port, _ in nodes], stack)
                people = [meeting.join(meeting.ports[n % processes]) for n in range(browsers)]
                waits["all seen"].append(meeting.agree())
                waits["browser killed"].append(meeting.gone(people[0], signal.SIGKILL))
                waits["browser silent"].append(meeting.gone(people[1], signal.SIGSTOP))
                cut_off, vanished = meeting.removed(people[2])
                waits["removed: hears nothing"].append(cut_off)
                waits["removed: is not seen"].append(vanished)
                _node_dies(meeting, nodes, people, waits)
                wrong += meeting.wrong
    return {
        "play": "r3",
        "processes": processes,
        "browsers": browsers,
        "rounds": rounds,
        "wrong": wrong,
        "waits": {name: spread(found) for name, found in waits.items()},
    }


def _node_dies(meeting: Meeting, nodes: list[Any], people: list[User], waits: dict[str, list[float]]) -> None:
    """The last process is killed with all who sit at it."""
    nodes[-1][1].kill()
    for place, person in enumerate(people):
        if place % len(nodes) == len(nodes) - 1:
            meeting.browsers.pop(str(person.pk), None)
    waits["process killed"].append(meeting.agree(meeting.observers[:-1]))
