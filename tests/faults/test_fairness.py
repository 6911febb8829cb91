"""People beside a batch that would fill every worker, and beside one that is cancelled, in small."""

import pytest

from tests.faults import fairness

pytestmark = pytest.mark.fault


def test_single_images_and_another_teams_batch_begin_long_before_a_big_batch_ends(django_db_blocker):
    with django_db_blocker.unblock():
        figures = fairness.nobody_starves(items=150, asked=3)
    assert figures["done_meanwhile"] < 100, figures
    assert figures["person_waits"]["max"] < figures["items"] * figures["item_seconds"]["p50"] / 8, figures


def test_after_a_cancel_its_vendor_is_called_no_more_and_the_others_end_theirs(django_db_blocker):
    with django_db_blocker.unblock():
        figures = fairness.cancelled(items=4, seconds=1)
    assert figures["calls_later"] == 0, figures
    assert [each["succeeded"] for each in figures["others"]] == [4, 4], figures
    here = figures["local"]["items"]
    assert here["cancelled"] > 0 and here["waiting"] == here["queued"] == here["running"] == 0, figures
