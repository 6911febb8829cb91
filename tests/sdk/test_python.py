"""The Python SDK against a real studio: what its README shows, its errors, its resumed channel."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from designer_bff import AsyncDesignerBFF, AuthenticationError, DesignerBFF, InvalidRequestError, NotFoundError
from PIL import Image

from teams.accounts.services import create_token
from tests import archives, images
from tests.factories import UserFactory

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("e2e"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def client(studio_url: str) -> Iterator[DesignerBFF]:
    _, key = create_token(actor=UserFactory(email=f"{uuid.uuid4().hex}@example.org"), name="sdk")
    with DesignerBFF(studio_url, key) as made:
        yield made


def test_the_readmes_example_and_the_whole_main_job(client: DesignerBFF, tmp_path: Path):
    photo = tmp_path / "swatch.png"
    photo.write_bytes(images.encoded("PNG", images.photo((120, 160))))
    reference = client.upload(photo)
    asked = client.generate("a midi wrap dress in emerald silk satin", references=[reference["id"]], n=2)
    names, numbers = [], []
    for event in client.watch(f"generation:{asked['id']}", timeout=120):
        names.append(event.name)
        numbers += [event.seq] if event.seq is not None else []
        if event.is_last:
            break
    assert names[0] == "snapshot" and names[-1] in ("generation:complete", "snapshot")
    assert numbers == sorted(numbers)
    done = client.generation(asked["id"])
    assert done["status"] == "succeeded" and len(done["assets"]) == 2
    enhanced = client.enhance(reference["id"], [{"name": "upscale", "scale": 2}])
    assert any(event.is_last for event in client.watch(f"enhancement:{enhanced['id']}", timeout=120))
    result = client.enhancement(enhanced["id"])["result"]
    with Image.open(client.download(result["id"], tmp_path / "large.png", format="png")) as picture:
        assert picture.size == (240, 320)
    facts = client.feedback(done["id"], "like")
    assert facts["moved"]
    drawn = [asset["id"] for asset in done["assets"]]
    given = client.feedback_on(drawn, "pick")
    assert [row["asset"] for row in given["feedback"]] == drawn
    undone = client.undo_feedback()
    assert undone["undoes"] == given["act"]["id"] and undone["unsaid"] == given["act"]["said"]
    assert client.undo_feedback(undone["id"])["said"] == given["act"]["said"]


def test_a_late_watcher_gets_the_end_as_its_snapshot_and_errors_are_typed(client: DesignerBFF):
    asked = client.generate("a linen skirt")
    assert any(event.is_last for event in client.watch(f"generation:{asked['id']}", timeout=120))
    first = next(iter(client.watch(f"generation:{asked['id']}", timeout=30)))
    assert (first.name, first.is_last) == ("snapshot", True)
    with pytest.raises(InvalidRequestError) as refused:
        client.generate("a coat", n=9)
    assert refused.value.status in (400, 422) and refused.value.errors[0]["field"] == "n"
    with pytest.raises(NotFoundError):
        next(iter(client.watch(f"generation:{uuid.uuid4()}", timeout=30)))


def test_a_token_that_is_no_more_ends_the_watch_at_once(client: DesignerBFF):
    with DesignerBFF(client.settings.url, "dbff_no_such_token") as stranger, pytest.raises(AuthenticationError):
        next(iter(stranger.watch("system", timeout=60)))


def test_a_portfolio_becomes_a_persona(client: DesignerBFF, tmp_path: Path):
    archive = tmp_path / "linen.zip"
    archive.write_bytes(archives.zipped({"relaxed linen dresses/1.png": archives.picture(1), "words.png": b"none"}))
    asked = client.import_portfolio(archive, title="Spring")
    assert any(event.is_last for event in client.watch(f"portfolio:{asked['id']}", timeout=120))
    done = client.portfolio(asked["id"])
    assert (done["status"], done["read"], done["refused"]) == ("partial", 1, 1)
    (made,) = client.personas_from_portfolio(asked["id"], [{"cluster": 0, "name": "Coast"}])
    assert (made["name"], made["attributes"]["fabric"], made["evidence"]) == ("Coast", ["linen"], 1)


async def test_the_async_half_does_the_same(client: DesignerBFF):
    async with AsyncDesignerBFF(client.settings.url, client.settings.token) as studio:
        asked = await studio.generate("a linen skirt")
        names = [event.name async for event in studio.watch_generation(asked["id"], timeout=120)]
        assert names[0] == "snapshot"
        made = await studio.finished_generation(asked["id"], timeout=30)
        assert made["status"] == "succeeded"
        assert [row["id"] async for row in studio.generations(page_size=1)] == [asked["id"]]
        assert [row["id"] async for row in studio.assets(generation=asked["id"])] == [made["assets"][0]["id"]]


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that lets no websocket through."""

    def refuse(*_: object) -> None:
        raise ConnectionResetError("the proxy lets no websocket through")

    for half in ("_sync", "_async"):
        monkeypatch.setattr(f"designer_bff.{half}.watch.connected", refuse)


async def test_where_websockets_are_blocked_a_stream_tells_the_same(client: DesignerBFF, no_sockets: None):
    asked = client.generate("a linen skirt", n=2)
    watch = client.watch_generation(asked["id"], timeout=120)
    told = [(event.name, event.seq, watch.connection) for event in watch]
    numbers = [seq for _, seq, _ in told if seq is not None]
    assert told[0][0] == "snapshot" and numbers == sorted(set(numbers))
    assert {connection for *_, connection in told} == {"stream"}
    team = f"team:{client.me()['teams'][0]['id']}"
    async with AsyncDesignerBFF(client.settings.url, client.settings.token) as studio:
        room = studio.watch(team, timeout=60)
        walk = aiter(room)
        assert (await anext(walk)).name == "snapshot"
        await room.add(f"generation:{asked['id']}")
        assert (await anext(walk)).channel == f"generation:{asked['id']}"
        await walk.aclose()
    with pytest.raises(NotFoundError):
        next(iter(client.watch(f"generation:{uuid.uuid4()}", timeout=30)))
    with DesignerBFF(client.settings.url, "dbff_no_such_token") as stranger, pytest.raises(AuthenticationError):
        next(iter(stranger.watch("system", timeout=60)))


async def test_two_people_see_each_other(client: DesignerBFF):
    team = client.me()["teams"][0]["id"]
    meeting = client.create_collection(team, name="Spring")["id"]
    async with AsyncDesignerBFF(client.settings.url, client.settings.token) as studio:
        mine, theirs = (studio.watch(f"collection:{meeting}", timeout=60) for _ in range(2))
        walk = aiter(mine)
        assert (await anext(walk)).name == "snapshot"
        async for event in theirs:
            if event.name == "snapshot":
                await theirs.presence(event.channel, {"zoom": 2})
                await theirs.cursor(event.channel, {"x": 1})
            elif event.name == "cursor":
                break
        seen = [await anext(walk), await anext(walk)]
        assert [(each.name, each.data["state"]) for each in seen] == [("presence", {"zoom": 2}), ("cursor", {"x": 1})]
        await walk.aclose()
