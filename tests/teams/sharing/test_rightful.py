"""A share is worth no more than its giver: of a collection or batch too it shows what they could share one by one."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from batches.models import BatchItem
from designer.assets.models import Asset
from designer.assets.services import store_upload
from enhancement.models import Enhancement
from teams.audit.models import AuditEntry
from teams.base.errors import Missing
from teams.membership.models import Membership
from teams.membership.services import change_role, remove_member
from teams.review.collections.services import add
from teams.sharing.models import Share
from tests.factories import MembershipFactory, UserFactory
from tests.teams.sharing.conftest import as_, drawn, key_of, names_in, page_of, share, visitor

pytestmark = pytest.mark.django_db
KINDS = ("asset", "collection", "batch")


@pytest.fixture
def colleague(work):
    return MembershipFactory(team=work.team, role="editor", user=UserFactory(name="Cora Colleague")).user


def foreign(work, colleague, kind):
    """A colleague's image in the editor's own collection or batch, where it may stand."""
    made = store_upload(actor=colleague, team_id=work.team.pk, file=drawn("#101010"), name="theirs.png")
    if kind == "collection":
        add(actor=work.editor, collection_id=work.collection.pk, assets=[made.pk])
    else:
        Asset.objects.filter(pk=made.pk).update(kind="generated", generation=work.made.generation_id)
    return made


def seen(client, begin, api, image):
    """Of an image: whether the page, its own page, picture, file and archive have it, the count, and the API's list."""
    pages = [client.get(f"{begin}/images/{image}{what}").status_code for what in ("", "/picture", "/download")]
    archive = len(names_in(client.get(f"{begin}/archive")))
    page = client.get(begin).content.decode()
    listed = {row["id"] for row in client.get(f"{api}/images").json()["results"]} if api else set()
    return pages, archive, str(image) in page, f"{archive} image" in page, str(image) in listed


@pytest.mark.parametrize("kind", ["collection", "batch"])
@pytest.mark.parametrize("way", ["link", "person"])
def test_a_colleagues_image_does_not_leave_by_a_collection_or_batch_of_ones_own(way, kind, work, colleague):
    image = foreign(work, colleague, kind).pk
    person = UserFactory()
    made = share(
        as_(work.editor), work, kind, rights=["download"], **({"email": person.email} if way == "person" else {})
    )
    own = 3 if kind == "collection" else 1
    if way == "link":
        client = visitor(key_of(made))
        begin, api = client.place, ""
    else:
        client, pk = page_of(person), made.json()["id"]
        begin, api = f"/shared/{pk}", f"/api/shared/{pk}"
        assert client.get(f"{api}/images/{image}/content").status_code == 404
        assert client.get(f"{api}/images/{image}/thumbnail").status_code == 404
    assert seen(client, begin, api, image) == ([404] * 3, own, False, True, False)
    change_role(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk, role="admin")
    assert seen(client, begin, api, image) == ([200] * 3, own + 1, True, True, bool(api))
    change_role(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk, role="editor")
    assert seen(client, begin, api, image) == ([404] * 3, own, False, True, False)


def test_nor_does_a_colleagues_version_of_ones_own_image(work, colleague):
    guest = visitor(key_of(share(as_(work.editor), work, "collection", rights=["download"])))
    one = work.images[0]
    picture = f"{guest.place}/images/{one.pk}/picture"
    assert guest.get(picture).status_code == 200
    version = store_upload(actor=colleague, team_id=work.team.pk, file=drawn("#101010"), name="better.png")
    Asset.objects.filter(pk=one.pk).update(chosen=version)
    assert guest.get(picture).status_code == 404 and len(names_in(guest.get(f"{guest.place}/archive"))) == 2
    Asset.objects.filter(pk=version.pk).update(owner=work.editor)
    assert guest.get(picture).status_code == 200


def test_what_an_admin_puts_into_a_shared_collection_is_not_shown_by_its_editor(work, colleague):
    guest = visitor(key_of(share(as_(work.editor), work, "collection")))
    theirs = store_upload(actor=colleague, team_id=work.team.pk, file=drawn("#101010"), name="theirs.png")
    add(actor=work.owner, collection_id=work.collection.pk, assets=[theirs.pk])
    assert guest.get(f"{guest.place}/images/{theirs.pk}/picture").status_code == 404


def test_the_page_says_what_is_not_shown_and_that_others_share_it(work, colleague):
    foreign(work, colleague, "collection")
    place = f"/collections/{work.collection.pk}/shares"
    assert "1 image in this collection is other people" in page_of(work.editor).get(place).content.decode()
    said = page_of(work.editor).post(place, {"way": "link"}).content.decode()
    assert "1 of its images is other people" in said
    assert "other people's" not in page_of(work.owner).get(place).content.decode()
    part = page_of(colleague).get(place, headers={"X-Partial": "1"}).content.decode()
    assert "share it with people outside: 1 share." in part and "dbffs" not in part


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", ["viewer", "gone", "closed"])
def test_a_right_that_is_lost_without_a_word_ends_a_share_of_every_kind(end, kind, work):
    """Whatever wrote it: no signal was sent, no share was taken back."""
    guest = visitor(key_of(share(as_(work.editor), work, kind)))
    if end == "viewer":
        Membership.objects.filter(user=work.editor, team=work.team).update(role="viewer")
    elif end == "gone":
        Membership.objects.filter(user=work.editor, team=work.team).delete()
    else:
        type(work.editor).objects.filter(pk=work.editor.pk).update(is_active=False)
    assert guest.get(guest.place).status_code == 404
    assert Share.objects.get().revoked_at is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_ends_with_a_role_stands_in_the_audit_log(kind, work):
    share(as_(work.editor), work, kind)
    over = share(as_(work.editor), work, kind).json()["id"]
    as_(work.editor).delete(f"/api/teams/{work.team.pk}/shares/{over}")
    remove_member(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk)
    entries = AuditEntry.objects.filter(action="share.revoked", actor_id=None)
    assert [entry.facts["why"] for entry in entries] == ["who shared it may not any more"]
    assert entries.get().facts["about"] == f"{kind}:{work.of(kind).pk}"


def test_the_one_place_that_answers_who_sees_what_tells_no_address_to_colleagues(work, colleague):
    """DESIGN: everything that lists a team's rows asks `visible_to`."""
    person = UserFactory()
    pk = share(as_(work.editor), work, email=person.email).json()["id"]
    viewer = MembershipFactory(team=work.team, role="viewer").user
    for user, sees in ((work.editor, 1), (work.owner, 1), (colleague, 0), (viewer, 0), (person, 0)):
        rows = Share.objects
        assert (rows.visible_to(user).count(), rows.editable_by(user).count()) == (sees, sees)
        if sees:
            assert str(rows.for_edit(user, pk).pk) == str(rows.see(user, pk).pk) == pk
        else:
            with pytest.raises(Missing):
                rows.see(user, pk)
            with pytest.raises(Missing):
                rows.for_edit(user, pk)


def test_an_item_shows_what_it_shows_in_the_batch_and_is_counted_so(work):
    """A generation goes before an enhancement, and what was set aside is not shown."""
    twins = [Asset.objects.get(pk=work.made.pk) for _ in range(3)]
    for twin, about in zip(twins, ({"set_aside": True}, {"generation": None}, {"generation": None}), strict=True):
        twin.pk = twin.id = None
        twin._state.adding = True
        twin.id = Asset._meta.pk.get_default()
        for name, value in about.items():
            setattr(twin, name, value)
        twin.save()
    made = [
        Enhancement.objects.create(
            team=work.team, source=work.images[0], result=twin, owner=work.editor, status="succeeded"
        )
        for twin in twins[1:]
    ]
    BatchItem.objects.filter(position=1).update(enhancement=made[0])
    BatchItem.objects.create(team=work.team, batch=work.batch, position=2, wish={}, enhancement=made[1])
    guest = visitor(key_of(share(as_(work.editor), work, "batch", rights=["download"])))
    page = guest.get(guest.place).content.decode()
    shown = [str(each.pk) in page for each in (work.made, *twins)]
    assert shown == [True, False, False, True] and "2 images" in page
    codes = [guest.get(f"{guest.place}/images/{each.pk}/picture").status_code for each in (work.made, *twins)]
    assert codes == [200, 404, 404, 200] and len(names_in(guest.get(f"{guest.place}/archive"))) == 2


def test_a_batch_is_counted_by_its_items_not_by_reading_the_teams_images(work):
    """Anonymous visitors ask for it with each page."""
    about = {field.attname: getattr(work.images[1], field.attname) for field in Asset._meta.concrete_fields}
    Asset.objects.bulk_create(Asset(**{**about, "id": uuid4()}) for _ in range(4000))
    guest = visitor(key_of(share(as_(work.editor), work, "batch")))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE assets")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert guest.get(guest.place).status_code == 200
        counts = [
            each["sql"] for each in asked if each["sql"].startswith("SELECT COUNT(*)") and '"assets"' in each["sql"]
        ]
        assert counts
        for sql in counts:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on assets" not in plan, plan
