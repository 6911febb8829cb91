"""A right is taken away while its owner uses everything: how soon each surface knows. A play with a real web process.

A play returns figures and judges nothing.
"""

import threading
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from designer.generations.models import Generation
from designer.realtime import events
from teams.accounts.models import ApiToken, User
from teams.accounts.services import revoke_token
from teams.membership.models import Membership, Role, Team
from teams.membership.services import change_role, remove_member
from tests.designer.realtime import live
from tests.designer.realtime.live import Stream, Talk
from tests.faults.kit import private_database
from tests.faults.promises import spread
from tests.faults.scene import Figures

PATIENCE = 15.0  # seconds after which a surface counts as never told
SHORT_LIVED = 2.0  # seconds from the making of a token that expires
AFTER = 0.3  # seconds in which a word too many would arrive
BY_TOKEN = {"socket by token", "stream", "read by token", "log", "write"}
BY_COOKIE = {"socket by cookie", "page", "read by cookie"}
LOST: dict[str, set[str]] = {
    "removed": BY_TOKEN | BY_COOKIE,
    "demoted": {"write"},
    "suspended": BY_TOKEN | BY_COOKIE,
    "signed out": BY_COOKIE,
    "new password": BY_COOKIE,
    "token revoked": BY_TOKEN,
    "token expired": BY_TOKEN,
}


@dataclass
class Busy:
    """Somebody who uses eight surfaces of one generation at once."""

    port: int
    what: str
    boss: User = field(default_factory=live.person)
    person: User = field(default_factory=live.person)

    def __post_init__(self) -> None:
        self.team: Team = live.team_of(self.person)
        Membership.objects.create(team=self.team, user=self.boss, role=Role.OWNER)
        self.row = Generation.objects.create(team=self.team, owner=self.person, brief="a coat", status="succeeded")
        self.channel = f"generation:{self.row.pk}"
        self.token, self.cookie = live.token_of(self.person), live.cookie_of(self.person)
        self.ends: dict[str, float] = {}
        self.too_many: Counter[str] = Counter()
        self.expires_at = time.monotonic() + SHORT_LIVED
        if self.what == "token expired":
            end = timezone.now() + timedelta(seconds=SHORT_LIVED)
            ApiToken.objects.filter(user=self.person).update(expires_at=end)

    @property
    def asked(self) -> dict[str, Callable[[], bool]]:
        """Each surface that is asked again and again, and whether it still serves."""
        api, token, cookie = "/api/generations/", {"Authorization": f"Bearer {self.token}"}, {"Cookie": self.cookie}
        return {
            "read by token": lambda: self._served(f"{api}{self.row.pk}", token),
            "log": lambda: self._served(f"/api/events?channel={self.channel}", token),
            "write": lambda: self._served(f"{api}{self.row.pk}/restore", token, b"{}"),
            "read by cookie": lambda: self._served(f"{api}{self.row.pk}", cookie),
            "page": lambda: self._served(f"/generations/{self.row.pk}", cookie),
        }

    def _served(self, path: str, headers: dict[str, str], body: bytes | None = None) -> bool:
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return "/accounts/" not in answer.url
        except urllib.error.HTTPError as refusal:
            if refusal.code >= 500:
                raise
            return False

    def lose(self) -> float:
        """Take the right away; when that was committed."""
        what, person, team = self.what, {"user_id": self.person.pk}, {"actor": self.boss, "team_id": self.team.pk}
        if what == "removed":
            remove_member(**team, **person)
        elif what == "demoted":
            change_role(**team, **person, role=Role.VIEWER)
        elif what == "suspended":
            self.person.is_active = False
            self.person.save()
        elif what == "signed out":
            Session.objects.get(session_key=self.cookie.partition("=")[2]).delete()
        elif what == "new password":
            self.person.set_password("another correct horse")
            self.person.save()
        elif what == "token revoked":
            revoke_token(actor=self.person, token_id=ApiToken.objects.get(user=self.person).pk)
        return self.expires_at if what == "token expired" else time.monotonic()

    def ask_on(self, began: float) -> None:
        """Until all that should have ended has, and no longer than we have patience."""
        asked, lost = self.asked, LOST[self.what]
        while time.monotonic() < began + PATIENCE and not lost <= self.ends.keys():
            for name, served in asked.items():
                if name not in self.ends and not served():
                    self.ends[name] = time.monotonic()
            time.sleep(0.01)

    def served_after(self) -> int:
        """How much of what is told now still reaches those who may not hear it."""
        self.too_many.clear()
        events.record(self.channel, "generation:stage", {}, team_id=None)
        time.sleep(AFTER)
        return sum(self.too_many[name] for name in LOST[self.what])

    def hear_out(self, name: str, hear: Callable[[], dict[str, Any] | None]) -> None:
        """Listen until the channel is taken away or the line is closed; what comes after is too much."""
        while True:
            try:
                message = hear()
            except (ConnectionClosed, OSError, TimeoutError, AttributeError):  # the last: a stream closed under us
                message = None
            if message is None or message["type"] in ("unsubscribed", "closed"):
                self.ends.setdefault(name, time.monotonic())
            if message is None:
                return
            self.too_many[name] += message.get("channel") == self.channel and message["type"] == "event"


def taken_away(*, rounds: int) -> Figures:
    """18: each way to lose a right, so many times; seconds from its commit until each surface serves no more."""
    waits: dict[str, list[float]] = defaultdict(list)
    never: Counter[str] = Counter()
    wrongly: Counter[str] = Counter()
    served_after = 0
    with private_database(), live.server(API_RATE_PER_MINUTE="1000000", LOG_LEVEL="ERROR") as port:
        for what in [*LOST] * rounds:
            using = Busy(port, what)
            ends, late = _lost(using)
            served_after += late
            for surface in BY_TOKEN | BY_COOKIE:
                if surface not in LOST[what]:
                    wrongly[f"{surface}: {what}"] += surface in ends
                elif surface in ends:
                    waits[surface].append(ends[surface])
                else:
                    never[f"{surface}: {what}"] += 1
    return {
        "promise": 18,
        "losses": rounds * len(LOST),
        "surfaces": {name: spread(found) for name, found in sorted(waits.items())},
        "all": spread([wait for found in waits.values() for wait in found]),
        "never": dict(never),
        "taken_from_the_wrong": {name: count for name, count in wrongly.items() if count},
        "served_after": served_after,
    }


def _lost(using: Busy) -> tuple[dict[str, float], int]:
    """Seconds until each surface that ended knew, and how much was heard all the same when all had been told."""
    page = f"http://127.0.0.1:{using.port}"
    with (
        Talk(using.port, using.token) as by_token,
        Talk(using.port, cookie=using.cookie, origin=page) as by_cookie,
        Stream(using.port, using.channel, token=using.token) as stream,
    ):
        for talk in (by_token, by_cookie):
            talk.subscribe(using.channel)
        stream.expect("subscribed")
        lines = {"socket by token": by_token.hear, "socket by cookie": by_cookie.hear, "stream": stream.hear}
        for line in lines.items():
            threading.Thread(target=using.hear_out, args=line, daemon=True).start()
        began = using.lose()
        using.ask_on(began)
        return {name: at - began for name, at in using.ends.items()}, using.served_after()
