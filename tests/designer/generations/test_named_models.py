"""A model or family that the designer names: what stands beside it on the page and over HTTP."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from designer.catalogue.models import ModelProfile
from designer.generations.models import Generation, Stage, StageRun
from designer.personas.models import LearningSettings
from tests.designer.generations.test_flow import ask
from tests.scripted import GOOD, Other, Scripted, scripted
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(monkeypatch, settings) -> Iterator[None]:
    """The better model and another; nobody else."""
    settings.IMAGE_PROVIDERS = ["scripted", "other"]
    with scripted(monkeypatch, quality=0.9), scripted(monkeypatch, Other, price="0.03", quality=0.2):
        ModelProfile.objects.filter(provider="other").update(family="Second")
        yield


@pytest.mark.parametrize("named", [{"provider": "other", "model": "one"}, {"model": "Second"}, {"provider": "other"}])
def test_what_the_router_thinks_of_the_others_is_told_where_one_is_named(named, pair, client_of):
    client = client_of("editor")
    wish = {"brief": "a midi dress", "n": 1, "strategy": "quality"}
    free = client.post("/api/generations/preview", wish, format="json").json()["estimate"]
    assert free["provider"] == "scripted" and [each["left_out"] for each in free["alternatives"]] == [""]
    answer = client.post("/api/generations/preview", wish | named, format="json")
    assert answer.status_code == 200, answer.content
    told = answer.json()["estimate"]
    (shadow,) = told["alternatives"]
    assert (told["provider"], shadow["provider"], told["excluded"]) == ("other", "scripted", [])
    assert shadow["parts"] == free["parts"] and shadow["left_out"] == "another one was chosen by name"
    assert shadow["reason"] == "ahead in quality: 0.90 against 0.20"
    Scripted.answers, Other.answers = [GOOD], [GOOD]
    row = ask(client, **wish, **named).json()
    LearningSettings.objects.update_or_create(team_id=row["team"], defaults={"exploration": 0})  # no trial by chance
    work_off("interactive")
    assert Generation.objects.get(pk=row["id"]).provider == "other"
    page = client.get(f"/generations/{row['id']}").content.decode()
    line = page.partition(">scripted/one<")[2].partition("</tr>")[0]
    assert "<td>0.90</td>" in line and "left out: another one was chosen by name" in line
    assert "ahead in quality: 0.90 against 0.20" in line


def test_what_was_counted_on_for_a_named_model_is_no_limit_to_the_others(pair, client_of):
    Other.answers = [GOOD]
    row = ask(client_of("editor"), brief="a midi dress", n=1, provider="other", model="one").json()
    work_off("interactive")
    (shadow,) = StageRun.objects.get(generation=row["id"], name=Stage.ROUTING).output["alternatives"]
    assert Decimal(shadow["total"]) > Decimal(row["estimate"])
    assert shadow["left_out"] == "another one was chosen by name"


def test_one_that_is_dearer_than_what_was_counted_on_keeps_its_score_at_the_run_and_says_why_it_was_left_out(
    pair, client_of
):
    client, wish = client_of("editor"), {"brief": "a midi dress", "n": 1, "strategy": "cheapest"}
    before = client.post("/api/generations/preview", wish, format="json").json()["estimate"]
    assert [each["left_out"] for each in before["alternatives"]] == [""]
    Other.answers = [GOOD]
    row = ask(client, **wish).json()
    LearningSettings.objects.update_or_create(team_id=row["team"], defaults={"exploration": 0})  # no trial by chance
    work_off("interactive")
    run = StageRun.objects.get(generation=row["id"], name=Stage.ROUTING).output
    (dear,) = run["alternatives"]
    assert (run["provider"], dear["provider"], run["excluded"]) == ("other", "scripted", [])
    assert dear["parts"] == before["alternatives"][0]["parts"]
    assert dear["left_out"] == "it costs $0.04 for 1, over the $0.03 counted on for it"
    line = client.get(f"/generations/{row['id']}").content.decode().partition(">scripted/one<")[2].partition("</tr>")[0]
    assert "<td>0.90</td>" in line and "left out: it costs $0.04 for 1, over the $0.03 counted on for it" in line


def previewed(client, brief: str, **wish):
    return client.post("/api/generations/preview", {"brief": brief, "n": 1, **wish}, format="json").json()


@pytest.fixture
def vendors(monkeypatch, settings) -> Iterator[None]:
    """The catalogue that a studio begins with, of which two vendors can be called."""
    settings.IMAGE_PROVIDERS = ["scripted", "other"]
    with scripted(monkeypatch, quality=0.9), scripted(monkeypatch, Other, quality=0.2):
        ModelProfile.objects.filter(provider="scripted").update(
            family="Gemini", model="gemini-9-pro-image", title="Gemini 9 Pro Image"
        )
        ModelProfile.objects.filter(provider="other").update(
            family="Stable Diffusion", model="sd9.5-large", title="Stable Diffusion 9.5 Large"
        )
        twin = ModelProfile.objects.get(provider="other")
        price = twin.prices.get()
        twin.pk, twin.model, twin.title = None, "sd9.5-medium", "Stable Diffusion 9.5 Medium"
        twin._state.adding = True
        twin.save()
        price.pk, price.model = None, twin
        price._state.adding = True
        price.save()
        yield


@pytest.mark.parametrize(
    ("brief", "phrase", "value", "provider"),
    [
        ("a dress with gemini 9 pro", "with gemini 9 pro", "scripted gemini-9-pro-image", "scripted"),
        ("a dress @gemini-9", "@gemini-9", "scripted gemini-9-pro-image", "scripted"),
        ("a dress with Nano Banana", "with Nano Banana", "Gemini", "scripted"),
        ("a dress with stable diffusion 9.5", "with stable diffusion 9.5", "stable diffusion 9.5", "other"),
        ("a dress with sd 9.5 medium", "with sd 9.5 medium", "other sd9.5-medium", "other"),
        ("5 midi dresses in emerald silk, editorial, gemini 9", "gemini 9", "scripted gemini-9-pro-image", "scripted"),
    ],
)
def test_a_model_named_inexactly_in_the_brief_is_the_one(brief, phrase, value, provider, vendors, client_of):
    found = previewed(client_of("editor"), brief)
    assert [(each["phrase"], each["value"], each["used"]) for each in found["told"] if each["name"] == "model"] == [
        (phrase, value, True)
    ]
    assert found["estimate"]["provider"] == provider and found["prompt"].startswith(brief)


@pytest.mark.parametrize(
    ("brief", "phrase", "name"),
    [("a dress @flux", "@flux", "flux"), ("a dress with gpt-image-9", "gpt-image-9", "gpt-image-9")],
)
def test_a_name_that_no_model_bears_is_told_on_the_page_and_over_http(brief, phrase, name, pair, client_of):
    client = client_of("editor")
    found = previewed(client, brief)
    note = f"There is no model called {name} here; the router chooses."
    told = {"name": "unknown", "phrase": phrase, "value": "", "used": False, "note": note}
    assert found["told"] == [told] and found["prompt"].startswith(brief)
    markup = client.post("/studio/understood", {"brief": brief}, format="multipart").json()["understood"]
    assert note in markup and "not understood" in markup
    row = ask(client, brief=brief, n=1).json()
    assert (row["told"], row["brief"]) == ([told], brief)
    (chosen,) = previewed(client, brief, model="one", provider="other")["told"]
    assert chosen["note"] == f"There is no model called {name} here."


def test_words_of_the_garment_beside_a_familys_name_are_no_model_and_nothing_is_told(pair, client_of):
    client = client_of("editor")
    briefs = [
        "a dress with pockets", "a dress with a gemini brooch", "a gemini zodiac print dress",
        "a coat with Gemini 3 buttons", "write to me@flux.com, a coat",
    ]  # fmt: skip
    assert [previewed(client, brief)["told"] for brief in briefs] == [[]] * len(briefs)


@pytest.mark.parametrize(
    ("brief", "phrase"),
    [
        ("ein rotes Kleid mit Gemini", "Gemini"),
        ("ein rotes Kleid ohne Ärmel mit Gemini zeichnen", "Gemini"),
        ("un vestido rojo con Gemini en seda", "Gemini"),
        ("une robe rouge sans manches, par Nano Banana", "Nano Banana"),
        ("Gemini ile kırmızı elbise", "Gemini"),
        ("Geminiで赤いドレス", "Gemini"),
        ("a red dress without sleeves with Google", "Google"),
        ("a dress embroidered in gold with Google", "Google"),
        ("a red dress (Gemini) in silk", "Gemini"),
        ("a red dress by OpenAI, in silk", "OpenAI"),
        ("don't use Gemini, a red dress", "Gemini"),
        ("a red dress, please do not draw this with Gemini", "Gemini"),
        ("anything but @gemini, a red dress", "gemini"),
        ("ein Kleid, aber nicht mit Gemini", "Gemini"),
        ("a dress without Gemini", "Gemini"),
    ],
)
def test_a_name_that_neither_chooses_nor_excludes_a_model_is_told_and_followed_by_nothing(
    brief, phrase, pair, client_of
):
    client = client_of("editor")
    plain, found = previewed(client, "a red dress"), previewed(client, brief)
    (told,) = [each for each in found["told"] if each["name"] not in ("language", "garment")]
    note = "This neither chooses nor excludes a model: the router decides. Those that can draw stand under Options."
    assert told == {"name": "mentioned", "phrase": phrase, "value": "", "used": False, "note": note}
    assert found["estimate"]["model"] == plain["estimate"]["model"]
    assert note in client.post("/studio/understood", {"brief": brief}, format="multipart").json()["understood"]
    chosen = previewed(client, brief, model="one", provider="other")["told"]
    assert "mentioned" not in [each["name"] for each in chosen]


@pytest.mark.parametrize(
    "brief",
    [
        "a tee printed with the word Gemini", "a tee embroidered with Google", "a dress, stars and moons, Gemini",
        "a dress with a Google logo", "a Gemini and Leo zodiac tee", "a tee that says Google",
        "ein Hemd mit Aufdruck Google",
        "editorial, sketchbook look", "un imagen con flores", "write to me@google.com", "https://google.com/look",
    ],
)  # fmt: skip
def test_a_name_that_is_shown_is_no_mention(brief, pair, client_of):
    assert "mentioned" not in [each["name"] for each in previewed(client_of("editor"), brief)["told"]]


DOUBTED = "a dress, no lace, red or blue"


def test_a_list_of_two_kinds_behind_a_refusal_is_told_with_the_words_for_its_other_meaning(pair, client_of):
    client = client_of("editor")
    found = previewed(client, DOUBTED)
    (told,) = found["told"]
    assert (told["name"], told["phrase"], told["value"]) == ("doubt", "lace, red or blue", "no lace, but red or blue")
    assert told["note"] == "To avoid red or blue as well, write “no lace, no red, no blue”."
    assert found["prompt"].startswith(DOUBTED) and "blue" not in found["negative_prompt"]
    markup = client.post("/studio/understood", {"brief": DOUBTED}, format="multipart").json()["understood"]
    assert told["note"] in markup and "plain-doubt" not in markup
    other = previewed(client, "a dress, no lace, no red, no blue")
    assert other["told"] == [] and "lace, red, blue" in other["negative_prompt"]


@pytest.mark.parametrize(
    "brief",
    [
        "a dress, no lace, in red or blue",
        "no lace or red, a dress",
        "no lace, a red or blue dress",
        "no lace, silk or satin",
    ],
)
def test_a_refusal_that_can_be_meant_in_one_way_only_is_in_no_doubt(brief, pair, client_of):
    assert previewed(client_of("editor"), brief)["told"] == []
