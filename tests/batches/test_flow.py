"""A batch from its plan to its end, through the API and the queue's own claim."""

from decimal import Decimal

import pytest

from batches.models import Batch, BatchItem
from designer.generations.models import Generation
from designer.jobs.models import BEHIND, Job
from designer.ledger.models import BudgetUse, LedgerEntry, Reservation
from designer.realtime import subjects
from designer.realtime.models import Event
from tests.batches.asking import generate, invariants_hold, items, look, made, plan, run_out, statuses, work_off

pytestmark = pytest.mark.django_db(transaction=True)
MATRIX = {
    "base": {"brief": "a {garment} in {fabric}"},
    "slots": {"garment": ["coat", "skirt"], "fabric": ["wool", "silk"]},
}


def test_a_matrix_runs_to_its_end_and_says_what_came_of_each_item(client_of):
    client = client_of("editor")
    done = run_out(client, MATRIX)
    assert (done["status"], done["counts"]["succeeded"], done["percent"]) == ("completed", 4, 100), done
    found = items(client, done["id"])
    assert [item["brief"] for item in found] == [
        "a coat in wool",
        "a coat in silk",
        "a skirt in wool",
        "a skirt in silk",
    ]
    assert all(item["status"] == "succeeded" and len(item["assets"]) == 1 for item in found)
    assert found[2]["label"] == {"garment": "skirt", "fabric": "wool"}
    assert client.get(found[0]["assets"][0]["thumbnail"]).status_code == 200


def test_estimate_cost_and_ledger_are_one_sum(client_of):
    client = client_of("editor")
    said = {**MATRIX, "base": {**MATRIX["base"], "n": 2}}
    told = client.post("/api/batch/estimate", {"plan": said}, format="json").json()
    done = run_out(client, said)
    paid = sum(entry.amount for entry in LedgerEntry.objects.all())
    assert Decimal(told["cost"]["high"]) == Decimal(done["estimate"]["high"]) == Decimal(done["cost"]) == paid
    assert paid == Decimal("0.08") and told["images"] == 8
    assert invariants_hold()


def test_no_more_items_are_in_the_queue_than_were_allowed_at_once(client_of):
    pk = made(client_of("editor"), plan(variations=12), parallelism=3)["id"]
    seen = []
    while work_off_one():
        seen.append(Batch.objects.get(pk=pk).left_in_flight)
    assert max(seen) == 3
    assert statuses(pk) == {"succeeded": 12}


def work_off_one() -> bool:
    from designer.jobs.claims import claim_best
    from designer.jobs.running import perform
    from tests.work import LANES

    job = claim_best(LANES, "test")
    if job is not None:
        perform(job)
    return job is not None


def test_items_run_in_the_lane_of_batches_with_the_priority_of_theirs_within_the_team(client_of):
    made(client_of("editor"), plan(variations=2), priority=9)
    work_off("io")
    lanes = set(Job.objects.filter(kind="generation.run").values_list("lane", "priority", "rank"))
    assert lanes == {("batch", BEHIND, 9)}


def test_the_whole_plan_is_there_before_anything_runs(client_of):
    body = made(client_of("editor"), plan(variations=300))
    assert (body["status"], body["counts"]["waiting"], body["images"]) == ("running", 300, 300)
    assert Generation.objects.count() == 0


def test_the_same_request_again_makes_no_second_batch(client_of):
    client = client_of("editor")
    said = {"plan": plan(variations=2)}
    first, again = (
        client.post("/api/batch/generate", said, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)
    )
    assert first.json()["id"] == again.json()["id"] and Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({"base": {"brief": "x"}, "variations": 10_000, "models": ["a", "b"]}, "too_many_items", "20,000"),
        ({"base": {"brief": "x"}, "rows": [{"n": 1}] * 10_001}, "too_many_items", "10,001"),
        ({"base": {}}, "no_items", "0 items"),
        ({"base": {"brief": "{a}"}, "slots": {"a": ["x", "x", "y"]}}, "duplicates", "1 of 3"),
    ],
)
def test_what_is_too_much_nothing_or_twice_is_refused_with_its_count(client_of, said, code, words):
    answer = generate(client_of("editor"), said)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert words in answer.json()["detail"]
    assert not Batch.objects.exists() and not Job.objects.exists()


def test_duplicates_are_dropped_or_kept_when_that_was_said(client_of):
    said = {"base": {"brief": "{a}"}, "slots": {"a": ["x coat", "x coat", "y coat"]}}
    client = client_of("editor")
    assert made(client, {**said, "duplicates": "drop"})["counts"]["total"] == 2
    assert made(client, {**said, "duplicates": "keep"})["counts"]["total"] == 3


def test_everything_wrong_is_said_at_once_by_item_and_nothing_is_written(client_of):
    rows = [{"brief": "a coat"}, {"brief": "a cape", "model": "no-such"}, {"brief": "a bag", "persona": "Nobody"}]
    answer = generate(client_of("editor"), {"rows": rows})
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [line["field"] for line in errors] == ["items[1].model", "items[2].persona"]
    assert "row 3" in errors[1]["message"]
    assert not Batch.objects.exists() and not BatchItem.objects.exists()


def test_a_foreign_image_in_a_plan_is_one_that_does_not_exist(client_of, member):
    from tests.worlds import build_world

    foreign = build_world().asset
    answer = generate(client_of("editor"), {"base": {"brief": "x", "references": [str(foreign.pk)]}})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_found")
    said = {"kind": "enhance", "sources": [str(foreign.pk)], "operations": [{"name": "upscale", "scale": 2}]}
    assert generate(client_of("editor"), said).status_code == 422


def test_each_end_is_told_once_and_the_last_word_is_complete(client_of):
    done = run_out(client_of("editor"), plan(variations=3))
    rows = Event.objects.filter(channel=f"batch:{done['id']}").order_by("seq")
    assert [row.event for row in rows if row.event == "batch:item"] == ["batch:item"] * 3
    assert sorted(row.data["position"] for row in rows if row.event == "batch:item") == [1, 2, 3]
    assert rows.last().event == "batch:complete"
    assert rows.last().data["counts"]["succeeded"] == 3


def test_the_snapshot_is_what_the_page_shows(client_of):
    client = client_of("editor")
    done = run_out(client, plan(variations=2))
    late = subjects.snapshot(client.user, f"batch:{done['id']}")
    assert (late["status"], late["counts"], late["cost"]) == ("completed", done["counts"], done["cost"])


def test_progress_tells_counts_cost_and_who_makes_it(client_of):
    client = client_of("editor")
    pk = made(client, plan(variations=4), parallelism=2)["id"]
    before = client.get(f"/api/batch/{pk}/progress").json()
    assert before["counts"]["waiting"] == 4 and before["remaining_seconds"] > 0 and before["per_minute"] is None
    work_off()
    after = client.get(f"/api/batch/{pk}/progress").json()
    assert (after["percent"], after["remaining_seconds"]) == (100, None)
    assert [(each["model"], each["succeeded"], Decimal(each["cost"])) for each in after["providers"]] == [
        ("sketchbook-1", 4, Decimal("0.04"))
    ]


def test_items_are_paged_and_filtered(client_of):
    client = client_of("editor")
    pk = run_out(client, plan(variations=5))["id"]
    first = client.get(f"/api/batch/{pk}/items", {"limit": 2}).json()
    second = client.get(f"/api/batch/{pk}/items", {"limit": 2, "after": first["next"]}).json()
    assert [item["position"] for item in first["results"] + second["results"]] == [1, 2, 3, 4]
    assert items(client, pk, status="failed") == []
    assert client.get(f"/api/batch/{pk}/items", {"status": "odd"}).status_code == 400


def test_nothing_is_reserved_when_all_is_over(client_of):
    run_out(client_of("editor"), plan(variations=3))
    assert not Reservation.objects.filter(state="open").exists()
    assert {(use.scope, use.reserved, use.spent) for use in BudgetUse.objects.all()} == {
        (scope, Decimal(0), Decimal("0.03")) for scope in ("team", "member", "batch")
    }


@pytest.mark.parametrize(("role", "status"), [("owner", 202), ("editor", 202), ("viewer", 403), ("stranger", 404)])
def test_only_those_who_may_create_may_plan(client_of, team, role, status):
    assert generate(client_of(role), plan(), team=str(team.pk)).status_code == status


def test_colleagues_see_a_batch_and_only_its_owner_and_admins_change_it(client_of, team):
    mine = client_of("editor")
    pk = made(mine, plan(variations=2), team=str(team.pk))["id"]
    for role, seen, changed in (("editor", 200, 403), ("viewer", 200, 403), ("stranger", 404, 404)):
        client = client_of(role)
        assert client.get(f"/api/batch/{pk}").status_code == seen
        assert client.post(f"/api/batch/{pk}/pause").status_code == changed
    assert client_of("admin").post(f"/api/batch/{pk}/pause").status_code == 202
    assert look(mine, pk)["status"] == "paused"


def test_batches_are_listed_searched_and_filtered(client_of):
    client = client_of("editor")
    made(client, plan(), title="Autumn coats")
    made(client, plan(), title="Spring", start=False)

    def titles(**query):
        return [row["title"] for row in client.get("/api/batch", query).json()["results"]]

    assert titles() == ["Spring", "Autumn coats"]
    assert titles(search="coats") == ["Autumn coats"] and titles(status="draft") == ["Spring"]
