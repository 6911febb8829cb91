"""A right is taken away while its owner uses everything: how soon each surface knows. A play with a real web process.

A play returns figures and judges nothing.
"""

import http.client
import io
import os
import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from batches.models import Batch, BatchItem
from batches.webhooks import services as webhooks
from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.generations.models import Generation
from designer.realtime import events
from teams.accounts.models import ApiToken, User
from teams.accounts.services import revoke_token
from teams.membership import closing as life
from teams.membership.models import Membership, Role, Team
from teams.membership.services import change_role, remove_member
from teams.sharing.services import Wish, revoke, share
from teams.sharing.tickets import ticket_of
from tests import images
from tests.batches.webhooks import receiver as receivers
from tests.batches.webhooks.conftest import carry, tell
from tests.batches.webhooks.receiver import Receiver
from tests.designer.realtime import live
from tests.designer.realtime.live import Stream, Talk
from tests.faults.kit import private_database
from tests.faults.promises import spread
from tests.faults.scene import Figures

PATIENCE = 15.0  # seconds after which a surface counts as never told
SHORT_LIVED = 2.0  # seconds from the making of a token that expires
AFTER = 0.3  # seconds in which a word too many would arrive
EVERY = 0.05  # seconds between two questions at one surface
LARGE, MANY = 8 * 2**20, 24  # bytes of an image and how many of them: an archive that takes longer than our patience
BITE, SIP = 2**18, 0.02  # bytes that its reader takes, and the seconds between
BY_TOKEN = {"socket by token", "stream", "read by token", "log", "write", "export", "archive under way"}
BY_COOKIE = {"socket by cookie", "page", "read by cookie", "thumbnail", "file"}
SHARED = {"share link", "shared picture", "guest's page", "guest's list"}
FOR_THEM = {"webhook"} | SHARED  # need no proof of theirs, but what they were in the team
LOST: dict[str, set[str]] = {
    "removed": BY_TOKEN | BY_COOKIE | FOR_THEM,
    "demoted": {"write"} | FOR_THEM,
    "suspended": BY_TOKEN | BY_COOKIE | FOR_THEM,
    "signed out": BY_COOKIE,
    "new password": BY_COOKIE,
    "token revoked": BY_TOKEN,
    "token expired": BY_TOKEN,
    "shares taken back": SHARED,
    "team archived": {"write"},
    "team deleted": BY_TOKEN | BY_COOKIE | FOR_THEM,
}


@dataclass
class Pictures:
    """What everybody's rows name: a picture with thumbnails, and a file so large that it is long on its way."""

    small: Asset = field(default_factory=lambda: _uploaded())
    large: str = field(default_factory=lambda: default_storage.save("large", ContentFile(os.urandom(LARGE))))

    def given(self, row: Generation) -> Asset:
        """The small one, as made by this."""
        return Asset.objects.create(**self._of(row), **_measures(self.small), sha256=self.small.sha256)

    def packed(self, row: Generation) -> Batch:
        """A batch whose only item made many large ones."""
        batch = Batch.objects.create(team=row.team, owner=row.owner, title="Coats", plan={})
        made = Generation.objects.create(team=row.team, owner=row.owner, brief="a coat", status="succeeded")
        BatchItem.objects.create(team=row.team, batch=batch, position=1, wish={}, generation=made, status="succeeded")
        about = {**_measures(self.small), "path": self.large, "bytes": LARGE}
        Asset.objects.bulk_create(Asset(**self._of(made), **about, sha256=f"{number:064}") for number in range(MANY))
        return batch

    def _of(self, row: Generation) -> dict[str, Any]:
        return {"team": row.team, "owner": row.owner, "kind": "generated", "generation": row}


def _uploaded() -> Asset:
    person = live.person()
    return store_upload(actor=person, team_id=None, file=io.BytesIO(images.encoded("PNG")), name="coat.png")


def _measures(asset: Asset) -> dict[str, Any]:
    return {name: getattr(asset, name) for name in ("path", "media_type", "width", "height", "bytes", "facts")}


@dataclass
class Busy:
    """Somebody who uses every surface of one generation, of its picture and of its team at once."""

    port: int
    what: str
    receiver: Receiver
    pictures: Pictures
    boss: User = field(default_factory=live.person)
    person: User = field(default_factory=live.person)
    guest: User = field(default_factory=live.person)

    def __post_init__(self) -> None:
        self.team: Team = live.team_of(self.person, role=Role.ADMIN)
        Membership.objects.create(team=self.team, user=self.boss, role=Role.OWNER)
        self.row = Generation.objects.create(team=self.team, owner=self.person, brief="a coat", status="succeeded")
        self.asset, self.batch = self.pictures.given(self.row), self.pictures.packed(self.row)
        self.channel = f"generation:{self.row.pk}"
        self.token, self.cookie = live.token_of(self.person), live.cookie_of(self.person)
        self.hook = f"/{self.person.pk}"
        webhooks.create_endpoint(
            actor=self.person, team_id=self.team.pk, url=self.receiver.url(self.hook), patterns=["*"]
        )
        wish = Wish(about=("asset", self.asset.pk))
        self.share, _ = share(actor=self.person, team_id=self.team.pk, wish=wish)
        for_guest = Wish(about=("asset", self.asset.pk), email=self.guest.email)
        self.given, _ = share(actor=self.person, team_id=self.team.pk, wish=for_guest)
        self.guests_cookie = live.cookie_of(self.guest)
        self.ticket = "=".join(ticket_of(self.share, is_open=True))  # of somebody who came in by the link
        self.ends: dict[str, float] = {}
        self.too_many: Counter[str] = Counter()
        self.broken: list[Exception] = []
        self.over = threading.Event()
        self.expires_at = time.monotonic() + SHORT_LIVED
        if self.what == "token expired":
            end = timezone.now() + timedelta(seconds=SHORT_LIVED)
            ApiToken.objects.filter(user=self.person).update(expires_at=end)

    @property
    def asked(self) -> dict[str, Callable[[], bool]]:
        """Each surface that is asked again and again, and whether it still serves."""
        api, token, cookie = "/api/generations/", {"Authorization": f"Bearer {self.token}"}, {"Cookie": self.cookie}
        picture, shown = f"/api/assets/{self.asset.pk}", f"images/{self.asset.pk}/picture?w=160"
        return {
            "read by token": lambda: self._served(f"{api}{self.row.pk}", token),
            "log": lambda: self._served(f"/api/events?channel={self.channel}", token),
            "write": lambda: self._served(f"{api}{self.row.pk}/restore", token, b"{}"),
            "export": lambda: self._served(f"/api/batch/{self.batch.pk}/results", token),
            "read by cookie": lambda: self._served(f"{api}{self.row.pk}", cookie),
            "page": lambda: self._served(f"/generations/{self.row.pk}", cookie),
            "thumbnail": lambda: self._served(f"{picture}/thumbnail?w=160", cookie),
            "file": lambda: self._served(f"{picture}/content", cookie),
            "share link": lambda: self._served(f"/s/{self.share.pk}", {"Cookie": self.ticket}),
            "shared picture": lambda: self._served(f"/s/{self.share.pk}/{shown}", {"Cookie": self.ticket}),
            "guest's page": lambda: self._served(f"/shared/{self.given.pk}", {"Cookie": self.guests_cookie}),
            "guest's list": lambda: self._served(f"/api/shared/{self.given.pk}/images", {"Cookie": self.guests_cookie}),
            "webhook": self._called,
        }

    def _called(self) -> bool:
        """Whether a fact of the team is told to the receiver that they set up."""
        before = len(self.receiver.at(self.hook))
        tell(self.team.pk)
        carry()
        return len(self.receiver.at(self.hook)) > before

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
        elif what == "shares taken back":
            for row in (self.share, self.given):
                revoke(**team, share_id=row.pk)
        elif what == "team archived":
            life.archive(**team)
        elif what == "team deleted":
            life.delete(**team, name=self.team.name)
        return self.expires_at if what == "token expired" else time.monotonic()

    def ask_on(self, began: float) -> None:
        """Until all that should have ended has, and no longer than we have patience; each surface by itself."""
        threads = [threading.Thread(target=self._ask, args=each, daemon=True) for each in self.asked.items()]
        for thread in threads:
            thread.start()
        while time.monotonic() < began + PATIENCE and not LOST[self.what] <= self.ends.keys():
            time.sleep(0.01)
        self.over.set()
        for thread in threads:
            thread.join()
        if self.broken:
            raise self.broken[0]

    def _ask(self, name: str, served: Callable[[], bool]) -> None:
        try:
            last = False
            while not last:
                last = self.over.wait(EVERY)
                if not served():
                    self.ends[name] = time.monotonic()
                    return
        except Exception as problem:  # noqa: BLE001  (told to the play, which waits for this thread)
            self.broken.append(problem)
        finally:
            connection.close()

    def take_archive(self, line: http.client.HTTPConnection) -> None:
        """Read it as over a slow line. One that comes to its end was not taken away."""
        answer = line.getresponse()
        try:
            while answer.read(BITE):
                time.sleep(SIP)
        except (http.client.IncompleteRead, OSError, ValueError, AttributeError):  # the last two: closed under us
            self.ends.setdefault("archive under way", time.monotonic())

    def served_after(self) -> int:
        """How much of what is told now still reaches those who may not hear it."""
        self.too_many.clear()
        events.record(self.channel, "generation:stage", {}, team_id=None)
        time.sleep(AFTER)
        late = sum(self.too_many[name] for name in LOST[self.what])
        return late + ("webhook" in LOST[self.what] and self._called())

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
    quiet = {"API_RATE_PER_MINUTE": "1000000", "LOG_LEVEL": "ERROR"}
    with (
        tempfile.TemporaryDirectory(prefix="rights-") as media,
        override_settings(WEBHOOK_ALLOW_HTTP=True, MEDIA_ROOT=Path(media)),
        private_database(),
        live.server(MEDIA_ROOT=media, **quiet) as port,
        receivers.listening() as receiver,
        receivers.counts_as_public(receiver.port),
    ):
        pictures = Pictures()
        for what in [*LOST] * rounds:
            using = Busy(port, what, receiver, pictures)
            ends, late = _lost(using)
            served_after += late
            for surface in BY_TOKEN | BY_COOKIE | FOR_THEM:
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
        closing(http.client.HTTPConnection("127.0.0.1", using.port, timeout=20)) as archive,
    ):
        bearer = {"Authorization": f"Bearer {using.token}"}
        archive.request("GET", f"/api/batch/{using.batch.pk}/zip", headers=bearer)
        threading.Thread(target=using.take_archive, args=(archive,), daemon=True).start()
        for talk in (by_token, by_cookie):
            talk.subscribe(using.channel)
        stream.expect("subscribed")
        lines = {"socket by token": by_token.hear, "socket by cookie": by_cookie.hear, "stream": stream.hear}
        for line in lines.items():
            threading.Thread(target=using.hear_out, args=line, daemon=True).start()
        began = using.lose()
        using.ask_on(began)
        ends = {name: at - began for name, at in using.ends.items()}
        late = using.served_after()
        with suppress(OSError):
            archive.sock.shutdown(socket.SHUT_RDWR)
        return ends, late
