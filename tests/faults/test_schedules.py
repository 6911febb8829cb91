"""The schedule in small: three schedulers, of which the leading one is killed, then frozen."""

import pytest

from tests.faults import schedules

pytestmark = pytest.mark.fault


def test_every_second_is_served_once_though_the_leader_is_killed_and_frozen(django_db_blocker):
    with django_db_blocker.unblock():
        figures = schedules.played(seconds=16, every=3)
    assert (figures["missed"], figures["doubled"], figures["duty"]["doubled"]) == (0, 0, 0), figures
    assert figures["takeover_after_kill"]["times"] and figures["takeover_after_freeze"]["times"], figures
    assert figures["duty"]["ran"] > 0


def test_no_night_of_a_year_is_missed_or_doubled_where_clocks_change():
    found = schedules.nights_of_a_year()
    assert (found["missed"], found["doubled"]) == (0, 0), found
