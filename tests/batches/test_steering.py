"""Pausing, going on, cancelling, retrying, starting by the clock, and what becomes of a batch whose owner leaves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from batches import calendar, series
from batches.models import Batch, BatchItem
from designer.generations.models import Generation
from designer.jobs.claims import claim
from designer.jobs.models import BEHIND, Job
from designer.jobs.running import perform
from designer.ledger.models import LedgerEntry
from designer.providers.base import Moderated, TimedOut
from designer.realtime.models import Event
from teams.base.errors import Refused
from teams.membership.models import Membership
from teams.membership.services import set_time_zone
from tests import scripted
from tests.batches.asking import (
    generate,
    invariants_hold,
    items,
    look,
    made,
    plan,
    run_out,
    statuses,
    try_again_now,
    work_off,
)

pytestmark = pytest.mark.django_db(transaction=True)


def do(client, pk, verb, **said):
    return client.post(f"/api/batch/{pk}/{verb}", said, format="json")


def test_a_paused_batch_begins_nothing_new_and_holds_back_what_waits_in_the_queue(client_of):
    client = client_of("editor")
    pk = made(client, plan(variations=8), parallelism=4)["id"]
    work_off("io")
    perform(claim("batch", "test"))
    assert do(client, pk, "pause").json()["reason"]["code"] == "asked"
    before = statuses(pk)
    assert work_off("batch", "interactive", "gpu") == 0
    assert statuses(pk) == before == {"waiting": 4, "queued": 3, "succeeded": 1}
    assert do(client, pk, "pause").status_code == 202
    assert do(client, pk, "resume").json()["status"] == "running"
    work_off()
    assert look(client, pk)["status"] == "completed"
    assert invariants_hold()


def test_cancelling_keeps_what_was_finished_and_stops_the_rest_at_once(client_of):
    client = client_of("editor")
    pk = made(client, plan(variations=8), parallelism=4)["id"]
    work_off("io")
    perform(claim("batch", "test"))
    gone = client.delete(f"/api/batch/{pk}")
    assert (gone.status_code, gone.json()["status"]) == (202, "cancelled")
    assert statuses(pk) == {"succeeded": 1, "cancelled": 7}
    assert work_off("batch") == 0 and LedgerEntry.objects.count() == 1
    assert client.delete(f"/api/batch/{pk}").status_code == 202
    assert Event.objects.filter(channel=f"batch:{pk}", event="batch:complete").count() == 1
    work_off()
    assert invariants_hold()


@pytest.mark.parametrize("verb", ["resume", "pause", "start", "retry"])
def test_what_was_cancelled_stays_so(client_of, verb):
    client = client_of("editor")
    pk = made(client)["id"]
    client.delete(f"/api/batch/{pk}")
    assert do(client, pk, verb).status_code == 409
    assert look(client, pk)["status"] == "cancelled"


def test_a_finished_batch_has_nothing_to_cancel_resume_or_retry(client_of):
    client = client_of("editor")
    pk = run_out(client)["id"]
    paid = LedgerEntry.objects.count()
    assert client.delete(f"/api/batch/{pk}").status_code == 409
    assert [do(client, pk, verb).status_code for verb in ("resume", "retry", "pause")] == [409] * 3
    assert LedgerEntry.objects.count() == paid


def test_priority_changes_for_what_already_waits_and_only_within_the_team(client_of):
    client = client_of("editor")
    pk = made(client, plan(variations=4), parallelism=2)["id"]
    work_off("io")
    answer = client.patch(f"/api/batch/{pk}", {"priority": 1, "parallelism": 3}, format="json")
    assert (answer.json()["priority"], answer.json()["parallelism"]) == (1, 3)
    work_off("io")
    assert set(Job.objects.filter(kind="generation.run").values_list("priority", "rank")) == {(BEHIND, 1)}
    assert statuses(pk) == {"waiting": 1, "queued": 3}
    work_off()
    assert look(client, pk)["status"] == "completed"


def facts(pk):
    """What was told of the batch itself."""
    return Event.objects.filter(channel=f"batch:{pk}", event="batch:progress")


ONE = {"base": {"brief": "a coat", "provider": "scripted", "model": "one"}, "variations": 3}


def test_a_poison_item_blocks_nobody_and_only_it_is_retried(client_of, drawn):
    client = client_of("editor")
    drawn.answers.extend([scripted.GOOD, Moderated("No."), scripted.GOOD])
    done = run_out(client, ONE, parallelism=1)
    assert (done["status"], statuses(done["id"])) == ("partial", {"succeeded": 2, "failed": 1})
    grouped = client.get(f"/api/batch/{done['id']}/errors").json()
    assert [(each["code"], each["count"], each["positions"]) for each in grouped] == [("moderated", 1, [2])]
    drawn.answers.append(scripted.GOOD)
    assert do(client, done["id"], "retry").json()["status"] == "running"
    work_off()
    assert look(client, done["id"])["status"] == "completed"
    assert (Generation.objects.count(), LedgerEntry.objects.count(), len(drawn.asked)) == (3, 3, 4)
    assert invariants_hold()


def test_what_may_have_been_paid_is_asked_again_only_when_told_so(client_of, drawn):
    client = client_of("editor")
    drawn.idempotency = "none"
    drawn.answers.extend([scripted.GOOD, TimedOut("Broke off."), scripted.GOOD])
    pk = made(client, ONE, parallelism=1)["id"]
    work_off()
    try_again_now()
    work_off()
    assert statuses(pk) == {"succeeded": 2, "failed": 1}
    refused = do(client, pk, "retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_failed")
    assert "unknown" in refused.json()["detail"] and len(drawn.asked) == 3
    drawn.answers.append(scripted.GOOD)
    assert do(client, pk, "retry", unknown=True).status_code == 202
    work_off()
    assert look(client, pk)["status"] == "completed" and len(drawn.asked) == 4


def test_an_item_half_made_is_completed_and_not_made_again(client_of, drawn):
    client = client_of("editor")
    drawn.answers.extend([scripted.GOOD, Moderated("No.")])
    said = {"base": {**ONE["base"], "n": 2}}
    done = run_out(client, said)
    assert (done["status"], done["cost"]) == ("failed", "0.040000")
    assert len(items(client, done["id"])[0]["assets"]) == 1
    drawn.answers.append(scripted.GOOD)
    do(client, done["id"], "retry")
    work_off()
    again = look(client, done["id"])
    assert (again["status"], again["cost"], len(drawn.asked)) == ("completed", "0.080000", 3)
    assert invariants_hold()


def test_a_replayed_dead_job_reopens_its_batch(client_of, drawn):
    client = client_of("owner")
    drawn.answers.extend([RuntimeError("bug")] * 5)
    pk = made(client, {"base": ONE["base"]})["id"]
    for _ in range(5):
        work_off()
        try_again_now()
    assert look(client, pk)["status"] == "failed"
    job = Job.objects.get(kind="generation.run")
    drawn.answers.append(scripted.GOOD)
    assert client.post("/api/queue/dead/replay", {"ids": [str(job.pk)]}, format="json").status_code == 202
    work_off()
    assert (look(client, pk)["status"], statuses(pk)) == ("completed", {"succeeded": 1})
    told = facts(pk).latest("seq").data
    assert (told["status"], told["counts"]["running"], told["counts"]["failed"]) == ("running", 1, 0)
    assert invariants_hold()


def test_that_what_failed_is_tried_again_while_the_batch_runs_is_a_fact(client_of, drawn):
    client = client_of("editor")
    drawn.answers.append(Moderated("No."))
    pk = made(client, ONE, parallelism=1)["id"]
    work_off("io")
    perform(claim("batch", "test"))
    assert (look(client, pk)["status"], statuses(pk)["failed"]) == ("running", 1)
    before = facts(pk).count()
    assert do(client, pk, "retry").status_code == 202
    assert facts(pk).count() == before + 1 and facts(pk).latest("seq").data["counts"]["waiting"] == 3


def test_a_batch_whose_owner_left_pauses_and_is_an_admins_when_resumed(client_of, team):
    client, admin = client_of("editor"), client_of("admin")
    pk = made(client, plan(variations=3), team=str(team.pk))["id"]
    Membership.objects.filter(team=team, user=client.user).delete()
    work_off()
    assert look(admin, pk)["reason"]["code"] == "owner_left"
    assert do(admin, pk, "resume").json()["owner"] == str(admin.user.pk)
    work_off()
    assert look(admin, pk)["status"] == "completed"


def test_a_clone_is_a_draft_of_the_same_plan(client_of):
    client = client_of("editor")
    first = run_out(client, plan(variations=2), budget="1.00")
    copy = do(client, first["id"], "clone").json()
    assert (copy["status"], copy["counts"]["waiting"], copy["budget"]) == ("draft", 2, "1.000000")
    assert do(client, copy["id"], "start").json()["status"] == "running"
    work_off()
    assert look(client, copy["id"])["status"] == "completed"


def test_a_template_may_go_while_a_batch_made_of_it_waits(client_of):
    client = client_of("editor")
    said = {"name": "Coats", "plan": plan(variations=2)}
    kept = client.post("/api/batch/templates", said, format="json").json()
    assert client.post("/api/batch/templates", said, format="json").status_code == 409
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    pk = made(client, kept["plan"], run_at=later, template=kept["id"])["id"]
    assert client.delete(f"/api/batch/templates/{kept['id']}").status_code == 204
    waits = look(client, pk)
    assert (waits["status"], waits["template"], waits["counts"]["waiting"]) == ("scheduled", None, 2)
    assert do(client, pk, "start").json()["status"] == "running"


def test_a_batch_starts_at_its_time_and_not_before(client_of):
    client = client_of("editor")
    moment = timezone.now() + timedelta(hours=2)
    pk = made(client, plan(), run_at=moment.isoformat())["id"]
    assert work_off() == 0 and look(client, pk)["status"] == "scheduled"
    Job.objects.filter(kind="batch.start").update(scheduled_at=timezone.now() - timedelta(seconds=1))
    work_off()
    assert look(client, pk)["status"] == "completed"


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"run_at": "2020-01-01T00:00:00Z"}, "in_the_past"),
        ({"run_at": "2120-01-01T00:00:00Z"}, "too_far"),
        ({"cron": "61 * * * *"}, "bad_cron"),
        ({"cron": "* * * * * *"}, "bad_cron"),
        ({"cron": "* * * * *"}, "too_often"),
        ({"cron": "0,5 2 * * *"}, "too_often"),
        ({"cron": "0 0 30 2 *"}, "bad_cron"),
        ({"cron": "0 2 * * *", "time_zone": "Mars/Base"}, "unknown_time_zone"),
        ({"cron": "0 2 * * *", "run_at": "2120-01-01T00:00:00Z"}, "two_times"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(client_of, when, code):
    answer = generate(client_of("editor"), plan(), **when)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.content
    assert not Batch.objects.exists()


def test_clocks_that_change_neither_skip_nor_double_a_run():
    def runs(after, count):
        found = []
        for _ in range(count):
            after = calendar.following("30 2 * * *", "Europe/Berlin", after=after)
            found.append(after)
        return found

    forward = runs(datetime(2027, 3, 27, 12, tzinfo=UTC), 2)  # 02:30 on the 28th is no time: 03:00 summer time
    assert forward == [datetime(2027, 3, 28, 1, 0, tzinfo=UTC), datetime(2027, 3, 29, 0, 30, tzinfo=UTC)]
    back = runs(datetime(2027, 10, 30, 12, tzinfo=UTC), 2)  # 02:30 on the 31st comes twice: the first
    assert back == [datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 11, 1, 1, 30, tzinfo=UTC)]


def test_a_repeat_is_meant_in_the_teams_time_zone_else_in_ones_own_and_keeps_it(client_of, team):
    client = client_of("editor")
    client.user.timezone = "America/New_York"
    client.user.save(update_fields=["timezone"])
    own = made(client, plan(), cron="30 2 * * *", team=str(team.pk))
    assert own["time_zone"] == "America/New_York"
    set_time_zone(actor=client_of("owner").user, team_id=team.pk, zone="Europe/Berlin")
    teams = made(client, plan(), cron="30 2 * * *", team=str(team.pk))
    said = made(client, plan(), cron="30 2 * * *", team=str(team.pk), time_zone="Asia/Tokyo")
    assert (teams["time_zone"], said["time_zone"]) == ("Europe/Berlin", "Asia/Tokyo")
    assert look(client, own["id"])["time_zone"] == "America/New_York"
    moment = datetime.fromisoformat(teams["run_at"]).astimezone(ZoneInfo("Europe/Berlin"))
    assert (moment.hour, moment.minute) == (2, 30)


@pytest.mark.parametrize(
    ("day", "nights"),
    [  # half past two does not exist on 28 March 2027 and comes twice on 31 October
        (datetime(2027, 3, 27, 12, tzinfo=UTC), ["2027-03-28T01:00", "2027-03-29T00:30"]),
        (datetime(2027, 10, 30, 12, tzinfo=UTC), ["2027-10-31T00:30", "2027-11-01T01:30"]),
    ],
)
def test_a_series_in_the_teams_time_zone_fires_once_on_each_night_when_clocks_change(
    client_of, team, monkeypatch, day, nights
):
    client = client_of("editor")
    set_time_zone(actor=client_of("owner").user, team_id=team.pk, zone="Europe/Berlin")
    pk = made(client, plan(), cron="30 2 * * *", team=str(team.pk))["id"]
    Batch.objects.filter(pk=pk).update(run_at=calendar.following("30 2 * * *", "Europe/Berlin", after=day))
    monkeypatch.setattr(series.timezone, "now", lambda: day)
    for _ in nights:
        row = Batch.objects.get(pk=pk)
        for _ in range(2):  # the second time as after a crash
            series.due(row.pk, row.run_at)
    fired = Batch.objects.get(pk=pk).runs.order_by("slot").values_list("slot", flat=True)
    assert [f"{slot:%Y-%m-%dT%H:%M}" for slot in fired] == nights


def test_the_29th_of_february_may_be_waited_for():
    found = calendar.check("0 6 29 2 *", "UTC", after=datetime(2026, 3, 1, tzinfo=UTC))
    assert found == datetime(2028, 2, 29, 6, tzinfo=UTC)
    with pytest.raises(Refused):
        calendar.check("0 6 31 4 *", "UTC", after=datetime(2026, 3, 1, tzinfo=UTC))


def test_a_series_makes_a_batch_at_each_moment_once_and_waits_for_the_next(client_of):
    client = client_of("editor")
    pk = made(client, plan(variations=2), cron="30 2 * * *", time_zone="Europe/Berlin", budget="1")["id"]
    row = Batch.objects.get(pk=pk)
    assert (row.status, row.total, row.items.count()) == ("scheduled", 0, 0)
    moment = row.run_at
    series.due(row.pk, moment)
    series.due(row.pk, moment)  # a second time, as after a crash: its next moment is another by now
    made_by_it = row.runs.get()
    assert (made_by_it.slot, made_by_it.status, made_by_it.total) == (moment, "running", 2)
    row.refresh_from_db()
    assert row.status == "scheduled" and row.run_at > timezone.now()
    work_off("batch", "io")
    assert look(client, str(made_by_it.pk))["status"] == "completed"
    client.delete(f"/api/batch/{pk}")
    series.due(row.pk, row.run_at)
    assert row.runs.count() == 1


def test_a_series_whose_plan_can_no_longer_be_carried_out_pauses_and_says_why(client_of, drawn):
    client = client_of("editor")
    pk = made(client, {"base": ONE["base"]}, cron="0 5 * * *")["id"]
    from designer.catalogue.models import ModelProfile

    ModelProfile.objects.filter(provider="scripted").update(enabled=False)
    series.due(Batch.objects.get(pk=pk).pk, Batch.objects.get(pk=pk).run_at)
    stopped = look(client, pk)
    assert stopped["status"] == "paused" and stopped["reason"]["code"] not in ("", "asked")


def test_a_whole_shoot_is_enhanced(client_of):
    import io

    from designer.assets.services import store_upload
    from tests import images

    client = client_of("editor")
    shots = [
        store_upload(
            actor=client.user,
            team_id=None,
            file=io.BytesIO(images.encoded("PNG", images.photo((40 + n, 30)))),
            name="s.png",
        )
        for n in range(3)
    ]
    said = {
        "kind": "enhance",
        "sources": [str(shot.pk) for shot in shots],
        "operations": [{"name": "upscale", "scale": 2}],
    }
    done = run_out(client, said)
    assert (done["status"], done["counts"]["succeeded"]) == ("completed", 3), items(client, done["id"])
    widths = [item["assets"][0]["width"] for item in items(client, done["id"])]
    assert widths == [80, 82, 84]
    assert invariants_hold()


def test_an_item_that_cannot_begin_fails_alone(client_of):
    client = client_of("editor")
    pk = made(client, plan(variations=3))["id"]
    BatchItem.objects.filter(batch=pk, position=2).update(wish={"brief": "a coat", "model": "gone"})
    work_off()
    assert statuses(pk) == {"succeeded": 2, "failed": 1}
    assert items(client, pk, status="failed")[0]["error"]["code"]
    assert look(client, pk)["status"] == "partial"
