"""What is shared with a person or another team is theirs to see, to speak of and to take, as far as that was given."""

from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from designer.assets.services import trash
from designer.notifications.models import Notification
from designer.realtime import subjects
from teams.membership.services import change_role, remove_member
from teams.review.models import Comment
from teams.sharing.models import Share
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.teams.sharing.conftest import BRIEF, as_, body, over, page_of, share

pytestmark = pytest.mark.django_db
KINDS = ("asset", "collection", "batch")
PEOPLE = ("person", "member of the other team", "stranger", "editor")


@pytest.fixture
def other(db):
    return TeamFactory()


def given(work, kind, person=None, team=None, **wish):
    to = {"email": person.email.upper()} if person else {"to_team": str(team.pk)}
    answer = share(as_(work.editor), work, kind, **to, **wish)
    assert answer.status_code == 201 and answer.json()["link"] is None, answer.content
    return answer.json()["id"]


def surfaces(pk, image):
    return {
        "page": f"/shared/{pk}",
        "image": f"/shared/{pk}/images/{image}",
        "media": f"/shared/{pk}/images/{image}/picture",
        "download": f"/shared/{pk}/images/{image}/download",
        "archive": f"/shared/{pk}/archive",
        "images": f"/api/shared/{pk}/images",
        "thumbnail": f"/api/shared/{pk}/images/{image}/thumbnail",
        "content": f"/api/shared/{pk}/images/{image}/content",
        "comments": f"/api/shared/{pk}/comments",
    }


TAKES = ("download", "archive", "content")


@pytest.mark.parametrize("rights", [[], ["comment"], ["download"], ["comment", "download"]])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["person", "team"])
def test_every_right_on_every_surface(way, kind, rights, work, other):
    person = UserFactory()
    if way == "team":
        MembershipFactory(team=other, user=person, role="editor")
        pk = given(work, kind, team=other, rights=rights)
    else:
        pk = given(work, kind, person=person, rights=rights)
    client = page_of(person)
    for name, path in surfaces(pk, work.image_in(kind).pk).items():
        due = 403 if name in TAKES and "download" not in rights else 200
        assert client.get(path).status_code == due, name
    said = client.post(f"/api/shared/{pk}/comments", {"text": "Longer sleeves"}, content_type="application/json")
    assert said.status_code == (201 if "comment" in rights else 403)
    page = client.get(f"/shared/{pk}").content.decode()
    assert ("Your comment" in page) is ("comment" in rights) and ("ownload" in page) is ("download" in rights)
    listed = client.get("/api/shared").json()["results"]
    assert [(row["id"], row["rights"]) for row in listed] == [(pk, ["view", *rights])]
    assert f"/shared/{pk}" in client.get("/shared").content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_else_sees_it_and_it_is_like_what_does_not_exist(kind, work, other):
    person = UserFactory()
    pk, image = given(work, kind, person=person, rights=["comment", "download"]), work.image_in(kind).pk
    others = {"stranger": UserFactory(), "editor": work.editor, "other team": other.memberships.get().user, None: None}
    for who, user in others.items():
        client = page_of(user) if user else Client(raise_request_exception=False)
        missing = surfaces(uuid4(), image)
        for name, path in surfaces(pk, image).items():
            answer, nowhere = client.get(path), client.get(missing[name])
            assert answer.status_code == (404 if user else 401 if path.startswith("/api") else 302), (who, name)
            assert answer.status_code == nowhere.status_code
        assert client.post(f"/shared/{pk}/comment", {"text": "x"}).status_code == (404 if user else 302)


def test_whom_it_is_shared_with_sees_that_and_nothing_beside_it(work):
    person = UserFactory()
    pk = given(work, "asset", person=person, rights=["comment", "download"])
    client = page_of(person)
    one, two = work.images[0].pk, work.images[1].pk
    for path in (
        f"/assets/{one}", f"/api/assets/{one}", f"/api/assets/{one}/content", f"/api/assets/{one}/comments",
        f"/collections/{work.collection.pk}", f"/api/teams/{work.team.pk}", f"/teams/{work.team.pk}/shares",
        f"/api/teams/{work.team.pk}/shares/{pk}", f"/assets/{one}/shares", f"/api/events?channel=asset:{one}",
        f"/api/shared/{pk}/images/{two}/content", f"/shared/{pk}/images/{two}/picture",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert not client.get("/api/assets").json()["results"]
    assert not subjects.may_watch(person, f"asset:{one}")
    assert client.delete(f"/api/teams/{work.team.pk}/shares/{pk}").status_code == 404
    again = client.post(f"/api/teams/{work.team.pk}/shares", {"asset": str(one)}, content_type="application/json")
    assert again.status_code == 404


def test_a_page_tells_neither_brief_nor_who_of_the_team(work):
    person = UserFactory()
    pk = given(work, "batch", person=person)
    said = page_of(person).get(f"/shared/{pk}").content.decode() + page_of(person).get("/shared").content.decode()
    assert BRIEF not in said and work.team.name not in said and "Olga" not in said
    assert "Edith Editor" in said  # it was she who shared it


def test_the_token_of_a_program_reads_and_a_reading_one_says_nothing(work):
    from rest_framework.test import APIClient

    from teams.accounts.services import create_token

    person = UserFactory()
    pk = given(work, "asset", person=person, rights=["comment", "download"])
    _, key = create_token(actor=person, name="reads", scopes=["read"])
    client = APIClient(headers={"Authorization": f"Bearer {key}"})
    (image,) = client.get(f"/api/shared/{pk}/images").json()["results"]
    assert body(client.get(image["url"]))[:4] == b"\x89PNG" and client.get(image["thumbnail"]).status_code == 200
    assert client.post(f"/api/shared/{pk}/comments", {"text": "no"}, format="json").status_code == 403


def test_viewers_of_the_other_team_look_and_do_not_speak(work, other):
    viewer = MembershipFactory(team=other, role="viewer").user
    pk = given(work, "asset", team=other, rights=["comment"])
    client = as_(viewer)
    assert client.get(f"/api/shared/{pk}/comments").status_code == 200
    assert client.post(f"/api/shared/{pk}/comments", {"text": "x"}, format="json").status_code == 403


def test_who_leaves_the_other_team_sees_it_no_more(work, other):
    member = MembershipFactory(team=other, role="editor").user
    pk = given(work, "asset", team=other)
    assert as_(member).get(f"/api/shared/{pk}/images").status_code == 200
    remove_member(actor=other.memberships.get(role="owner").user, team_id=other.pk, user_id=member.pk)
    assert as_(member).get(f"/api/shared/{pk}/images").status_code == 404


@pytest.mark.parametrize("end", ["revoked", "expired", "removed", "demoted", "trashed", "closed"])
def test_it_ends_everywhere_at_once(end, work):
    person = UserFactory()
    pk = given(work, "asset", person=person, rights=["comment", "download"])
    client, paths = page_of(person), surfaces(pk, work.images[0].pk)
    assert {client.get(path).status_code for path in paths.values()} == {200}
    if end == "revoked":
        as_(work.owner).delete(f"/api/teams/{work.team.pk}/shares/{pk}")
    elif end == "expired":
        over(Share.objects.all())
    elif end == "removed":
        remove_member(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk)
    elif end == "demoted":
        change_role(actor=work.owner, team_id=work.team.pk, user_id=work.editor.pk, role="viewer")
    elif end == "trashed":
        trash(actor=work.owner, asset_id=work.images[0].pk)
    else:
        person.is_active = False
        person.save()
    allowed = {302, 401, 404} if end == "closed" else {404}
    assert {client.get(path).status_code for path in paths.values()} <= allowed
    if end != "closed":
        assert client.get("/api/shared").json()["results"] == []
        assert client.post(f"/shared/{pk}/comment", {"text": "x"}).status_code == 404


def confirm(person, email):
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)


def test_an_address_without_account_waits_for_who_confirms_it(work, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answer = share(as_(work.editor), work, email="Nobody@Yet.example", rights=["download"])
    known = share(as_(work.editor), work, email=UserFactory().email)
    assert answer.status_code == known.status_code == 201  # nobody learns here who has an account
    pk = answer.json()["id"]
    assert {name for name in answer.json() if answer.json()[name] != known.json()[name]} <= {
        "id", "email", "rights", "created_at", "expires_at",
    }  # fmt: skip
    squatter, true = UserFactory(email="nobody@yet.example"), UserFactory()
    confirm(true, "nobody@yet.example")
    for person, code in ((squatter, 404), (true, 200)):
        assert as_(person).get(f"/api/shared/{pk}/images").status_code == code


@pytest.mark.parametrize("rule", ["optional", "mandatory"])
def test_an_account_that_never_confirmed_its_address_gives_way_to_who_does(rule, work, settings):
    """It was there when the work was shared, and is not remembered for that."""
    settings.ACCOUNT_EMAIL_VERIFICATION = rule
    squatter, true = UserFactory(email="ada@house.example"), UserFactory()
    pk = share(as_(work.editor), work, email="ada@house.example").json()["id"]
    assert as_(squatter).get(f"/api/shared/{pk}/images").status_code == (200 if rule == "optional" else 404)
    confirm(true, "ada@house.example")
    for person, code in ((squatter, 404), (true, 200)):
        assert as_(person).get(f"/api/shared/{pk}/images").status_code == code
        assert page_of(person).get(f"/shared/{pk}").status_code == code
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert as_(squatter).get("/api/shared").json()["results"] == []


def test_who_loses_the_address_that_was_confirmed_is_still_the_one_it_was_shared_with(work):
    true = UserFactory()
    confirm(true, "ada@house.example")
    pk = share(as_(work.editor), work, email="ada@house.example").json()["id"]
    EmailAddress.objects.all().delete()
    newcomer = UserFactory(email="ada@house.example")
    assert as_(true).get(f"/api/shared/{pk}/images").status_code == 200
    assert as_(newcomer).get(f"/api/shared/{pk}/images").status_code == 404


def test_where_no_address_is_confirmed_none_waits_for_whoever_registers_it(work, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"
    form = {"way": "person", "email": "client@vogue.example"}
    place = f"/assets/{work.images[0].pk}/shares"
    answer = share(as_(work.editor), work, email="client@vogue.example")
    assert answer.status_code == 409 and answer.json()["code"] == "nobodys_address"
    assert "anybody could open an account" in page_of(work.editor).post(place, form).content.decode()
    assert as_(UserFactory(email="client@vogue.example")).get("/api/shared").json()["results"] == []
    said = page_of(work.editor).post(place, form)
    assert "opens to whoever has opened an account" in said.content.decode() and said.status_code == 200
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert "confirms no addresses" not in page_of(work.editor).get(place).content.decode()


def test_who_opens_an_account_for_an_address_that_somebody_confirmed_gets_nothing(work):
    true, squatter = UserFactory(), UserFactory(email="ada@house.example")
    EmailAddress.objects.create(user=true, email="ada@house.example", verified=True)
    pk = share(as_(work.editor), work, email="ada@house.example").json()["id"]
    assert as_(true).get(f"/api/shared/{pk}/images").status_code == 200
    assert as_(squatter).get(f"/api/shared/{pk}/images").status_code == 404


def test_a_guest_and_the_team_talk_and_the_guest_reads_nothing_else(work):
    person, second = UserFactory(name="Gita Guest"), UserFactory()
    pk = given(work, "asset", person=person, rights=["comment"])
    elsewhere = given(work, "asset", person=second, rights=["comment"])
    team, comments = as_(work.editor), f"/api/teams/{work.team.pk}/comments"
    one = str(work.images[0].pk)
    team.post(comments, {"asset": one, "text": "internal: too dear"}, format="json")
    made = as_(person).post(f"/api/shared/{pk}/comments", {"text": "**Longer** @Olga Owner"}, format="json")
    assert made.status_code == 201 and made.json()["guest"] is True and made.json()["name"] == "Gita Guest"
    rows = team.get(f"{comments}?asset={one}").json()["results"]
    assert (rows[0]["text"], rows[0]["guest"], rows[0]["mentions"]) == ("**Longer** @Olga Owner", True, [])
    assert 'badge-warn">guest' in page_of(work.editor).get(f"/assets/{one}").content.decode()
    assert Notification.objects.filter(user=work.editor, kind="comment").count() == 1
    team.post(comments, {"asset": one, "text": "We will", "reply_to": made.json()["id"]}, format="json")
    heard = as_(person).get(f"/api/shared/{pk}/comments").json()["results"]
    assert [(row["text"], row["name"]) for row in heard] == [("We will", ""), ("**Longer** @Olga Owner", "Gita Guest")]
    page = page_of(person).get(f"/shared/{pk}").content.decode()
    assert "too dear" not in page and "We will" in page and "<strong>Longer</strong>" in page
    assert as_(second).get(f"/api/shared/{elsewhere}/comments").json()["results"] == []
    stolen = {"text": "x", "reply_to": made.json()["id"]}
    assert as_(second).post(f"/api/shared/{elsewhere}/comments", stolen, format="json").status_code == 404
    assert team.delete(f"{comments}/{made.json()['id']}").status_code == 403  # an editor takes back their own
    assert as_(work.owner).delete(f"{comments}/{made.json()['id']}").status_code == 204
    assert "Longer" not in page_of(person).get(f"/shared/{pk}").content.decode()


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001, "a\x00b"])
def test_what_is_no_comment_is_refused(text, work):
    person = UserFactory()
    pk = given(work, "asset", person=person, rights=["comment"])
    answer = as_(person).post(f"/api/shared/{pk}/comments", {"text": text}, format="json")
    assert answer.status_code in (400, 422) and not Comment.objects.exists()


def test_a_guests_words_run_nowhere(work):
    person = UserFactory()
    pk = given(work, "asset", person=person, rights=["comment"])
    as_(person).post(f"/api/shared/{pk}/comments", {"text": "<script>alert(1)</script>"}, format="json")
    for client, path in ((page_of(person), f"/shared/{pk}"), (page_of(work.editor), f"/assets/{work.images[0].pk}")):
        said = client.get(path).content.decode()
        assert "<script>alert" not in said and "&lt;script&gt;alert" in said


def test_a_guest_says_so_much_an_hour(work, monkeypatch):
    from teams.base.limits import Limit
    from teams.sharing import talking

    monkeypatch.setattr(talking, "AN_HOUR", Limit("share:said:{}", 2, 3600))
    person = UserFactory()
    pk = given(work, "asset", person=person, rights=["comment"])
    client = as_(person)
    codes = [client.post(f"/api/shared/{pk}/comments", {"text": f"{n}"}, format="json").status_code for n in range(3)]
    assert codes == [201, 201, 429]


@pytest.mark.parametrize("by", ["page", "api"])
def test_who_declines_what_is_shared_sees_nothing_of_it_and_others_do(by, work, other):
    """Anybody may write a title of their own under somebody's "Shared with me"."""
    person, colleague = (MembershipFactory(team=other, role="editor").user for _ in range(2))
    pk = given(work, "asset", team=other, rights=["comment", "download"])
    client, paths = page_of(person), surfaces(pk, work.images[0].pk)
    assert "Take off the list" in client.get("/shared").content.decode()
    if by == "page":
        assert client.post(f"/shared/{pk}/decline")["Location"] == "/shared"
    else:
        assert client.delete(f"/api/shared/{pk}").status_code == 204
    assert {client.get(path).status_code for path in paths.values()} == {404}
    assert (
        client.get("/api/shared").json()["results"] == []
        and f"/shared/{pk}" not in client.get("/shared").content.decode()
    )
    assert client.post(f"/shared/{pk}/decline").status_code == client.delete(f"/api/shared/{pk}").status_code == 404
    assert page_of(UserFactory()).post(f"/shared/{pk}/decline").status_code == 404
    assert {page_of(colleague).get(path).status_code for path in paths.values()} == {200}


def test_declining_asks_first_and_what_is_shared_again_after_it_is_there_again(work):
    """One slip of a thumb was for good: whoever shared it again was sent to a share that reached nobody."""
    person = UserFactory()
    pk = given(work, "asset", person=person)
    page = page_of(person).get("/shared").content.decode()
    question, _, sure = page.partition('<details class="ask">')[2].partition("</summary>")
    assert "Take off the list" in question and "Yes, take it off" in sure.partition("</details>")[0]
    assert share(as_(work.editor), work, email=person.email).json()["code"] == "shared_already"
    page_of(person).post(f"/shared/{pk}/decline")
    again = share(as_(work.editor), work, email=person.email)
    assert again.status_code == 201, again.content
    assert [row["id"] for row in as_(person).get("/api/shared").json()["results"]] == [again.json()["id"]]
    assert share(as_(work.editor), work, email=person.email).json()["code"] == "shared_already"
