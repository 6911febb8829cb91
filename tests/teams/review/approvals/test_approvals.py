"""An image is put before reviewers, who answer; what is approved is locked; nobody decides about their own request."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.realtime.models import Event
from teams.accounts.services import create_token, revoke_token
from teams.audit.models import AuditEntry
from teams.membership import closing
from teams.membership.models import Membership
from teams.review.approvals import services
from teams.review.approvals.models import Approval, Reviewer
from tests.designer.sessions.agenda import image
from tests.factories import TeamFactory, UserFactory
from tests.teams.review.approvals.conftest import as_, say, standing

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1)


def fault(answer) -> tuple[int, str, str]:
    said = answer.json()
    return answer.status_code, said["code"], said["errors"][0]["field"] if said["errors"] else ""


def test_an_image_is_put_before_reviewers_read_and_listed(ask, editor, member, team, asset):
    ada, due = member("editor", name="Ada"), timezone.now() + TOMORROW
    made = ask(ada, due_at=due.isoformat(), checklist=["Seams", " Hem "], note="Before\nFriday")
    assert made.status_code == 201
    said = made.json()
    assert {name: said[name] for name in ("status", "policy", "checklist", "note", "overdue", "decided_at")} == {
        "status": "open", "policy": "all_of", "checklist": ["Seams", "Hem"], "note": "Before\nFriday",
        "overdue": False, "decided_at": None,
    }  # fmt: skip
    (seat,) = said["reviewers"]
    assert (seat["name"], seat["verdict"], seat["present"], seat["answered_at"]) == ("Ada", "", True, None)
    read = as_(member("viewer")).get(made["Location"])
    assert read.json() == said and read["ETag"] == made["ETag"]
    path = f"/api/teams/{team.pk}/approvals"
    for query in (
        "",
        f"?asset={asset.pk}",
        f"?reviewer={ada.pk}",
        "?search=friday look",
        "?status=open&status=rejected",
    ):
        assert [row["id"] for row in editor.get(path + query).json()["results"]] == [said["id"]], query
    for query in (f"?reviewer={editor.user.pk}", "?search=monday", "?status=approved", "?overdue=true"):
        assert editor.get(path + query).json()["results"] == [], query
    assert [len(as_(who).get(f"{path}?waiting=true").json()["results"]) for who in (ada, editor.user)] == [1, 0]


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 201), ("admin", 201), ("editor", 403), ("viewer", 403), ("stranger", 404), (None, 401)],
)
def test_who_may_change_an_image_may_have_it_reviewed(role, status, client_of, member, ask):
    assert ask(member("admin"), by=client_of(role)).status_code == status
    assert Approval.objects.count() == (status == 201)


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("admin", 200), ("editor", 200), ("viewer", None), ("stranger", None)]
)
def test_who_may_make_work_may_review_it(role, status, member, ask):
    asked = ask(person := member(role))
    if status:
        assert say(person, asked).status_code == status
    else:  # a stranger and nobody at all are told in the same words
        assert fault(asked) == ((422, "may_not_review") if role == "viewer" else (404, "not_found")) + ("reviewers[0]",)


def test_a_foreign_reviewer_is_nobody(ask):
    other, nobody = UserFactory(), UserFactory.build(pk=uuid4())
    told = [ask(each).json() for each in (other, nobody)]
    words = [each["detail"].replace(str(pk), "") for each, pk in zip(told, (other.pk, nobody.pk), strict=True)]
    assert words[0] == words[1]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"reviewers": []}, (400, "reviewers")),
        ({"reviewers": [str(uuid4()) for _ in range(500)]}, (400, "reviewers")),
        ({"due_at": "2020-01-01T00:00:00Z"}, (422, "due_at")),
        ({"due_at": "yesterday"}, (400, "due_at")),
        ({"due_at": "2040-01-01T00:00:00Z"}, (422, "due_at")),
        ({"note": "x" * (1 << 20)}, (413, "")),
        ({"note": "x" * 5001}, (400, "note")),
        ({"note": "a\u202eb"}, (422, "note")),
        ({"checklist": ["x"] * 31}, (400, "checklist")),
        ({"checklist": ["x" * 201]}, (400, "checklist[0]")),
        ({"checklist": ["two\nlines"]}, (422, "checklist[0]")),
        ({"policy": "two_of"}, (400, "policy")),
        ({"policy": "owner_last"}, (422, "policy")),
        ({"asset": str(uuid4())}, (404, "asset")),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(wish, expected, ask, member):
    answer = ask(member("editor"), **wish)
    status, _, field = fault(answer)
    assert (status, field.split(".")[0]) == expected, answer.json()
    assert not Approval.objects.exists()


def test_only_images_of_the_team_that_are_not_in_the_trash_are_reviewed(ask, editor, member, team):
    ada, elsewhere = member("editor"), TeamFactory(owner=editor.user)
    assert fault(ask(ada, about=image(elsewhere, editor.user))) == (404, "not_found", "asset")
    assert fault(ask(ada, about=image(team, editor.user, trashed_at=timezone.now()))) == (409, "trashed", "asset")


def test_who_asks_neither_reviews_nor_answers(ask, editor, member):
    assert fault(ask(editor.user)) == (422, "own_review", "reviewers")
    asked = ask(member("admin"))
    assert fault(say(editor.user, asked)) == (403, "own_review", "")
    assert fault(say(member("owner"), asked)) == (403, "not_asked", "")
    assert say(member("viewer"), asked).status_code == 403
    assert say(member("stranger"), asked).status_code == 404
    assert standing(asked, editor) == "open"


def test_of_an_image_one_review_stands_at_a_time(ask, editor, member):
    ada = member("editor")
    first = ask(ada)
    assert fault(ask(ada)) == (409, "in_review", "asset")
    say(ada, first, "changes_requested", note="Too long")
    second = ask(ada)
    assert second.status_code == 201 and standing(first, editor) == "withdrawn"
    say(ada, second)
    assert fault(ask(ada)) == (409, "approved", "asset")
    assert editor.post(f"{second['Location']}/withdraw").json()["status"] == "withdrawn"
    assert ask(ada).status_code == 201


def test_the_same_request_and_the_same_answer_sent_twice_do_it_once(editor, member, team, asset, ask):
    ada, key = member("editor"), {"HTTP_IDEMPOTENCY_KEY": "only-once"}
    wish = {"asset": str(asset.pk), "reviewers": [str(ada.pk)]}
    made = [editor.post(f"/api/teams/{team.pk}/approvals", wish, format="json", **key) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201] and made[0].json() == made[1].json()
    path = f"{made[0]['Location']}/answer"
    told = [as_(ada).post(path, {"verdict": "approve"}, format="json", **key) for _ in range(2)]
    assert [each.status_code for each in told] == [200, 200]
    assert fault(say(ada, made[0])) == (409, "decided", ""), "without the key it is another answer"


OUTCOMES = [
    ("all_of", ["approve"], "open"),
    ("all_of", ["approve", "approve"], "approved"),
    ("all_of", ["approve", "changes_requested"], "changes_requested"),
    ("all_of", ["changes_requested", "reject"], "rejected"),
    ("one_of", ["approve"], "approved"),
    ("one_of", ["changes_requested"], "changes_requested"),
    ("one_of", ["reject", "approve"], "approved"),
]


@pytest.mark.parametrize(("policy", "answers", "status"), OUTCOMES)
def test_what_the_answers_come_to(policy, answers, status, ask, editor, member):
    people = [member("editor"), member("admin")]
    asked = ask(*people, policy=policy)
    for person, verdict in zip(people, answers, strict=False):
        assert say(person, asked, verdict).status_code == 200
    said = editor.get(asked["Location"]).json()
    assert said["status"] == status and (said["decided_at"] is None) == (status == "open")


def test_ones_last_answer_counts_until_it_is_approved(ask, editor, member):
    ada, ben = member("editor"), member("editor")
    asked = ask(ada, ben, checklist=["Seams", "Hem"])
    before = editor.get(asked["Location"])["ETag"]
    say(ada, asked, "reject", note="No")
    assert editor.get(asked["Location"])["ETag"] != before
    answer = say(ada, asked, "approve", note="Now yes", checked=[1, 1, 9])
    assert (answer.json()["status"], answer.json()["reviewers"][0]["checked"]) == ("open", [1])
    assert say(ben, asked).json()["status"] == "approved"
    assert fault(say(ada, asked, "reject")) == (409, "decided", "")


@pytest.mark.parametrize("wish", [{"verdict": "maybe"}, {}, {"verdict": "approve", "note": "x" * 5001}])
def test_an_answer_that_is_none_changes_nothing(wish, ask, editor, member):
    ada = member("editor")
    asked = ask(ada)
    assert as_(ada).post(f"{asked['Location']}/answer", wish, format="json").status_code == 400
    assert standing(asked, editor) == "open"


def test_an_owner_approves_last(ask, editor, member):
    owner, ada = member("owner"), member("editor", name="Ada")
    asked = ask(owner, ada, policy="owner_last")
    early = say(owner, asked)
    assert fault(early) == (409, "not_yet", "") and "Ada" in early.json()["detail"]
    assert say(ada, asked).json()["status"] == "open"
    assert say(owner, asked).json()["status"] == "approved"


def test_where_an_owner_must_sign_another_owner_may(ask, editor, member, team):
    owner, ada = member("owner"), member("editor")
    asked = ask(owner, ada, policy="owner_last")
    say(ada, asked)
    other = member("owner", name="Second")
    as_(other).delete(f"/api/teams/{team.pk}/members/{owner.pk}")
    assert standing(asked, editor) == "open", "all that are left approve, but no owner did"
    assert say(other, asked).json()["status"] == "approved"


def test_who_leaves_is_waited_for_no_longer(ask, editor, member, team, client_of):
    ada, ben, manager = member("editor"), member("editor"), client_of("owner")
    asked = ask(ada, ben)
    say(ada, asked)
    manager.delete(f"/api/teams/{team.pk}/members/{ben.pk}")
    assert standing(asked, editor) == "approved"
    entry = AuditEntry.objects.get(action="approval.settled")
    assert (entry.actor_id, entry.facts["status"]) == (None, "approved")


def test_whose_account_is_closed_is_waited_for_no_longer(ask, editor, member, admin_client):
    ada, ben = member("editor"), member("editor", name="Ben")
    asked = ask(ada, ben)
    say(ada, asked)
    form = admin_client.get(f"/admin/teams/user/{ben.pk}/change/").context["adminform"].form
    wish = {name: value for name, value in form.initial.items() if value is not None and name != "groups"}
    assert admin_client.post(f"/admin/teams/user/{ben.pk}/change/", wish | {"is_active": "on"}).status_code == 302
    assert standing(asked, editor) == "open"
    wish.pop("is_active")
    assert admin_client.post(f"/admin/teams/user/{ben.pk}/change/", wish).status_code == 302
    assert standing(asked, editor) == "approved"


def test_who_ends_a_token_loses_no_review_and_nothing_is_asked_of_them(ask, member):
    ada = member("editor")
    ask(ada)
    _, token = create_token(actor=ada, name="tool"), ada.api_tokens.get()
    with CaptureQueriesContext(connection) as queries:
        revoke_token(actor=ada, token_id=token.pk)
    assert not [each["sql"] for each in queries if "team_approval" in each["sql"]]


def test_who_may_only_look_from_now_on_has_nothing_to_answer(ask, member, team, client_of):
    ada, ben, manager = member("editor"), member("editor"), client_of("owner")
    ask(ada, ben)
    path = f"/api/teams/{team.pk}/approvals?waiting=true"
    assert len(as_(ben).get(path).json()["results"]) == 1
    manager.put(f"/api/teams/{team.pk}/members/{ben.pk}", {"role": "viewer"}, format="json")
    assert as_(ben).get(path).json()["results"] == []
    page = " ".join(as_(ada).get(f"/assets/{Asset.objects.get().pk}").content.decode().split())
    assert "may review no longer" in page and "has left" not in page


def test_where_no_named_owner_is_left_it_waits_for_the_other_owners(ask, editor, member, team):
    owner, ada, other = member("owner"), member("editor"), member("owner", name="Second")
    ask(owner, ada, policy="owner_last")
    path = f"/api/teams/{team.pk}/approvals?waiting=true"
    assert as_(other).get(path).json()["results"] == []
    as_(other).delete(f"/api/teams/{team.pk}/members/{owner.pk}")
    assert [len(as_(who).get(path).json()["results"]) for who in (other, ada, editor.user)] == [1, 1, 0]


def test_who_may_only_look_from_now_on_has_no_say_any_more(ask, editor, member, team, client_of):
    ada, ben, manager = member("editor"), member("editor"), client_of("owner")
    asked = ask(ada, ben)
    say(ben, asked, "reject")
    manager.put(f"/api/teams/{team.pk}/members/{ben.pk}", {"role": "viewer"}, format="json")
    assert standing(asked, editor) == "open" and fault(say(ben, asked))[0] == 403
    assert say(ada, asked).json()["status"] == "approved"


def test_where_nobody_is_left_to_review_it_ends_and_who_asked_is_told(ask, editor, member, team, client_of):
    ada = member("editor")
    asked = ask(ada)
    as_(ada).post(f"/teams/{team.pk}/leave")
    assert not Membership.objects.filter(user=ada, team=team).exists()
    assert standing(asked, editor) == "withdrawn"
    titles = [row["title"] for row in editor.get("/api/notifications").json()["results"]]
    assert titles == [f"The review of {Asset.objects.get().title} has ended"]


def test_who_leaves_a_deleted_team_takes_no_review_with_them(ask, editor, member, team, client_of):
    """Nobody is seen in a team that is about to be deleted: its reviews wait, and go on once it is restored."""
    owner, ada, ben, cleo = client_of("owner"), member("editor"), member("editor"), member("editor")
    waits, given, ended = ask(ada, ben, cleo), ask(ada, ben, about=image(team, editor.user)), image(team, editor.user)
    alone = ask(ben, about=ended)
    say(ada, given)
    owner.post(f"/api/teams/{team.pk}/delete", {"name": team.name}, format="json")
    ada.set_password("another one 4711")
    ada.save()
    as_(ben).post(f"/teams/{team.pk}/leave")
    cleo.is_active = False
    cleo.save()
    assert not Approval.objects.exclude(status="open").exists()
    owner.post(f"/api/teams/{team.pk}/restore")
    assert [standing(asked, editor) for asked in (waits, given, alone)] == ["open", "approved", "withdrawn"]
    assert say(ada, waits).json()["status"] == "approved"
    titles = [row["title"] for row in editor.get("/api/notifications").json()["results"]]
    assert f"The review of {ended.title} has ended" in titles


def test_a_suspension_that_meets_a_deletion_ends_no_review(ask, editor, member, team, client_of, monkeypatch):
    owner, ada = client_of("owner"), member("editor")
    ask(ada)
    lock = services._lock_asset

    def deleted_meanwhile(asset_id):
        monkeypatch.undo()
        closing.delete(actor=owner.user, team_id=team.pk, name=team.name)
        return lock(asset_id)

    monkeypatch.setattr(services, "_lock_asset", deleted_meanwhile)
    ada.is_active = False
    ada.save()
    assert Approval.objects.get().status == "open"


def test_what_is_approved_is_locked_until_the_approval_is_withdrawn(ask, editor, member, asset):
    asked = ask(ada := member("editor"))
    say(ada, asked)
    refused = editor.delete(f"/api/assets/{asset.pk}")
    assert fault(refused) == (409, "approved", "") and "Withdraw the approval" in refused.json()["detail"]
    assert Asset.objects.get().trashed_at is None
    assert fault(as_(ada).post(f"{asked['Location']}/withdraw"))[0] == 403
    assert editor.post(f"{asked['Location']}/withdraw").status_code == 200
    assert fault(editor.post(f"{asked['Location']}/withdraw")) == (409, "illegal_move", "")
    assert editor.delete(f"/api/assets/{asset.pk}").status_code == 204
    entry = AuditEntry.objects.get(action="approval.withdrawn")
    assert (entry.actor_id, entry.facts["before"]) == (editor.user.pk, "approved")


def test_a_generation_with_an_approved_image_is_not_thrown_away(ask, editor, member, team):
    row = Generation.objects.create(team=team, owner=editor.user, brief="a coat", status="succeeded")
    good, other = image(team, editor.user, generation=row), image(team, editor.user, generation=row)
    say(ada := member("editor"), ask(ada, about=good))
    assert fault(editor.delete(f"/api/generations/{row.pk}"))[:2] == (409, "approved")
    assert not Asset.objects.exclude(trashed_at=None).exists() and Generation.objects.get().trashed_at is None, other


def test_what_is_in_the_trash_is_not_answered_and_comes_back_with_its_review(ask, editor, member, asset):
    asked = ask(ada := member("editor"))
    editor.delete(f"/api/assets/{asset.pk}")
    assert fault(say(ada, asked)) == (409, "trashed", "")
    editor.post(f"/api/assets/{asset.pk}/restore")
    assert say(ada, asked).json()["status"] == "approved"


def test_an_approval_is_of_the_very_file(ask, editor, member, asset):
    asked = ask(ada := member("editor"))
    Asset.objects.update(sha256="f" * 64)
    assert fault(say(ada, asked)) == (409, "changed", "")


def test_each_deed_is_told_to_who_looks_and_noted_once(ask, editor, member, team, asset):
    asked = ask(ada := member("editor"), note="Soon")
    say(ada, asked, "changes_requested", note="Shorter")
    say(ada, asked)
    editor.post(f"{asked['Location']}/withdraw")
    told = ["requested", "answered", "answered", "withdrawn"]
    for channel in (f"asset:{asset.pk}", f"team:{team.pk}"):
        rows = Event.objects.filter(channel=channel, event__startswith="approval:").order_by("pk")
        assert [row.event for row in rows] == [f"approval:{what}" for what in told]
        states = ["open", "changes_requested", "approved", "withdrawn"]
        assert [row.data["status"] for row in rows] == states
        assert rows[1].data["verdict"] == "changes_requested" and rows[1].data["by"] == str(ada.pk)
    noted = AuditEntry.objects.filter(team_id=team.pk, action__startswith="approval.").order_by("created_at")
    assert [row.action for row in noted] == [f"approval.{what}" for what in told]
    assert {row.subject for row in noted} == {f"approval:{asked.json()['id']}"}


def test_a_refused_deed_leaves_no_trace(ask, editor, member):
    asked = ask(ada := member("editor"))
    say(ada, asked)
    noted = AuditEntry.objects.filter(action__startswith="approval.")
    events, notes = Event.objects.count(), noted.count()
    for refused in (say(ada, asked), say(editor.user, asked), ask(ada)):
        assert refused.status_code >= 400
    assert (Event.objects.count(), noted.count()) == (events, notes), list(AuditEntry.objects.values_list("action"))


def test_the_list_asks_the_database_alike_often_for_one_and_for_many(ask, editor, member, team):
    people = [member("editor") for _ in range(3)]
    ask(people[0])
    path = f"/api/teams/{team.pk}/approvals"
    with CaptureQueriesContext(connection) as few:
        editor.get(path)
    for _ in range(12):
        ask(*people, about=image(team, editor.user))
    with CaptureQueriesContext(connection) as many:
        assert len(editor.get(path).json()["results"]) == 13
    assert len(many) == len(few)


@pytest.mark.parametrize(
    "wrong",
    [{"status": "lost"}, {"policy": "lost"}, {"status": "approved"}, {"decided_at": timezone.now()}],
)
def test_the_database_keeps_no_other_state(wrong, ask, member):
    ask(member("editor"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reviewer.objects.update(verdict="approve")


def test_the_database_lets_one_review_of_an_image_stand(ask, member):
    ask(member("editor"))
    row = Approval.objects.get()
    row.pk = uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
