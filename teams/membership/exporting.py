"""All that a team has, to take away: a ZIP with a file of JSON lines for each kind of thing, every picture once, and a
manifest with the SHA-256 of each. Streamed and never gathered: it takes the memory of a few hundred rows.

The rows are those of one moment, however long it takes to send them: they are read ahead of whoever takes them, so that
the moment need not be held on to. Pictures follow, which never change; one that was deleted for good by then is empty.
"""

import json
import secrets
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import PurePosixPath
from typing import IO, Any, Final
from uuid import UUID

import redis
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Q, QuerySet
from django.utils import timezone

from teams.accounts.models import User
from teams.audit import services as audit
from teams.audit.models import AuditEntry
from teams.base.ahead import ahead
from teams.base.archives import BLOCK, Archive
from teams.base.errors import Conflict, Refused
from teams.base.limits import link
from teams.base.snapshots import Snapshot, snapshot
from teams.base.streams import RightLost
from teams.membership.belongings import Kind, kinds
from teams.membership.closing import owned
from teams.membership.deeds import noted
from teams.membership.models import Invitation, Membership, Team, TeamAvatar

Rows = QuerySet[Any]
HELD_FOR: Final = 120  # seconds for which nobody else exports; renewed while it is sent
AT_FIRST: Final = 15  # of one that nobody may ever begin to read
RENEW: Final = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""
END: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
NAMES: Final = {
    "team_collections": "collections",
    "team_collection_items": "collection_items",
    "team_comments": "comments",
    "team_approvals": "approvals",
    "ledger_entries": "ledger",
    "team_invitations": "invitations",
    "team_shares": "shares",
}
# How the studio works, and not what the team made; the figures are worked out of what is here
OWN: Final = """
alerts events job_attempts job_queue ledger_reservations notifications queue_weights team_avatars team_members
teams_teamgroupobjectpermission teams_teamuserobjectpermission webhook_attempts webhook_deliveries
"""
# Who wants to see nothing of a share, or no reports of a team, is told to nobody
UNTOLD: Final = frozenset({"team_shares_declined", "report_stops"})
MACHINERY: Final = frozenset(OWN.split()) | UNTOLD
# Columns, or those of one table: with whose account an address was met when something was shared with it
SECRET: Final = frozenset({"secret", "old_secret", "digest", "password", "team_shares.user_id"})
FILED: Final = frozenset({"path", "sha256", "media_type"})  # columns of a row that stands for a file


# Of which rows of a table even its owners learn nothing, or nothing any more; other floors file theirs with `only`.
ONLY: Final[dict[str, Callable[[Rows], Rows]]] = {}


def only(table: str, which: Callable[[Rows], Rows]) -> None:
    """Of this table only those rows are taken away."""
    ONLY[table] = which


# whoever did not come is no business of the team any more: their address is forgotten soon
only("team_invitations", lambda rows: rows.filter(Q(accepted_at__isnull=False) | Q(pk__in=Invitation.objects.open())))


@noted("export")
def begin(*, actor: User, team_id: UUID) -> tuple[Team, Iterator[bytes]]:
    """The team and its archive, block by block. Raises Missing, Forbidden, Conflict while another export of it runs,
    Refused (503) where that cannot be told."""
    team = owned(actor, team_id)
    token = _take(team_id)
    audit.write(actor, "team.exported", f"team:{team.pk}", {}, team.pk)
    return team, _blocks(team, token)


def _key(team_id: UUID) -> str:
    return f"export:{team_id}"


def _take(team_id: UUID) -> str:
    token = secrets.token_hex(8)
    try:
        taken = link().set(_key(team_id), token, nx=True, ex=AT_FIRST)
    except redis.RedisError as away:
        raise Refused("unavailable", "Exports cannot be counted now.", remedy="Try again.", status=503) from away
    if not taken:
        message = "An export of this team is being sent already."
        raise Conflict("export_running", message, remedy="Wait for it, or end it and try again in two minutes.")
    return token


class _Hold:
    """Keeps others from exporting while this one is sent."""

    def __init__(self, team_id: UUID, token: str) -> None:
        self.key, self.token, self.at = _key(team_id), token, float("-inf")

    def renew(self) -> None:
        """Raises RightLost where this one was read so slowly that another was begun."""
        if time.monotonic() > self.at + HELD_FOR / 6:
            self.at = time.monotonic()
            if not link().eval(RENEW, 1, self.key, self.token, str(HELD_FOR)):
                raise RightLost("Another export of this team was begun meanwhile.")

    def end(self) -> None:
        try:
            link().eval(END, 1, self.key, self.token)
        except redis.RedisError:
            return  # it ends by itself


def _blocks(team: Team, token: str) -> Iterator[bytes]:
    hold, archive = _Hold(team.pk, token), Archive()
    with tempfile.TemporaryFile("w+") as lines, tempfile.TemporaryFile("w+") as files:
        try:
            for block in _whole(team, archive, lines, files):
                hold.renew()
                yield block
        finally:
            archive.close()
            hold.end()


def _whole(team: Team, archive: Archive, lines: IO[str], files: IO[str]) -> Iterator[bytes]:
    taken_at = timezone.now()
    yield from ahead(_of_one_moment(team, archive, lines, files))
    files.seek(0)
    for line in files:
        path, sha256 = json.loads(line)
        yield from _put(archive, lines, f"files/{sha256}{PurePosixPath(path).suffix}", _read(path))
    yield from archive.entry("manifest.json", _manifest(team, taken_at.isoformat(), lines), packed=True)
    yield from archive.end()


def _of_one_moment(team: Team, archive: Archive, lines: IO[str], files: IO[str]) -> Generator[bytes, None, None]:
    """Every row; which pictures there are is written into `files`."""
    with snapshot() as at:
        for name, rows in _tables(at, team):
            yield from _put(archive, lines, name, (_json(row) + b"\n" for row in rows), packed=True)
        for (data,) in at.rows(TeamAvatar.objects.filter(team=team), "data"):
            yield from _put(archive, lines, "avatar.webp", iter([bytes(data)]))
        for kind in kinds():
            if FILED.issubset({field.attname for field in kind.model._meta.concrete_fields}):
                for pair in at.rows(kind.of(team.pk).order_by().distinct(), "path", "sha256"):
                    files.write(json.dumps(pair) + "\n")


def _put(
    archive: Archive, lines: IO[str], name: str, blocks: Iterator[bytes], *, packed: bool = False
) -> Iterator[bytes]:
    yield from archive.entry(name, blocks, packed=packed)
    told = {"name": name, "sha256": archive.last.sha256, "bytes": archive.last.size}
    lines.write(json.dumps(told) + "\n")


def _read(path: str) -> Iterator[bytes]:
    """Nothing where it has gone: its SHA-256 in the manifest is not that in its name then, which tells."""
    if not default_storage.exists(path):
        return
    with default_storage.open(path) as file:
        while block := file.read(BLOCK):
            yield block


def _manifest(team: Team, taken_at: str, lines: IO[str]) -> Iterator[bytes]:
    head = {"format": "designer-team-export/1", "team": str(team.pk), "taken_at": taken_at}
    yield _json(head)[:-1] + b', "entries": ['
    lines.seek(0)
    for number, line in enumerate(lines):
        yield (b",\n" if number else b"\n") + line.strip().encode()
    yield b"\n]}\n"


def _tables(at: Snapshot, team: Team) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    yield "team.json", _facts(at, team)
    yield "data/members.jsonl", _members(at, team)
    audit_log = Kind(AuditEntry, "team_id")
    yield "data/audit.jsonl", _rows(at, audit_log, audit_log.of(team.pk).order_by("pk"), secret=frozenset())
    for kind in exported():
        rows = kind.of(team.pk).order_by()
        shown = ONLY[kind.table](rows) if kind.table in ONLY else rows
        yield f"data/{NAMES.get(kind.table, kind.table)}.jsonl", _rows(at, kind, shown)


def exported() -> list[Kind]:
    """What the team made."""
    return [kind for kind in kinds() if kind.table not in MACHINERY and not kind.table.startswith("analytics_")]


def _facts(at: Snapshot, team: Team) -> Iterator[dict[str, Any]]:
    names = ("id", "name", "slug", "settings", "created_at", "archived_at", "ends_at")
    return (dict(zip(names, row, strict=True)) for row in at.rows(Team.objects.filter(pk=team.pk), *names))


def _members(at: Snapshot, team: Team) -> Iterator[dict[str, Any]]:
    asked = Membership.every.filter(team=team).order_by("pk")
    for user, name, email, role, joined_at in at.rows(asked, "user", "user__name", "user__email", "role", "created_at"):
        shown = User(name=name, email=email).shown_name
        yield {"user": user, "name": shown, "email": email, "role": role, "joined_at": joined_at}


def columns(kind: Kind, secret: frozenset[str] = SECRET) -> list[str]:
    """What of a row is taken away: all but secrets."""
    fields = [field for field in kind.model._meta.concrete_fields if not isinstance(field, BinaryField)]
    return [field.attname for field in fields if secret.isdisjoint({field.attname, f"{kind.table}.{field.attname}"})]


def _rows(at: Snapshot, kind: Kind, rows: Rows, secret: frozenset[str] = SECRET) -> Iterator[dict[str, Any]]:
    names = columns(kind, secret)
    return (dict(zip(names, row, strict=True)) for row in at.rows(rows, *names))


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
