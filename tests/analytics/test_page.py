"""The page of figures, and the way from a figure to the images behind it."""

import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from analytics import charts, rollups
from batches.shoots import shoot_of
from designer.assets.models import Asset
from tests.analytics.rows import MODELS, Rows

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.content
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


@pytest.fixture
def filled(rows: Rows, client_of):
    """An owner whose team made 5 images yesterday: 2 rated, 1 of them liked, 1 simulated."""
    client = client_of("owner")
    at = timezone.now() - timedelta(days=1)
    row = rows.generation(client.user, at, started_at=at, finished_at=at + timedelta(seconds=12))
    images = [rows.image(row, at, score=0.8) for _ in range(4)]
    rows.said(images[0], client.user, "like")
    rows.said(images[1], client.user, "dislike")
    rows.charge(at, "0.160000", row=row, actor=client.user)
    drawn = rows.generation(client.user, at, maker=MODELS[2])
    rows.image(drawn, at)
    rows.charge(at, "0.020000", row=drawn, maker=MODELS[2], actor=client.user)
    rows.generation(client.user, at, status="failed", error={"code": "provider_down"})
    rollups.work_off()
    return client


def test_the_key_figures_say_what_they_stand_on(filled, rows):
    page = text_of(filled.get("/analytics", {"team": rows.team.pk}))
    assert "Images 5 1 simulated" in page
    assert "2 of 5 images rated" in page and "1 of 2 rated, likely" in page
    assert "2 of 3 ended, likely" in page, "what failed counts"
    assert "$0.16 $0.02 simulated beside it" in page
    assert "Cost per liked image $0.16" in page
    assert "provider down" in page and "12 s" in page


def test_an_unknown_price_is_said(filled, rows, client_of):
    rows.image(rows.generation(filled.user, timezone.now()), timezone.now())
    rollups.work_off()
    page = text_of(filled.get("/analytics", {"team": rows.team.pk}))
    assert "at least $0.16" in page and "1 image without a price" in page and "Cost per liked image unknown" in page


def test_who_may_not_see_costs_is_told_so(filled, rows, client_of):
    page = text_of(client_of("viewer").get("/analytics", {"team": rows.team.pk}))
    assert "Spent by you $0.00" in page and "owners and admins see the team's" in page
    assert "not shown" in page and "0.16" not in page


def test_every_chart_has_its_figures_in_a_table_and_its_name(filled, rows):
    page = filled.get("/analytics", {"team": rows.team.pk}).content.decode()
    assert page.count('<svg class="fig"') == 3 and page.count('role="img" aria-label="') >= 3
    assert page.count("<table") >= 5 and 'style="' not in page
    for link in ("overview", "costs", "models", "users", "trends"):
        (address, *_) = re.findall(rf'href="(/api/analytics/{link}\?[^"]*)"', page)
        answer = filled.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv")


def test_a_figure_leads_to_the_very_images_behind_it(filled, rows):
    page = filled.get("/analytics", {"team": rows.team.pk}).content.decode()
    elsewhere = rows.generation(filled.user, timezone.now() - timedelta(days=60))
    rows.image(elsewhere, timezone.now() - timedelta(days=60))
    links = {
        label: found.replace("&amp;", "&")
        for found, label in re.findall(r'href="(/gallery\?[^"]*)"[^>]*>([^<]*)<', page)
    }
    shown = {label: filled.get(link).content.decode().count('class="tile"') for label, link in links.items()}
    assert shown["See them"] == 5 and shown["See those with a like"] == 1
    by_model = next(link.replace("&amp;", "&") for link in re.findall(r'href="(/gallery\?[^"]*model=gpt[^"]*)"', page))
    gallery = filled.get(by_model).content.decode()
    assert gallery.count('class="tile"') == 4 and "by gpt-image-2" in gallery
    assert 'name="since"' in gallery, "the form keeps what it was narrowed to"


def test_behind_a_models_figure_are_its_own_images_alone_and_all_of_them(filled, rows):
    """Others of that name are another provider's, or simulated; what is in the trash is counted, and found there."""
    at = timezone.now() - timedelta(days=1)
    for maker in (("azure", "gpt-image-2", False), ("openai", "gpt-image-2", True)):
        rows.image(rows.generation(filled.user, at, maker=maker), at)
    row = rows.generation(filled.user, at)
    for trashed in ({"trashed_at": at}, {"trashed_at": at}, {"trashed_at": at, "set_aside": True}):
        rows.image(row, at, **trashed)
    rollups.work_off()
    page = filled.get("/analytics", {"team": rows.team.pk}).content.decode()
    links = re.findall(r'href="(/gallery\?[^"]*)" aria-label="(\d+) images by ', page)
    assert sorted(int(count) for _, count in links) == [1, 1, 1, 6]
    for link, count in links:
        shown = filled.get(link.replace("&amp;", "&")).content.decode()
        trash = re.search(r'href="(/gallery\?trash=1[^"]*)">(\d+) more in the trash', shown)
        more = filled.get(trash[1].replace("&amp;", "&")).content.decode().count('class="tile"') if trash else 0
        assert shown.count('class="tile"') + more == int(count), link
        assert more == (int(trash[2]) if trash else 0) == (2 if count == "6" else 0)
    told = " ".join(filled.get(link.replace("&amp;", "&")).content.decode() for link, _ in links)
    assert "by gpt-image-2 (azure), not simulated," in told and "by gpt-image-2 (openai), simulated," in told


@pytest.mark.parametrize(
    "query",
    ["since=x", "until=2026", "of=1", "model=%00", "since=0001-01-01T00:00:00%2B00:00", "since=2026-01-01T00:00:00"],
)
def test_a_strange_narrowing_of_the_gallery_breaks_nothing(query, filled):
    assert filled.get(f"/gallery?{query}").status_code == 200


def test_without_anything_the_page_says_what_to_do(client_of):
    page = text_of(client_of("owner").get("/analytics"))
    assert "Nothing was made in these days" in page and "Open the studio" in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"from": "2026-11-05", "to": "2026-11-01"}, "Name the earlier day first."),
        ({"from": "nonsense"}, "from:"),
        ({"from": "2020-01-01", "to": "2026-01-01", "interval": "hour"}, "Ask by the month, or for fewer days."),
        ({"timezone": "Mars/Olympus"}, "There is no such time zone."),
    ],
)
def test_what_cannot_be_shown_is_said_beside_the_form(said, words, client_of):
    answer = client_of("owner").get("/analytics", said)
    assert answer.status_code == 422 and words in answer.content.decode() and 'id="from"' in answer.content.decode()


@pytest.mark.parametrize("days", ["7", "30", "90", "-1", "x", ""])
def test_ranges_of_days(days, filled):
    assert filled.get("/analytics", {"days": days, "compare": "previous"}).status_code == 200


def test_compared_figures_stand_beside_those_of_now(filled, rows):
    page = text_of(filled.get("/analytics", {"team": rows.team.pk, "days": "7", "compare": "previous"}))
    assert "before: 0" in page and "before: $0.00" in page


def test_names_are_text_wherever_they_stand(rows: Rows, client_of):
    client = client_of("owner")
    client.user.name = HOSTILE
    client.user.save()
    at = timezone.now()
    row = rows.generation(client.user, at, maker=(HOSTILE, HOSTILE, False), status="failed", error={"code": HOSTILE})
    rows.image(row, at)
    rows.charge(at, "1.000000", row=row, maker=(HOSTILE, HOSTILE, False), actor=client.user)
    rollups.work_off()
    page = client.get("/analytics").content.decode()
    assert HOSTILE not in page and "&lt;script&gt;alert(1)" in page


def test_the_navigation_leads_there(client_of):
    assert 'href="/analytics"' in client_of("owner").get("/gallery").content.decode()


@pytest.mark.parametrize("most", [0.0, 0.00001, 0.7, 1.0, 3.0, 99.0, 101.0, 12_345.6])
def test_a_scale_ends_at_a_round_number_above_the_most(most: float):
    top, marks = charts.scale(most)
    assert top >= most * 0.9999 and marks[0] == 0 and marks[-1] == pytest.approx(top) and 2 <= len(marks) <= 7


def test_charts_of_nothing_of_one_and_of_hostile_words():
    assert "<svg" in charts.columns([], said="none")
    one = charts.columns([charts.Column(HOSTILE, HOSTILE, (1.0, 0.0))], said=HOSTILE, before=[1.0])
    two = charts.shares([charts.Dot(HOSTILE, HOSTILE, 0.5, 0.1, 0.9), charts.Dot("b", "b", None)], said=HOSTILE)
    three = charts.heat([[charts.Cell(HOSTILE, 0)] * 24] * 7, said=HOSTILE)
    assert all(HOSTILE not in svg and "nan" not in svg for svg in (one, two, three))


def test_gaps_break_the_line_of_shares():
    dots = [charts.Dot("", "", value) for value in (0.1, 0.2, None, 0.3, 0.4, None, 0.5)]
    assert charts.shares(dots, said="s").count("<polyline") == 2


def test_deep_ranges_answer(client_of):
    assert client_of("owner").get("/analytics", {"from": "2017-01-01", "to": "2026-11-03"}).status_code == 200


def test_a_shoot_of_all_that_is_found_takes_in_no_more_than_was_seen(filled, rows):
    query = {"all": "1", "kind": "generated", "model": "gpt-image-2", "of": str(rows.team.pk)}
    page = filled.get("/batches/shoot", query).content.decode()
    assert 'name="model" value="gpt-image-2"' in page and f'name="of" value="{rows.team.pk}"' in page
    found = shoot_of(filled.user, QueryDict(urlencode(query)))
    assert len(found.ids) == 4 and set(found.ids) < set(Asset.objects.values_list("pk", flat=True))


def test_the_key_figures_are_asked_for_anew_when_something_is_charged(filled, rows):
    page = filled.get("/analytics", {"team": rows.team.pk}).content.decode()
    (row,) = re.findall(r'<live-row subject="team:([^"]*)" events="cost:updated" pace="5000"[^>]* src="([^"]*)"', page)
    assert row[0] == str(rows.team.pk)
    address = row[1].replace("&amp;", "&")
    assert "Images 5 1 simulated" in text_of(filled.get(address)) and 'data-status="ready"' in page
    rows.image(rows.generation(filled.user, timezone.now()), timezone.now())
    assert 'data-status="pending"' in filled.get(address).content.decode(), "it is asked once more"
    rollups.work_off()
    assert "Images 6 1 simulated" in text_of(filled.get(address))
    over = {"team": rows.team.pk, "from": "2026-01-01", "to": "2026-01-31"}
    assert 'pace="5000"' not in filled.get("/analytics", over).content.decode(), "nothing comes to these days"


def test_the_figures_of_a_strange_range_are_refused(client_of):
    assert client_of("owner").get("/analytics/now", {"from": "x"}).status_code == 422
    assert client_of(None).get("/analytics/now").status_code == 302
