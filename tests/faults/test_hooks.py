"""Webhooks in small, with workers that are really killed and receivers that really hang."""

import pytest

from tests.faults import hooks

pytestmark = pytest.mark.fault


def test_a_receiver_that_is_away_for_three_days_loses_nothing_though_couriers_are_killed(django_db_blocker):
    with django_db_blocker.unblock():
        figures = hooks.away_for_three_days(step=18, killed=1.0)
    assert (figures["lost"], figures["ids_that_changed"]) == (0, 0), figures
    assert figures["states"] == {"delivered": figures["facts"]} and figures["couriers_killed"] > 0, figures


def test_receivers_that_hang_drip_or_swell_keep_nothing_from_the_others(django_db_blocker):
    with django_db_blocker.unblock():
        figures = hooks.dead_ones_delay_nobody(healthy=4, dead=3, rounds=1)
    assert figures["beside_the_dead"]["max"] < 15, figures  # the time that one of the dead is given
