"""A batch at a vendor that is slow and fails now and then, in small."""

import pytest

from tests.faults import vendors

pytestmark = pytest.mark.fault


def test_a_batch_at_a_vendor_that_fails_now_and_then_is_made_whole_and_paid_as_billed(django_db_blocker):
    with django_db_blocker.unblock():
        figures = vendors.steady(items=16, slots=4, seconds=0.5, failing={"error_500": 0.2})
    assert (figures["status"], figures["states"]) == ("completed", {"succeeded": 16}), figures
    assert figures["vendor"]["met"]["error_500"] > 0, figures
    assert figures["vendor"]["most_at_once"] > 1, figures
    assert figures["images_billed"] == figures["images"] == 16 and figures["exact"], figures
    assert figures["broken_invariants"] == {}
