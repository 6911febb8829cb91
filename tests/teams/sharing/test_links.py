"""A link opens one thing to whoever has it, as long as it stands, and nothing beside it."""

import io
import json
import logging
from uuid import uuid4

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.utils import timezone

from designer.assets.services import restore, trash
from designer.web.logs import formatter
from teams.audit.models import AuditEntry
from teams.membership.invitations import invite
from teams.membership.models import Membership
from teams.membership.services import change_role, remove_member, set_share_links
from teams.review.collections.services import remove as take_out
from teams.review.collections.services import trash as trash_collection
from teams.sharing import entering
from teams.sharing.models import Share
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.teams.sharing.conftest import BRIEF, as_, body, key_of, names_in, page_of, share, visitor
from tests.teams.sharing.conftest import over as ended

pytestmark = pytest.mark.django_db
KINDS = ("asset", "collection", "batch")


def told(answer):
    """What may be compared of an answer: status and page, without the form's token."""
    text = answer.content.decode()
    token = text.partition('name="csrfmiddlewaretoken" value="')[2][:64]
    return answer.status_code, text.replace(token, "") if token else text


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_shows_the_thing_and_its_images_to_somebody_without_account(kind, work):
    guest = visitor(key_of(share(as_(work.editor), work, kind)))
    page = guest.get(guest.place)
    assert page.status_code == 200
    image = f"{guest.place}/images/{work.image_in(kind).pk}"
    assert f"{image}/picture" in page.content.decode()
    shown = guest.get(f"{image}/picture?w=320")
    assert shown.status_code == 200 and shown["Content-Type"] == "image/webp" and shown.content[:4] == b"RIFF"
    assert guest.get(image).status_code == 200
    assert guest.get(f"{image}/picture?w=321").status_code == 400


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_told_of_briefs_people_costs_and_the_team_unless_it_is_ticked(kind, work):
    guest = visitor(key_of(share(as_(work.editor), work, kind)))
    image = f"{guest.place}/images/{work.image_in(kind).pk}"
    for path in (guest.place, image):
        said = guest.get(path).content.decode()
        for secret in ("chartreuse", "Edith", "Olga", work.editor.email, work.team.name, str(work.team.pk), "$"):
            assert secret not in said, (path, secret)
    open_handed = visitor(key_of(share(as_(work.editor), work, kind, with_briefs=True, with_names=True)))
    said = open_handed.get(open_handed.place).content.decode()
    assert "Edith Editor" in said and (BRIEF in said) is (kind == "batch")


def test_every_answer_of_a_link_is_strict(work):
    guest = visitor(key_of(share(as_(work.editor), work, "collection", rights=["download"])))
    image = f"{guest.place}/images/{work.images[0].pk}"
    paths = [
        "/s",
        guest.place,
        image,
        f"{image}/picture",
        f"{image}/download",
        f"{guest.place}/archive",
        "/s/" + str(uuid4()),
    ]
    for path in paths:
        answer = guest.get(path)
        assert answer["Cache-Control"] == "no-store", path
        assert "noindex" in answer["X-Robots-Tag"] and answer["Referrer-Policy"] == "same-origin", path
        assert answer["X-Content-Type-Options"] == "nosniff", path
    member = page_of(work.editor)  # what no view answers is no less strict
    nowhere = (member.get(f"/shared/{uuid4()}"), member.get(f"/shared/{uuid4()}/archive"), guest.put("/s"))
    forged = Client(enforce_csrf_checks=True).post("/s", {"key": "x"})
    assert [answer.status_code for answer in (*nowhere, forged)] == [404, 404, 405, 403]
    for answer in (*nowhere, forged):
        assert answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "same-origin"
        assert "noindex" in answer["X-Robots-Tag"]
    cookie = next(value for name, value in guest.cookies.items() if name.startswith("share-"))
    assert cookie["httponly"] and cookie["path"] == guest.place and cookie["samesite"] == "Lax"
    assert "session" not in guest.cookies


def test_only_a_share_that_lets_download_gives_files(work):
    looks = visitor(key_of(share(as_(work.editor), work, "collection")))
    image = f"/images/{work.images[0].pk}"
    assert looks.get(f"{looks.place}{image}/download").status_code == 403
    assert looks.get(f"{looks.place}/archive").status_code == 403
    assert "ownload" not in looks.get(looks.place).content.decode()
    takes = visitor(key_of(share(as_(work.editor), work, "collection", rights=["view", "download"])))
    file = takes.get(f"{takes.place}{image}/download")
    assert body(file)[:8] == b"\x89PNG\r\n\x1a\n" and 'filename="Image 1.png"' in file["Content-Disposition"]
    assert names_in(takes.get(f"{takes.place}/archive")) == [f"000{n} Image {n}.png" for n in (1, 2, 3)]
    titled = visitor(key_of(share(as_(work.editor), work, "collection", rights=["download"], with_briefs=True)))
    assert names_in(titled.get(f"{titled.place}/archive")) == [f"000{n} look {n}.png" for n in (1, 2, 3)]


def test_a_downloaded_name_tells_no_brief(work):
    guest = visitor(key_of(share(as_(work.editor), work, "batch", rights=["download"])))
    assert names_in(guest.get(f"{guest.place}/archive")) == ["0001 Image 1.png"]
    file = guest.get(f"{guest.place}/images/{work.made.pk}/download")
    assert "chartreuse" not in file["Content-Disposition"]


def test_a_long_collection_comes_in_pages(work, monkeypatch):
    monkeypatch.setattr("designer.sharing.views.page_of", lambda share, after: pages(share, after, 2))
    from designer.sharing.pictures import page_of as pages

    guest = visitor(key_of(share(as_(work.editor), work, "collection")))
    first = guest.get(guest.place).content.decode()
    assert f"{guest.place}?after=2" in first and str(work.images[2].pk) not in first
    assert str(work.images[2].pk) in guest.get(f"{guest.place}?after=2").content.decode()


def test_a_session_of_a_member_opens_no_link_and_a_link_opens_no_studio(work):
    made = share(as_(work.editor), work)
    assert page_of(work.editor).get(f"/s/{made.json()['id']}").status_code == 404
    guest = visitor(key_of(made))
    pk = work.images[0].pk
    for path in (f"/assets/{pk}", f"/api/assets/{pk}", f"/api/assets/{pk}/content", f"/shared/{made.json()['id']}"):
        assert guest.get(path).status_code in (302, 401), path
    other = work.images[1].pk
    assert guest.get(f"{guest.place}/images/{other}/picture").status_code == 404
    two = visitor(key_of(share(as_(work.editor), work, "collection")))
    (mine,), (theirs,) = ([n for n in each.cookies if n.startswith("share-")] for each in (guest, two))
    assert guest.get(two.place).status_code == 404 and two.get(two.place).status_code == 200
    two.cookies[theirs] = guest.cookies[mine].value
    assert two.get(two.place).status_code == 404


def test_whatever_opens_nothing_gets_one_answer(work):
    """Wrong, cut off, another kind's, over, taken back, of a member who left: word by word the same."""
    client = as_(work.editor)
    key, over, back = (key_of(share(client, work)) for _ in range(3))
    ended(Share.objects.filter(digest=_digest(over)))
    row = Share.objects.get(digest=_digest(back))
    client.delete(f"/api/teams/{work.team.pk}/shares/{row.pk}")
    _, invitation = invite(actor=work.owner, team_id=work.team.pk, email="x@example.org", role="viewer", by_mail=False)
    wrong = [
        "dbffs_" + "A" * 43,
        key[:-1],
        key + "x",
        key.upper(),
        invitation,
        over,
        back,
        "",
        "\x00",
        "ü" * 40,
        str(row.pk),
    ]
    answers = {told(Client().post("/s", {"key": each})) for each in wrong}
    assert len(answers) == 1 and {status for status, _ in answers} == {404}
    with_id = {told(Client().get(f"/s/{pk}")) for pk in (uuid4(), row.pk, Share.objects.get(digest=_digest(key)).pk)}
    assert len(with_id) == 1 and {status for status, _ in with_id} == {404}
    assert Client().post("/s", {"key": f"  http://testserver/s#{key}\n"}).status_code == 302


def _digest(key):
    from teams.sharing.keys import digest_of

    return digest_of(key)


def test_a_forged_or_borrowed_ticket_opens_nothing(work):
    guest = visitor(key_of(share(as_(work.editor), work)))
    other = share(as_(work.editor), work, "collection").json()["id"]
    name, morsel = next((n, m) for n, m in guest.cookies.items() if n.startswith("share-"))
    honest = Client()
    honest.cookies[name] = morsel.value
    assert honest.get(guest.place).status_code == 200
    for place, cookie, value in (
        (guest.place, name, morsel.value[:-2] + "aa"),
        (guest.place, name, ""),
        (f"/s/{other}", f"share-{other.replace('-', '')}", morsel.value),
    ):
        forger = Client()
        forger.cookies[cookie] = value
        assert forger.get(place).status_code == 404


def test_a_password_is_asked_for_and_tried_ten_times_at_most(work):
    made = share(as_(work.editor), work, password="tulips at dawn")
    key = key_of(made)
    guest = visitor(key)
    assert "Password" in guest.get(guest.place).content.decode()
    image = f"{guest.place}/images/{work.images[0].pk}/picture"
    assert guest.get(image).status_code == 404
    codes = [guest.post(guest.place, {"password": f"guess {n}"}).status_code for n in range(10)]
    assert codes == [422] * 10
    right = guest.post(guest.place, {"password": "tulips at dawn"})
    assert right.status_code == 429 and int(right["Retry-After"]) > 60 and guest.get(image).status_code == 404
    visitor(key).post(guest.place, {"password": "again"})
    entries = AuditEntry.objects.filter(action="share.locked", subject=f"share:{made.json()['id']}")
    assert entries.count() == 1
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    elsewhere.post("/s", {"key": key})
    assert elsewhere.post(guest.place, {"password": "tulips at dawn"}).status_code == 302
    assert elsewhere.get(image).status_code == 200


def test_tries_from_many_addresses_lock_a_share_too(work, monkeypatch):
    monkeypatch.setattr(entering, "OF_ONE", 12)
    key = key_of(share(as_(work.editor), work, password="tulips at dawn"))
    codes = []
    for number in range(14):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        place = client.post("/s", {"key": key})["Location"]
        codes.append(client.post(place, {"password": "guess"}).status_code)
    assert codes == [422] * 12 + [429] * 2


def test_wrong_keys_are_tried_so_often_and_a_right_one_always_opens(work, monkeypatch):
    """Many visitors may come from one address, and somebody there may try wrong ones."""
    monkeypatch.setattr(entering, "KEYS", 3)
    key = key_of(share(as_(work.editor), work))
    assert [Client().post("/s", {"key": "x"}).status_code for _ in range(4)] == [404, 404, 404, 429]
    assert [Client().post("/s", {"key": key}).status_code for _ in range(5)] == [302] * 5
    assert Client(REMOTE_ADDR="192.0.2.9").post("/s", {"key": "x"}).status_code == 404


@pytest.mark.parametrize(
    "end",
    [
        "revoked",
        "expired",
        "removed",
        "demoted",
        "suspended",
        "links off",
        "trashed",
        "collection trashed",
        "no download",
    ],
)
def test_when_a_share_ends_everything_of_it_ends_at_once(end, work):
    """Each answer asks the database: the next request after the commit knows."""
    kind = "collection" if end == "collection trashed" else "asset"
    made = share(as_(work.editor), work, kind, rights=["download"])
    key, guest = key_of(made), visitor(key_of(share(as_(work.editor), work, kind, rights=["download"])))
    row = Share.objects.get(pk=guest.place.rpartition("/")[2])
    image = f"{guest.place}/images/{work.images[0].pk}"
    paths = [guest.place, image, f"{image}/picture", f"{image}/download", f"{guest.place}/archive"]
    assert [guest.get(path).status_code for path in paths] == [200] * 5
    client = as_(work.owner)
    where = f"/api/teams/{work.team.pk}/shares/{row.pk}"
    if end == "revoked":
        assert client.delete(where).status_code == 204
    elif end == "expired":
        ended(Share.objects.filter(pk=row.pk))
    elif end == "removed":
        remove_member(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk)
    elif end == "demoted":
        change_role(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk, role="viewer")
    elif end == "suspended":
        work.editor.is_active = False
        work.editor.save()
    elif end == "links off":
        set_share_links(actor=work.owner, team_id=work.team.pk, allowed=False)
    elif end == "trashed":
        trash(actor=work.owner, asset_id=work.images[0].pk)
    elif end == "collection trashed":
        trash_collection(actor=work.owner, collection_id=work.collection.pk)
    else:
        tag = client.get(where)["ETag"]
        assert client.patch(where, {"rights": ["view"]}, format="json", headers={"If-Match": tag}).status_code == 200
        assert [guest.get(path).status_code for path in paths] == [200, 200, 200, 403, 403]
        return
    assert [guest.get(path).status_code for path in paths] == [404] * 5
    if end not in ("revoked", "expired"):
        assert Client().post("/s", {"key": key}).status_code == 404


def test_who_comes_back_does_not_open_what_they_shared_before(work):
    key = key_of(share(as_(work.editor), work))
    remove_member(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk)
    MembershipFactory(team=work.team, user=work.editor, role="editor")
    assert Client().post("/s", {"key": key}).status_code == 404


def test_a_role_that_is_gone_without_a_word_ends_it_too(work):
    """Whatever wrote it: no signal was sent."""
    guest = visitor(key_of(share(as_(work.editor), work)))
    Membership.objects.filter(user=work.editor, team=work.team).update(role="viewer")
    assert guest.get(guest.place).status_code == 404


def test_an_admins_share_of_anothers_work_ends_when_they_are_an_editor(work):
    admin = MembershipFactory(team=work.team, role="admin").user
    guest = visitor(key_of(share(as_(admin), work)))
    assert guest.get(guest.place).status_code == 200
    change_role(actor=work.owner, team_id=work.team.pk, user_id=admin.pk, role="editor")
    assert guest.get(guest.place).status_code == 404


def test_what_is_taken_out_is_gone_and_what_is_restored_comes_back(work):
    guest = visitor(key_of(share(as_(work.editor), work, "collection")))
    one, two = (f"{guest.place}/images/{work.images[number].pk}/picture" for number in (0, 1))
    take_out(actor=work.editor, collection_id=work.collection.pk, assets=[work.images[0].pk])
    trash(actor=work.editor, asset_id=work.images[1].pk)
    assert [guest.get(path).status_code for path in (one, two)] == [404, 404]
    said = guest.get(guest.place).content.decode()
    assert str(work.images[0].pk) not in said and str(work.images[1].pk) not in said
    restore(actor=work.editor, asset_id=work.images[1].pk)
    assert guest.get(two).status_code == 200


@pytest.mark.parametrize("place", ["archive", "image"])
def test_a_file_on_its_way_is_cut_when_the_share_is_taken_back(place, work, monkeypatch):
    monkeypatch.setattr("teams.base.streams.ASK_EVERY", 0)
    monkeypatch.setattr("designer.assets.packing.BLOCK", 64)
    guest = visitor(key_of(share(as_(work.editor), work, "collection", rights=["download"])))
    path = f"{guest.place}/archive" if place == "archive" else f"{guest.place}/images/{work.images[0].pk}/download"
    answer = guest.get(path)
    blocks = iter(answer.streaming_content)
    next(blocks)
    Share.objects.update(revoked_at=timezone.now())
    with pytest.raises(Exception, match="lost while"):
        list(blocks)


def test_no_key_is_in_the_database_the_log_the_audit_or_an_address(work, monkeypatch):
    """And what is in the database opens nothing."""
    page = io.StringIO()
    handler = logging.StreamHandler(page)
    handler.setFormatter(formatter(as_json=True))
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    for name in ("", "django_structlog", "django.request"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.INFO)
        logging.getLogger(name).manager._clear_cache()
    made = share(as_(work.editor), work, password="tulips at dawn", rights=["download"])
    key = key_of(made)
    guest = visitor(key, "tulips at dawn")
    page_text = guest.get(guest.place).content.decode()
    Client().post("/s", {"key": key[:-1]})
    again = as_(work.editor).get(f"/api/teams/{work.team.pk}/shares/{made.json()['id']}").content.decode()
    rows = serializers.serialize("json", [row for model in apps.get_models() for row in model.objects.all()])
    assert "request_started" in page.getvalue() and Share.objects.get().openings == 1
    for text in (rows, page.getvalue(), guest.place, page_text, again):
        assert key[6:-1] not in text and "tulips at dawn" not in text
    row = Share.objects.get()
    stolen = [row.digest, row.password, str(row.pk), f"dbffs_{row.digest}", f"dbffs_{row.digest[:43]}"]
    assert {Client().post("/s", {"key": each}).status_code for each in stolen} == {404}
    assert json.loads(rows)


def test_opening_is_counted_once_for_each_who_comes_in(work):
    key = key_of(share(as_(work.editor), work))
    guest = visitor(key)
    for _ in range(3):
        guest.get(guest.place)
    visitor(key)
    row = Share.objects.get()
    assert row.openings == 2 and row.opened_at is not None


def test_opening_is_counted_once_in_half_a_day_for_each_who_is_signed_in(work):
    people = [UserFactory(), UserFactory()]
    team = TeamFactory()
    for person in people:
        MembershipFactory(team=team, user=person, role="editor")
    pk = share(as_(work.editor), work, to_team=str(team.pk)).json()["id"]
    for person in people:
        for path in (f"/shared/{pk}", f"/shared/{pk}", f"/shared/{pk}?after=0"):
            assert page_of(person).get(path).status_code == 200
    assert Share.objects.get().openings == 2


def test_searching_machines_and_mail_programs_that_only_look_open_nothing(work):
    share(as_(work.editor), work)
    assert Client().get("/s").status_code == 200 and Client().head("/s").status_code == 200
    assert Share.objects.get().openings == 0
