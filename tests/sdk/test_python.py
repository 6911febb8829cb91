"""The Python SDK against a real studio: what its README shows, its errors, its resumed channel."""

import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from teams.accounts.services import create_token
from tests import archives, images
from tests.factories import UserFactory
from tests.stack import ROOT, studio

sys.path.insert(0, str(ROOT / "sdk" / "python"))
from designer_bff import ApiError, DesignerBFF
from designer_bff.live import _heard, _Place, _Refused
from websockets.exceptions import WebSocketException

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("e2e"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def client(transactional_db: None, tmp_path: Path) -> Iterator[DesignerBFF]:
    _, key = create_token(actor=UserFactory(email=f"{uuid.uuid4().hex}@example.org"), name="sdk")
    with studio(tmp_path) as url, DesignerBFF(url, key) as made:
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
    with pytest.raises(ApiError) as refused:
        client.generate("a coat", n=9)
    assert refused.value.status in (400, 422) and refused.value.errors[0]["field"] == "n"
    with pytest.raises(PermissionError):
        next(iter(client.watch(f"generation:{uuid.uuid4()}", timeout=30)))


def line(*messages: dict, place: _Place) -> list[tuple[str, int | None]]:
    return [(event.name, event.seq) for message in messages for event in _heard(message, place)]


def test_after_a_resync_the_numbers_begin_anew():
    place = _Place(None)
    first = {"type": "subscribed", "seq": 7, "epoch": "a", "snapshot": {}}
    assert line(first, {"type": "event", "event": "x", "seq": 8}, place=place) == [("snapshot", 7), ("x", 8)]
    again = {"type": "subscribed", "seq": 1, "epoch": "b", "snapshot": {}}
    heard = line({"type": "resync", "reason": "epoch"}, again, {"type": "event", "event": "y", "seq": 2}, place=place)
    assert (heard, place.epoch) == ([("snapshot", 1), ("y", 2)], "b")


def test_passing_trouble_is_tried_again_and_a_refusal_is_not():
    with pytest.raises(WebSocketException):
        line({"type": "error", "code": "unavailable"}, place=_Place(1))
    with pytest.raises(_Refused):
        line({"type": "error", "code": "not_found", "message": "There is no such channel."}, place=_Place(1))


def test_a_token_that_is_no_more_ends_the_watch_at_once(client: DesignerBFF):
    asked = client.generate("a linen skirt")
    client.token = "dbff_no_such_token"
    with pytest.raises(PermissionError):
        next(iter(client.watch(f"generation:{asked['id']}", timeout=60)))


def test_a_portfolio_becomes_a_persona(client: DesignerBFF, tmp_path: Path):
    archive = tmp_path / "linen.zip"
    archive.write_bytes(archives.zipped({"relaxed linen dresses/1.png": archives.picture(1), "words.png": b"none"}))
    asked = client.import_portfolio(archive, title="Spring")
    assert any(event.is_last for event in client.watch(f"portfolio:{asked['id']}", timeout=120))
    done = client.portfolio(asked["id"])
    assert (done["status"], done["read"], done["refused"]) == ("partial", 1, 1)
    (made,) = client.personas_from_portfolio(asked["id"], [{"cluster": 0, "name": "Coast"}])
    assert (made["name"], made["attributes"]["fabric"], made["evidence"]) == ("Coast", ["linen"], 1)
