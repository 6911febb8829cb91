"""The end of a team: nothing of it is left but the audit log, nothing of others is touched, a restore wins or loses."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection
from django.utils import timezone

from designer.ledger.models import LedgerEntry
from teams.audit.models import AuditEntry
from teams.audit.services import verify_chain
from teams.base.errors import Missing
from teams.membership import closing, purging
from teams.membership.belongings import kinds, order
from teams.membership.models import Membership, Team
from tests.factories import TeamFactory
from tests.work import all_at_once
from tests.worlds import build_world

pytestmark = pytest.mark.django_db(transaction=True)


def due(team):
    """Deleted thirty days ago."""
    owner = Membership.every.filter(team=team, role="owner").first().user
    closing.delete(actor=owner, team_id=team.pk, name=Team.objects.get(pk=team.pk).name)
    Team.objects.filter(pk=team.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    return owner


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
    due(world.team)
    assert purging.purge(budget=60) == 1
    assert rows_of(world.team) == {}
    assert not Team.objects.filter(pk=world.team.pk).exists()
    assert files_of(world.team) == 0
    assert (rows_of(other.team), files_of(other.team)) == (kept, files)
    assert AuditEntry.objects.filter(team_id=world.team.pk).count() >= noted + 3
    assert verify_chain() is None


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
    row = LedgerEntry.objects.create(
        team=world.team, job_id=uuid.uuid4(), attempt=1, kind="generation", subject=f"generation:{world.generation.pk}",
        provider="sketchbook", model="sketch", quantity=1, unit_price=Decimal("0.1"), amount=Decimal("0.1"),
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        LedgerEntry.objects.filter(pk=row.pk)._raw_delete("default")
    due(world.team)
    assert purging.purge(budget=60) == 1
    assert not LedgerEntry.objects.filter(pk=row.pk).exists()


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
    assert {"assets", "generations", "team_comments", "stage_runs", "ledger_entries", "job_queue", "events"} <= {
        kind.table for kind in tables
    }
    assert all(link.model._meta.get_field(link.field).null for link in loose)
