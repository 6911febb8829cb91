"""Alerts: everybody, or the team, knows while it lasts; those who can mend it are told; then it is over."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from designer.generations import health
from designer.ledger import budgets
from designer.ledger.services import charge
from designer.notifications.models import Alert, Notification
from designer.providers import base
from designer.realtime.models import Event
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return UserFactory(is_staff=True, is_superuser=True)


def spend(team, amount="0.10", times=1) -> None:
    for _ in range(times):
        charge(
            team_id=team.pk, job_id=uuid4(), attempt=1, kind="generation", subject=f"generation:{uuid4()}",
            provider="sketchbook", model="flat-1", quantity=Decimal(1), unit_price=Decimal(amount), simulated=False,
        )  # fmt: skip


def limit(client, team, amount):
    path = f"/api/teams/{team.pk}/budgets"
    assert client.put(path, {"scope": "team", "amount": amount}, format="json").status_code == 200


def titles(client) -> list[str]:
    return [row["title"] for row in client.get("/api/alerts").json()["results"]]


def banner(client) -> str:
    return client.get("/alerts").content.decode()


def told(channel: str) -> list[tuple[str, bool]]:
    rows = Event.objects.filter(channel=channel, event="system:alert").order_by("id")
    return [(row.data["title"], row.data["ended"]) for row in rows]


def down() -> base.ProviderError:
    return base.AuthFailed("It may not be called with this key.", of_account=False)


# Providers


def test_a_model_whose_circuit_opens_is_said_to_be_down_until_it_answers_again(client_of, boss, settings):
    settings.CHECK_EVENTS = True
    client = client_of("viewer")
    health.went_wrong("openai", "gpt-image-2", down())
    assert titles(client) == ["gpt-image-2 (openai) is down"]
    assert "its key was refused" in client.get("/gallery").content.decode()
    assert Notification.objects.get(user=boss).kind == "alert", "who runs the studio is told"
    assert Notification.objects.count() == 1
    health.went_wrong("openai", "gpt-image-2", down())
    assert Alert.objects.count() == 1, "a trial that fails is no news"
    health.went_well("openai", "gpt-image-2", 3.0)
    assert titles(client) == [] and "is down" not in client.get("/gallery").content.decode()
    assert told("system") == [("gpt-image-2 (openai) is down", False), ("gpt-image-2 (openai) is down", True)]


def test_failures_that_open_no_circuit_are_nobodys_news(client_of):
    health.went_wrong("openai", "gpt-image-2", base.ProviderDown("503"))
    assert titles(client_of("viewer")) == []


def test_a_model_that_nobody_calls_any_more_is_not_down_for_ever_and_can_be_down_again(client_of):
    client = client_of("viewer")
    health.went_wrong("openai", "gpt-image-2", down())
    Alert.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert titles(client) == []
    health.went_wrong("openai", "gpt-image-2", down())
    assert len(titles(client)) == 1 and Alert.objects.count() == 2


def test_models_of_one_vendor_are_down_in_one_banner_and_put_away_together(client_of):
    client = client_of("viewer")
    for name in ("gpt-image-2", "gpt-image-1.5", "gpt-image-1-mini"):
        health.went_wrong("openai", name, down())
    health.went_wrong("stability", "core", down())
    page = banner(client)
    assert page.count("data-put-away") == 2 and "3 models of openai are down" in page and "and 1 more" in page
    assert all(f"{name} (openai) is down" in page for name in ("gpt-image-2", "gpt-image-1.5", "gpt-image-1-mini"))
    row = Alert.objects.get(key="provider:openai/gpt-image-1.5")
    shown = {"shown": list(map(str, Alert.objects.filter(key__contains="openai").values_list("pk", flat=True)))}
    assert all(f'name="shown" value="{pk}"' in page for pk in shown["shown"])
    health.went_wrong("openai", "gpt-image-2.6-flare", down())  # nobody has seen this one yet
    page = client.post(f"/alerts/{row.pk}/put-away", shown, format="multipart", HTTP_X_PARTIAL="1").content.decode()
    assert "gpt-image-2.6-flare (openai) is down" in page and "core (stability) is down" in page
    assert "gpt-image-2 (" not in page and "gpt-image-1.5" not in page
    health.went_well("openai", "gpt-image-2", 3.0)
    health.went_wrong("openai", "gpt-image-2", down())
    assert "gpt-image-2 (openai) is down" in banner(client), "down again is news"


# Budgets


def test_a_team_hears_at_four_fifths_and_at_the_end_of_its_budget_once(client_of, team, settings):
    settings.CHECK_EVENTS = True
    owner, viewer, stranger = client_of("owner"), client_of("viewer"), client_of("stranger")
    limit(owner, team, "1.00")
    spend(team, times=7)
    assert titles(viewer) == []
    spend(team)
    early, late = f"{team.name}: 80 % of this month's budget is spent", f"{team.name}: this month's budget is used up"
    assert titles(viewer) == [early] and titles(stranger) == []
    assert early.replace("'", "&#x27;") in banner(viewer) and "alert" not in banner(stranger)
    spend(team)
    assert titles(viewer) == [early]
    spend(team, times=2)
    assert titles(viewer) == [late]
    assert told(f"team:{team.pk}") == [(early, False), (early, True), (late, False)]
    heard = Notification.objects.order_by("created_at").values_list("user", "title")
    assert list(heard) == [(owner.user.pk, early), (owner.user.pk, late)], "not the viewer, who can do nothing"


def test_a_budget_that_holds_no_other_charge_like_the_last_is_used_up(client_of, team):
    limit(client_of("owner"), team, "1.05")
    spend(team, times=10)
    assert titles(client_of("viewer")) == [f"{team.name}: this month's budget is used up"]


def test_another_limit_ends_what_was_said_of_the_old_one_and_is_looked_at_itself(client_of, team):
    owner = client_of("owner")
    limit(owner, team, "1.00")
    spend(team, times=10)
    limit(owner, team, "5.00")
    assert titles(owner) == []
    limit(owner, team, "1.20")
    assert titles(owner) == [f"{team.name}: 80 % of this month's budget is spent"]
    limit(owner, team, None)
    assert titles(owner) == []


def test_the_words_tell_no_sums_to_those_who_may_not_see_them(client_of, team):
    limit(client_of("owner"), team, "1.37")
    spend(team, amount="1.20")
    assert "1.37" not in banner(client_of("viewer")) and "1.2" not in banner(client_of("viewer"))


def test_a_warning_of_a_charge_that_is_rolled_back_is_no_warning(client_of, team):
    limit(client_of("owner"), team, "1.00")
    with transaction.atomic():
        spend(team, amount="0.90")
        transaction.set_rollback(True)
    assert titles(client_of("viewer")) == [] and budgets.standings(team_id=team.pk, actor_id=uuid4())[0].spent == 0


# Maintenance


def announce(boss, **about):
    client = Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    start = timezone.now() + timedelta(hours=1)
    end = about.pop("end", start + timedelta(hours=1))
    form = {
        "title": "Maintenance tonight", "text": "Images wait.", "level": "info",
        "starts_at_0": f"{start:%Y-%m-%d}", "starts_at_1": f"{start:%H:%M:%S}",
        "ends_at_0": f"{end:%Y-%m-%d}", "ends_at_1": f"{end:%H:%M:%S}",
    }  # fmt: skip
    return client, client.post("/admin/designer/alert/add/", {**form, **about})


def test_maintenance_that_an_admin_announces_stands_on_every_page_until_it_is_over(boss, client_of, settings):
    settings.CHECK_EVENTS = True
    _, answer = announce(boss)
    assert answer.status_code == 302
    client = client_of("viewer")
    for page in ("/gallery", "/settings/profile", "/batches"):
        assert "Maintenance tonight" in client.get(page).content.decode()
    assert told("system") == [("Maintenance tonight", False)]
    Alert.objects.update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now() - timedelta(seconds=1))
    assert "Maintenance tonight" not in client.get("/gallery").content.decode() and titles(client) == []


def test_an_admin_ends_maintenance_before_its_time(boss, client_of):
    admin, _ = announce(boss)
    row = Alert.objects.get()
    admin.post("/admin/designer/alert/", {"action": "end_now", "_selected_action": [str(row.pk)]})
    assert titles(client_of("viewer")) == []
    assert told("system")[-1] == ("Maintenance tonight", True)


def test_maintenance_ends_after_it_starts(boss):
    _, answer = announce(boss, end=timezone.now())
    assert answer.status_code == 200 and "It must end after it starts." in answer.content.decode()
    assert not Alert.objects.exists()


def test_nobody_but_who_runs_the_studio_announces(member):
    _, answer = announce(member("owner"))
    assert answer.status_code == 302 and "/admin/login/" in answer["Location"] and not Alert.objects.exists()


# Put away


def test_what_one_puts_away_is_gone_for_oneself_alone_and_another_alert_shows(boss, client_of):
    announce(boss)
    row, one, other = Alert.objects.get(), client_of("viewer"), client_of("editor")
    assert "Maintenance tonight" not in one.post(f"/alerts/{row.pk}/put-away", HTTP_X_PARTIAL="1").content.decode()
    assert "Maintenance tonight" not in one.get("/gallery").content.decode()
    assert "Maintenance tonight" in other.get("/gallery").content.decode()
    health.went_wrong("openai", "gpt-image-2", down())
    assert "gpt-image-2" in one.get("/gallery").content.decode()
    back = other.post(f"/alerts/{row.pk}/put-away", {"next": "https://evil.example/"}, format="multipart")
    assert (back.status_code, back["Location"]) == (302, "/")


def test_another_teams_alert_is_not_there_to_be_put_away(client_of, team):
    limit(client_of("owner"), team, "1.00")
    spend(team, amount="0.90")
    path = f"/alerts/{Alert.objects.get().pk}/put-away"
    assert client_of("stranger").post(path).status_code == 404
    assert client_of("viewer").post(path).status_code == 302
