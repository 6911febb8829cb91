"""Files of a share: what their names tell, and what is sent when one is missing, taken out or asked for very often."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from designer.assets.models import Asset
from designer.assets.services import store_upload, trash
from designer.sharing import limits
from teams.review.collections.services import create
from teams.review.collections.services import remove as take_out
from tests.factories import UserFactory
from tests.teams.sharing.conftest import as_, body, drawn, key_of, names_in, page_of, share, visitor

pytestmark = pytest.mark.django_db
KINDS = ("asset", "collection", "batch")
SECRET = "VOGUE ss27 rejected Ravenna"


def shared(work, kind="collection", **wish):
    return visitor(key_of(share(as_(work.editor), work, kind, rights=["download"], **wish)))


@pytest.mark.parametrize("kind", KINDS)
def test_no_title_name_of_a_file_or_of_a_collection_is_told_unless_titles_are(kind, work):
    """Also not what people called the files that they brought."""
    Asset.objects.update(title=f"{SECRET}.png")
    type(work.collection).objects.update(name=SECRET)
    type(work.batch).objects.update(title=SECRET)
    person = UserFactory()
    pk = share(as_(work.editor), work, kind, email=person.email, rights=["download"]).json()["id"]
    guest, named = shared(work, kind), page_of(person)
    image = work.image_in(kind).pk
    for client, begin in ((guest, guest.place), (named, f"/shared/{pk}")):
        for path in (begin, f"{begin}/images/{image}"):
            assert "Ravenna" not in client.get(path).content.decode(), path
        file = client.get(f"{begin}/images/{image}/download")
        assert "Ravenna" not in file["Content-Disposition"]
        assert "Ravenna" not in " ".join(names_in(client.get(f"{begin}/archive")))
    for path in ("/shared", "/api/shared", f"/api/shared/{pk}/images"):
        assert "Ravenna" not in named.get(path).content.decode(), path
    open_handed = shared(work, kind, with_briefs=True)
    assert SECRET in open_handed.get(open_handed.place).content.decode()


def test_the_form_names_the_title_that_those_outside_see(work):
    said = page_of(work.editor).get(f"/collections/{work.collection.pk}/shares").content.decode()
    assert 'name="name" value="Spring"' in said and "Title for those outside" in said
    guest = shared(work, name="Spring")
    page = guest.get(guest.place).content.decode()
    assert "<h1" in page and "Spring" in page and 'alt="Image 1 of Spring"' in page


@pytest.mark.parametrize("label", ["Vogue No. 3", "Vogue 1.5", "a.b.c"])
def test_a_name_with_a_dot_stays_whole(label, work):
    guest = shared(work, "asset", name=label)
    assert (
        f'filename="{label}.png"'
        in guest.get(f"{guest.place}/images/{work.images[0].pk}/download")["Content-Disposition"]
    )


@pytest.mark.parametrize("end", ["taken out", "trashed"])
def test_what_is_taken_out_while_an_archive_is_sent_is_not_in_it(end, work):
    """Its page of places was read before."""
    guest = shared(work)
    blocks = iter(guest.get(f"{guest.place}/archive").streaming_content)
    sent = next(blocks)
    if end == "trashed":
        trash(actor=work.editor, asset_id=work.images[2].pk)
    else:
        take_out(actor=work.editor, collection_id=work.collection.pk, assets=[work.images[2].pk])
    sent += b"".join(blocks)
    assert b"0002 Image 2.png" in sent and b"0003" not in sent


@pytest.mark.parametrize("door", ["link", "signed in", "api"])
@pytest.mark.parametrize("end", ["taken out", "trashed"])
def test_a_file_is_cut_when_its_image_is_taken_out(end, door, work, monkeypatch):
    monkeypatch.setattr("teams.base.streams.ASK_EVERY", 0)
    monkeypatch.setattr("designer.assets.packing.BLOCK", 64)
    one = work.images[0].pk
    if door == "link":
        client = shared(work)
        path = f"{client.place}/images/{one}/download"
    else:
        person = UserFactory()
        pk = share(as_(work.editor), work, "collection", email=person.email, rights=["download"]).json()["id"]
        client = page_of(person)
        path = f"/api/shared/{pk}/images/{one}/content" if door == "api" else f"/shared/{pk}/images/{one}/download"
    blocks = iter(client.get(path).streaming_content)
    next(blocks)
    if end == "trashed":
        trash(actor=work.editor, asset_id=one)
    else:
        take_out(actor=work.editor, collection_id=work.collection.pk, assets=[one])
    with pytest.raises(Exception, match="lost while"):
        list(blocks)


def lose(asset):
    Path(django_settings.MEDIA_ROOT, asset.path).unlink()


@pytest.mark.parametrize("camera", [False, True])
def test_a_missing_file_is_refused_and_listed_in_an_archive(camera, work):
    if camera:
        Asset.objects.filter(pk=work.images[0].pk).update(facts={**work.images[0].facts, "camera": {"make": "X"}})
    guest = shared(work)
    lose(work.images[0])
    assert guest.get(f"{guest.place}/images/{work.images[0].pk}/download").status_code == 409
    answer = guest.get(f"{guest.place}/archive")
    data = body(answer)
    assert b"0001 Image 1.png" in data and b"missing.txt" in data
    guest = shared(work)
    assert names_in(guest.get(f"{guest.place}/archive")) == ["0002 Image 2.png", "0003 Image 3.png", "missing.txt"]


def test_a_storage_that_is_away_is_said_and_cuts_an_archive(work, monkeypatch):
    guest = shared(work)
    person = UserFactory()
    pk = share(as_(work.editor), work, "collection", email=person.email, rights=["download"]).json()["id"]

    def away(*_):
        raise OSError("gone for the moment")

    monkeypatch.setattr("designer.assets.blobs.default_storage.open", away)
    one = work.images[0].pk
    assert guest.get(f"{guest.place}/images/{one}/download").status_code == 503
    assert page_of(person).get(f"/api/shared/{pk}/images/{one}/content").status_code == 503
    with pytest.raises(Exception, match="away for the moment"):
        body(guest.get(f"{guest.place}/archive"))


def test_the_camera_and_author_of_a_photo_stay_in_the_house(work):
    """In a file and in an archive; the picture itself is the same."""
    from designer.assets import camera

    photo = store_upload(actor=work.editor, team_id=work.team.pk, file=drawn("#223344"), name="photo.png")
    path = Path(django_settings.MEDIA_ROOT, photo.path)
    said = {"make": "Kamera-Werk", "artist": "Ada Author"}
    path.write_bytes(camera.embed(path.read_bytes(), "image/png", said))
    Asset.objects.filter(pk=photo.pk).update(facts={**photo.facts, "camera": said})
    board = create(actor=work.editor, team_id=work.team.pk, name="Photos", assets=[photo.pk])
    work.collection = board
    guest = shared(work)
    file, archive = (
        body(guest.get(f"{guest.place}/images/{photo.pk}/download")),
        body(guest.get(f"{guest.place}/archive")),
    )
    inside = body(page_of(work.editor).get(f"/api/assets/{photo.pk}/content"))
    assert b"Ada Author" in inside
    for data in (file, archive):
        assert b"Ada Author" not in data and b"Kamera" not in data and b"IDAT" in data


@pytest.mark.parametrize("what", ["look", "file", "archive"])
def test_one_visitor_who_asks_very_often_is_told_to_wait_and_shuts_out_nobody(what, work, monkeypatch):
    for name in ("LOOKS", "FILES", "ARCHIVES"):
        monkeypatch.setattr(limits, name, (3, 100, 60))
    key = key_of(share(as_(work.editor), work, "collection", rights=["download"]))
    end = {"look": "", "file": f"/images/{work.images[0].pk}/download", "archive": "/archive"}[what]

    def ask(client, place):
        answer = client.get(f"{place}{end}")
        body(answer)
        return answer.status_code

    guest = visitor(key)
    codes = [ask(guest, guest.place) for _ in range(4)]
    assert codes == [200] * 3 + [429]
    other = Client(REMOTE_ADDR="192.0.2.44")
    place = other.post("/s", {"key": key})["Location"]
    assert ask(other, place) == 200


def test_two_archives_at_a_time_and_the_next_when_one_has_ended(work):
    guest = shared(work)
    first, second = (guest.get(f"{guest.place}/archive") for _ in range(2))
    running = [iter(each.streaming_content) for each in (first, second)]
    for each in running:
        next(each)
    refused = guest.get(f"{guest.place}/archive")
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    list(running[0])
    assert guest.get(f"{guest.place}/archive").status_code == 200


def test_so_many_bytes_an_hour_go_to_one_visitor(work, monkeypatch):
    monkeypatch.setattr(limits, "BYTES", 100)
    guest = shared(work)
    path = f"{guest.place}/images/{work.images[0].pk}/download"
    assert guest.get(path).status_code == 200 and guest.get(path).status_code == 429
    assert guest.get(f"{guest.place}/archive").status_code == 429
