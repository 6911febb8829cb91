"""The feed of a team: what its rooms keep anyway, told in order, as far as one may see it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from batches.models import Batch
from designer.activity import receivers, views
from designer.assets.models import Asset
from designer.assets.services import store_upload
from designer.generations.models import Generation
from designer.personas.models import Feedback
from designer.realtime.events import record
from teams.audit.services import write
from teams.membership.services import change_role
from teams.review.approvals.services import Request, answer, request_approval, withdraw
from teams.review.collections.services import create
from teams.review.models import Comment
from teams.sharing.models import Share
from teams.sharing.services import Wish, revoke, share
from tests.enhancement.test_lineage import Family
from tests.factories import TeamFactory, UserFactory
from tests.worlds import picture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(member):
    return member("editor", name="Ada")


@pytest.fixture
def family(team, ada) -> Family:
    return Family(team, ada)


def signed_in(client_of: Any, user: Any) -> Any:
    client = client_of(None)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.user = user
    return client


def asked(client: Any, team: Any, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/teams/{team.pk}/activity", query)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def told(client: Any, team: Any, **query: Any) -> list[tuple[str, str, str]]:
    found = asked(client, team, page_size=200, **query)
    assert found["next"] is None and found["previous"] is None
    return [
        ((each["actor"] or {"name": "The studio"})["name"], each["did"], each["title"]) for each in found["results"]
    ]


@pytest.fixture
def full(team, ada, member, family):
    """Something of every kind, by the services that make it where they are quick."""
    bo = member("admin", name="Bo")
    photo = store_upload(actor=ada, team_id=team.pk, file=picture(), name="swatch.png")
    (made,) = family.drawn("a silk coat")
    family.enlarged(made)
    Batch.objects.create(team=team, owner=ada, title="Autumn", plan={}, cost=Decimal("1.5"), status="running")
    Comment.objects.create(team=team, asset=made, author=bo, text="the collar is too wide")
    approval = request_approval(actor=ada, team_id=team.pk, wish=Request(asset=made.pk, reviewers=[bo.pk]))
    answer(actor=bo, approval_id=approval.pk, verdict="approve")
    create(actor=ada, team_id=team.pk, name="Evening", assets=[made.pk])
    share(actor=ada, team_id=team.pk, wish=Wish(about=("asset", photo.pk), email=UserFactory().email))
    return {"bo": bo, "photo": photo, "made": made}


def test_everything_that_was_done_is_told_the_newest_first(full, team, ada, client_of):
    client = signed_in(client_of, ada)
    assert told(client, team) == [
        ("Ada", "shared", "swatch.png"),
        ("Ada", "began the collection", "Evening"),
        ("Bo", "approved", "a silk coat"),
        ("Ada", "asked for a review of", "a silk coat"),
        ("Bo", "commented on", "a silk coat"),
        ("Ada", "made the batch", "Autumn"),
        ("Ada", "enhanced", "a silk coat"),
        ("Ada", "made 1 image of", "a silk coat"),
        ("Ada", "uploaded", "swatch.png"),
    ]
    page = client.get(f"/teams/{team.pk}/activity").content.decode()
    assert "the collar is too wide" in page and page.count('class="feed-line"') == 9


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("admin", 200), ("editor", 200), ("viewer", 200), ("stranger", 404), (None, 401)],
)
def test_only_members_see_it(role, status, team, client_of):
    client = client_of(role)
    assert client.get(f"/api/teams/{team.pk}/activity").status_code == status
    assert client.get(f"/teams/{team.pk}/activity").status_code == {401: 302}.get(status, status)


def test_costs_shares_and_what_is_for_managers_are_told_to_who_may_see_them(full, team, ada, client_of, member):
    owner, viewer = client_of("owner"), client_of("viewer")
    change_role(actor=owner.user, team_id=team.pk, user_id=ada.pk, role="admin")
    change_role(actor=owner.user, team_id=team.pk, user_id=ada.pk, role="editor")
    costs = {(each["kind"], each["cost"]) for each in asked(owner, team)["results"] if each["cost"]}
    assert costs == {("generation", "0.040000"), ("enhancement", "0.010000"), ("batch", "1.500000")}
    assert {each["cost"] for each in asked(viewer, team)["results"]} == {None}
    assert {each["kind"] for each in asked(signed_in(client_of, ada), team)["results"] if each["cost"]} == {
        "generation", "enhancement", "batch",
    }  # fmt: skip
    assert "share" in {each["kind"] for each in asked(owner, team)["results"]}
    kinds = {each["kind"] for each in asked(viewer, team)["results"]}
    assert "share" not in kinds and "team" not in kinds
    changed = asked(owner, team, kind="team")["results"]
    assert [(each["did"], each["whom"]["name"]) for each in changed] == [("changed the role of", "Ada")] * 2
    assert "$" not in viewer.get(f"/teams/{team.pk}/activity").content.decode().split('class="feed"', 1)[1]


def test_nothing_of_another_team_and_nothing_from_the_trash(full, family, ada, client_of):
    client = signed_in(client_of, ada)
    elsewhere = Family(TeamFactory(), UserFactory())
    elsewhere.drawn("a secret coat")
    before = told(client, family.team)
    assert not any("secret" in line[2] for line in before)
    made = full["made"]
    Asset.objects.filter(pk=made.pk).update(trashed_at=timezone.now())
    Generation.objects.filter(pk=made.generation_id).update(trashed_at=timezone.now())
    left = [line[1] for line in told(client, family.team)]
    assert left == ["shared", "began the collection", "made the batch", "enhanced", "uploaded"], (
        "its enlargement is kept"
    )
    revoke(actor=ada, team_id=family.team.pk, share_id=Share.objects.get().pk)
    assert "shared" not in [line[1] for line in told(client, family.team)]


def test_what_was_enhanced_is_told_as_long_as_its_result_is_kept(family, client_of):
    (made,) = family.drawn("a coat")
    large = family.enlarged(made)
    client = signed_in(client_of, family.owner)
    Asset.objects.filter(pk=made.pk).update(trashed_at=timezone.now())
    (line,) = asked(client, family.team, kind="enhancement")["results"]
    assert (line["link"], line["images"], line["note"]) == (f"/assets/{large.pk}", [str(large.pk)], "Enlarge 4×")
    Asset.objects.filter(pk=made.pk).update(trashed_at=None)
    Asset.objects.filter(pk=large.pk).update(trashed_at=timezone.now())
    assert asked(client, family.team, kind="enhancement")["results"] == []


@pytest.mark.parametrize(
    ("state", "note"), [("cancelled", "cancelled"), ("failed", "failed"), ("running", "being made")]
)
def test_nobody_is_named_for_what_another_may_have_stopped(state, note, family, client_of):
    run = Generation.objects.create(team=family.team, owner=family.owner, brief="a coat", settings={}, status=state)
    Batch.objects.create(team=family.team, owner=family.owner, title="Autumn", plan={}, status="cancelled")
    client = signed_in(client_of, family.owner)
    batch, asked_for = asked(client, family.team)["results"]
    assert (asked_for["did"], asked_for["note"]) == ("asked for images of", note)
    assert (batch["did"], batch["note"]) == ("made the batch", "0 of 0 done, cancelled")
    assert run.brief == asked_for["title"]


def test_what_was_done_to_a_team_reads_as_a_sentence(family, client_of, member):
    owner, bo = client_of("owner"), member("admin", name="Bo")
    user, facts = f"user:{bo.pk}", {"email": "cleo@example.org", "to": str(bo.pk)}
    said = {
        "member.invited": ("invitation:1", "invited", "cleo@example.org"),
        "member.invited_again": ("invitation:1", "invited again", "cleo@example.org"),
        "member.invitation_revoked": ("invitation:1", "took back the invitation of", "cleo@example.org"),
        "member.role_changed": (user, "changed the role of", "Bo"),
        "member.removed": (user, "removed", "Bo"),
        "member.left": (user, "left", ""),
        "team.handed_over": (f"team:{family.team.pk}", "handed the team over to", "Bo"),
    }
    for action, (subject, _, _) in said.items():
        write(owner.user, action, subject, facts, family.team.pk)
    write(owner.user, "team.renamed", f"team:{family.team.pk}", {"from": "A", "to": "Nord"}, family.team.pk)
    found = asked(owner, family.team, kind="team")["results"]
    told = [(each["did"], each["title"] or (each["whom"] or {"name": ""})["name"]) for each in reversed(found)]
    assert told == [(did, whom) for _, did, whom in said.values()] + [("renamed the team to", "Nord")]


def test_a_review_that_is_asked_for_anew_was_withdrawn_by_nobody(family, client_of, member):
    bo = member("admin", name="Bo")
    (made,) = family.drawn("a coat")
    wish = Request(asset=made.pk, reviewers=[bo.pk])
    first = request_approval(actor=family.owner, team_id=family.team.pk, wish=wish)
    answer(actor=bo, approval_id=first.pk, verdict="changes_requested", note="Longer")
    request_approval(actor=family.owner, team_id=family.team.pk, wish=wish)
    client = signed_in(client_of, family.owner)
    again = ["asked for a review of", "asked for changes to", "asked for a review of"]
    assert [line[1] for line in told(client, family.team, kind="review")] == again
    about = told(client, family.team, kind="review", about=f"asset:{made.pk}")
    assert [line[1] for line in about] == again


def test_a_review_that_is_withdrawn_is_told(family, client_of, member):
    bo = member("admin", name="Bo")
    (made,) = family.drawn("a coat")
    first = request_approval(actor=family.owner, team_id=family.team.pk, wish=Request(asset=made.pk, reviewers=[bo.pk]))
    withdraw(actor=family.owner, approval_id=first.pk)
    client = signed_in(client_of, family.owner)
    assert [line[1] for line in told(client, family.team, kind="review")] == [
        "withdrew the review of", "asked for a review of",
    ]  # fmt: skip


def test_what_was_made_after_a_photo_happened_to_it(family, client_of):
    one, two = family.image("reference", title="swatch"), family.image("reference", title="other")
    family.drawn("a coat", photos=(one,))
    family.drawn("a skirt", photos=(two,))
    (mixed,) = family.drawn("a mix", photos=(two, one), source=two, mode="remix")
    client = signed_in(client_of, family.owner)
    assert [line[2] for line in told(client, family.team, about=f"asset:{one.pk}")] == ["a mix", "a coat", "swatch"]
    assert [line[2] for line in told(client, family.team, about=f"asset:{mixed.pk}")] == ["a mix"]


def test_who_looks_hears_of_likes_and_ends_too(family, client_of, monkeypatch):
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(receivers, "tick", lambda channel, event, data: heard.append((channel, event)))
    (made,) = family.drawn("a coat")
    client = signed_in(client_of, family.owner)
    tick = (f"team:{family.team.pk}", "team:activity")
    deeds = (
        lambda: client.post("/api/feedback", {"kind": "like", "assets": [str(made.pk)]}, format="json"),
        lambda: client.delete(f"/api/assets/{made.pk}"),
        lambda: record(f"generation:{made.generation_id}", "generation:cancelled", {}, team_id=family.team.pk),
    )
    for deed in deeds:
        heard.clear()
        answer = deed()
        assert tick in heard and (answer is None or answer.status_code < 300)
    heard.clear()
    record(f"generation:{made.generation_id}", "generation:progress", {"percent": 3}, team_id=family.team.pk)
    assert heard == [], "not of each step"


def test_a_page_that_seeks_words_stays_as_it_is(family, client_of):
    family.drawn("a coat")
    client = signed_in(client_of, family.owner)
    path = f"/teams/{family.team.pk}/activity"
    assert "<live-row" in client.get(path).content.decode().split("<main")[1]
    for query in ({"search": "coat"}, {"until": "2030-01-01"}):
        page = client.get(path, query).content.decode().split("<main")[1]
        assert "<live-row" not in page and "a coat" in page
    assert "<live-row" in client.get(path, {"after": "rubbish"}).content.decode().split("<main")[1]


def test_it_is_sought_by_kind_person_thing_time_and_words(full, team, ada, client_of):
    client = signed_in(client_of, ada)
    assert [line[1] for line in told(client, team, kind="review")] == ["approved", "asked for a review of"]
    assert {line[0] for line in told(client, team, person=full["bo"].pk)} == {"Bo"}
    about = told(client, team, about=f"asset:{full['made'].pk}")
    assert [line[1] for line in about] == [
        "approved",
        "asked for a review of",
        "commented on",
        "enhanced",
        "made 1 image of",
    ]
    assert [line[2] for line in told(client, team, search="SILK coat")] == ["a silk coat"] * 5
    assert told(client, team, search="velvet") == []
    now = timezone.now()
    assert told(client, team, since=now.isoformat()) == [] and len(told(client, team, until=now.isoformat())) == 9
    page = client.get(f"/teams/{team.pk}/activity", {"kind": "comment", "search": "nothing at all"}).content.decode()
    assert "Nothing that you may see matches." in page
    thing = f"asset:{full['made'].pk}"
    page = client.get(f"/teams/{team.pk}/activity", {"about": thing}).content.decode()
    assert 'name="about"' in page
    assert re.search(f'Only what happened to <a href="/assets/{full["made"].pk}" dir="auto">a silk coat</a>', page)


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"kind": "dance"}, 400, "kind"),
        ({"person": "x"}, 400, "person"),
        ({"about": "asset:x"}, 404, "about"),
        ({"about": "user:00000000-0000-0000-0000-000000000001"}, 404, "about"),
        ({"cursor": "x"}, 400, "cursor"),
        ({"cursor": "2026-01-01 x y"}, 400, "cursor"),
        ({"page_size": "0"}, 400, "page_size"),
        ({"since": "yesterday"}, 400, "since"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(query, status, field, team, client_of):
    client = client_of("viewer")
    refused = client.get(f"/api/teams/{team.pk}/activity", query)
    assert refused.status_code == status
    assert status == 404 or refused.json()["errors"][0]["field"] == field
    assert client.get(f"/teams/{team.pk}/activity", query).status_code in (200, 404)


def test_a_thing_that_one_may_not_see_is_missing(family, client_of):
    (secret,) = Family(TeamFactory(), UserFactory()).drawn("a secret coat")
    client = client_of("owner")
    for path in (f"/api/teams/{family.team.pk}/activity", f"/teams/{family.team.pk}/activity"):
        assert client.get(path, {"about": f"asset:{secret.pk}"}).status_code == 404


def test_page_by_page_nothing_is_lost_or_told_twice_also_of_one_moment(family, client_of):
    for place in range(7):
        family.image("reference", title=f"photo {place}")
        family.drawn(f"look {place}")
    moment = timezone.now()
    Asset.objects.update(created_at=moment)
    Generation.objects.update(created_at=moment)
    client = signed_in(client_of, family.owner)
    whole = [each["id"] for each in asked(client, family.team, page_size=200)["results"]]
    assert len(whole) == 14
    for size in (1, 3, 5, 14):
        found, address = [], f"/api/teams/{family.team.pk}/activity?page_size={size}"
        while address:
            page = client.get(address).json()
            found += [each["id"] for each in page["results"]]
            address = page["next"]
        assert found == whole


def test_what_somebody_does_again_and_again_is_one_line(family, client_of):
    for place in range(12):
        family.drawn(f"look {place}", n=2)
    bo = family.owner
    client = signed_in(client_of, bo)
    page = client.get(f"/teams/{family.team.pk}/activity").content.decode()
    assert page.count('class="feed-line"') == 1 and "made 24 images" in page and page.count("/thumbnail?w=160") == 6
    Generation.objects.filter(brief="look 3").update(created_at=timezone.now() - timedelta(hours=9))
    again = client.get(f"/teams/{family.team.pk}/activity").content.decode()
    assert again.count('class="feed-line"') == 2 and "made 22 images" in again and "look 3" in again


def test_likes_and_picks_are_told_and_what_somebody_does_not_want_is_not(family, client_of):
    client = signed_in(client_of, family.owner)
    first, second = family.drawn("a coat", n=2)
    for image, kind in ((first, "like"), (second, "like"), (first, "pick"), (second, "dislike")):
        about = {"team": family.team, "owner": family.owner, "generation": image.generation, "asset": image}
        Feedback.objects.create(kind=kind, **about)
    found = told(client, family.team, kind="feedback")
    assert [line[1:] for line in found] == [("picked", "a coat"), ("liked", "a coat"), ("liked", "a coat")]
    assert [line[1] for line in told(client, family.team, about=f"asset:{second.pk}")] == ["liked", "made 2 images of"]
    assert "liked 2 images" in client.get(f"/teams/{family.team.pk}/activity").content.decode()
    Feedback.objects.filter(kind="pick").delete()  # as who takes it back does
    assert [line[1] for line in told(client, family.team, kind="feedback")] == ["liked", "liked"]


def test_days_and_hours_are_those_of_who_looks(family, client_of):
    made = family.image("reference", title="late")
    Asset.objects.filter(pk=made.pk).update(created_at=datetime(2026, 11, 30, 20, 15, tzinfo=UTC))
    type(family.owner).objects.filter(pk=family.owner.pk).update(timezone="Asia/Tokyo")
    client = signed_in(client_of, family.owner)
    page = client.get(f"/teams/{family.team.pk}/activity").content.decode()
    assert "Tuesday, 1 December 2026" in page and ">05:15</time>" in page
    path = f"/teams/{family.team.pk}/activity"
    for since, until, shown in (
        ("2026-12-01", "2026-12-01", 1),
        ("2026-11-30", "2026-11-30", 0),
        ("", "2026-11-30", 0),
    ):
        found = client.get(path, {"since": since, "until": until}).content.decode()
        assert found.count('class="feed-line"') == shown
    assert client.get(path, {"since": "9999-12-31", "until": "9999-12-31"}).status_code == 200


def test_a_line_is_not_torn_by_the_end_of_a_page(family, client_of, monkeypatch):
    monkeypatch.setattr(views, "READ", 10)
    for place in range(3):
        family.image("reference", title=f"photo {place}")
    for place in range(11):
        family.drawn(f"look {place}")
    for place in range(2):
        Comment.objects.create(team=family.team, asset=Asset.objects.first(), author=family.owner, text=f"no {place}")
    client = signed_in(client_of, family.owner)
    first = client.get(f"/teams/{family.team.pk}/activity").content.decode()
    assert first.count('class="feed-line"') == 2 and "made" not in first.split('class="feed"', 1)[1].split("nav")[0]
    address = re.search(r'rel="next" href="([^"]+)"', first)
    assert address
    second = client.get(address[1].replace("&amp;", "&")).content.decode()
    assert "made 10 images" in second


def test_as_many_statements_for_thousands_as_for_a_few(family, client_of):
    client = signed_in(client_of, family.owner)

    def statements(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    def fill(times: int) -> None:
        for place in range(times):
            (made,) = family.drawn(f"look {place}")
            family.enlarged(made)
            Comment.objects.create(team=family.team, asset=made, author=family.owner, text="so")
            family.image("reference")
            about = {"asset": str(made.pk), "verdict": "approve"}
            write(family.owner, "approval.answered", f"approval:{made.pk}", about, family.team.pk)

    fill(2)
    paths = (f"/api/teams/{family.team.pk}/activity?page_size=200", f"/teams/{family.team.pk}/activity")
    few = [statements(path) for path in paths]
    fill(20)
    assert [statements(path) for path in paths] == few and max(few) < 24
