"""All that a team has, taken away: for owners, whole, proved by its manifest, in little memory, one at a time."""

import hashlib
import io
import json
import tracemalloc
import zipfile

import pytest

from teams.base.archives import Archive
from teams.membership import closing, exporting
from tests.worlds import SECRET, build_world

pytestmark = pytest.mark.django_db
WANTED = (
    "generations", "assets", "feedback", "personas", "collections", "comments", "approvals", "ledger", "audit",
    "members",
)  # fmt: skip


@pytest.fixture
def world():
    return build_world()


def client_for(client_of, person):
    client = client_of("stranger")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def taken(client, team, path="/api/teams/{}/export"):
    answer = client.get(path.format(team.pk))
    assert answer.status_code == 200, answer.content
    return zipfile.ZipFile(io.BytesIO(answer.getvalue()))


def lines(archive, name):
    return [json.loads(line) for line in archive.read(f"data/{name}.jsonl").splitlines()]


@pytest.mark.parametrize("path", ["/api/teams/{}/export", "/teams/{}/export"])
def test_everything_is_in_it_and_its_manifest_proves_it(path, world, client_of):
    archive = taken(client_for(client_of, world.people["owner"]), world.team, path)
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    names = {entry["name"] for entry in manifest["entries"]}
    assert names | {"manifest.json"} == set(archive.namelist())
    assert {f"data/{name}.jsonl" for name in WANTED} <= names
    for entry in manifest["entries"]:
        data = archive.read(entry["name"])
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (entry["sha256"], entry["bytes"])
    (asset,) = lines(archive, "assets")
    assert f"files/{asset['sha256']}.png" in names
    assert hashlib.sha256(archive.read(f"files/{asset['sha256']}.png")).hexdigest() == asset["sha256"]
    assert {row["email"] for row in lines(archive, "members")} == {
        world.people[role].email for role in ("owner", "admin", "editor", "viewer")
    }
    assert SECRET in lines(archive, "comments")[0]["text"]


def test_it_holds_no_secret_and_nothing_of_others(world, client_of):
    other = build_world()
    archive = taken(client_for(client_of, world.people["owner"]), world.team)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert str(other.team.pk).encode() not in whole
    assert world.invitation.digest.encode() not in whole
    assert all("secret" not in row for row in lines(archive, "webhook_endpoints"))


@pytest.mark.parametrize(("role", "status"), [("admin", 403), ("editor", 403), ("viewer", 403), ("stranger", 404)])
def test_owners_only(role, status, world, client_of):
    assert client_for(client_of, world.people[role]).get(f"/api/teams/{world.team.pk}/export").status_code == status


def test_a_second_one_is_refused_while_the_first_is_sent(world, client_of):
    owner = client_for(client_of, world.people["owner"])
    first = owner.get(f"/api/teams/{world.team.pk}/export")
    second = owner.get(f"/api/teams/{world.team.pk}/export")
    assert (second.status_code, second.json()["code"]) == (409, "export_running")
    assert zipfile.ZipFile(io.BytesIO(first.getvalue())).testzip() is None
    assert owner.get(f"/api/teams/{world.team.pk}/export").status_code == 200


def test_an_owner_exports_also_what_is_archived_or_about_to_go(world, client_of):
    owner = world.people["owner"]
    client = client_for(client_of, owner)
    closing.archive(actor=owner, team_id=world.team.pk)
    assert taken(client, world.team).testzip() is None
    closing.delete(actor=owner, team_id=world.team.pk, name=world.team.name)
    assert len(lines(taken(client, world.team), "members")) == 4


def test_its_memory_does_not_grow_with_what_it_holds():
    def peak(entries):
        tracemalloc.start()
        archive = Archive()
        for number in range(entries):
            for _ in archive.entry(f"files/{number:08}.png", [b"x" * 100]):
                pass
        for _ in archive.end():
            pass
        archive.close()
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(20_000) < peak(200) + 400_000


def test_large_sizes_are_written_whole(monkeypatch):
    """Offsets and sizes are of 64 bits in every entry, so that no size is a special case."""
    archive, out = Archive(), io.BytesIO()
    for name, blocks, packed in (("a.txt", [b"linen"] * 3, True), ("ä/ö.bin", [bytes(range(256))] * 9, False)):
        for block in archive.entry(name, blocks, packed=packed):
            out.write(block)
    for block in archive.end():
        out.write(block)
    with zipfile.ZipFile(out) as read:
        assert read.testzip() is None
        assert read.read("ä/ö.bin") == bytes(range(256)) * 9
        assert read.read("a.txt") == b"linen" * 3


def test_rows_come_in_parts_and_each_once(world, monkeypatch, client_of):
    monkeypatch.setattr(exporting, "CHUNK", 1)
    archive = taken(client_for(client_of, world.people["owner"]), world.team)
    ids = [row["id"] for row in lines(archive, "audit")]
    assert len(ids) == len(set(ids)) > 2
