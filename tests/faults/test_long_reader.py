"""The queue beside an open snapshot, in small."""

import pytest

from tests.faults import long_reader

pytestmark = pytest.mark.fault


def test_every_job_is_claimed_while_a_transaction_stays_open_over_old_rows(django_db_blocker):
    with django_db_blocker.unblock():
        figures = long_reader.survived(old_rows=5_000, seconds=6, rate=40)
    assert figures["jobs"] - figures["claimed"] <= figures["waiting_at_most"] <= 40, figures
    assert figures["claimed"] > 0
