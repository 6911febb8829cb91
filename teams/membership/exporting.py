"""All that a team has, to take away: a ZIP with a file of JSON lines for each kind of thing, every picture once, and a
manifest with the SHA-256 of each. Streamed and never gathered: it takes the memory of a few hundred rows.

It is no snapshot: what changes while it is sent is in it as it was when its turn came. Who needs one archives the team
first.
"""

import json
import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any, Final
from uuid import UUID

import redis
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Exists, OuterRef
from django.utils import timezone

from teams.accounts.models import User
from teams.audit import services as audit
from teams.audit.models import AuditEntry
from teams.base.archives import BLOCK, Archive
from teams.base.errors import Conflict, Refused
from teams.base.limits import link
from teams.membership.belongings import Kind, kinds
from teams.membership.closing import owned
from teams.membership.models import Membership, Team, TeamAvatar

CHUNK: Final = 500  # rows read at a time
HELD_FOR: Final = 60  # seconds for which nobody else exports; renewed while it is sent
NAMES: Final = {
    "team_collections": "collections",
    "team_collection_items": "collection_items",
    "team_comments": "comments",
    "team_approvals": "approvals",
    "ledger_entries": "ledger",
    "team_invitations": "invitations",
}
# How the studio works, and not what the team made; the figures are worked out of what is here
OWN: Final = """
alerts events job_attempts job_queue ledger_reservations notifications queue_weights team_avatars team_members
teams_teamgroupobjectpermission teams_teamuserobjectpermission webhook_attempts webhook_deliveries
"""
MACHINERY: Final = frozenset(OWN.split())
SECRET: Final = frozenset({"secret", "old_secret", "digest"})
FILED: Final = frozenset({"path", "sha256", "media_type"})  # columns of a row that stands for a file


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
        taken = link().set(_key(team_id), token, nx=True, ex=HELD_FOR)
    except redis.RedisError as away:
        raise Refused("unavailable", "Exports cannot be counted now.", remedy="Try again.", status=503) from away
    if not taken:
        message = "An export of this team is being sent already."
        raise Conflict("export_running", message, remedy="Wait for it, or end it and try again in a minute.")
    return token


class _Hold:
    """Keeps others from exporting while this one is sent."""

    def __init__(self, team_id: UUID, token: str) -> None:
        self.key, self.token, self.at = _key(team_id), token, time.monotonic()

    def renew(self) -> None:
        if time.monotonic() > self.at + HELD_FOR / 6:
            self.at = time.monotonic()
            link().set(self.key, self.token, ex=HELD_FOR)

    def end(self) -> None:
        try:
            if link().get(self.key) in (self.token, self.token.encode()):
                link().delete(self.key)
        except redis.RedisError:
            return  # it ends by itself


def _blocks(team: Team, token: str) -> Iterator[bytes]:
    hold, archive = _Hold(team.pk, token), Archive()
    with tempfile.TemporaryFile("w+") as lines:
        try:
            for block in _whole(team, archive, lines):
                hold.renew()
                yield block
        finally:
            archive.close()
            hold.end()


def _whole(team: Team, archive: Archive, lines: IO[str]) -> Iterator[bytes]:
    taken_at = timezone.now()
    yield from _put(archive, lines, "team.json", iter([_json(_facts(team)) + b"\n"]), packed=True)
    for name, rows in _tables(team):
        yield from _put(archive, lines, f"data/{name}.jsonl", (_json(row) + b"\n" for row in rows), packed=True)
    avatar = TeamAvatar.objects.filter(team=team).first()
    if avatar is not None:
        yield from _put(archive, lines, "avatar.webp", iter([bytes(avatar.data)]))
    for path, sha256 in _files(team):
        yield from _put(archive, lines, f"files/{sha256}{PurePosixPath(path).suffix}", _read(path))
    yield from archive.entry("manifest.json", _manifest(team, taken_at.isoformat(), lines), packed=True)
    yield from archive.end()


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


def _facts(team: Team) -> dict[str, Any]:
    names = ("id", "name", "slug", "settings", "created_at", "archived_at", "ends_at")
    return {name: getattr(team, name) for name in names}


def _tables(team: Team) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    yield "members", _members(team)
    yield "audit", _rows(Kind(AuditEntry, "team_id"), team, secret=frozenset())
    for kind in kinds():
        derived = kind.table in MACHINERY or kind.table.startswith("analytics_")
        if not derived:
            yield NAMES.get(kind.table, kind.table), _rows(kind, team)


def _members(team: Team) -> Iterator[dict[str, Any]]:
    for row in Membership.every.filter(team=team).select_related("user").order_by("pk").iterator(CHUNK):
        about = {"user": row.user_id, "name": row.user.shown_name, "email": row.user.email}
        yield {**about, "role": row.role, "joined_at": row.created_at}


def _rows(kind: Kind, team: Team, secret: frozenset[str] = SECRET) -> Iterator[dict[str, Any]]:
    """Every row as its columns, but for secrets, in the order of the keys: none is read twice or left out."""
    fields = [field for field in kind.model._meta.concrete_fields if not isinstance(field, BinaryField)]
    names = [field.attname for field in fields if field.attname not in secret]
    rows = kind.of(team.pk).order_by("pk")
    found = list(rows.values(*names, "pk")[:CHUNK])
    while found:
        last = found[-1]["pk"]
        for row in found:
            row.pop("pk")
            yield row
        found = list(rows.filter(pk__gt=last).values(*names, "pk")[:CHUNK])


def _files(team: Team) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of each file once, also where several rows stand for it."""
    for kind in kinds():
        if not FILED.issubset({field.attname for field in kind.model._meta.concrete_fields}):
            continue
        same = kind.of(team.pk).filter(path=OuterRef("path"), pk__lt=OuterRef("pk"))
        rows = kind.of(team.pk).filter(~Exists(same)).order_by("pk")
        found = list(rows.values_list("pk", "path", "sha256")[:CHUNK])
        while found:
            yield from ((path, sha256) for _, path, sha256 in found)
            found = list(rows.filter(pk__gt=found[-1][0]).values_list("pk", "path", "sha256")[:CHUNK])


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
