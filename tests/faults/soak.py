"""A day of clients that come and go, in minutes: what the web process holds afterwards. A play with a real server.

A play returns figures and judges nothing. The clock is compressed by making what was told older.
"""

import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from designer.realtime import events, log
from designer.realtime.limits import MAX_SOCKETS
from designer.realtime.models import ChannelHead, Event
from tests.benchmarks.crowds import Wish, memory_of, teams
from tests.designer.realtime import live
from tests.faults.kit import private_database, until
from tests.faults.scene import Figures

HOUR = timedelta(hours=1)
WARM = 4  # hours until the process has all that it ever needs
HEARD = 5  # events in each hour and channel


async def visit(port: int, wish: Wish, meeting: str, number: int) -> None:
    """Come, watch, be seen, hear something, and go: every second one without a word."""
    channel, token = wish
    credentials = {"Authorization": f"Bearer {token}"}
    async with connect(f"ws://127.0.0.1:{port}/ws/", additional_headers=credentials, proxy=None) as line:
        for name in (channel, meeting, "system", f"team:{token[-8:]}"):
            await line.send(json.dumps({"type": "subscribe", "channel": name}))
        await line.send(json.dumps({"type": "presence", "channel": meeting, "state": {"zoom": number}}))
        await hear(line, channel)
        if number % 2:
            line.transport.abort()


async def hear(line: ClientConnection, channel: str) -> None:
    heard = 0
    with suppress(ConnectionClosed):
        async with asyncio.timeout(20):
            while heard < HEARD:
                message = json.loads(await line.recv())
                heard += message["type"] == "event" and message["channel"] == channel


async def hour(port: int, wishes: list[Wish], meetings: dict[str, str]) -> None:
    visits = [asyncio.create_task(visit(port, wish, meetings[wish[0]], number)) for number, wish in enumerate(wishes)]
    telling = True

    async def tell() -> None:
        while telling:
            await asyncio.to_thread(told, list(meetings))
            await asyncio.sleep(0.2)

    teller = asyncio.create_task(tell())
    await asyncio.gather(*visits)
    telling = False
    await teller


def told(channels: list[str]) -> None:
    try:
        with transaction.atomic():
            for channel in channels:
                events.record(channel, "generation:stage", {"text": "x" * 1000}, team_id=None)
    finally:
        connection.close()


def groups_heard(pid: int) -> int:
    """To how much the process itself is subscribed, by its own connections: other servers of this run hear too."""
    with suppress(FileNotFoundError):  # a file that was closed meanwhile
        mine = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        lines = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
        ports = {int(line[1].rpartition(":")[2], 16) for line in lines if f"socket:[{line[9]}]" in mine}
        with redis.Redis.from_url(settings.REDIS_URL) as link:
            return sum(int(one["sub"]) for one in link.client_list() if int(one["addr"].rpartition(":")[2]) in ports)
    return groups_heard(pid)


def held(pid: int) -> dict[str, Any]:
    """What the server's process holds, seen from outside."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        (conns,) = cursor.fetchone()
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return {
        "kB": memory_of(pid),
        "files": files,
        "groups_heard": groups_heard(pid),
        "database": conns,
        "events": Event.objects.count(),
    }


def a_day(*, hours: int, clients: int, channels: int) -> Figures:
    """So many hours (more than the warm-up), in each of which so many come, watch and go; what is a day old goes."""
    with private_database(), teams(channels, min(MAX_SOCKETS, clients // channels)) as (made, wishes):
        boss = live.person()
        meetings = {f"team:{team.pk}": live.meeting_of(team, boss) for team in made}
        with live.serving() as (port, process):
            hours_held = []
            for _ in range(hours):
                asyncio.run(hour(port, wishes, meetings))
                Event.objects.update(created_at=F("created_at") - HOUR)
                log.prune_now()
                until(lambda: live.measured(port, "designer_live_readers") == 0, 10)
                until(lambda: groups_heard(process.pid) == 0, 10)  # the ear hangs up a moment after the last socket
                hours_held.append(held(process.pid))
        Event.objects.update(created_at=F("created_at") - 25 * HOUR)
        log.prune_now()
        heads = ChannelHead.objects.filter(channel__in=meetings)
        visits = hours * len(wishes)
        warm, last = hours_held[WARM - 1], hours_held[-1]
        grown = (last["kB"] - warm["kB"]) / (visits - WARM * len(wishes)) * 1000
        return {
            "play": "soak",
            "hours": hours,
            "visits": visits,
            "after_the_warm_up": warm,
            "at_the_end": last,
            "kB_grown_for_each_1000_visits": round(grown, 1),
            "events_at_most": max(one["events"] for one in hours_held),
            "events_told": sum(heads.values_list("seq", flat=True)),
            "events_a_day_later": Event.objects.count(),
        }
