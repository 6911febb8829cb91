"""What was spent today and this month, as far as somebody may see it, with what of it was simulated."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from designer.ledger import spending
from designer.ledger.models import BudgetUse
from designer.ledger.services import charge

pytestmark = pytest.mark.django_db


def spend(team, user, amount, *, simulated=False) -> None:
    charge(
        team_id=team.pk, job_id=uuid4(), attempt=1, kind="generation", subject=f"generation:{uuid4()}",
        provider="openai", model="gpt-image-2", quantity=Decimal(1), unit_price=Decimal(amount), simulated=simulated,
        actor_id=user.pk,
    )  # fmt: skip


def ticker(client) -> str:
    return " ".join(client.get("/costs/ticker").content.decode().split())


def test_who_manages_the_team_sees_all_of_it_and_others_their_own(client_of, team):
    owner, editor, viewer = client_of("owner"), client_of("editor"), client_of("viewer")
    spend(team, editor.user, "1.25")
    spend(team, owner.user, "2.00")
    assert ticker(owner).count("$3.25") == 2, "today, and this month"
    assert ticker(editor).count("$1.25") == 2 and "3.25" not in ticker(editor)
    assert ticker(viewer).count("$0.00") == 2
    assert ticker(client_of("stranger")).count("$0.00") == 2


def test_what_is_simulated_is_marked_wholly_or_in_part(client_of, team):
    owner = client_of("owner")
    spend(team, owner.user, "1.00")
    assert "simulated" not in ticker(owner)
    spend(team, owner.user, "0.50", simulated=True)
    assert "partly simulated" in ticker(owner) and "0.50 USD of it simulated" in ticker(owner)
    BudgetUse.objects.update(spent=Decimal("0.50"))
    assert ">simulated<" in ticker(owner)


def test_yesterday_counts_for_the_month_alone(client_of, team, monkeypatch):
    owner = client_of("owner")
    spend(team, owner.user, "0.75")
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(spending.timezone, "now", lambda: tomorrow)
    monkeypatch.setattr(spending, "month", lambda: BudgetUse.objects.filter(scope="team").get().period)
    assert "Today <strong>$0.00</strong>" in ticker(owner) and ticker(owner).count("$0.75") == 1


def test_every_page_has_the_figures_and_they_lead_to_where_they_come_from(client_of, team):
    owner, editor = client_of("owner"), client_of("editor")
    spend(team, editor.user, "1.25")
    page = owner.get("/gallery").content.decode()
    assert f"team:{team.pk}" in page and 'src="/costs/ticker"' in page and 'href="/settings/costs"' in page
    costs = owner.get("/settings/costs").content.decode()
    assert "The whole team" in costs and editor.user.shown_name in costs and costs.count("<td>1.25</td>") == 2
    own = editor.get("/settings/costs").content.decode()
    assert owner.user.shown_name not in own and own.count("<td>1.25</td>") == 1


def test_the_deed_is_noted_before_it_is_told_as_everywhere(client_of, team):
    """The audit log and the events are numbered under a lock each: in two orders two transactions would wait."""
    owner = client_of("owner")
    spend(team, owner.user, "2.00")
    with CaptureQueriesContext(connection) as queries:
        budget = {"scope": "team", "amount": "1.00"}
        assert owner.put(f"/api/teams/{team.pk}/budgets", budget, format="json").status_code == 200
    written = [each["sql"].split('"')[1] for each in queries if each["sql"].startswith("INSERT")]
    assert written.index("audit_entries") < written.index("events"), written
