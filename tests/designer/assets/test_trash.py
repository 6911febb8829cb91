"""What is thrown away: its watchers are let go at once, its files after 30 days, and nothing else with them."""

import os
import threading
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from designer.assets import blobs, garbage, services
from designer.assets.models import Asset
from designer.jobs.scheduler import DUTIES
from designer.realtime.models import Event
from tests import images
from tests.designer.realtime.conftest import port  # noqa: F401  (a fixture)
from tests.designer.realtime.live import Talk, token_of
from tests.worlds import build_world

LONG_AGO = timedelta(days=31)


def send(client, colour: str = "red") -> Asset:
    file = SimpleUploadedFile("look.png", images.encoded("PNG", Image.new("RGB", (400, 300), colour)))
    return Asset.objects.get(pk=client.post("/api/assets", {"file": file}, format="multipart").json()["id"])


def files(root) -> set[str]:
    return {str(path.relative_to(root)) for path in Path(root).rglob("*") if path.is_file()}


def age(root, *, hours: int) -> None:
    then = (timezone.now() - timedelta(hours=hours)).timestamp()
    for path in Path(root).rglob("*"):
        os.utime(path, (then, then))


@pytest.fixture
def client(client_of):
    return client_of("editor")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["asset", "generation"])
def test_whoever_watches_an_asset_is_let_go_when_it_is_trashed(what, port, client_of):  # noqa: F811
    world = build_world()
    thing = getattr(world, what)
    asset = world.asset
    Asset.objects.filter(pk=asset.pk).update(generation=world.generation)
    owner = Client()
    owner.force_login(world.people["owner"], backend="django.contrib.auth.backends.ModelBackend")
    with Talk(port, token_of(world.people["viewer"])) as talk:
        talk.subscribe(f"asset:{asset.pk}")
        assert owner.delete(f"/api/{what}s/{thing.pk}").status_code == 204
        gone = talk.expect("unsubscribed", timeout=5)
        assert (gone["channel"], gone["code"]) == (f"asset:{asset.pk}", "access_lost")
        talk.say(type="subscribe", channel=f"asset:{asset.pk}")
        assert talk.expect("error")["code"] == "not_found"
        owner.post(f"/api/{what}s/{thing.pk}/restore")
        assert talk.subscribe(f"asset:{asset.pk}")


def test_trashing_twice_says_so_once(client):
    asset = send(client)
    for _ in range(2):
        assert client.delete(f"/api/assets/{asset.pk}").status_code == 204
    assert Event.objects.filter(channel=f"asset:{asset.pk}", event="asset:trashed").count() == 1


def test_after_thirty_days_in_the_trash_row_and_files_are_gone(client, settings):
    old, young, kept = send(client, "red"), send(client, "green"), send(client, "blue")
    Asset.objects.filter(pk=old.pk).update(trashed_at=timezone.now() - LONG_AGO)
    Asset.objects.filter(pk=young.pk).update(trashed_at=timezone.now() - timedelta(days=29))
    assert garbage.purge() == 1
    assert set(Asset.objects.values_list("pk", flat=True)) == {young.pk, kept.pk}
    left = files(settings.MEDIA_ROOT)
    assert not [name for name in left if name.startswith(old.path)]
    assert {young.path, kept.path} <= left
    assert garbage.purge() == 0


def test_a_file_that_another_asset_names_outlives_the_purge(client, settings):
    first, second = send(client), send(client)
    assert first.path == second.path
    before = files(settings.MEDIA_ROOT)
    Asset.objects.filter(pk=first.pk).update(trashed_at=timezone.now() - LONG_AGO)
    assert garbage.purge() == 1
    assert files(settings.MEDIA_ROOT) == before


def test_a_purge_that_is_out_of_time_goes_on_at_its_next_turn(client):
    for colour in ("red", "green", "blue"):
        send(client, colour)
    Asset.objects.update(trashed_at=timezone.now() - LONG_AGO)
    assert [garbage.purge(budget=0) for _ in range(4)] == [1, 1, 1, 0]


def test_files_that_no_row_names_are_swept_after_a_day(client, settings):
    named, lone = send(client, "red"), send(client, "green")
    Asset.objects.filter(pk=lone.pk).delete()
    age(settings.MEDIA_ROOT, hours=23)
    assert garbage.sweep_orphans() == 0
    age(settings.MEDIA_ROOT, hours=25)
    assert garbage.sweep_orphans() == 1
    left = files(settings.MEDIA_ROOT)
    assert left and all(name.startswith(named.path) for name in left)


def test_what_a_dead_writer_left_is_swept_and_what_is_not_ours_stays(db, settings):
    ours = f"{uuid4()}/ab/.part-x1y2z3"
    foreign = [f"{uuid4()}/ab/notes.txt", "backup/ab/" + "a" * 64 + ".png", "readme.png"]
    for name in (ours, *foreign):
        default_storage.save(name, ContentFile(b"x"))
    age(settings.MEDIA_ROOT, hours=48)
    assert garbage.sweep_orphans() == 1
    assert files(settings.MEDIA_ROOT) == set(foreign)


def test_a_sweep_that_is_out_of_time_goes_on_where_it_stopped(client, settings):
    for colour in ("red", "green", "blue"):
        send(client, colour)
    Asset.objects.all().delete()
    age(settings.MEDIA_ROOT, hours=48)
    assert [garbage.sweep_orphans(budget=0) for _ in range(4)] == [1, 1, 1, 0]
    assert files(settings.MEDIA_ROOT) == set()


def test_with_nothing_stored_there_is_nothing_to_sweep(db):
    assert (garbage.sweep_orphans(), garbage.purge()) == (0, 0)


def test_a_file_taken_away_before_its_row_came_is_written_again(member, team, settings):
    actor = member("editor")
    made = services.prepare_result(team_id=team.pk, data=images.encoded("PNG"))
    assert blobs.delete_blob(made.path)
    with transaction.atomic():
        asset = services.store_prepared(made, owner_id=actor.pk, kind="generated", title="Coat")
    assert services.read_bytes(asset) == made.picture.data
    assert len(files(settings.MEDIA_ROOT)) == 1 + len(made.picture.thumbnails)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_a_row_is_about_to_name_is_not_deleted(member, team, settings):
    actor, seen = member("editor"), []
    made = services.prepare_result(team_id=team.pk, data=images.encoded("PNG"))

    def sweep() -> None:
        seen.append(blobs.delete_blob(made.path))
        connection.close()

    with transaction.atomic():
        services.store_prepared(made, owner_id=actor.pk, kind="generated", title="Coat")
        other = threading.Thread(target=sweep)
        other.start()
        other.join()
    assert seen == [False]
    assert made.path in files(settings.MEDIA_ROOT)


def test_both_duties_are_the_schedulers():
    assert {"designer.assets.garbage.purge", "designer.assets.garbage.sweep_orphans"} <= set(DUTIES)


TITLES = [
    ("Coat w/ hood / lined", "Coat w/ hood / lined"),
    ("two\nlines\ttab", "two lines tab"),
    ("e\u0301", "é"),
    ("x" * 300, "x" * 200),
]


@pytest.mark.parametrize(("title", "shown"), TITLES)
def test_a_title_from_a_brief_stays_as_it_was_meant(title, shown, member, team):
    actor = member("editor")
    made = services.prepare_result(team_id=team.pk, data=images.encoded("PNG"))
    assert services.store_prepared(made, owner_id=actor.pk, kind="generated", title=title).title == shown
