"""From an approval to a delivery: once for each, whoever dies on the way, and never without the right to it."""

import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from batches.automations import running, services, standing
from batches.automations.models import Automation, AutomationRun, RunStatus
from batches.automations.services import Plan
from batches.automations.standing import trouble_of
from batches.models import Batch
from batches.webhooks.models import Delivery, Endpoint
from designer.assets.approving import standings
from designer.jobs.claims import claim
from designer.jobs.models import Job
from designer.jobs.running import perform
from designer.ledger import budgets
from designer.ledger.models import LedgerEntry
from designer.notifications.models import Notification
from designer.notifications.services import Ways, set_wishes
from enhancement.models import Enhancement
from enhancement.presets import delete_preset
from teams.audit.models import AuditEntry
from teams.base.errors import Conflict, Forbidden, Refused
from teams.membership import closing
from teams.membership.models import Membership
from teams.review.approvals.services import answer, withdraw
from teams.review.collections import services as collections
from teams.review.collections.models import CollectionItem
from tests.batches.asking import try_again_now
from tests.batches.asking import work_off as batch_work_off
from tests.enhancement.test_estimate import priced
from tests.work import all_at_once, work_off

pytestmark = pytest.mark.django_db(transaction=True)


def only(runs) -> AutomationRun:
    (run,) = runs()
    return run


def step(kind: str) -> None:
    """Do what is ready on the lane, up to the first job of the kind."""
    while (job := claim("io", "test")) is not None:
        perform(job)
        if job.kind == kind:
            return
    pytest.fail(f"There is no job {kind}.")


def held(row) -> list:
    return list(CollectionItem.objects.filter(collection=row.collection).values_list("asset", flat=True))


def test_an_approved_image_is_enhanced_put_into_the_collection_and_told_of(studio, runs):
    row = studio.automation(tells_webhooks=True)
    Endpoint.objects.create(team=studio.team, owner=studio.owner, url="https://a.example/x", patterns=["automation.*"])
    approval = studio.approve()
    assert only(runs).status == "waiting"
    work_off()
    run = only(runs)
    assert (run.status, run.error, run.percent) == ("delivered", None, 100)
    assert run.result.parent_id == approval.asset_id and run.result.kind == "enhanced"
    assert held(row) == [run.result_id]
    assert run.enhancement.preset["name"] == "House look" and run.enhancement.owner == studio.owner
    paid = sum(LedgerEntry.objects.filter(subject=f"enhancement:{run.enhancement_id}").values_list("amount", flat=True))
    assert run.cost == paid
    told = Delivery.objects.filter(type="automation.delivered")
    assert [each.data["result"] for each in told] == [str(run.result_id)] and run.told == 1
    news = Notification.objects.filter(kind="automation")
    assert {each.user for each in news} == {studio.editor, studio.owner}
    # the approval stands, and what was made of it was not approved
    approval.refresh_from_db()
    assert approval.status == "approved"
    assert standings([run.result_id]) == {run.result_id: "re_review"}


def test_a_size_is_met_and_no_steps_but_a_collection_deliver_the_image_itself(studio, runs):
    large = studio.automation("To 4K", target="4K")
    plain = studio.automation("As it is", plain=True)
    approval = studio.approve(studio.image((4200, 60)))
    work_off()
    by_name = {run.automation_id: run for run in runs()}
    assert by_name[large.pk].result.width == 3840
    assert by_name[plain.pk].result_id == approval.asset_id and by_name[plain.pk].cost == 0
    assert {run.status for run in runs()} == {"delivered"}


def test_every_approval_has_one_run_however_often_it_is_heard_of(studio, runs):
    row = studio.automation()
    approval = studio.approve()
    with transaction.atomic():
        running.set_off(approval)
    assert len(runs()) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        AutomationRun.objects.create(
            team=studio.team, automation=row, approval=approval, asset_id=approval.asset_id, status="waiting"
        )


def test_reviewers_who_approve_at_once_set_it_off_once(studio, runs, member):
    studio.automation()
    ben = member("editor")
    from teams.review.approvals.services import Request, request_approval

    wish = Request(asset=studio.image().pk, reviewers=[studio.admin.pk, ben.pk], policy="one_of")
    asked = request_approval(actor=studio.editor, team_id=studio.team.pk, wish=wish)

    def approve(person) -> str:
        try:
            return answer(actor=person, approval_id=asked.pk, verdict="approve").status
        except Conflict as late:
            return late.code

    assert all_at_once(approve, [studio.admin, ben]) == {"approved": 1, "decided": 1}
    work_off()
    assert only(runs).status == "delivered" and Enhancement.objects.count() == 1


def test_two_images_approved_at_once_are_both_delivered(studio, runs):
    row = studio.automation()
    asked = [studio.ask(), studio.ask()]
    all_at_once(lambda each: answer(actor=studio.admin, approval_id=each.pk, verdict="approve").status, asked)
    work_off()
    assert [run.status for run in runs()] == ["delivered", "delivered"]
    assert sorted(held(row)) == sorted(run.result_id for run in runs())


def test_a_worker_that_dies_while_it_begins_leaves_nothing_and_the_next_one_pays_once(studio, runs, monkeypatch):
    studio.automation()
    studio.approve()
    real = running.telling.announce

    def die(run) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(running.telling, "announce", die)
    step(running.RUN)
    assert only(runs).status == "waiting" and not Enhancement.objects.exists()
    monkeypatch.setattr(running.telling, "announce", real)
    try_again_now()
    batch_work_off()
    assert only(runs).status == "delivered" and Enhancement.objects.count() == 1


def test_one_that_dies_between_enhancing_and_delivering_delivers_once(studio, runs, monkeypatch):
    row = studio.automation(tells_webhooks=True)
    studio.approve()
    real = running.telling.tell_people

    def die(run) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(running.telling, "tell_people", die)
    work_off()
    run = only(runs)
    assert run.status == "delivering" and run.result_id and held(row) == []
    monkeypatch.setattr(running.telling, "tell_people", real)
    try_again_now()
    batch_work_off()
    assert only(runs).status == "delivered" and held(row) == [run.result_id] and Enhancement.objects.count() == 1


def test_the_same_job_twice_does_it_once(studio, runs):
    row = studio.automation()
    studio.approve()
    work_off()
    run = only(runs)
    for kind in (running.RUN, running.DELIVER):
        running.enqueue(kind, {"run_id": str(run.pk)}, team_id=studio.team.pk, lane="io")
    work_off()
    assert held(row) == [run.result_id] and Enhancement.objects.count() == 1
    assert Notification.objects.filter(kind="automation", user=studio.owner).count() == 1


def test_two_workers_with_the_same_run_ask_for_one_enhancement(studio, runs):
    studio.automation()
    studio.approve()
    running.enqueue(running.RUN, {"run_id": str(only(runs).pk)}, team_id=studio.team.pk, lane="io")
    taken: list[Any] = []
    while (job := claim("io", f"worker {len(taken)}")) is not None:
        taken.append(job) if job.kind == running.RUN else perform(job)
    assert len(taken) == 2
    all_at_once(perform, taken)
    assert only(runs).status == "enhancing" and Enhancement.objects.count() == 1
    work_off()
    assert only(runs).status == "delivered"


def test_an_end_that_could_not_be_followed_is_followed_a_minute_later(studio, runs, monkeypatch):
    studio.automation()
    studio.approve()
    real = running.follow
    monkeypatch.setattr(running, "follow", lambda enhancement: 1 / 0)
    work_off()
    assert Enhancement.objects.get().status == "succeeded"  # nothing that went wrong here undid it
    assert only(runs).status == "enhancing"
    monkeypatch.setattr(running, "follow", real)
    running.look_after()
    work_off()
    assert only(runs).status == "delivered"


def test_a_withdrawn_approval_skips_what_has_not_begun(studio, runs):
    studio.automation()
    approval = studio.approve()
    withdraw(actor=studio.editor, approval_id=approval.pk)
    work_off()
    run = only(runs)
    assert (run.status, run.error["code"], run.cost) == ("skipped", "withdrawn", 0)
    assert not Enhancement.objects.exists()


def test_one_withdrawn_while_it_is_enhanced_is_not_delivered(studio, runs):
    row = studio.automation()
    approval = studio.approve()
    step(running.RUN)
    assert only(runs).status == "enhancing"
    withdraw(actor=studio.editor, approval_id=approval.pk)
    work_off()
    run = only(runs)
    assert (run.status, run.error["code"]) == ("skipped", "withdrawn") and held(row) == []
    assert run.result_id is not None  # it was made, and paid


def test_an_image_approved_anew_is_delivered_again_and_not_paid_again(studio, runs):
    studio.automation()
    asset = studio.image()
    first = studio.approve(asset)
    work_off()
    withdraw(actor=studio.editor, approval_id=first.pk)
    studio.approve(asset)
    work_off()
    one, two = runs()
    assert (one.status, two.status) == ("delivered", "delivered")
    assert one.result_id == two.result_id and two.cost == 0 and Enhancement.objects.count() == 1


def test_what_it_made_does_not_set_it_off_again(studio, runs):
    studio.automation()
    studio.approve()
    work_off()
    made = only(runs).result
    studio.approve(made)
    work_off()
    _, again = runs()
    assert (again.status, again.error["code"]) == ("skipped", "own_result") and Enhancement.objects.count() == 1


def test_a_chain_of_automations_ends(studio, runs, monkeypatch):
    monkeypatch.setattr(running, "CHAIN", 2)
    asset = studio.image()
    for number in range(3):
        recipe = [{"name": "color", "contrast": 0.1 * (number + 1)}]
        row = studio.automation(f"No. {number}", preset=studio.preset(recipe, f"Look {number}").pk)
        studio.approve(asset)
        work_off()
        run = AutomationRun.objects.get(automation=row)
        services.switch(actor=studio.owner, automation_id=row.pk, on=False)
        if number < 2:
            assert (run.status, run.depth) == ("delivered", number + 1)
            asset = run.result
    assert (run.status, run.error["code"]) == ("skipped", "chain_too_long")


def test_two_automations_of_one_recipe_pay_once(studio, runs):
    preset = studio.preset().pk
    studio.automation("One", preset=preset)
    studio.automation("Two", preset=preset)
    studio.approve()
    work_off()
    assert [run.status for run in runs()] == ["delivered", "delivered"] and Enhancement.objects.count() == 1
    assert [run.bought for run in runs()].count(True) == 1


def test_only_images_of_its_collection_or_batch_set_it_off(studio, runs):
    inside, outside = studio.image(), studio.image()
    kept = collections.create(actor=studio.editor, team_id=studio.team.pk, name="Spring", assets=[inside.pk])
    studio.automation(scope="collection", source=kept.pk)
    batch = Batch.objects.create(team=studio.team, owner=studio.editor, title="Looks", plan={})
    of_batch = studio.automation("Batch", scope="batch", source=batch.pk, preset=studio.preset(name="Other").pk)
    studio.approve(outside)
    assert runs() == []
    studio.approve(inside)
    assert only(runs).asset_id == inside.pk
    made = Enhancement.objects.create(
        team=studio.team, owner=studio.editor, source=inside, operations=[], recipe_digest="1" * 64, status="succeeded"
    )
    version = studio.image()
    made.result = version
    made.save()
    batch.items.create(team=studio.team, position=1, wish={}, enhancement=made)
    studio.approve(version)
    assert AutomationRun.objects.get(automation=of_batch).asset_id == version.pk


def test_a_budget_that_is_used_up_fails_it_and_a_larger_one_lets_it_be_tried_again(studio, runs):
    priced("color", "0.05")
    studio.automation()
    budgets.set_limit(team_id=studio.team.pk, scope="team", subject_id=studio.team.pk, amount=Decimal("0.07"))
    studio.approve()
    work_off()
    assert (only(runs).status, only(runs).cost) == ("delivered", Decimal("0.05"))
    studio.approve()
    work_off()
    run = runs()[1]
    assert (run.status, run.error["code"], run.cost) == ("failed", "budget", 0)
    budgets.set_limit(team_id=studio.team.pk, scope="team", subject_id=studio.team.pk, amount=None)
    assert services.retry(actor=studio.owner, automation_id=run.automation_id) == 1
    work_off()
    run = runs()[1]
    assert (run.status, run.tries, run.cost) == ("delivered", 2, Decimal("0.05"))


def suspend(studio) -> None:
    studio.owner.is_active = False
    studio.owner.save()


def demote(studio) -> None:
    Membership.objects.create(team=studio.team, user=studio.second, role="owner")
    from teams.membership.services import change_role

    change_role(actor=studio.second, team_id=studio.team.pk, user_id=studio.owner.pk, role="editor")


@pytest.mark.parametrize("lose", [suspend, demote])
def test_it_rests_once_its_maker_has_lost_the_right_and_works_for_who_saves_it(lose, studio, runs, user):
    row = studio.automation()
    studio.second = user
    lose(studio)
    studio.approve()
    work_off()
    run = only(runs)
    assert (run.status, run.error["code"]) == ("skipped", "owner_left") and not Enhancement.objects.exists()
    services.change(actor=studio.admin, automation_id=row.pk, plan=services.plan_of(row), if_match="*")
    services.retry(actor=studio.admin, automation_id=row.pk, run_id=run.pk)
    work_off()
    run = only(runs)
    assert run.status == "delivered" and run.enhancement.owner == studio.admin


def test_a_right_that_is_lost_on_the_way_stops_the_delivery(studio, runs):
    row = studio.automation()
    studio.approve()
    step(running.RUN)
    Enhancement.objects.update(owner=studio.admin)  # else it would not be enhanced either
    suspend(studio)
    work_off()
    run = only(runs)
    assert (run.status, run.error["code"]) == ("failed", "owner_left") and held(row) == []


def test_an_archived_team_rests(studio, runs):
    row = studio.automation()
    studio.approve()
    closing.archive(actor=studio.owner, team_id=studio.team.pk)
    work_off()
    run = only(runs)
    assert run.status in ("skipped", "cancelled") and run.error["code"] == "team_archived"
    row.refresh_from_db()
    assert trouble_of(row)["code"] == "team_archived"


def test_a_deleted_preset_a_source_or_a_collection_that_is_gone_make_it_rest_and_say_so(studio, runs):
    preset = studio.preset()
    row = studio.automation(preset=preset.pk)
    delete_preset(actor=studio.owner, preset_id=preset.pk)
    studio.approve()
    work_off()
    assert (only(runs).status, only(runs).error["code"]) == ("skipped", "preset_gone")
    row = services.change(
        actor=studio.owner, automation_id=row.pk, if_match="*",
        plan=Plan(name="x", target="4K", collection=row.collection_id),
    )  # fmt: skip
    assert trouble_of(row) is None
    collections.trash(actor=studio.owner, collection_id=row.collection_id)
    assert trouble_of(type(row).objects.get(pk=row.pk))["code"] == "collection_gone"
    row.collection.delete()
    assert trouble_of(type(row).objects.get(pk=row.pk))["code"] == "collection_gone"
    batch = Batch.objects.create(team=studio.team, owner=studio.editor, title="Looks", plan={})
    other = studio.automation("Batch", scope="batch", source=batch.pk)
    batch.delete()
    assert trouble_of(type(other).objects.get(pk=other.pk))["code"] == "source_gone"


def test_a_collection_trashed_on_the_way_fails_it_and_once_restored_it_is_delivered_without_being_made_again(
    studio, runs
):
    row = studio.automation()
    studio.approve()
    step(running.RUN)
    collections.trash(actor=studio.owner, collection_id=row.collection_id)
    work_off()
    run = only(runs)
    assert (run.status, run.error["code"]) == ("failed", "collection_gone")
    collections.restore(actor=studio.owner, collection_id=row.collection_id)
    services.retry(actor=studio.admin, automation_id=row.pk)
    work_off()
    again = only(runs)
    assert (again.status, again.result_id) == ("delivered", run.result_id) and Enhancement.objects.count() == 1


def test_a_webhook_that_is_off_hears_nothing_and_the_image_is_delivered_all_the_same(studio, runs):
    studio.automation(tells_webhooks=True)
    Endpoint.objects.create(
        team=studio.team, owner=studio.owner, url="https://a.example/x", patterns=["*"], status="disabled"
    )
    studio.approve()
    work_off()
    assert (only(runs).status, only(runs).told) == ("delivered", 0) and not Delivery.objects.exists()


def test_switched_off_it_hears_nothing_and_what_waits_is_skipped(studio, runs):
    row = studio.automation()
    studio.approve()
    services.switch(actor=studio.admin, automation_id=row.pk, on=False)
    studio.approve()
    work_off()
    assert (only(runs).status, only(runs).error["code"]) == ("skipped", "switched_off")


def test_a_failed_enhancement_fails_its_run_and_can_be_tried_again(studio, runs, monkeypatch):
    row = studio.automation()
    studio.approve()
    step(running.RUN)
    from enhancement import services as enhancements

    made = Enhancement.objects.get()
    with transaction.atomic():
        Job.objects.filter(pk=made.job_id).update(status="dead", finished_at=made.created_at)
        enhancements.close(str(made.pk), status="dead", error={"code": "no_memory", "message": "m", "remedy": "r"})
    run = only(runs)
    assert (run.status, run.error["code"]) == ("failed", "no_memory")
    assert Notification.objects.filter(kind="automation", title__contains="not delivered").count() == 2
    assert services.retry(actor=studio.owner, automation_id=row.pk) == 1
    work_off()
    assert only(runs).status == "delivered" and Enhancement.objects.count() == 2


def test_a_run_is_cancelled_before_and_while_it_is_enhanced(studio, runs):
    row = studio.automation()
    studio.approve()
    assert services.cancel(actor=studio.admin, automation_id=row.pk) == 1
    work_off()
    assert only(runs).status == "cancelled" and not Enhancement.objects.exists()
    services.retry(actor=studio.admin, automation_id=row.pk, run_id=only(runs).pk)
    step(running.RUN)
    assert services.cancel(actor=studio.admin, automation_id=row.pk, run_id=only(runs).pk) == 1
    work_off()
    assert only(runs).status == "cancelled" and Enhancement.objects.get().status == "cancelled"
    deeds = AuditEntry.objects.filter(action__startswith="automation.runs").order_by("created_at")
    assert [(each.action, each.facts["runs"], each.actor_id) for each in deeds] == [
        (f"automation.runs_{what}", 1, studio.admin.pk) for what in ("cancelled", "tried_again", "cancelled")
    ]
    with pytest.raises(Conflict):
        services.cancel(actor=studio.admin, automation_id=row.pk, run_id=only(runs).pk)


def test_what_is_made_changed_switched_and_deleted_is_in_the_audit_log(studio):
    row = studio.automation()
    services.change(actor=studio.admin, automation_id=row.pk, plan=services.plan_of(row), if_match="*")
    services.switch(actor=studio.admin, automation_id=row.pk, on=False)
    services.switch(actor=studio.admin, automation_id=row.pk, on=True)
    services.delete(actor=studio.admin, automation_id=row.pk)
    said = AuditEntry.objects.filter(subject=f"automation:{row.pk}").order_by("pk").values_list("action", flat=True)
    what = ["created", "changed", "switched_off", "switched_on", "deleted"]
    assert sorted(said) == sorted(f"automation.{each}" for each in what)


@pytest.mark.parametrize(
    ("field", "plan"),
    [
        ("name", {"name": " ", "target": "4K"}),
        ("scope", {"name": "A", "target": "4K", "scope": "planet"}),
        ("source", {"name": "A", "target": "4K", "scope": "batch", "source": uuid4()}),
        ("source", {"name": "A", "target": "4K", "scope": "collection"}),
        ("preset", {"name": "A", "preset": uuid4()}),
        ("preset", {"name": "A", "preset": uuid4(), "target": "4K"}),
        ("target", {"name": "A", "target": "5K"}),
        ("target", {"name": "A"}),
        ("collection", {"name": "A", "target": "4K", "collection": uuid4()}),
        ("new_collection", {"name": "A", "target": "4K", "collection": uuid4(), "new_collection": "B"}),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_by_field(field, plan, studio):
    with pytest.raises(Refused) as found:
        services.create(actor=studio.owner, team_id=studio.team.pk, plan=Plan(**plan))
    assert found.value.field == field and found.value.remedy


def test_a_recipe_that_needs_a_person_is_refused(studio):
    from enhancement.models import EnhancementPreset

    row = EnhancementPreset.objects.create(
        team=studio.team, owner=studio.owner, name="Marks", operations=[{"name": "watermark_removal", "rights": True}]
    )
    with pytest.raises(Refused) as found:
        services.create(actor=studio.owner, team_id=studio.team.pk, plan=Plan(name="A", preset=row.pk))
    assert found.value.code == "needs_a_person"


def test_names_are_taken_once_and_a_team_has_so_many(studio, monkeypatch):
    studio.automation("One")
    with pytest.raises(Conflict):
        studio.automation("One", target="4K")
    monkeypatch.setattr(services, "MOST", 1)
    with pytest.raises(Conflict) as found:
        studio.automation("Two", target="4K")
    assert found.value.code == "too_many"
    with pytest.raises(Forbidden):
        services.create(actor=studio.editor, team_id=studio.team.pk, plan=Plan(name="Mine", target="4K"))


def test_two_made_at_once_are_both_made_and_counted(studio, monkeypatch):
    monkeypatch.setattr(services, "MOST", 3)
    preset = studio.preset().pk

    def make(name: str) -> str:
        try:
            services.create(actor=studio.owner, team_id=studio.team.pk, plan=Plan(name=name, preset=preset))
            return "made"
        except Conflict as refused:
            return refused.code

    assert all_at_once(make, [f"Number {n}" for n in range(8)]) == {"made": 3, "too_many": 5}


def test_one_that_is_deleted_while_an_image_is_approved_undoes_no_approval(studio, runs):
    row, asked = studio.automation(), studio.ask()
    held, deleted = threading.Event(), threading.Thread(target=deleter(studio, row))
    with transaction.atomic():
        approved = answer(actor=studio.admin, approval_id=asked.pk, verdict="approve")
        deleted.start()
        held.wait(0.5)  # it waits for the approval, and goes on behind it
        assert Automation.objects.filter(pk=row.pk).exists()
    deleted.join(20)
    approved.refresh_from_db()
    assert approved.status == "approved" and not Automation.objects.exists() and runs() == []


def deleter(studio, row):
    def delete() -> None:
        try:
            services.delete(actor=studio.owner, automation_id=row.pk)
        finally:
            connection.close()

    return delete


def test_what_could_not_be_set_off_is_set_off_by_a_job(studio, runs, monkeypatch):
    studio.automation()
    real = running.set_off
    monkeypatch.setattr(running, "set_off", lambda approval: 1 / 0)
    approval = studio.approve()
    assert approval.status == "approved" and runs() == []
    monkeypatch.setattr(running, "set_off", real)
    work_off()
    assert only(runs).status == "delivered"


def test_what_waits_for_a_job_that_is_gone_fails_and_one_that_breaks_holds_up_no_other(studio, runs, monkeypatch):
    studio.automation("First"), studio.automation("Second", target="2K")
    studio.approve()
    Job.objects.filter(kind=running.RUN).delete()
    running.look_after()
    assert {run.status for run in runs()} == {"waiting"}  # a job may be a moment late
    AutomationRun.objects.update(updated_at=timezone.now() - 2 * running.PATIENCE)
    real, broken = running.end, runs()[0].pk
    monkeypatch.setattr(running, "end", lambda run, *more: 1 / 0 if run.pk == broken else real(run, *more))
    running.look_after()
    assert {run.pk == broken: (run.status, (run.error or {}).get("code")) for run in runs()} == {
        True: ("waiting", None),
        False: ("failed", "job_gone"),
    }


def test_a_dead_job_that_is_revived_leaves_a_newer_try_alone(studio, runs):
    row = studio.automation()
    studio.approve()
    step(running.RUN)
    run = only(runs)
    assert run.status == "enhancing" and run.bought
    with transaction.atomic():
        running.reopen(str(run.pk), to=RunStatus.WAITING)
    assert (only(runs).status, only(runs).bought) == ("enhancing", True)
    work_off()
    assert only(runs).status == "delivered" and held(row) == [only(runs).result_id]


def test_who_cancels_gets_nothing_delivered_though_the_enhancement_had_just_ended(studio, runs, monkeypatch):
    row = studio.automation()
    studio.approve()
    step(running.RUN)
    real = services.enhancements.cancel

    def late(**said: Any) -> None:
        work_off()  # it ends before it hears of the cancel
        real(**said)

    monkeypatch.setattr(services.enhancements, "cancel", late)
    assert services.cancel(actor=studio.admin, automation_id=row.pk) == 1
    work_off()
    run = only(runs)
    assert (run.status, held(row)) == ("cancelled", []) and Enhancement.objects.get().status == "succeeded"
    services.retry(actor=studio.admin, automation_id=row.pk, run_id=run.pk)
    work_off()
    assert only(runs).status == "delivered" and Enhancement.objects.count() == 1


def test_a_cancelled_run_leaves_the_enhancement_to_another_that_waits_for_it(studio, runs):
    first, second = studio.automation("First"), studio.automation("Second", preset=studio.preset(name="Same").pk)
    studio.approve()
    step(running.RUN)
    step(running.RUN)
    assert {run.status for run in runs()} == {"enhancing"} and Enhancement.objects.count() == 1
    buyer = next(run for run in runs() if run.bought)
    services.cancel(actor=studio.admin, automation_id=buyer.automation_id)
    work_off()
    assert {run.automation_id: run.status for run in runs()} == {
        buyer.automation_id: "cancelled",
        (second if buyer.automation_id == first.pk else first).pk: "delivered",
    }


def test_one_with_paid_work_on_its_way_is_not_deleted(studio, runs):
    row = studio.automation(plain=True)
    studio.approve()
    step(running.RUN)
    assert only(runs).status == "delivering"
    with pytest.raises(Conflict):
        services.delete(actor=studio.owner, automation_id=row.pk)


def test_a_full_collection_is_known_before_anything_is_bought_for_it(studio, runs, monkeypatch):
    row = studio.automation()
    monkeypatch.setattr(standing, "MOST", 0)
    studio.approve()
    work_off()
    assert (only(runs).status, only(runs).error["code"]) == ("skipped", "collection_full")
    assert not Enhancement.objects.exists()
    monkeypatch.setattr(standing, "MOST", 10)
    assert services.retry(actor=studio.owner, automation_id=row.pk) == 1  # all that it left undone
    work_off()
    assert only(runs).status == "delivered"


def test_who_is_told_by_mail_alone_hears_of_each(studio, runs):
    studio.automation(plain=True)
    set_wishes(actor=studio.editor, wishes={"automation": Ways(in_app=False, mail=True, pace="daily")})
    for _ in range(2):
        studio.approve()
        work_off()
    news = Notification.objects.filter(kind="automation")
    assert {each.shown for each in news.filter(user=studio.editor)} == {False}
    assert (news.filter(user=studio.editor).count(), news.filter(user=studio.owner).count()) == (2, 1)


def test_a_change_of_the_name_alone_never_loses_a_collection_that_is_gone(studio):
    row = studio.automation()
    row.collection.delete()
    row.refresh_from_db()
    with pytest.raises(Refused) as refused:
        plan = replace(services.plan_of(row), name="Another")
        services.change(actor=studio.owner, automation_id=row.pk, plan=plan, if_match="*")
    assert refused.value.field == "collection"
    row.refresh_from_db()
    assert row.collects and trouble_of(row)["code"] == "collection_gone"
