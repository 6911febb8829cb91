"""What the team answers its guests, whom that names, and what guests read when something was taken back or is over."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from designer.assets.models import Asset
from teams.base.errors import Missing
from teams.review.models import Comment
from teams.sharing import services, talking
from teams.sharing.models import Share
from teams.sharing.talking import say
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.teams.sharing.conftest import as_, key_of, over, page_of, share, visitor
from tests.work import somebody_waits

pytestmark = pytest.mark.django_db


def begun(work, **wish):
    """A guest, the share, and what they said through it."""
    person = UserFactory(name="Gita Guest")
    pk = share(as_(work.editor), work, email=person.email, rights=["comment"], **wish).json()["id"]
    said = as_(person).post(f"/api/shared/{pk}/comments", {"text": "Longer sleeves?"}, format="json").json()
    return person, pk, said["id"]


def answer(work, thread, text, by=None):
    wish = {"asset": str(work.images[0].pk), "text": text, "reply_to": thread}
    made = as_(by or work.editor).post(f"/api/teams/{work.team.pk}/comments", wish, format="json")
    assert made.status_code == 201, made.content
    return made.json()["id"]


def read(person, pk):
    """What they are told, over the API and on the page."""
    rows = as_(person).get(f"/api/shared/{pk}/comments").json()["results"]
    return [row["text"] for row in rows], page_of(person).get(f"/shared/{pk}").content.decode()


def test_the_team_sees_that_a_guest_reads_its_answers(work):
    begun(work)
    page = page_of(work.editor).get(f"/assets/{work.images[0].pk}").content.decode()
    assert "reads every answer" in page and 'data-answer=". The guest reads this"' in page
    as_(work.editor).post(
        f"/api/teams/{work.team.pk}/comments", {"asset": str(work.images[1].pk), "text": "Ours"}, format="json"
    )
    other = page_of(work.editor).get(f"/assets/{work.images[1].pk}").content.decode()
    assert "reads every answer" not in other and 'data-answer=""' in other


@pytest.mark.parametrize("end", ["revoked", "over", "declined", "trash", "forgotten", "suspended"])
def test_nobody_is_told_that_a_guest_reads_who_sees_nothing_any_more(end, work):
    person, pk, _ = begun(work)
    if end == "revoked":
        as_(work.editor).delete(f"/api/teams/{work.team.pk}/shares/{pk}")
    elif end == "over":
        over(Share.objects.all())
    elif end == "declined":
        as_(person).delete(f"/api/shared/{pk}")
    elif end == "suspended":
        type(person).objects.filter(pk=person.pk).update(is_active=False)
    elif end == "trash":
        type(work.images[0]).objects.filter(pk=work.images[0].pk).update(trashed_at=timezone.now())
    else:
        Share.objects.all().delete()
    page = page_of(work.editor).get(f"/assets/{work.images[0].pk}").content.decode()
    assert "Longer sleeves?" in page and "Gita Guest" in page
    assert "reads every answer" not in page and "The guest reads this" not in page


def test_who_left_the_team_that_it_was_shared_with_reads_no_more_and_the_others_do(work):
    theirs = TeamFactory()
    MembershipFactory(team=theirs, user=work.editor, role="viewer")
    guests = [MembershipFactory(team=theirs, role="editor").user for _ in range(2)]
    pk = share(as_(work.editor), work, to_team=str(theirs.pk), rights=["comment"]).json()["id"]
    for guest in guests:
        as_(guest).post(f"/api/shared/{pk}/comments", {"text": f"Said by {guest.pk}"}, format="json")

    def heard():
        return page_of(work.editor).get(f"/assets/{work.images[0].pk}").content.decode().count("reads every answer")

    assert heard() == 2
    theirs.memberships.get(user=guests[0]).delete()
    assert heard() == 1
    theirs.memberships.update(away=True)
    assert heard() == 0


def test_a_guest_is_not_told_whom_of_the_team_an_answer_names(work):
    person, pk, thread = begun(work)
    answer(work, thread, "@Olga Owner says yes, @olga owner. Not Olgas.")
    texts, page = read(person, pk)
    assert texts[0] == "@colleague says yes, @colleague. Not Olgas." and "Olga Owner" not in page
    assert "@colleague says yes" in page
    person, pk, thread = begun(work, with_names=True)
    answer(work, thread, "@Olga Owner says yes")
    assert read(person, pk)[0][0] == "@Olga Owner says yes"


def test_who_gave_no_name_is_not_told_by_their_address(work):
    """Neither to visitors of a link, nor to guests, nor guests to each other."""
    type(work.editor).objects.filter(pk=work.editor.pk).update(name="", email="secret.edith@atelier.example")
    guest = visitor(key_of(share(as_(work.editor), work, "collection", with_names=True)))
    page = guest.get(guest.place).content.decode()
    assert "secret.edith" not in page and "a designer" in page
    person, pk, thread = begun(work, with_names=True)
    answer(work, thread, "Yes")
    names = [row["name"] for row in as_(person).get(f"/api/shared/{pk}/comments").json()["results"]]
    assert names == ["a designer", "Gita Guest"]


def test_with_what_a_guest_said_and_the_team_took_back_its_answers_go(work):
    person, pk, thread = begun(work)
    answer(work, thread, "We will see")
    assert read(person, pk)[0] == ["We will see", "Longer sleeves?"]
    as_(work.owner).delete(f"/api/teams/{work.team.pk}/comments/{thread}")
    texts, page = read(person, pk)
    assert texts == [] and "We will see" not in page


def test_a_page_shows_the_newest_threads_whole_and_says_that_there_are_older_ones(work, monkeypatch):
    monkeypatch.setattr(talking, "MOST", 2)
    person, pk, _ = begun(work)
    client = as_(person)
    two, three = (
        client.post(f"/api/shared/{pk}/comments", {"text": f"number {n}"}, format="json").json()["id"] for n in (2, 3)
    )
    for thread in (two, three):
        for number in range(3):
            answer(work, thread, f"answer {number} to {thread}")
    page = page_of(person).get(f"/shared/{pk}").content.decode()
    assert "Longer sleeves" not in page and "1 older one is not shown" in page
    assert all(f"answer {n} to {thread}" in page for n in range(3) for thread in (two, three))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_said_through_a_share_that_ends_meanwhile(work):
    person, pk, _ = begun(work)

    def speak():
        try:
            say(actor=person, share_id=pk, text="and one more")
        except Missing:
            return "refused"
        finally:
            connection.close()
        return "said"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            services.revoke(actor=work.owner, team_id=work.team.pk, share_id=pk)
            spoken = pool.submit(speak)
            while not somebody_waits() and not spoken.done():
                pass
        assert spoken.result(10) == "refused"
    assert Comment.objects.count() == 1 and Share.objects.get().revoked_at and Asset.objects.exists()
