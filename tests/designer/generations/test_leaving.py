"""Whoever asked for an image leaves while a language model reads it: what was bought is charged, no more is bought."""

import pytest

from designer.generations import reading
from designer.generations.models import Generation
from designer.jobs.models import JobAttempt
from designer.ledger.models import LedgerEntry
from tests.designer.generations.test_reading import BRIEF, editor, vendors
from tests.work import work_off

__all__ = ["editor", "vendors"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("says", ["", "no JSON"])  # the second is asked once more for what is fit to use
def test_after_its_owner_left_no_other_answer_is_bought(says, vendors, editor, client_of, team, monkeypatch):
    if says:
        vendors.plan("google", "ok", says=says)
    really = reading._pay

    def pay(*args):
        really(*args)
        row = Generation.objects.get()
        told = client_of("admin").put(
            f"/api/teams/{row.team_id}/members/{row.owner_id}", {"role": "viewer"}, format="json"
        )
        assert told.status_code == 200

    monkeypatch.setattr(reading, "_pay", pay)
    said = {"brief": BRIEF, "provider": "sketchbook", "n": 1, "team": str(team.pk)}
    assert editor.post("/api/generations", said, format="json").status_code == 202
    work_off("interactive")
    row = Generation.objects.get()
    assert (row.status, row.error["code"]) == ("failed", "owner_left")
    assert list(LedgerEntry.objects.values_list("step", flat=True)) == ["analysis"]
    assert list(JobAttempt.objects.values_list("step", "outcome")) == [("analysis", "succeeded")]
    assert len(vendors.charges) == 1 and row.cost == LedgerEntry.objects.get().amount
