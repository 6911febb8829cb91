"""The end of a team: nothing of it is left but the audit log, nothing of others is touched, a restore wins or loses."""

import uuid
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import checking, rollups
from designer.generations.models import Generation
from designer.jobs.invariants import INVARIANTS
from designer.jobs.models import Job
from designer.jobs.receivers import order_ends
from designer.ledger.models import LedgerEntry
from teams.audit.models import AuditEntry
from teams.audit.services import verify_chain
from teams.base.errors import Missing
from teams.membership import closing, purging
from teams.membership.belongings import kinds, order
from teams.membership.models import Membership, Team
from tests.factories import TeamFactory
from tests.work import all_at_once, work_off
from tests.worlds import build_world

pytestmark = pytest.mark.django_db(transaction=True)


def due(team):
    """Deleted thirty days ago."""
    owner = Membership.every.filter(team=team, role="owner").first().user
    closing.delete(actor=owner, team_id=team.pk, name=Team.objects.get(pk=team.pk).name)
    Team.objects.filter(pk=team.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    return owner


def paid(world):
    return LedgerEntry.objects.create(
        team=world.team, job_id=uuid.uuid4(), attempt=1, kind="generation", subject=f"generation:{world.generation.pk}",
        provider="sketchbook", model="sketch", quantity=1, unit_price=Decimal("0.1"), amount=Decimal("0.1"),
    )  # fmt: skip


def broken():
    with connection.cursor() as cursor:
        found = []
        for name, statement in INVARIANTS.items():
            if "analytics" in name:
                cursor.execute(statement)
                found += [name] * bool(cursor.fetchall())
    return found


def rows_of(team):
    return {kind.table: count for kind in kinds() if (count := kind.of(team.pk).count())}


def files_of(team, folder=None):
    try:
        folders, files = default_storage.listdir(folder or str(team.pk))
    except FileNotFoundError:
        return 0
    return len(files) + sum(files_of(team, f"{folder or team.pk}/{name}") for name in folders)


def test_every_row_and_file_goes_and_the_audit_log_stays():
    world, other = build_world(), build_world()
    kept, files = rows_of(other.team), files_of(other.team)
    with connection.cursor() as cursor:  # money that was paid, in the ledger that nobody else may change
        cursor.execute("SELECT count(*) FROM audit_entries WHERE team_id = %s", [world.team.pk])
        (noted,) = cursor.fetchone()
    assert len(rows_of(world.team)) > 25
    assert rows_of(world.team)["generations_references"] == 1
    due(world.team)
    assert purging.purge(budget=60) == 1
    assert rows_of(world.team) == {}
    assert not Team.objects.filter(pk=world.team.pk).exists()
    assert files_of(world.team) == 0
    assert not list(Path(default_storage.path("")).rglob(str(world.team.pk))), "nor anywhere else"
    assert (rows_of(other.team), files_of(other.team)) == (kept, files)
    assert AuditEntry.objects.filter(team_id=world.team.pk).count() >= noted + 3
    assert verify_chain() is None


def test_nothing_of_it_is_left_in_the_figures():
    """Its rows go one table after the other, each noted by a trigger; and notes are worked off all the while."""
    world = build_world()
    paid(world)
    rollups.work_off()
    assert rows_of(world.team)["analytics_money"] == 1
    due(world.team)
    while Team.objects.filter(pk=world.team.pk).exists():
        purging.purge(budget=0)
        rollups.work_off()
    assert rows_of(world.team) == {}
    now = timezone.now()
    assert checking.differences(now - timedelta(days=1), now + timedelta(days=1), teams=[world.team.pk]) == []
    assert "the analytics of a team add up to its ledger" not in broken()


def test_what_was_being_worked_out_meanwhile_goes_too(monkeypatch):
    """A turn of the figures that began before the rows went is written after their tables were emptied."""
    world = build_world()
    paid(world)
    rollups.work_off()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE late AS SELECT * FROM analytics_money WHERE team_id = %s", [world.team.pk])
    due(world.team)
    forget = purging._forget_files

    def late(*about):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO analytics_money OVERRIDING SYSTEM VALUE SELECT * FROM late")
        forget(*about)

    monkeypatch.setattr(purging, "_forget_files", late)
    assert purging.purge(budget=60) == 1
    assert rows_of(world.team) == {}


def test_what_is_still_written_meanwhile_begins_it_anew(monkeypatch):
    world = build_world()
    due(world.team)
    forget = purging._forget_files

    def late(*about):
        Generation.objects.create(team=world.team, owner=world.people["editor"], brief="late")
        monkeypatch.setattr(purging, "_forget_files", forget)
        forget(*about)

    monkeypatch.setattr(purging, "_forget_files", late)
    assert purging.purge(budget=60) == 0
    assert purging.purge(budget=60) == 1
    assert rows_of(world.team) == {}


def test_a_turn_goes_on_where_the_last_one_ended_and_asks_no_emptied_table_again():
    world = build_world()
    due(world.team)
    turns = []
    while Team.objects.filter(pk=world.team.pk).exists():
        with CaptureQueriesContext(connection) as seen:
            purging.purge(budget=0)
        turns.append([query["sql"] for query in seen])
    emptied = next(turn for turn, said in enumerate(turns) if any('DELETE FROM "batch_items"' in each for each in said))
    later = [each for said in turns[emptied + 2 :] for each in said]
    assert len(turns) > emptied + 5
    assert not [each for each in later if 'FROM "batch_items"' in each]


def test_many_files_go_in_few_turns():
    """However little time there is, so that a team of millions comes to its end."""
    team = TeamFactory()
    for number in range(600):
        default_storage.save(f"{team.pk}/ab/{number:064}.png", ContentFile(b"x"))
    due(team)
    turns = 0
    while Team.objects.filter(pk=team.pk).exists():
        purging.purge(budget=0)
        turns += 1
        assert turns < 40
    assert files_of(team) == 0


@pytest.mark.parametrize(
    "fault",
    [ClientError({"Error": {"Code": "SlowDown"}}, "ListObjects"), OperationalError("canceled"), OSError("away")],
)
def test_a_storage_that_is_away_holds_up_no_other_team(fault, monkeypatch):
    first, second = TeamFactory(), TeamFactory()
    for team in (first, second):
        due(team)
    listed = partial(type(default_storage._wrapped).listdir, default_storage._wrapped)

    def away(path):
        if str(path).startswith(str(first.pk)):
            raise fault
        return listed(path)

    monkeypatch.setattr(type(default_storage._wrapped), "listdir", lambda self, path: away(path))
    assert purging.purge(budget=60) == 1
    assert set(Team.objects.filter(pk__in=[first.pk, second.pk])) == {first}
    monkeypatch.undo()
    assert purging.purge(budget=60) == 1


def test_one_that_cannot_begin_its_end_holds_up_no_other_team(monkeypatch):
    first, second = TeamFactory(), TeamFactory()
    for team in (first, second):
        due(team)
    begun = purging._begun

    def too_long(team_id):
        if team_id == first.pk:
            raise OperationalError("canceling statement due to statement timeout")
        return begun(team_id)

    monkeypatch.setattr(purging, "_begun", too_long)
    turns = 0
    while Team.objects.filter(pk=second.pk).exists():
        purging.purge(budget=0)  # the first one takes all of it
        turns += 1
        assert turns < 500
    assert Team.objects.filter(pk=first.pk).exists()


def test_teams_take_turns():
    """A small one does not wait for the largest, whose thirty days were over first."""
    large, small = build_world().team, TeamFactory()
    for team in (large, small):
        due(team)
    turns = 0
    while Team.objects.filter(pk=small.pk).exists():
        purging.purge(budget=0)
        turns += 1
    assert Team.objects.filter(pk=large.pk).exists()


def test_the_scheduler_orders_it_and_a_worker_does_it():
    world = build_world()
    order_ends()
    assert not Job.objects.filter(kind="team.end").exists()
    due(world.team)
    order_ends()
    order_ends()
    assert Job.objects.filter(kind="team.end").count() == 1
    work_off("io")
    assert not Team.objects.filter(pk=world.team.pk).exists()


def test_a_turn_that_ends_in_the_middle_is_gone_on_with():
    world = build_world()
    due(world.team)
    turns = 0
    while Team.objects.filter(pk=world.team.pk).exists():
        purging.purge(budget=0)
        turns += 1
        assert turns < 500
    assert turns > 5
    assert rows_of(world.team) == {}


def test_what_was_paid_goes_with_its_team_and_only_with_it():
    world = build_world()
    row = paid(world)
    with pytest.raises(IntegrityError):
        LedgerEntry.objects.filter(pk=row.pk)._raw_delete("default")
    due(world.team)
    Team.objects.filter(pk=world.team.pk).update(ends_at=timezone.now() + timedelta(days=1), ending_at=timezone.now())
    with pytest.raises(IntegrityError):  # its end may be said to have begun by whoever writes that column
        LedgerEntry.objects.filter(pk=row.pk)._raw_delete("default")
    Team.objects.filter(pk=world.team.pk).update(ends_at=timezone.now() - timedelta(days=1), ending_at=None)
    assert purging.purge(budget=60) == 1
    assert not LedgerEntry.objects.filter(pk=row.pk).exists()
    kept = AuditEntry.objects.get(team_id=world.team.pk, action="ledger.ended").facts
    assert (kept["entries"], kept["paid"]) == (1, [{"provider": "sketchbook", "simulated": False, "amount": "0.1"}])


def test_within_the_thirty_days_nothing_goes():
    team = TeamFactory()
    owner = team.memberships.get().user
    closing.delete(actor=owner, team_id=team.pk, name=team.name)
    assert purging.purge() == 0
    assert Team.objects.filter(pk=team.pk, ending_at=None).exists()


def test_once_its_end_has_begun_nobody_restores_or_sees_it():
    world = build_world()
    owner = due(world.team)
    purging.purge(budget=0)
    with pytest.raises(Missing):
        closing.restore(actor=owner, team_id=world.team.pk)
    assert closing.ending_teams(owner) == []


@pytest.mark.parametrize("turn", range(5))
def test_of_a_restore_and_the_end_at_once_one_wins(turn):
    team = TeamFactory()
    owner = due(team)

    def run(what):
        if what == "end":
            return "ended" if purging.purge(budget=60) else "kept"
        try:
            closing.restore(actor=owner, team_id=team.pk)
        except Missing:
            return "too late"
        return "restored"

    outcome = set(all_at_once(run, ["end", "restore"]))
    there = Team.objects.filter(pk=team.pk, ends_at=None).exists()
    assert outcome == ({"restored", "kept"} if there else {"ended", "too late"})
    assert Team.objects.filter(pk=team.pk).exists() == there


def test_every_table_that_leads_to_a_team_is_known_and_has_an_order():
    tables, loose = order()
    assert len(tables) == len(kinds())
    assert {kind.table: (kind.path, *kind.others) for kind in kinds() if kind.others} == {
        "team_shares": ("team_id", "to_team_id"),
        "team_shares_declined": ("share__team_id", "share__to_team_id"),
    }
    assert {"assets", "generations", "team_comments", "stage_runs", "ledger_entries", "job_queue", "events"} <= {
        kind.table for kind in tables
    }
    assert all(link.model._meta.get_field(link.field).null for link in loose)
