"""The prompt that the page shows is the prompt that is sent, taste included; a picture that is sent along is left as
it is but for what was asked."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.personas.models import LearnedWeight, Persona
from designer.providers import registry
from designer.providers.base import ProviderConfig
from tests.designer.generations.test_flow import ask, made
from tests.designer.generations.test_stand_ins import photo
from tests.scripted import scripted
from tests.simulators.providers.server import KEY, Simulator
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
SILK = "attribute:-:fabric=silk"
CHANGE = "make it cobalt"


@pytest.fixture
def client(client_of):
    """Of somebody who has liked silk, often."""
    made = client_of("editor")
    team = made.user.memberships.get(team__personal=True).team
    LearnedWeight.objects.create(team=team, key=SILK, alpha=60, beta=1, moved_at=timezone.now())
    made.team = team
    return made


def shown(client, **wish):
    answer = client.post("/api/generations/preview", wish, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize("brief", ["a dress", "a coat with a belt", "5 midi skirts", "a summer dress"])
def test_what_was_learned_and_what_is_tried_are_shown_before_anything_is_spent(brief, client):
    told, done = shown(client, brief=brief), made(client, brief=brief)
    assert done["prompt"] == told["prompt"] and "silk" in told["prompt"]
    assert {"text": "silk", "part": "learned"} in told["parts"]


def test_what_was_learned_can_be_taken_out_beforehand(client):
    edits = {"silk": ""}
    told, done = shown(client, brief="a dress", part_edits=edits), made(client, brief="a dress", part_edits=edits)
    assert "silk" not in told["prompt"] and done["prompt"] == told["prompt"]


def test_a_photo_says_what_the_words_leave_open(client):
    sent = photo(client)
    told, done = shown(client, brief="a dress", references=[sent]), made(client, brief="a dress", references=[sent])
    assert "silk" not in told["prompt"] and done["prompt"] == told["prompt"]


def test_an_edit_asks_for_its_change_and_for_nothing_else(client):
    persona = Persona.objects.create(team=client.team, owner=client.user, name="Fluid", attributes={"fabric": ["silk"]})
    sent = photo(client)
    wish = {"brief": CHANGE, "references": [sent], "source": sent, "mode": "edit", "persona": str(persona.pk), "n": 2}
    assert shown(client, **wish)["prompt"] == CHANGE
    done = made(client, **wish)
    assert done["prompt"] == CHANGE
    records = Asset.objects.filter(generation=done["id"]).values_list("provenance__prompt", flat=True)
    assert list(records) == [CHANGE, CHANGE]


def test_a_correction_joins_an_edit(client):
    sent = photo(client)
    wish = {"brief": CHANGE, "references": [sent], "source": sent, "mode": "edit", "corrections": {"fabric": "linen"}}
    assert shown(client, **wish)["prompt"] == f"{CHANGE}, linen"


def test_an_edit_without_its_image_is_refused_before_it_is_paid_for(client):
    wish = {"brief": CHANGE, "source": photo(client), "mode": "edit"}
    for path in ("/api/generations/preview", "/api/generations"):
        refused = client.post(path, wish, format="json")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "references"), refused.content


def test_an_edit_by_a_model_that_is_sent_no_picture_is_refused_before_it_is_paid_for(client, monkeypatch, settings):
    settings.IMAGE_PROVIDERS = ["scripted"]
    sent = photo(client)
    wish = {"brief": CHANGE, "references": [sent], "source": sent, "mode": "edit", "model": "one"}
    with scripted(monkeypatch) as blind:
        monkeypatch.setattr(blind, "max_references", 0)
        for path in ("/api/generations/preview", "/api/generations"):
            refused = client.post(path, wish, format="json")
            assert refused.status_code == 422, refused.content
            assert refused.json()["errors"][0]["field"] == "model" and refused.json()["code"] == "unsupported_edit"
    assert not blind.asked


def test_feedback_that_comes_while_it_waits_changes_nothing_that_was_shown(client):
    told = shown(client, brief="a dress")
    waits = ask(client, brief="a dress").json()
    LearnedWeight.objects.update(alpha=1, beta=60)
    work_off("interactive")
    assert client.get(waits["links"]["self"]).json()["prompt"] == told["prompt"]
    assert "silk" not in shown(client, brief="a dress")["prompt"]


def test_the_same_brief_is_drawn_anew_each_time_it_is_sent_and_shown_so_before(client):
    prompts = []
    for _ in range(4):
        prompts.append(shown(client, brief="a red coat")["prompt"])
        assert ask(client, brief="a red coat").status_code == 202
    assert len(set(prompts)) > 1


def drawn_on_page(client, **wish):
    """What the composer shows before sending: the fields to send back, and the prompt."""
    page = client.post("/studio/understood", {"brief": "a red coat", "n": 1, **wish}, format="multipart")
    shown = page.json()["understood"]
    (draw,) = re.findall(r'<input type="hidden" name="draw" value="(\d+)">', shown)
    (line,) = re.findall(r'<p dir="auto">(.*?)</p>', shown)
    return {"draw": draw}, " ".join(re.sub(r"<[^>]+>", "", line).split())


def test_equal_wishes_sent_at_once_are_drawn_as_each_preview_showed(client):
    told = [shown(client, brief="a red coat") for _ in range(4)]
    sent = [ask(client, brief="a red coat", draw=each["draw"]).json() for each in told]
    work_off("interactive")
    prompts = [client.get(each["links"]["self"]).json()["prompt"] for each in sent]
    assert prompts == [each["prompt"] for each in told]
    assert shown(client, brief="a red coat")["draw"] not in {each["draw"] for each in told}


def test_a_preview_asks_once_how_often_its_words_were_sent_so_that_its_draw_is_the_one_it_showed(client):
    with CaptureQueriesContext(connection) as queries:
        shown(client, brief="a red coat")
    counts = [each["sql"] for each in queries if each["sql"].startswith("SELECT COUNT(*)")]
    assert len([sql for sql in counts if Generation._meta.db_table in sql]) == 1


def test_the_page_sends_the_draw_that_it_showed_back_and_keeps_it_while_the_brief_is_edited(client):
    other = next(draw for draw in range(50) if drawn_on_page(client, draw=draw)[1] != drawn_on_page(client)[1])
    fields, before = drawn_on_page(client, draw=other)
    assert fields == {"draw": str(other)}
    assert drawn_on_page(client, brief="a blue coat", **fields)[0] == fields
    ask(client, brief="a red coat")  # somebody else, with the same words
    assert client.post("/", {"brief": "a red coat", "n": 1, **fields}, format="multipart").status_code == 302
    work_off("interactive")
    newest = client.get("/api/generations").json()["results"][0]
    parts = client.get(f"/generations/{newest['id']}").content.decode()
    (line,) = re.findall(r'<dt>Prompt</dt><dd dir="auto">(.*?)</dd>', parts)
    assert " ".join(re.sub(r"<[^>]+>", "", line).split()) == before


def test_words_used_again_are_drawn_anew_and_shown_so(client):
    told = shown(client, brief="a red coat")
    done = made(client, brief="a red coat", draw=told["draw"])
    page = client.get(f"/?again={done['id']}").content.decode()
    (draw,) = re.findall(r'<input type="hidden" name="draw" value="(\d+)">', page)
    assert int(draw) == shown(client, brief="a red coat")["draw"] != told["draw"]


def test_a_seed_goes_before_a_draw(client):
    seeded = shown(client, brief="a red coat", seed=7)
    assert {shown(client, brief="a red coat", seed=7, draw=draw)["prompt"] for draw in range(9)} == {seeded["prompt"]}
    assert made(client, brief="a red coat", seed=7, draw=3)["prompt"] == seeded["prompt"]


@pytest.mark.parametrize("draw", [-1, 2**32, "soon"])
def test_a_draw_that_no_preview_tells_is_refused_with_a_way_out(draw, client):
    for path in ("/api/generations/preview", "/api/generations"):
        refused = client.post(path, {"brief": "a coat", "draw": draw}, format="json")
        (line,) = refused.json()["errors"]
        assert refused.status_code == 400 and line["field"] == "draw" and "leave it out" in line["message"]
    typed = {"brief": "a coat", "draw": draw}
    page = client.post("/studio/understood", typed, format="multipart", headers={"X-Partial": "1"})
    assert page.status_code == 422 and "leave it out" in page.json()["detail"]


@pytest.mark.parametrize("way", ["again", "from"])
def test_an_edit_that_is_used_again_is_an_edit_of_the_same_image(way, client):
    sent = photo(client)
    wish = {"brief": CHANGE, "references": [sent], "source": sent, "mode": "edit"}
    done = made(client, **wish)
    place = {"again": f"/?again={done['id']}", "from": f"/?from={done['assets'][0]['id']}&mode=variation"}[way]
    page = client.get(place).content.decode()
    assert re.search(r'name="mode"[^>]*value="edit"', page) and re.search(rf'name="source"[^>]*value="{sent}"', page)
    assert f'name="references" value="{sent}"' in page


def test_the_page_says_where_a_language_model_may_word_the_prompt_anew(client, simulator: Simulator, settings):
    said = "A language model may word anew"
    wishes = [{"brief": "a dress"}, {"brief": "a dress", "exact": "on"}]

    def noted() -> list[bool]:
        pages = [client.post("/studio/understood", wish, format="multipart").json()["understood"] for wish in wishes]
        return [said in page for page in pages]

    assert noted() == [False, False]
    settings.LANGUAGE_PROVIDER, settings.LANGUAGE_MODEL = "google", ""
    registry.configure({"google": ProviderConfig(api_key=KEY, base_url=simulator.url("google"))})
    try:
        assert noted() == [True, False]
    finally:
        registry.configure(settings.PROVIDERS)
