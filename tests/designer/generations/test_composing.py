"""The brief box as a command line, every attribute as a chip, and the prompt edited in its parts before spending."""

import html
import re

import pytest
from django.utils import timezone

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.personas.models import LearnedWeight, Persona
from designer.realtime.models import Event
from tests.designer.generations.test_flow import made
from tests.designer.generations.test_studio_page import fields_of
from tests.work import work_off

pytestmark = pytest.mark.django_db

ORDER = "5 midi dresses in emerald silk, editorial"
PART = re.compile(r'name="part-was-(\d+)" value="([^"]*)"')


def shown(client, brief, **sent):
    """What the Studio says of it before anything is spent: the markup of what was understood, and the estimate."""
    answer = client.post("/studio/understood", {"brief": brief, **sent}, format="multipart")
    assert answer.status_code == 200, answer.content
    return answer.json()["understood"], answer.json()["estimate"]


def ordered(client, brief, **sent) -> Generation:
    answer = client.post("/", {"brief": brief, **sent}, format="multipart", headers={"X-Partial": "1"})
    assert answer.status_code == 201, answer.content
    return Generation.objects.get(pk=answer.json()["id"])


def parts_of(markup: str) -> dict[str, str]:
    """Each part's text with the number of its field."""
    return {html.unescape(text): number for number, text in PART.findall(markup)}


def edits(markup: str, changes: dict[str, str]) -> dict[str, str]:
    """What a browser sends when these parts are rewritten."""
    sent: dict[str, str] = {}
    for text, number in parts_of(markup).items():
        sent |= {f"part-was-{number}": text, f"part-now-{number}": changes.get(text, text)}
    return sent


@pytest.mark.parametrize(
    ("brief", "phrase", "number"),
    [
        ("fifty dresses", "fifty", 50),
        ("twenty wool coats", "twenty", 20),
        ("make me thirty-two silk skirts", "make me thirty-two", 32),
        ("a dozen coats", "a dozen", 12),
        ("two dozen coats", "two dozen", 24),
        ("a hundred and twenty coats", "a hundred and twenty", 120),
        ("a linen dress, 1,000 variations", "1,000 variations", 1000),
        ("midi dresses in silk, twenty of them", "twenty of them", 20),
        ("20x midi dress", "20x", 20),
        ("a linen dress x12", "x12", 12),
        ("dresses ×12", "×12", 12),
        ("a midi dress, a dozen options", "a dozen options", 12),
    ],
)
def test_more_than_are_made_at_once_are_told_and_not_silently_cut(client_of, brief, phrase, number):
    client = client_of("editor")
    markup, estimate = shown(client, brief)
    assert f"{number} need a batch; 8 are the most at once." in markup and "8 images" in estimate
    told = client.post("/api/generations/preview", {"brief": brief}, format="json").json()["told"]
    assert [(each["name"], each["phrase"], each["value"]) for each in told] == [("count", phrase, 8)]
    assert str(number) in told[0]["note"]


@pytest.mark.parametrize(
    ("brief", "count", "garment", "others"),
    [
        ("two coats and a skirt", 2, "coat", {"a skirt": "skirt"}),
        ("two coats and three silk skirts", 2, "coat", {"three silk skirts": "skirt"}),
        ("a silk dress with a cropped jacket", 1, "dress", {"a cropped jacket": "jacket"}),
        ("a shirt dress, no jacket", 1, "dress", {}),
        ("a silk dress with a separate skirt", 1, "dress", {"a separate skirt": "skirt"}),
        ("a silk dress with a pleated skirt", 1, "dress", {}),
        ("a ballgown with a corset bodice and a tulle skirt", 1, "dress", {}),
        ("a wedding dress with a jacket bodice", 1, "dress", {}),
        ("a jersey dress with a hoodie hood", 1, "dress", {}),
        ("a jumpsuit with wide trouser legs", 1, "jumpsuit", {}),
    ],
)
def test_a_garment_beside_the_one_that_is_read_is_told_and_its_words_are_sent(client_of, brief, count, garment, others):
    client = client_of("editor")
    markup, _ = shown(client, brief)
    done = made(client, brief=brief)
    assert fields_of(markup)["fix-garment"] == done["understood"]["garment"]["value"] == garment
    told = [each for each in done["told"] if each["name"] == "garment"]
    assert {each["phrase"]: each["value"] for each in told} == others and len(done["assets"]) == count
    for each in told:
        assert f"The attributes describe one garment, the {garment}." in each["note"]
        assert html.escape(each["note"]) in markup
        assert html.escape(each["note"]) in client.get(f"/generations/{done['id']}").content.decode()
    assert done["prompt"].startswith(brief)


@pytest.mark.parametrize(
    ("brief", "attributes"),
    [
        ("a red coat and a blue skirt", {"garment": "coat", "colours": ["red"]}),
        ("a cotton shirt, wool trousers and a tweed coat", {"garment": "shirt", "fabric": "cotton", "texture": None}),
        ("a dress worn with a denim jacket", {"garment": "dress", "fabric": None, "texture": None}),
        ("a gown with a full tulle skirt in pink", {"garment": "dress", "fabric": "tulle", "colours": ["pink"]}),
        ("trousers and a matching blazer in navy wool", {"fabric": "wool", "colours": ["navy"]}),
    ],
)
def test_what_a_garment_beside_is_like_is_not_said_of_the_one_that_is_read(client_of, brief, attributes):
    told = client_of("editor").post("/api/generations/preview", {"brief": brief}, format="json").json()["understood"]
    values = {name: each["value"] for name, each in told.items()}
    values["colours"] = values["colours"] and [each["name"] for each in values["colours"]]
    assert {name: values[name] for name in attributes} == attributes


GERMAN = "Ein langes rotes Kleid aus Seide"


def test_what_was_liked_is_not_added_to_words_that_nobody_reads_and_that_is_told(client_of):
    client = client_of("owner")
    team = client.user.memberships.get(team__personal=True).team
    LearnedWeight.objects.create(team=team, key="attribute:-:fabric=linen", alpha=60, beta=1, moved_at=timezone.now())
    client.patch("/api/learning/settings", {"exploration": 0}, format="json")
    english = client.post("/api/generations/preview", {"brief": "a long red dress"}, format="json").json()
    assert "linen" in english["prompt"] and english["told"] == []
    markup, _ = shown(client, GERMAN)
    assert "This seems to be German" in markup
    persona = Persona.objects.create(team=team, owner=client.user, name="Flax", attributes={"fabric": ["linen"]})
    for wish in ({}, {"persona": str(persona.pk)}):
        told = client.post("/api/generations/preview", {"brief": GERMAN, **wish}, format="json").json()
        done = made(client, brief=GERMAN, **wish)
        assert "linen" not in told["prompt"] + done["prompt"] and done["prompt"].startswith(GERMAN)
        assert [each["name"] for each in done["told"]] == ["language"] == [each["name"] for each in told["told"]]


def test_the_brief_says_how_many_and_it_is_shown_and_made(client_of):
    client = client_of("editor")
    markup, estimate = shown(client, ORDER)
    seen = fields_of(markup)
    assert (seen["fix-garment"], seen["fix-length"], seen["fix-fabric"]) == ("dress", "midi", "silk")
    in_sight, _, folded = markup.partition("<details")
    assert 'name="fix-photography" value="style: editorial"' in in_sight and 'name="fix-season"' in folded
    assert "<strong>5</strong>" in markup and "5 images" in estimate
    row = ordered(client, ORDER)
    work_off("interactive")
    row.refresh_from_db()
    assert (row.status, row.settings["n"], row.brief) == ("succeeded", 5, ORDER)
    assert Asset.objects.filter(generation=row).count() == 5
    assert row.prompt.startswith(ORDER) and "a single look in the picture" in row.prompt


def test_a_number_in_the_form_goes_before_the_words_and_just_words_are_no_order(client_of):
    client = client_of("editor")
    assert ordered(client, ORDER, n="3").settings["n"] == 3
    plain = ordered(client, ORDER, **{"plain-count": "1"})
    assert (plain.settings["n"], plain.settings["one_each"]) == (2, False)
    assert ordered(client, "a linen dress").settings["n"] == 2
    markup, _ = shown(client, "40 wool coats")
    told, cut = "40 need a batch; 8 are the most at once.", ordered(client, "40 wool coats")
    assert told in markup and cut.settings["n"] == 8
    assert told in client.get(f"/generations/{cut.pk}").content.decode()


def test_the_page_says_when_a_field_goes_before_the_words(client_of):
    markup, estimate = shown(client_of("editor"), ORDER, n="3")
    assert "You chose 3, which counts." in markup and "<strong>5</strong>" not in markup and "3 images" in estimate


def test_what_the_brief_refuses_is_shown_before_anything_is_spent(client_of):
    client = client_of("editor")
    markup, _ = shown(client, "a coat with no lace, velvet or belt, and a hood")
    assert "lace, velvet, belt" in markup.partition('class="chip chip-avoided"')[2].partition("</li>")[0]
    assert "chip-avoided" not in shown(client, ORDER)[0]


def test_where_nobody_can_draw_it_what_was_understood_can_still_be_corrected(client_of):
    brief = "4 wool coats @dall-e-3"
    answer = client_of("editor").post("/studio/understood", {"brief": brief}, format="multipart")
    assert answer.status_code == 422 and "was shut down" in answer.json()["detail"]
    markup = answer.json()["understood"]
    assert "<strong>4</strong>" in markup and 'name="plain-model"' in markup
    assert fields_of(markup)["fix-garment"] == "coat"


def asked(client, status=202, **wish):
    answer = client.post("/api/generations", wish, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_over_http_the_words_order_as_they_do_on_the_page_and_the_answer_says_so(client_of):
    client = client_of("editor")
    brief = "3 midi dresses in emerald silk, with Sketchbook"
    preview = client.post("/api/generations/preview", {"brief": brief}, format="json").json()
    counted, named = preview["told"]
    assert (counted["name"], counted["phrase"], counted["value"], counted["used"]) == ("count", "3", 3, True)
    assert (named["name"], named["phrase"], named["used"]) == ("model", "with Sketchbook", True)
    assert (preview["estimate"]["n"], preview["estimate"]["provider"]) == (3, "sketchbook")
    made_of_it = asked(client, brief=brief)
    assert (made_of_it["told"], made_of_it["brief"]) == (preview["told"], brief)
    work_off("interactive")
    done = client.get(f"/api/generations/{made_of_it['id']}").json()
    assert (done["status"], len(done["assets"]), done["told"]) == ("succeeded", 3, preview["told"])
    assert done["prompt"].startswith(brief) and "a single look in the picture" in done["prompt"]


def test_over_http_a_field_goes_before_the_words(client_of):
    client = client_of("editor")
    done = asked(client, brief="5 wool coats with DALL-E", n=2, model="sketchbook-1", one_each=False)
    row = Generation.objects.get(pk=done["id"])
    said = row.settings
    assert (said["n"], said["model"], said["provider"], said["one_each"]) == (2, "sketchbook-1", None, False)
    assert [each["used"] for each in done["told"]] == [False, False]
    assert [each["note"] for each in done["told"]] == [
        "You chose 2, which counts.",
        "You chose sketchbook-1, which counts.",
    ]
    apart = asked(client, brief="5 wool coats with DALL-E", just_words=["count", "model"])
    row = Generation.objects.get(pk=apart["id"])
    assert (row.settings["n"], row.settings["model"], row.settings["one_each"]) == (1, None, False)
    assert [(each["used"], each["note"]) for each in apart["told"]] == [(False, ""), (False, "")]
    assert asked(client, brief="a linen dress")["told"] == []


def test_over_http_a_model_in_words_that_cannot_be_called_is_refused_by_its_field(client_of):
    refused = asked(client_of("editor"), 422, brief="a wool coat with Gemini")
    assert refused["errors"][0]["field"] == "model"
    assert not Generation.objects.exists()
    wrong = asked(client_of("editor"), 400, brief="a coat", just_words=["colour"])
    assert wrong["errors"][0]["field"].startswith("just_words")


def test_words_of_the_garment_are_no_models_though_the_catalogue_has_models_of_these_names(client_of):
    client = client_of("editor")
    briefs = [
        "a wool coat with ultra wide lapels", "leggings with core seams", "a set with the core pieces",
        "a shirt by the workflow of Kyoto tailors", "a coat with Gemini motif", "a coat with Core",
    ]  # fmt: skip
    told = [client.post("/api/generations/preview", {"brief": brief}, format="json").json()["told"] for brief in briefs]
    assert told == [[]] * len(briefs)
    refused = asked(client, 422, brief="a wool coat @core in red")
    assert refused["errors"][0]["field"] == "model"


def test_a_model_named_in_the_brief_is_the_one_or_is_refused_with_the_way_out(client_of):
    client = client_of("editor")
    markup, _ = shown(client, "a wool coat with Sketchbook")
    assert "with Sketchbook" in markup
    assert ordered(client, "a wool coat with Sketchbook").settings["model"] == "Sketchbook"
    refused = client.post("/", {"brief": "a wool coat with DALL-E"}, format="multipart", headers={"X-Partial": "1"})
    assert refused.status_code == 422 and "Model" in refused.json()["detail"]
    assert ordered(client, "a wool coat with DALL-E", **{"plain-model": "1"}).settings["model"] is None


def test_colours_making_and_photography_are_corrected_before_spending_as_well(client_of):
    client = client_of("editor")
    sent = {"fix-colours": "navy, #ff0000", "was-colours": "", "fix-construction": "belt, patch pockets"}
    markup, _ = shown(client, "a coat", **sent, **{"fix-photography": "light: soft"})
    assert 'value="belt, patch pockets"' in markup and 'value="light: soft"' in markup
    row = ordered(client, "a coat", **sent, **{"fix-photography": "light: soft"})
    work_off("interactive")
    row.refresh_from_db()
    assert [each["hex"] for each in row.understood["colours"]["value"]][1] == "#ff0000"
    assert row.understood["construction"]["value"] == ["belt", "patch_pockets"]
    assert row.understood["photography"]["value"] == {"light": "soft"}
    wrong = client.post("/studio/understood", {"brief": "a coat", "fix-colours": "nocolour"}, format="multipart")
    assert wrong.status_code == 422 and "colour" in wrong.json()["detail"]


def test_the_parts_of_the_prompt_are_reworded_left_out_and_added_to(client_of):
    client = client_of("editor")
    markup, _ = shown(client, "a red dress")
    first, second = list(parts_of(markup))[:2]
    sent = {**edits(markup, {first: "flat lay on oak", second: ""}), "added_words": "in the manner of 1962"}
    again, _ = shown(client, "a red dress", **sent)
    assert 'value="flat lay on oak"' in again and f"left out: {html.escape(second)}" in again
    row = ordered(client, "a red dress", **sent)
    work_off("interactive")
    row.refresh_from_db()
    assert row.prompt.startswith("a red dress, ") and row.prompt.endswith(", in the manner of 1962")
    assert second not in row.prompt
    kinds = {
        each["text"]: each["part"]
        for each in client.get(f"/api/generations/{row.pk}").json()["stages"][-2]["output"]["parts"]
    }
    assert kinds["flat lay on oak"] == kinds["in the manner of 1962"] == "user"


def test_an_edit_outlives_the_seed_and_a_part_that_went_away(client_of):
    """The seed chooses among phrases of one kind: what was left out is left out whichever it chooses."""
    client = client_of("editor")
    client.patch("/api/learning/settings", {"exploration": 0}, format="json")
    preview = client.post("/api/generations/preview", {"brief": "a red dress"}, format="json").json()
    light = next(each["text"] for each in preview["parts"] if "light" in each["text"])
    wish = {"brief": "a red dress", "part_edits": {light: "", "a part that is not there": "kept all the same"}}
    for seed in range(6):
        done = made(client, **wish, seed=seed)
        assert "light" not in done["prompt"] and done["prompt"].endswith("kept all the same")


def test_what_learning_put_there_and_the_designer_took_out_is_not_drawn_either(client_of):
    client = client_of("editor")
    for _ in range(4):
        asset = made(client, brief="a satin dress")["assets"][0]["id"]
        client.post("/api/feedback", {"assets": [asset], "kind": "like"}, format="json")
    client.patch("/api/learning/settings", {"exploration": 0}, format="json")
    brief = "an evening dress"
    liked = made(client, brief=brief)
    assert "satin" in liked["prompt"]
    part = next(each["text"] for each in liked["stages"][4]["output"]["parts"] if "satin" in each["text"])
    without = made(client, brief=brief, part_edits={part: ""})
    assert "satin" not in without["prompt"]
    assert without["stages"][5]["output"]["order"]["attributes"].get("fabric") is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"part_edits": {"x": "y" * 401}}, "part_edits"),
        ({"part_edits": {"x": "two\nlines"}}, "part_edits"),
        ({"part_edits": {str(n): "" for n in range(41)}}, "part_edits"),
        ({"added_words": "more", "exact": True}, "exact"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_by_its_field_and_writes_nothing(wrong, field, client_of):
    answer = client_of("editor").post("/api/generations", {"brief": "a coat", **wrong}, format="json")
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert not Generation.objects.exists() and not Event.objects.exists()


def test_used_again_the_options_and_photos_stand_in_their_fields(client_of):
    client = client_of("editor")
    photo = made(client, brief="a coat")["assets"][0]["id"]
    said = {"n": "2", "best_of": "4", "max_cost": "1.5", "weight_cost": "9.0", "references": photo}
    chosen = {"strategy": "custom", "model": "sketchbook/sketchbook-1", "quality": "high"}
    row = ordered(client, "a red dress", **said, **chosen)
    page = client.get(f"/?again={row.pk}").content.decode()
    for name, value in chosen.items():
        assert f'value="{value}" selected' in page.partition(f'<select name="{name}"')[2].partition("</select>")[0]
    for name, value in said.items():
        assert re.search(rf'name="{name}"[^>]*value="{value}0*"|value="{value}0*"[^>]*name="{name}"', page), name
    assert "checked" not in page.partition('name="fallback"')[2].partition(">")[0]  # it was not ticked
    assert "of which the best 2 are shown" in page


def test_used_again_the_edits_stand_in_their_fields(client_of):
    client = client_of("editor")
    row = ordered(client, "a red dress", added_words="in the manner of 1962")
    page = client.get(f"/?again={row.pk}").content.decode()
    assert 'value="in the manner of 1962"' in page


@pytest.mark.parametrize(
    ("brief", "language"),
    [
        ("Met Gala gown, Dries Van Noten", ""),
        ("emerald silk midi dress, Comme des Garçons, Le Smoking", ""),
        ("La Dolce Vita, Dolce e Gabbana lace dress", ""),
        ("Oscar de la Renta gown, silk", ""),
        ("Los Angeles streetwear, El Camino hoodie", ""),
        ("midi dress in crêpe de chine, eau de nil, per la notte", ""),
        ("Un vestido rojo con blazer y falda", "Spanish"),
        ("ein langes Kleid mit einer Jacke und Blazer", "German"),
        ("Eine Jeans mit hoher Taille und Bluse aus Seide", "German"),
        ("La robe noire de Dior", "French"),
    ],
)
def test_names_from_abroad_make_no_foreign_brief(client_of, brief, language):
    told = client_of("editor").post("/api/generations/preview", {"brief": brief}, format="json").json()["told"]
    assert [each["value"] for each in told if each["name"] == "language"] == [language] * bool(language)
