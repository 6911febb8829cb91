"""The composer: what a designer changed stays changed through every later preview."""

import io
import re

import pytest
from django.test import Client
from django.urls import reverse

from designer.assets.services import store_upload
from designer.generations.models import Generation
from designer.personas.models import Persona
from tests import images
from tests.scripted import Other, scripted

pytestmark = pytest.mark.django_db

CHIP = re.compile(r'<select[^>]* name="fix-(\w+)".*?</select>', re.S)
CHOSEN = re.compile(r'<option value="(\w+)" selected')
WAS = re.compile(r'name="was-(\w+)" value="(\w*)"')


def fields_of(html: str) -> dict[str, str]:
    """What a browser would send back of the chips."""
    chips = {f"fix-{found[1]}": (CHOSEN.search(found[0]) or ["", ""])[1] for found in CHIP.finditer(html)}
    return {**chips, **{f"was-{name}": value for name, value in WAS.findall(html)}}


@pytest.fixture
def client(member) -> Client:
    made = Client()
    made.user = member("editor")  # type: ignore[attr-defined]
    made.force_login(made.user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[attr-defined]
    return made


def preview(client, **sent: str) -> dict[str, str]:
    answer = client.post("/studio/understood", {"brief": "a linen dress with long sleeves", **sent})
    assert answer.status_code == 200, answer.content
    return fields_of(answer.json()["understood"])


def test_each_field_tells_where_its_value_comes_from_and_how_sure_it_is(client):
    """Also those typed in words, and also to who cannot see them."""
    said = {"brief": "a red linen dress with a belt on white, a packshot", "fix-fit": "slim", "was-fit": ""}
    html = client.post("/studio/understood", said).json()["understood"]
    for name in ("garment", "colours", "construction", "photography"):
        assert f'aria-describedby="from-{name}"' in html
        assert re.search(rf'id="from-{name}">brief, \d+ %<span class="visually-hidden"> sure<', html), name
    assert 'id="from-fit">correction<' in html


@pytest.mark.parametrize(("name", "value"), [("fix-garment", "coat"), ("fix-sleeves", "")])
def test_a_corrected_chip_outlives_later_previews_and_reaches_the_generation(name, value, client):
    seen = preview(client)
    assert (seen["fix-garment"], seen["fix-sleeves"], seen["fix-fabric"]) == ("dress", "long", "linen")
    seen = preview(client, **{**seen, name: value})
    assert seen[name] == value
    seen = preview(client, **{**seen, "fix-fabric": "wool"})
    assert (seen[name], seen["fix-fabric"]) == (value, "wool")
    client.post("/", {"brief": "a linen dress with long sleeves", **seen})
    kept = Generation.objects.latest("created_at").corrections
    assert kept == {name[4:]: value or None, "fabric": "wool"}


def test_untouched_chips_are_no_corrections(client):
    client.post("/", {"brief": "a linen dress with long sleeves", **preview(client)})
    assert Generation.objects.latest("created_at").corrections == {}


def test_work_is_done_in_the_team_that_was_chosen_with_its_personas(client, team):
    shown = client.get("/").content.decode()
    persona = Persona.objects.filter(team=team).first()
    assert f'<option value="{team.pk}"' in shown and f"{persona.name} ({team.name})" in shown
    answer = client.post("/", {"brief": "a coat", "team": str(team.pk), "persona": str(persona.pk)})
    assert answer.status_code == 302
    made = Generation.objects.latest("created_at")
    assert (made.team, made.persona) == (team, persona)


def test_somebody_with_one_team_is_not_asked_which(client_of):
    page = Client()
    page.force_login(client_of("stranger").user, backend="django.contrib.auth.backends.ModelBackend")
    assert 'for="id_team"' not in page.get("/").content.decode()
    assert page.post("/", {"brief": "a coat"}).status_code == 302


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("asset_feedback", {"rating": "²"}),
        ("asset_feedback", {"rating": "9" * 5000}),
        ("asset_feedback", {"kind": "a\x00"}),
        ("enhance_asset", {"scale": "²"}),
        ("enhance_asset", {"scale": "9" * 5000}),
        ("studio", {"brief": "a coat", "fix-construction": "x\x00"}),
        ("studio", {"brief": "a coat", "team": "nobody's"}),
    ],
)
def test_what_no_button_sends_is_refused_and_breaks_nothing(path, sent, client):
    asset = store_upload(actor=client.user, team_id=None, file=io.BytesIO(images.encoded("PNG")), name="a.png")
    where = reverse(path, args=[] if path == "studio" else [asset.pk])
    assert client.post(where, sent).status_code in (302, 400, 422)


@pytest.mark.parametrize("query", ["liked=%00", "kind=a%00", "q=%00", "after=%00", "order=%00"])
def test_a_strange_address_of_the_gallery_shows_the_gallery(query, client):
    assert client.get(f"/gallery?{query}").status_code == 200


def test_custom_weights_decide_as_they_were_typed(monkeypatch, settings, client_of):
    settings.IMAGE_PROVIDERS = ["scripted", "other"]
    with scripted(monkeypatch, price="0.20", quality=0.95), scripted(monkeypatch, Other, price="0.01", quality=0.1):
        client = client_of("editor")
        form = {"brief": "a coat", "n": "1", "strategy": "custom", "fallback": "on"}
        for weights, provider in (({"weight_cost": "9"}, "other"), ({"weight_quality": "9"}, "scripted")):
            assert (
                client.post("/", {**form, **weights}, format="multipart", headers={"X-Partial": "1"}).status_code == 201
            )
            made = Generation.objects.latest("created_at")
            assert made.settings["weights"] | weights_of(weights) == made.settings["weights"]
            route = client.post("/api/generations/preview", wish_of(made), format="json").json()["estimate"]
            assert route["provider"] == provider


def weights_of(said: dict[str, str]) -> dict[str, float]:
    return {name.removeprefix("weight_"): float(value) for name, value in said.items()}


def wish_of(made: Generation) -> dict[str, object]:
    return {"brief": made.brief, "strategy": "custom", "weights": made.settings["weights"]}


def test_weights_without_any_weight_are_refused_with_their_field(client_of):
    answer = client_of("editor").post("/api/generations", {"brief": "a coat", "strategy": "custom"}, format="json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "weights"


def test_the_preview_shows_what_the_persona_adds(client_of):
    client = client_of("editor")
    bare = client.post("/api/generations/preview", {"brief": "a coat"}, format="json").json()
    persona = Persona.objects.get(team__memberships__user=client.user, team__personal=True, name="Minimal tailoring")
    dressed = client.post("/api/generations/preview", {"brief": "a coat", "persona": str(persona.pk)}, format="json")
    added = [part["text"] for part in dressed.json()["parts"] if part not in bare["parts"]]
    assert added and dressed.json()["prompt"].startswith("a coat")


def test_the_rarer_attributes_can_be_corrected_before_spending_as_well(client_of):
    client = client_of("editor")
    form = {
        "brief": "a coat",
        "n": "1",
        "fallback": "on",
        "fix-season": "winter",
        "was-season": "",
        "fix-finish": "matte",
    }
    shown = client.post("/studio/understood", form, format="multipart").json()["understood"]
    assert "More attributes" in shown and '<option value="winter" selected' in shown
    client.post("/", form, format="multipart", headers={"X-Partial": "1"})
    assert Generation.objects.get().corrections == {"season": "winter", "finish": "matte"}
