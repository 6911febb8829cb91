"""The audit log can be added to; changing it is refused, and seen where somebody found a way."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from teams.audit import services as audit
from teams.audit.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = (InternalError, IntegrityError)


def write(count):
    for number in range(count):
        audit.write(None, "test.done", f"thing:{number}", {"n": number})


@contextmanager
def guards_down():
    """What somebody with the database's own keys could do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entries DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("ALTER TABLE audit_entries ENABLE TRIGGER USER")


def test_entries_are_numbered_and_chained_in_order_of_commit():
    write(5)
    entries = list(AuditEntry.objects.order_by("number"))
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous_digest for entry in entries] == ["", *(entry.digest for entry in entries[:-1])]
    assert all(len(entry.digest) == 64 for entry in entries) and audit.verify_chain() is None


def test_an_empty_log_holds():
    assert audit.verify_chain() is None


@pytest.mark.parametrize("deed", [lambda rows: rows.update(action="nothing"), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_or_delete_an_entry(deed):
    write(2)
    with pytest.raises(REFUSED, match="append-only"):
        deed(AuditEntry.objects.filter(number=1))
    assert AuditEntry.objects.filter(action="test.done").count() == 2


def test_nobody_chooses_a_number_or_a_digest():
    AuditEntry.objects.create(action="forged", subject="x", number=77, digest="d" * 64, previous_digest="p")
    entry = AuditEntry.objects.get()
    assert entry.number == 1 and entry.digest != "d" * 64 and audit.verify_chain() is None


CHANGES = {
    "action": "test.other",
    "subject": "x",
    "actor_id": uuid.uuid4(),
    "team_id": uuid.uuid4(),
    "facts": {"n": 9},
    "created_at": datetime(2020, 1, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_entry_is_found_whichever_column_it_was(column):
    write(4)
    with guards_down():
        AuditEntry.objects.filter(number=2).update(**{column: CHANGES[column]})
    assert audit.verify_chain() == 2


def test_a_removed_entry_is_found():
    write(4)
    with guards_down() as cursor:
        cursor.execute("DELETE FROM audit_entries WHERE number = 3")
    assert audit.verify_chain() == 4


def test_an_entry_rewritten_with_a_fitting_digest_breaks_its_successor():
    write(4)
    with guards_down() as cursor:
        cursor.execute("UPDATE audit_entries SET subject = 'x' WHERE number = 2")
        cursor.execute("UPDATE audit_entries entry SET digest = audit_digest(entry) WHERE number = 2")
    assert audit.verify_chain() == 3


def test_what_is_rolled_back_leaves_no_entry_and_no_gap():
    write(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.write(None, "test.undone", "x", {})
        raise ZeroDivisionError
    write(1)
    assert list(AuditEntry.objects.values_list("number", flat=True)) == [2, 1] and audit.verify_chain() is None


def test_sixteen_writers_at_once_make_one_chain():
    def work(_):
        try:
            write(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert AuditEntry.objects.count() == 160 and audit.verify_chain() is None
