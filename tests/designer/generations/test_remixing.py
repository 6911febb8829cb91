"""A remix: one new wish from several images, from the gallery's boxes to the lineage of what was made."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from django.utils import timezone

from designer.assets.models import Asset
from designer.generations.models import Generation
from designer.personas.models import LearnedWeight
from designer.providers import registry
from designer.providers.base import ProviderConfig
from tests.designer.generations.test_flow import ask
from tests.designer.generations.test_stand_ins import photo
from tests.designer.personas.test_corrections import correct, read
from tests.designer.pipeline.test_remixing import told as answered
from tests.scripted import GOOD, scripted
from tests.simulators.providers.server import KEY, Simulator
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
BRIEFS = {
    "dress": "a midi wrap dress in emerald silk satin with long bishop sleeves, quiet mood",
    "skirt": "a red striped cotton mini skirt, playful mood",
}
HIDDEN = re.compile(r'<input type="hidden" name="(source|mode)" value="([^"]*)"')
REFERENCE = re.compile(r'name="references" value="([^"]+)"')
NOTICE = re.compile(r'<p class="notice" role="status">(.*?)<a', re.DOTALL)


@pytest.fixture
def editor(client_of: Any) -> Any:
    return client_of("editor")


def drawn(client: Any, brief: str, **wish: Any) -> str:
    """The id of an image that Sketchbook drew: always the same one, for what is read in it is not the same of all."""
    answer = ask(client, brief=brief, n=1, provider="sketchbook", **{"seed": 8, **wish})
    assert answer.status_code == 202, answer.content
    work_off("interactive")
    return str(Asset.objects.get(generation=answer.json()["id"]).pk)


@pytest.fixture
def dress(editor: Any) -> str:
    return drawn(editor, BRIEFS["dress"])


@pytest.fixture
def skirt(editor: Any) -> str:
    return drawn(editor, BRIEFS["skirt"])


def mix(*images: str, **wish: Any) -> dict[str, Any]:
    return {"references": images, "source": images[0], "mode": "remix", **wish}


def shown(client: Any, *images: str, **wish: Any) -> dict[str, Any]:
    answer = client.post("/api/generations/preview", mix(*images, **wish), format="json")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def values(told: dict[str, Any], *names: str) -> dict[str, Any]:
    """What was understood: single values, and the name of the main colour."""
    record = told["understood"]
    found = {name: record[name]["value"] for name in names}
    return {name: value[0]["name"] if isinstance(value, list) and value else value for name, value in found.items()}


def test_the_shape_of_the_first_is_dressed_as_the_other(editor, dress, skirt):
    told = shown(editor, dress, skirt)
    assert values(told, "garment", "length", "silhouette", "sleeves") == {
        "garment": "dress", "length": "midi", "silhouette": "wrap", "sleeves": "bishop",
    }  # fmt: skip
    assert values(told, "colours", "fabric", "pattern", "mood") == {
        "colours": "red", "fabric": "cotton", "pattern": "stripe", "mood": "playful",
    }  # fmt: skip
    assert {told["understood"][name]["source"] for name in ("garment", "colours", "pattern")} == {"original"}
    assert told["understood"]["finish"] == shown(editor, dress)["understood"]["finish"]
    assert all(word in told["prompt"] for word in ("dress", "midi", "red", "cotton", "stripe"))
    assert not any(word in told["prompt"] for word in ("emerald", "silk", "skirt", "mini"))


def test_the_other_way_round_is_another_garment(editor, dress, skirt):
    told = shown(editor, skirt, dress)
    assert values(told, "garment", "length", "colours", "fabric", "sleeves") == {
        "garment": "skirt", "length": "mini", "colours": "emerald", "fabric": "satin", "sleeves": None,
    }  # fmt: skip


def test_one_image_alone_is_like_more_like_this_without_words(editor, dress):
    alike = {"references": [dress], "source": dress, "mode": "similar"}
    answer = editor.post("/api/generations/preview", alike, format="json").json()
    told = shown(editor, dress)
    assert told["understood"] == answer["understood"] and told["prompt"] == answer["prompt"]


def test_of_a_photo_from_elsewhere_what_can_be_seen_is_mixed(editor, dress, skirt):
    Asset.objects.filter(pk=skirt).update(generation=None)
    told = shown(editor, dress, skirt)
    record = told["understood"]
    assert values(told, "garment", "fabric") == {"garment": "dress", "fabric": "satin"}
    assert values(told, "colours")["colours"] in ("red", "cardinal", "crimson", "scarlet")
    assert (record["colours"]["source"], record["fabric"]["source"]) == ("image", "original")


def test_the_words_win_over_all_images_and_a_correction_over_the_words(editor, dress, skirt):
    told = shown(editor, dress, skirt, brief="a linen coat", corrections={"fabric": "wool", "mood": None})
    assert values(told, "garment", "fabric", "pattern", "mood") == {
        "garment": "coat", "fabric": "wool", "pattern": "stripe", "mood": None,
    }  # fmt: skip
    assert told["understood"]["fabric"]["source"] == "correction"


def test_the_image_that_it_began_from_is_the_first_wherever_it_is_named(editor, dress, skirt):
    sent = {"references": [skirt, dress], "source": dress, "mode": "remix"}
    assert editor.post("/api/generations/preview", sent, format="json").json()["understood"]["garment"]["value"] == (
        "dress"
    )
    made = ask(editor, brief="", **sent, provider="sketchbook").json()
    assert Generation.objects.get(pk=made["id"]).settings["references"] == [dress, skirt]


def test_nothing_that_was_learned_joins_what_the_images_show(editor, dress, skirt):
    team = editor.user.memberships.get(team__personal=True).team
    LearnedWeight.objects.create(
        team=team, key="attribute:-:neckline=halter", alpha=60, beta=1, moved_at=timezone.now()
    )
    told = shown(editor, dress, skirt)
    assert "halter" not in told["prompt"] and {part["part"] for part in told["parts"]} <= {"locked", "exploratory"}


def test_what_a_team_said_of_one_picture_goes_with_what_is_taken_from_it(editor, dress, skirt):
    for image, fixes in ((dress, {"garment": "jumpsuit", "fabric": "velvet"}), (skirt, {"fabric": "linen"})):
        tag = read(editor, "assets", image)[1]
        assert correct(editor, "assets", image, tag, **fixes).status_code == 200
    assert values(shown(editor, dress, skirt), "garment", "fabric") == {"garment": "jumpsuit", "fabric": "linen"}
    assert values(shown(editor, skirt, dress), "garment", "fabric") == {"garment": "skirt", "fabric": "velvet"}


def test_a_correction_of_a_remix_is_kept_for_it_and_not_for_another_order(editor, dress, skirt):
    sent = mix(dress, skirt, corrections={"garment": "coat"})
    assert ask(editor, **{**sent, "brief": ""}, provider="sketchbook").status_code == 202
    work_off("interactive")
    assert values(shown(editor, dress, skirt), "garment") == {"garment": "coat"}
    assert values(shown(editor, skirt, dress), "garment") == {"garment": "skirt"}
    plain = editor.post("/api/generations/preview", {"references": [dress, skirt]}, format="json").json()
    assert plain["understood"]["garment"]["value"] != "coat"
    row = Generation.objects.latest("created_at")
    tag = read(editor, "generations", row.pk)[1]
    assert correct(editor, "generations", row.pk, tag, mood="dramatic").status_code == 200
    assert values(shown(editor, dress, skirt), "mood") == {"mood": "dramatic"}


@pytest.mark.parametrize("exact", [False, True])
def test_a_model_that_is_sent_several_photos_is_told_what_to_take_from_which(
    exact, editor, dress, skirt, monkeypatch, settings
):
    settings.IMAGE_PROVIDERS = ["scripted"]
    with scripted(monkeypatch) as model:
        monkeypatch.setattr(model, "max_references", 2)
        model.answers.append(GOOD)
        wish = mix(dress, skirt, brief="for spring", model="one", n=1, exact=exact)
        assert ask(editor, **wish).status_code == 202
        work_off()
        request = model.asked[0][0]
    row = Generation.objects.latest("created_at")
    told = "unless said otherwise, the first picture gives the shape of the garment, the others its cloth, colours"
    assert len(request.references) == 2
    assert request.prompt == (row.prompt if exact else f"{row.prompt}, {told} and pattern")
    assert row.assets.get().provenance["prompt"] == request.prompt
    assert (told in editor.get(f"/assets/{row.assets.get().pk}").content.decode()) is not exact


@pytest.mark.parametrize(("most", "sent"), [(1, 1), (0, 0)])
def test_a_model_that_takes_fewer_photos_says_so_and_is_told_what_all_of_them_show(
    most, sent, editor, dress, skirt, monkeypatch, settings
):
    settings.IMAGE_PROVIDERS = ["scripted"]
    with scripted(monkeypatch) as model:
        monkeypatch.setattr(model, "max_references", most)
        model.answers.append(GOOD)
        wish = mix(dress, skirt, brief="", model="one", n=1)
        told = shown(editor, dress, skirt, model="one", n=1)
        assert any("photo" in warning for warning in told["estimate"]["warnings"])
        assert ask(editor, **wish).status_code == 202
        work_off()
        request = model.asked[0][0]
    assert len(request.references) == sent and request.prompt == told["prompt"]
    assert "red" in request.prompt and "dress" in request.prompt


@pytest.fixture
def vendor(simulator: Simulator, settings: Any) -> Any:
    settings.LANGUAGE_PROVIDER, settings.LANGUAGE_MODEL = "google", ""
    registry.configure({"google": ProviderConfig(api_key=KEY, base_url=simulator.url("google"))})
    yield simulator
    registry.configure(settings.PROVIDERS)


def test_a_model_that_reads_the_photos_tells_them_apart(editor, vendor):
    said = answered(
        garment=("coat", "first_photo"),
        neckline=("v_neck", "other_photo"),
        fabric=("tweed", "other_photo"),
        mood=("calm", "first_photo"),
    )
    vendor.plan("google", "ok", says=said)
    one, two = photo(editor), photo(editor)
    assert one != two
    assert ask(editor, **mix(one, two, brief="", provider="sketchbook")).status_code == 202
    work_off()
    row = Generation.objects.get()
    assert row.status == "succeeded", row.error
    stage = row.stages.get(name="analysis").output
    assert stage["basis"]["by"].startswith("google"), stage["basis"]
    told = {name: row.understood[name]["value"] for name in ("garment", "neckline", "fabric", "mood")}
    assert told == {"garment": "coat", "neckline": None, "fabric": "tweed", "mood": "calm"}
    call = vendor.calls[0].json()
    assert "that of the first photo alone" in json.dumps(call) and stage["answer"]["data"]["others"]
    assert ask(editor, **mix(one, two, brief="", provider="sketchbook")).status_code == 202
    work_off()
    again = Generation.objects.latest("created_at")
    assert again.understood == row.understood
    assert again.stages.get(name="analysis").output["basis"]["reason"] == "The same was read before."


def begun(client: Any, *images: str) -> str:
    query = "&".join(f"from={image}" for image in images)
    answer = client.get(f"/?{query}&mode=remix")
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def notice(html: str) -> str:
    return " ".join(NOTICE.search(html)[1].split())


def test_it_begins_with_the_chosen_images_in_their_order_and_no_words_and_spends_nothing(editor, dress, skirt):
    before = Generation.objects.count()
    html = begun(editor, skirt, dress)
    assert dict(HIDDEN.findall(html)) == {"source": skirt, "mode": "remix"}
    assert REFERENCE.findall(html) == [skirt, dress] and "></textarea>" in html
    assert "the first image gives the shape" in notice(html) and "Add the others" not in notice(html)
    assert re.search(r'<option value="skirt" selected', html) and "emerald" in html and "$0.02" in html
    assert Generation.objects.count() == before
    assert "Add the others" in notice(begun(editor, dress))


def chosen(client: Any, *images: str) -> Any:
    return client.post("/studio/remix", {"asset": ",".join(images)}, format="multipart")


def test_the_gallerys_boxes_lead_to_it_in_the_order_of_choosing(editor, dress, skirt):
    answer = chosen(editor, skirt, dress)
    assert answer.status_code == 302
    assert parse_qsl(urlsplit(answer["Location"]).query) == [("from", skirt), ("from", dress), ("mode", "remix")]
    none = editor.post("/studio/remix", {}, format="multipart", follow=True)
    assert "Select 1 to 8 images to remix" in none.content.decode() and none.request["PATH_INFO"] == "/gallery"
    for path in ("/gallery", f"/compare?asset={skirt}&asset={dress}", f"/assets/{dress}"):
        assert ">Remix" in editor.get(path).content.decode()


def test_more_than_eight_are_cut_to_the_first_and_that_is_said(editor):
    images = [photo(editor) for _ in range(10)]
    html = editor.get(chosen(editor, *images)["Location"]).content.decode()
    assert REFERENCE.findall(html) == images[:8] and "At most 8 images are mixed" in notice(html)


def test_images_of_another_team_are_left_out_and_that_is_said(editor, team, dress, skirt):
    theirs = drawn(editor, "a blue coat", team=str(team.pk))
    html = begun(editor, dress, theirs, skirt)
    assert REFERENCE.findall(html) == [dress, skirt]
    assert "1 image is left out: of another team than the first." in notice(html)
    for trashed_at in (None, timezone.now()):  # to restore it would not help
        Asset.objects.filter(pk=theirs).update(trashed_at=trashed_at)
        refused = ask(editor, **mix(dress, theirs, brief=""))
        (line,) = refused.json()["errors"]
        assert (refused.status_code, line["field"], line["code"]) == (422, "references", "not_found")


def test_what_may_not_be_seen_begins_nothing(editor, dress, skirt, client_of):
    stranger = client_of("stranger")
    own = photo(stranger)
    assert stranger.get(f"/?from={own}&from={dress}&mode=remix").status_code == 404
    assert editor.get(f"/?from={dress}&from={uuid4()}&mode=remix").status_code == 404
    answer = ask(stranger, **mix(own, dress, brief=""))
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "references"


def test_what_lies_in_the_trash_is_refused_and_the_others_stay(editor, dress, skirt):
    Asset.objects.filter(pk=dress).update(trashed_at=timezone.now())
    html = begun(editor, dress, skirt)
    assert "is in the trash. Restore it, or leave it out." in notice(html) and REFERENCE.findall(html) == [skirt]
    answer = ask(editor, **mix(dress, skirt, brief=""))
    (line,) = answer.json()["errors"]
    assert (answer.status_code, line["field"], line["code"]) == (422, "references", "trashed")


@pytest.mark.parametrize("path", ["/api/generations", "/api/generations/preview"])
def test_an_empty_brief_is_not_used_exactly(path, editor, dress, skirt):
    answer = editor.post(path, mix(dress, skirt, brief=" ", exact=True), format="json")
    (line,) = answer.json()["errors"]
    assert (answer.status_code, line["field"], line["code"]) == (422, "brief", "empty")


def test_a_remix_is_called_one_and_its_image_says_what_it_began_from(editor, dress, skirt):
    answer = ask(editor, **mix(dress, skirt, brief=""), provider="sketchbook")
    work_off("interactive")
    made = Asset.objects.get(generation=answer.json()["id"])
    page = editor.get(f"/assets/{made.pk}").content.decode()
    about = page.partition("<dt>Began from</dt>")[2].partition("</dd>")[0]
    assert f'href="/assets/{dress}"' in about and f'href="/generations/{made.generation_id}"' in about
    assert f'<a href="/generations/{made.generation_id}">Remix</a>' in page


def test_who_takes_the_first_image_out_lets_the_next_one_give_the_shape(editor, dress, skirt):
    form = {"references": [skirt], "source": dress, "mode": "remix", "brief": "", "n": "1", "fallback": "on"}
    told = editor.post("/studio/understood", form, format="multipart").json()
    assert re.search(r'<option value="skirt" selected', told["understood"])
    assert editor.post("/", form, format="multipart").status_code == 302
    assert str(Generation.objects.latest("created_at").source_id) == skirt


def test_who_takes_every_image_out_goes_on_with_words_alone(editor, dress):
    form = {"source": dress, "mode": "remix", "brief": "a coat", "n": "1", "fallback": "on"}
    assert "error" not in editor.post("/studio/understood", form, format="multipart").json()
    assert editor.post("/", form, format="multipart").status_code == 302
    row = Generation.objects.latest("created_at")
    assert (row.mode, row.source_id, row.references.count()) == ("", None, 0)


@pytest.mark.parametrize("path", ["/api/generations", "/api/generations/preview"])
def test_a_remix_without_its_image_is_refused_before_it_is_paid_for(path, editor, dress, skirt):
    wish = {"brief": "", "references": [skirt], "source": dress, "mode": "remix"}
    refused = editor.post(path, wish, format="json")
    assert refused.status_code == 422
    error = refused.json()["errors"][0]
    assert error["field"] == "references" and "A remix needs its image" in error["message"]
    assert "Send the image among the references" in refused.content.decode()


def test_the_lineage_is_kept_in_the_row_the_api_the_image_and_on_the_page(editor, dress, skirt):
    form = {"references": [dress, skirt], "source": dress, "mode": "remix", "brief": "", "n": "1", "fallback": "on"}
    assert editor.post("/", form, format="multipart").status_code == 302
    work_off("interactive")
    child = Generation.objects.latest("created_at")
    assert (str(child.source_id), child.mode, child.status) == (dress, "remix", "succeeded")
    body = editor.get(f"/api/generations/{child.pk}").json()
    assert (body["source"], body["mode"]) == (dress, "remix")
    assert values(body, "garment", "colours") == {"garment": "dress", "colours": "red"}
    said = child.assets.get().provenance
    assert (said["source"], said["references"]) == (dress, [dress, skirt])
    page = editor.get(f"/generations/{child.pk}").content.decode()
    facts = page.split("Began from</dt>")[1].split("</dd>")[0]
    assert re.findall(r"/assets/([0-9a-f-]+)", facts) == [dress, skirt]
    assert re.search(rf"{dress}[^/]*</a> \(shape\)", facts) and facts.endswith("remix")


@pytest.mark.parametrize("way", ["again", "from"])
def test_a_remix_that_is_used_again_is_one_of_the_same_images(way, editor, dress, skirt):
    made = ask(editor, **mix(dress, skirt, brief="for a garden party", provider="sketchbook")).json()
    work_off("interactive")
    image = Asset.objects.filter(generation=made["id"]).first()
    place = {"again": f"/?again={made['id']}", "from": f"/?from={image.pk}&mode=variation"}[way]
    html = editor.get(place).content.decode()
    assert dict(HIDDEN.findall(html)) == {"source": dress, "mode": "remix"}
    assert REFERENCE.findall(html) == [dress, skirt] and ">for a garden party</textarea>" in html
