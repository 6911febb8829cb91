"""The owner of a batch leaves: nothing more is made or paid for in their name, and an admin goes on with it."""

import pytest

from designer.generations.models import Generation
from designer.jobs.claims import claim
from designer.jobs.models import Job
from designer.jobs.running import perform
from designer.jobs.settling import died
from designer.ledger.models import LedgerEntry
from designer.notifications.models import Notification
from designer.realtime.models import Event
from enhancement.models import Enhancement
from tests import scripted
from tests.batches.asking import drawn_plan, invariants_hold, look, made, statuses, work_off
from tests.batches.test_shoots import shoot, shot
from tests.batches.test_steering import do

pytestmark = pytest.mark.django_db(transaction=True)


def remove(admin, user, team) -> None:
    assert admin.delete(f"/api/teams/{team.pk}/members/{user.pk}").status_code == 204


def look_only(admin, user, team) -> None:
    said = {"role": "viewer"}
    assert admin.put(f"/api/teams/{team.pk}/members/{user.pk}", said, format="json").status_code == 200


def shut_out(admin, user, team) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


WAYS = {"removed": remove, "only to look": look_only, "deactivated": shut_out}


@pytest.mark.parametrize("leave", WAYS.values(), ids=WAYS)
def test_what_was_in_the_queue_when_its_owner_left_is_not_made_and_the_batch_pauses(leave, client_of, team, drawn):
    client, admin = client_of("editor"), client_of("admin")
    pk = made(client, drawn_plan(variations=3), parallelism=2, team=str(team.pk))["id"]
    work_off("io")
    assert statuses(pk) == {"waiting": 1, "queued": 2}
    leave(admin, client.user, team)
    work_off("batch")
    told = look(admin, pk)
    assert (told["status"], told["reason"]["code"], statuses(pk)) == ("paused", "owner_left", {"waiting": 3})
    assert "can no longer create work" in told["reason"]["message"] and "Resume it as an admin" in str(told["reason"])
    assert (drawn.asked, LedgerEntry.objects.count()) == ([], 0) and invariants_hold()
    drawn.answers = [scripted.GOOD] * 3
    assert do(admin, pk, "resume").json()["owner"] == str(admin.user.pk)
    work_off()
    assert (look(admin, pk)["status"], len(drawn.asked)) == ("completed", 3)
    assert set(LedgerEntry.objects.values_list("actor_id", flat=True)) == {admin.user.pk}
    assert set(Generation.objects.values_list("owner", flat=True)) == {admin.user.pk} and invariants_hold()


def test_an_admin_who_resumes_before_it_has_paused_is_its_owner_and_it_never_pauses(client_of, team, drawn):
    client, admin = client_of("editor"), client_of("admin")
    pk = made(client, drawn_plan(variations=3), parallelism=2, team=str(team.pk))["id"]
    work_off("io")
    remove(admin, client.user, team)
    answer = do(admin, pk, "resume").json()
    assert (answer["status"], answer["owner"]) == ("running", str(admin.user.pk))
    drawn.answers = [scripted.GOOD] * 3
    work_off()
    assert (look(admin, pk)["status"], len(drawn.asked)) == ("completed", 3)
    facts = Event.objects.filter(channel=f"batch:{pk}", event="batch:progress")
    assert "paused" not in [fact.data["status"] for fact in facts]
    assert set(LedgerEntry.objects.values_list("actor_id", flat=True)) == {admin.user.pk} and invariants_hold()


def test_an_item_whose_owner_leaves_between_two_images_keeps_the_first_and_buys_no_second(
    client_of, team, drawn, monkeypatch
):
    client, admin = client_of("editor"), client_of("admin")
    pk = made(client, drawn_plan(n=2), team=str(team.pk))["id"]
    leave = staticmethod(lambda place: remove(admin, client.user, team) if place == 0 else None)
    monkeypatch.setattr(drawn, "before", leave)
    drawn.answers = [scripted.GOOD] * 2
    work_off()
    told = look(admin, pk)
    assert (told["status"], told["reason"]["code"], len(drawn.asked)) == ("paused", "owner_left", 1)
    do(admin, pk, "resume")
    work_off()
    done = look(admin, pk)
    assert (done["status"], done["cost"], len(drawn.asked)) == ("completed", "0.080000", 2) and invariants_hold()


def test_images_that_wait_to_be_enhanced_wait_for_the_next_owner_as_well(client_of, team):
    client, admin = client_of("editor"), client_of("admin")
    pk = made(client, shoot(shot(client.user, team)), team=str(team.pk))["id"]
    work_off("io")
    remove(admin, client.user, team)
    work_off()
    assert (look(admin, pk)["status"], statuses(pk)) == ("paused", {"waiting": 1})
    do(admin, pk, "resume")
    work_off()
    assert look(admin, pk)["status"] == "completed" and Enhancement.objects.get().owner == admin.user


def test_a_single_image_is_not_paid_for_in_the_name_of_somebody_who_left(client_of, team, drawn):
    client, admin = client_of("editor"), client_of("admin")
    said = {"brief": "a coat", "model": "one", "n": 1, "team": str(team.pk)}
    pk = client.post("/api/generations", said, format="json").json()["id"]
    remove(admin, client.user, team)
    work_off()
    told = admin.get(f"/api/generations/{pk}").json()
    assert (told["status"], told["error"]["code"], drawn.asked) == ("failed", "owner_left", [])


class Dead(BaseException):
    """A worker's end: nothing after it is done."""


def die_in_the_call(drawn, monkeypatch) -> None:
    """A worker takes up the next single image, and ends while its model is being asked."""

    def die(place: int) -> None:
        raise Dead

    with monkeypatch.context() as patch, pytest.raises(Dead):
        patch.setattr(drawn, "before", staticmethod(die))
        job = claim("interactive", "doomed")
        perform(job)
    died(Job.objects.get(pk=job.pk))


@pytest.mark.parametrize(
    ("how", "found", "end", "code", "asked", "paid"),
    [
        ("lookup", scripted.GOOD, "succeeded", None, 1, 1),
        ("lookup", None, "failed", "owner_left", 1, 0),
        ("key", None, "succeeded", None, 2, 1),
        ("none", None, "failed", "outcome_unknown", 1, 0),
    ],
)
def test_a_call_that_was_under_way_is_asked_for_its_end_also_where_its_owner_left(
    how, found, end, code, asked, paid, client_of, team, drawn, monkeypatch
):
    client, admin = client_of("editor"), client_of("admin")
    monkeypatch.setattr(drawn, "idempotency", how)
    said = {"brief": "a coat", "provider": "scripted", "model": "one", "n": 1, "team": str(team.pk)}
    pk = client.post("/api/generations", said, format="json").json()["id"]
    die_in_the_call(drawn, monkeypatch)
    monkeypatch.setattr(drawn, "found", found)
    drawn.answers = [scripted.GOOD]
    look_only(admin, client.user, team)
    work_off()
    told = admin.get(f"/api/generations/{pk}").json()
    assert (told["status"], (told["error"] or {}).get("code")) == (end, code)
    assert (len(drawn.asked), LedgerEntry.objects.count()) == (asked, paid) and invariants_hold()


def test_an_image_that_was_bought_stands_and_no_second_is_bought(client_of, team, drawn, monkeypatch):
    client, admin = client_of("editor"), client_of("admin")
    said = {"brief": "a coat", "provider": "scripted", "model": "one", "n": 2, "team": str(team.pk)}
    pk = client.post("/api/generations", said, format="json").json()["id"]
    die_in_the_call(drawn, monkeypatch)
    drawn.answers = [scripted.GOOD] * 2
    remove(admin, client.user, team)
    work_off()
    told = admin.get(f"/api/generations/{pk}").json()
    assert (told["status"], told["error"]["code"], len(told["assets"])) == ("partial", "owner_left", 1)
    assert (len(drawn.asked), LedgerEntry.objects.count()) == (2, 1)


def test_those_who_can_resume_it_are_told_that_its_owner_left(client_of, team, drawn):
    client, admin = client_of("editor"), client_of("admin")
    pk = made(client, drawn_plan(variations=2), team=str(team.pk))["id"]
    remove(admin, client.user, team)
    work_off()
    assert look(admin, pk)["status"] == "paused"
    told = Notification.objects.filter(subject=f"batch:{pk}", title__endswith=": paused")
    assert admin.user.pk in set(told.values_list("user", flat=True))
    assert client.user.pk not in set(told.values_list("user", flat=True))
