"""Hard budgets: of a batch, a member's month and a team's month."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from batches.models import Batch
from designer.generations.models import Generation
from designer.ledger import budgets
from designer.ledger.models import BudgetUse, LedgerEntry, Reservation
from designer.notifications.models import Notification
from teams.base.errors import Conflict
from tests import images
from tests.batches.asking import generate, invariants_hold, look, made, plan, run_out, statuses, work_off
from tests.scripted import GOOD, scripted

pytestmark = pytest.mark.django_db(transaction=True)


def limit(client, team, amount, scope="team", **more):
    said = {"scope": scope, "amount": amount, **more}
    return client.put(f"/api/teams/{team.pk}/budgets", said, format="json")


@pytest.mark.parametrize("budget", ["0", "-1", "NaN", "1e-9", "10 EUR", "", "Infinity", "0.009999", "1e30"])
def test_a_budget_that_buys_nothing_is_refused_and_says_what_the_cheapest_costs(client_of, budget):
    answer = generate(client_of("editor"), plan(variations=3), budget=budget)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["field"] == "budget" and "0.01" in answer.json()["detail"]
    assert not Batch.objects.exists()


def test_a_batch_pauses_at_its_budget_says_so_and_goes_on_when_it_is_raised(client_of):
    client = client_of("editor")
    done = run_out(client, plan(variations=6), budget="0.035")
    assert (done["status"], done["reason"]["code"], done["cost"]) == ("paused", "budget", "0.030000")
    assert statuses(done["id"]) == {"waiting": 3, "succeeded": 3}
    assert Notification.objects.get(user=client.user).title.endswith("paused")
    client.patch(f"/api/batch/{done['id']}", {"budget": "1"}, format="json")
    assert client.post(f"/api/batch/{done['id']}/resume").status_code == 202
    work_off()
    assert look(client, done["id"])["status"] == "completed"
    assert invariants_hold()


def test_an_item_that_comes_to_the_budget_in_the_middle_waits_with_what_it_has_and_its_batch_pauses(
    client_of, monkeypatch, settings
):
    settings.IMAGE_PROVIDERS = ["scripted"]
    client = client_of("editor")
    file = SimpleUploadedFile("photo.png", images.encoded("PNG"), "image/png")
    photo = client.post("/api/assets", {"file": file}, format="multipart").json()["id"]
    base = {"brief": "a coat", "n": 2, "references": [photo]}
    with scripted(monkeypatch) as vendor:
        vendor.images_per_call, vendor.answers = 2, [[GOOD, b"<html>"], [GOOD]]  # both of the first two are billed
        done = run_out(client, {"base": base}, budget="0.08")
        assert (done["status"], done["reason"]["code"], done["cost"]) == ("paused", "budget", "0.080000")
        assert (statuses(done["id"]), len(vendor.asked)) == ({"waiting": 1}, 1)
        assert Notification.objects.get(user=client.user).title.endswith("paused")
        client.patch(f"/api/batch/{done['id']}", {"budget": "0.12"}, format="json")
        assert client.post(f"/api/batch/{done['id']}/resume").status_code == 202
        work_off()
        assert len(vendor.asked) == 2
    done = look(client, done["id"])
    assert (done["status"], done["cost"]) == ("completed", "0.120000")
    assert Generation.objects.get().assets.count() == 2 and invariants_hold()


def test_the_estimate_says_how_much_of_it_the_budgets_allow(client_of, team):
    limit(client_of("owner"), team, "0.05")
    client = client_of("editor")
    said = {"plan": plan(variations=9), "team": str(team.pk), "budget": "0.07"}
    told = client.post("/api/batch/estimate", said, format="json").json()
    assert (told["fits"], told["limited_by"]) == (5, "team")
    assert {each["scope"] for each in told["budgets"]} == {"team", "batch"}


def test_a_single_generation_respects_the_budgets_too(client_of, team):
    limit(client_of("owner"), team, "0.02")
    client = client_of("editor")
    wish = {"brief": "a coat", "team": str(team.pk), "n": 2}
    assert client.post("/api/generations", wish, format="json").status_code == 202
    refused = client.post("/api/generations", wish, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "budget")
    assert Generation.objects.count() == 1


def test_a_member_has_the_budget_of_their_own_before_that_of_every_member(client_of, team):
    owner, rich, other = client_of("owner"), client_of("editor"), client_of("editor")
    limit(owner, team, "0.01", scope="member")
    limit(owner, team, "1", scope="member", member=str(rich.user.pk))
    wish = {"brief": "a coat", "team": str(team.pk), "n": 2}
    assert rich.post("/api/generations", wish, format="json").status_code == 202
    assert other.post("/api/generations", wish, format="json").json()["code"] == "budget"


def test_what_was_cancelled_gives_its_money_back(client_of, team):
    limit(client_of("owner"), team, "0.01")
    client = client_of("editor")
    wish = {"brief": "a coat", "team": str(team.pk)}
    first = client.post("/api/generations", wish, format="json").json()
    assert client.post("/api/generations", wish, format="json").status_code == 409
    client.post(f"/api/generations/{first['id']}/cancel")
    assert client.post("/api/generations", wish, format="json").status_code == 202


def test_money_of_work_that_ended_without_a_word_is_given_back(client_of, team):
    client = client_of("editor")
    client.post("/api/generations", {"brief": "a coat", "team": str(team.pk)}, format="json")
    held = Reservation.objects.get(state="open")
    assert budgets.release_ended() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job_queue SET status = 'dead', finished_at = now() WHERE id = %s", [held.job_id])
    assert budgets.release_ended() == 1
    assert not BudgetUse.objects.exclude(reserved=0).exists()


def test_what_is_set_aside_is_raised_as_long_as_the_budget_has_room_and_stays_as_it_was_where_it_has_none(
    client_of, team
):
    limit(client_of("owner"), team, "0.03")
    wish = {"brief": "a coat", "team": str(team.pk)}
    pk = client_of("editor").post("/api/generations", wish, format="json").json()["id"]
    budgets.cover(f"generation:{pk}", Decimal("0.005"))
    assert Reservation.objects.get().left == Decimal("0.01")
    budgets.cover(f"generation:{pk}", Decimal("0.02"))
    budgets.cover(f"generation:{pk}", Decimal("0.01"), more=True)
    assert Reservation.objects.get().left == Decimal("0.03")
    with pytest.raises(Conflict, match="budget"):
        budgets.cover(f"generation:{pk}", Decimal("0.030001"))
    assert Reservation.objects.get().left == Decimal("0.03")
    assert invariants_hold()


def test_of_32_batches_started_against_a_budget_for_one_one_runs(client_of, team):
    limit(client_of("owner"), team, "0.015")
    client = client_of("editor")
    ids = [made(client, plan(f"coat {number}"), team=str(team.pk))["id"] for number in range(32)]
    work_off("io")  # every feeder, before anything is drawn
    work_off()
    rows = Batch.objects.filter(pk__in=ids)
    assert [row.status for row in rows].count("completed") == 1
    paused = [row for row in rows if row.status == "paused"]
    assert len(paused) == 31 and {row.reason["code"] for row in paused} == {"budget"}
    assert sum(entry.amount for entry in LedgerEntry.objects.all()) == Decimal("0.01")
    assert invariants_hold()


def test_only_those_who_manage_a_team_set_its_budgets_and_members_see_their_own(client_of, team):
    for role, status in (("owner", 200), ("admin", 200), ("editor", 403), ("viewer", 403), ("stranger", 404)):
        assert limit(client_of(role), team, "5").status_code == status
    editor = client_of("editor")
    seen = editor.get(f"/api/teams/{team.pk}/budgets").json()
    assert seen["team"] is None and [each["member"] for each in seen["members"]] == [str(editor.user.pk)]
    assert client_of("owner").get(f"/api/teams/{team.pk}/budgets").json()["team"]["limit"] == "5.000000"
    assert limit(client_of("owner"), team, "0").status_code == 422
    assert limit(client_of("owner"), team, None).json()["team"]["limit"] is None
