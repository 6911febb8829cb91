"""The pages of boards: figures as everybody may see them, arranged with buttons as well as by dragging."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import rollups
from analytics.dashboards import services
from analytics.dashboards.boards import KINDS
from analytics.dashboards.models import Dashboard
from designer.personas.models import Persona
from tests.analytics.rows import MODELS, Rows

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.content
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


@pytest.fixture
def filled(rows: Rows, client_of):
    """An owner whose team paid 0.30 for three images by one model and 0.05 for one by another."""
    client = client_of("owner")
    at = timezone.now() - timedelta(days=1)
    for maker, amount in ((MODELS[0], "0.100000"),) * 3 + ((MODELS[1], "0.050000"),):
        row = rows.generation(client.user, at, maker=maker)
        rows.said(rows.image(row, at), client.user, "like")
        rows.charge(at, amount, row=row, maker=maker, actor=client.user)
    rollups.work_off()
    return client


def send(client, address: str, said: dict[str, str], **more):
    """As a form of the page sends it."""
    return client.post(address, said, format="multipart", **more)


def board(client, rows: Rows, *widgets: dict[str, str], shared: bool = True) -> Dashboard:
    return services.create(actor=client.user, team_id=rows.team.pk, name="Mornings", shared=shared, widgets=widgets)


def test_a_widget_shows_what_it_is_narrowed_to_and_says_so(filled, rows):
    row = board(
        filled, rows, {"kind": "figures", "model": "gpt-image-2"}, {"kind": "cost_models", "model": "gemini-image"}
    )
    page = text_of(filled.get(f"/analytics/dashboards/{row.pk}"))
    assert "Key figures gpt-image-2" in page and "Images 3" in page and "$0.30" in page
    assert "Cost by model gemini-image" in page and "$0.05" in page


def test_whoever_may_not_see_costs_sees_none_of_others_on_a_shared_board(filled, rows, client_of):
    kinds = (
        "figures",
        "cost_time",
        "cost_models",
        "cost_kinds",
        "cost_members",
        "models",
        "members",
        "personas",
        "makers",
    )
    row = board(filled, rows, *({"kind": kind} for kind in kinds))
    page = text_of(client_of("viewer").get(f"/analytics/dashboards/{row.pk}"))
    assert "0.30" not in page and "0.35" not in page and "0.05" not in page and "Costs are your own" in page
    assert "0.35" in text_of(filled.get(f"/analytics/dashboards/{row.pk}"))


def test_it_is_arranged_by_buttons_and_by_place(filled, rows):
    row = board(filled, rows, {"kind": "figures"}, {"kind": "hours"}, {"kind": "terms"})
    first, second, third = (each["id"] for each in row.widgets)
    place = f"/analytics/dashboards/{row.pk}/arrange"

    def order() -> list[str]:
        return [each["id"] for each in Dashboard.objects.get().widgets]

    assert send(filled, place, {"later": first}).status_code == 302 and order() == [second, first, third]
    send(filled, place, {"earlier": third})
    assert order() == [second, third, first]
    send(filled, place, {"earlier": second})
    assert order() == [second, third, first], "it is the first already"
    said = {"widget": first, "position": "1"}
    assert send(filled, place, said, headers={"X-Partial": "1"}).status_code == 204 and order() == [
        first,
        second,
        third,
    ]
    send(filled, place, {"widget": first, "position": "99"})
    assert order() == [second, third, first]
    assert send(filled, place, {"widget": "nothing", "position": "1"}).status_code == 404
    assert send(filled, place, {"widget": first, "position": "-1"}).status_code == 302


def test_who_only_looks_arranges_nothing(filled, rows, client_of):
    row = board(filled, rows, {"kind": "figures"}, {"kind": "hours"})
    viewer = client_of("viewer")
    page = viewer.get(f"/analytics/dashboards/{row.pk}?edit=1").content.decode()
    assert "data-grip" not in page and "Arrange" not in page
    said = {"later": row.widgets[0]["id"]}
    assert send(viewer, f"/analytics/dashboards/{row.pk}/arrange", said).status_code == 403
    assert send(viewer, f"/analytics/dashboards/{row.pk}/act", {"do": "delete"}).status_code == 403
    assert send(viewer, "/analytics/dashboards", {"team": row.team_id, "name": "Mine"}).status_code == 422


def test_widgets_are_put_on_and_taken_away_with_a_form(filled, rows):
    row = board(filled, rows)
    act = f"/analytics/dashboards/{row.pk}/act"
    assert "Nothing stands on this board" in text_of(filled.get(f"/analytics/dashboards/{row.pk}"))
    send(filled, act, {"do": "add", "kind": "cost_kinds", "kind_of_cost": "generation", "model": ""})
    (widget,) = Dashboard.objects.get().widgets
    assert (widget["kind"], widget["kind_of_cost"]) == ("cost_kinds", "generation") and "model" not in widget
    told = text_of(send(filled, act, {"do": "add", "kind": "terms", "model": "x"}, follow=True))
    assert "What is asked for is not narrowed by model" in told
    send(filled, act, {"do": "remove", "widget": widget["id"]})
    assert Dashboard.objects.get().widgets == []
    (version,) = re.findall(
        r'name="version" value="([^"]*)"', filled.get(f"/analytics/dashboards/{row.pk}?edit=1").content.decode()
    )
    said = {"do": "keep", "name": "Evenings", "days": "90", "shared": "", "version": html.unescape(version)}
    send(filled, act, said)
    kept = Dashboard.objects.get()
    assert (kept.name, kept.days, kept.shared) == ("Evenings", 90, False)
    assert "90 days" in text_of(filled.get(f"/analytics/dashboards/{row.pk}"))
    send(filled, act, {"do": "delete"})
    assert not Dashboard.objects.exists()


def test_a_new_board_begins_with_something(filled, rows):
    answer = send(filled, "/analytics/dashboards", {"team": rows.team.pk, "name": HOSTILE, "shared": "1"}, follow=True)
    page = answer.content.decode()
    assert HOSTILE not in page and "&lt;script&gt;" in page and page.count("data-item=") == 3
    assert send(filled, "/analytics/dashboards", {"team": rows.team.pk, "name": ""}).status_code == 422
    assert "Shared in the team" in text_of(filled.get("/analytics/dashboards"))


def test_figures_of_several_widgets_are_asked_for_once(filled, rows):
    """Those of the same kind with the same question; the number of statements does not grow with the rows."""
    one = board(filled, rows, {"kind": "cost_models"})
    several = board(filled, rows, {"kind": "cost_models"}, {"kind": "cost_kinds"}, {"kind": "cost_members"})

    def asked(row: Dashboard) -> int:
        with CaptureQueriesContext(connection) as found:
            assert filled.get(f"/analytics/dashboards/{row.pk}").status_code == 200
        return len(found)

    asked(one)
    assert asked(one) == asked(several)
    rows.many([filled.user], timezone.now() - timedelta(days=3), 2, 20)
    rollups.work_off()
    assert asked(one) == asked(several)


def test_ranges_and_the_days_before(filled, rows):
    row = board(filled, rows, {"kind": "figures"})
    page = text_of(filled.get(f"/analytics/dashboards/{row.pk}?days=7&compare=previous"))
    assert "before: 0" in page
    for strange in ("days=8", "days=x", "compare=next"):
        assert filled.get(f"/analytics/dashboards/{row.pk}?{strange}").status_code == 200


def test_a_board_is_asked_for_anew_when_something_is_charged_but_not_while_it_is_arranged(filled, rows):
    row = board(filled, rows, {"kind": "figures"})
    address = f"/analytics/dashboards/{row.pk}?days=7"
    live = f'<live-row subject="team:{rows.team.pk}" events="cost:updated" pace="5000" every="10"'
    page = filled.get(address).content.decode()
    assert live in page and f'src="{address}"' in page
    part = filled.get(address, headers={"X-Partial": "1"}).content.decode()
    assert "<html" not in part and "Images" in part and 'data-status="ready"' in part
    assert live not in filled.get(f"{address}&edit=1").content.decode()


def test_a_narrowed_figure_leads_to_the_very_images_that_it_counts(filled, rows, member):
    """Another member's images, and a simulated one, are beside them."""
    ada, at = member("editor"), timezone.now() - timedelta(days=1)
    persona = Persona.objects.create(team=rows.team, owner=filled.user, name="Nord")
    for who, maker in ((ada, MODELS[0]), (ada, MODELS[0]), (ada, MODELS[2])):
        told = rows.generation(
            who, at, maker=maker, started_at=at, finished_at=at + timedelta(seconds=9), persona=persona,
            understood={"garment": {"value": "coat", "confidence": 0.9}},
        )  # fmt: skip
        rows.said(rows.image(told, at), filled.user, "like")
    rollups.work_off()
    hers = {"member": str(ada.pk), "simulated": "no"}
    kinds = ("figures", "cost_time", "models", "members", "personas", "garments", "makers")
    row = board(filled, rows, *({"kind": kind, **hers} for kind in kinds))
    page = filled.get(f"/analytics/dashboards/{row.pk}").content.decode()
    links = {each.replace("&amp;", "&") for each in re.findall(r'href="(/gallery\?[^"]*)"', page)}
    assert len(links) >= 5
    for link in links:
        found = filled.get(link).content.decode()
        assert found.count('class="tile"') == 2, link
    assert "by Nord" not in page and ">2</a>" in page


def test_a_widget_of_one_member_tells_of_nobody_else(filled, rows, member):
    ada = member("editor", name="Ada Lind")
    rows.image(rows.generation(ada, timezone.now() - timedelta(days=1)), timezone.now() - timedelta(days=1))
    member("viewer", name="Bea Moreau")
    rollups.work_off()
    row = board(filled, rows, {"kind": "members", "member": str(ada.pk)})
    widgets = filled.get(f"/analytics/dashboards/{row.pk}").content.decode().partition('id="widgets"')[2]
    assert "Ada Lind" in widgets and "Bea Moreau" not in widgets


def test_simulated_output_is_told_apart(filled, rows):
    at = timezone.now() - timedelta(days=1)
    rows.image(rows.generation(filled.user, at, maker=MODELS[2]), at)
    rollups.work_off()
    row = board(filled, rows, {"kind": "makers"})
    assert "sketchbook simulated" in text_of(filled.get(f"/analytics/dashboards/{row.pk}"))


def test_only_whoever_made_a_board_takes_it_back(filled, rows, client_of):
    row = board(filled, rows, {"kind": "hours"})
    admin = client_of("admin")
    page = admin.get(f"/analytics/dashboards/{row.pk}?edit=1").content.decode()
    (version,) = re.findall(r'name="version" value="([^"]*)"', page)
    assert 'name="shared"' not in page
    act = f"/analytics/dashboards/{row.pk}/act"
    said = {"do": "keep", "name": "Evenings", "days": "7", "version": html.unescape(version)}
    assert "Evenings" in text_of(send(admin, act, said, follow=True))
    kept = Dashboard.objects.get()
    assert (kept.name, kept.days, kept.shared) == ("Evenings", 7, True)
    told = text_of(send(admin, act, {**said, "name": "Nights"}, follow=True))
    assert Dashboard.objects.get().name == "Evenings" and "Nights" not in told, "it was changed meanwhile"


def test_a_board_asks_no_more_than_it_shows(filled, rows):
    """Neither the forecast, budgets and days out of the ordinary, nor who comes back."""
    row = board(filled, rows, *({"kind": kind} for kind in KINDS if kind not in ("terms", "cohorts")))
    filled.get(f"/analytics/dashboards/{row.pk}")
    with CaptureQueriesContext(connection) as found:
        page = filled.get(f"/analytics/dashboards/{row.pk}?compare=previous").content.decode()
    asked = " ".join(each["sql"] for each in found)
    assert "analytics_forecasts" not in asked and "budget_uses" not in asked
    assert len(found) <= 48, len(found)
    assert "the days before, both together" in page
