"""From a brief and a photo to images, through the API and the real queue's own claim."""

import io
import re
from decimal import Decimal

import pytest
from PIL import Image

from designer.assets.models import Asset
from designer.assets.services import read_bytes, store_upload
from designer.generations.models import Generation, Stage
from designer.jobs.models import Job
from designer.ledger.models import LedgerEntry
from designer.personas.models import Feedback, LearnedWeight, Persona
from designer.realtime.models import Event
from tests import images
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)
BRIEF = "a midi wrap dress in emerald silk satin with long bishop sleeves, quiet evening mood"


def ask(client, **wish):
    return client.post("/api/generations", {"brief": BRIEF, **wish}, format="json")


def made(client, **wish) -> dict:
    answer = ask(client, **wish)
    assert answer.status_code == 202, answer.content
    work_off("interactive")
    return client.get(answer.json()["links"]["self"]).json()


def test_a_brief_becomes_images_with_all_their_facts(client_of):
    done = made(client_of("editor"), n=2, seed=7)
    assert done["status"] == "succeeded", done["error"]
    assert done["percent"] == 100
    assert done["understood"]["garment"]["value"] == "dress"
    assert done["understood"]["garment"]["source"] == "brief"
    assert done["understood"]["neckline"] == {"value": None, "confidence": 0.0, "source": "none"}
    assert all(word in done["prompt"] for word in ("wrap", "emerald", "bishop"))
    assert [done["provider"], done["model"], done["simulated"]] == ["sketchbook", "sketchbook-1", True]
    assert len(done["assets"]) == 2
    assert len({asset["seed"] for asset in done["assets"]}) == 2
    assert [stage["name"] for stage in done["stages"]] == list(Stage.values)
    assert {stage["status"] for stage in done["stages"]} == {"succeeded"}


def test_what_it_cost_is_what_was_estimated_and_stands_in_the_ledger_once(client_of):
    done = made(client_of("editor"), n=3)
    entries = LedgerEntry.objects.all()
    assert Decimal(done["cost"]) == Decimal(done["estimate"]) == Decimal("0.03") == sum(each.amount for each in entries)
    assert {(each.subject, each.simulated, each.quantity) for each in entries} == {
        (f"generation:{done['id']}", True, 1)
    }


def test_the_events_tell_each_stage_in_order_and_the_end(client_of):
    done = made(client_of("editor"))
    rows = Event.objects.filter(channel=f"generation:{done['id']}").order_by("seq")
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    stages = [row.data["stage"] for row in rows if row.event == "generation:stage"]
    assert stages == ["queued", "starting", *Stage.values]
    assert rows.last().event == "generation:complete"
    assert rows.last().data["assets"] == [asset["id"] for asset in done["assets"]]


def test_the_same_seed_draws_the_same_and_another_something_else(client_of, team):
    client = client_of("editor")
    first, again, other = (made(client, seed=seed)["assets"][0] for seed in (5, 5, 6))
    pictures = [b"".join(client.get(asset["url"]).streaming_content) for asset in (first, again, other)]
    assert pictures[0] == pictures[1] != pictures[2]


def test_a_photo_colours_the_drawing(client_of):
    client = client_of("editor")
    photo = store_upload(actor=client.user, team_id=None, file=io.BytesIO(_garment("#b3202c")), name="red.png")
    done = made(client, brief="a knee length dress", references=[str(photo.pk)])
    colours = done["understood"]["colours"]
    assert colours["source"] == "image"
    red, green, blue = bytes.fromhex(colours["value"][0]["hex"][1:])
    assert red > 2 * green and red > 2 * blue


def _garment(colour: str) -> bytes:
    """A dress-shaped patch of one colour on pale ground."""
    from PIL import ImageDraw

    picture = Image.new("RGB", (300, 400), "#eeebe6")
    ImageDraw.Draw(picture).polygon([(120, 60), (180, 60), (190, 170), (230, 350), (70, 350), (110, 170)], fill=colour)
    return images.encoded("PNG", picture)


def test_a_correction_wins_over_words_and_is_kept(client_of):
    done = made(client_of("editor"), corrections={"garment": "coat", "sleeves": None})
    assert done["understood"]["garment"] == {"value": "coat", "confidence": 1.0, "source": "correction"}
    assert done["understood"]["sleeves"]["value"] is None


def test_a_correction_is_remembered_for_the_same_words_and_forgotten_for_others(client_of):
    client = client_of("editor")
    made(client, corrections={"garment": "coat"})
    assert made(client)["understood"]["garment"] == {"value": "coat", "confidence": 1.0, "source": "correction"}
    assert made(client, brief="a plain dress")["understood"]["garment"]["value"] == "dress"
    assert made(client, corrections={"garment": "skirt"})["understood"]["garment"]["value"] == "skirt"


def test_exact_mode_sends_the_designers_words_alone(client_of):
    client = client_of("editor")
    assert made(client, exact=True)["prompt"] == BRIEF
    assert made(client, brief=" a  linen\n\ndress ", exact=True)["prompt"] == "a  linen\n\ndress"


def test_the_page_of_each_image_shows_the_prompt_that_was_sent_for_it(client_of):
    client = client_of("editor")
    row = Generation.objects.get(pk=made(client, brief="a plain coat", n=3, seed=4)["id"])
    for asset in row.assets.all():
        sent = asset.provenance["prompt"]
        assert prompt_on_page(client, asset) == sent
    assert len({asset.provenance["prompt"] for asset in row.assets.all()}) == 3


def prompt_on_page(client, asset: Asset) -> str:
    shown = client.get(f"/assets/{asset.pk}").content.decode().partition("<dt>Prompt</dt>")[2].partition("</dd>")[0]
    return ", ".join(re.findall(r">([^<>]+)</span>", shown))


def test_a_version_of_an_image_shows_the_prompt_of_that_image(client_of):
    client = client_of("editor")
    row = Generation.objects.get(pk=made(client, brief="a plain coat", n=3, seed=4)["id"])
    first = max(row.assets.all(), key=lambda asset: len(asset.provenance["prompt"]))
    assert first.provenance["prompt"] != row.prompt
    version = first
    for _ in range(2):  # one of the image, and one of that
        wish = {"operations": [{"name": "upscale", "scale": 2}]}
        asked = client.post(f"/api/enhance/{version.pk}", wish, format="json")
        assert asked.status_code == 202, asked.content
        work_off("gpu")
        version = Asset.objects.get(parent=version)
        assert prompt_on_page(client, version) == first.provenance["prompt"]


def test_the_users_words_are_never_dropped(client_of):
    odd = "zibeline opera glove gown, NO buttons, couture by Ünïcødé 🧵"
    done = made(client_of("editor"), brief=odd)
    assert all(word.strip(",") in done["prompt"] for word in odd.split())


def test_a_chosen_persona_is_matched_and_says_what_it_added(client_of):
    client = client_of("editor")
    persona = Persona.objects.visible_to(client.user).filter(team__personal=True).first()
    done = made(client, brief="a coat", persona=str(persona.pk))
    output = next(stage["output"] for stage in done["stages"] if stage["name"] == "persona")
    assert output["matched"] is True
    assert 0 <= output["match"]["score"] <= 1
    assert output["match"]["adjustments"]


BAD_WISHES = {
    "nothing": ({"brief": ""}, "brief"),
    "only spaces": ({"brief": "   \n\t "}, "brief"),
    "only control characters": ({"brief": "\x01\x02"}, "brief"),
    "a NUL": ({"brief": "a coat\x00"}, "brief"),
    "100 kB": ({"brief": "a" * 100_000}, "brief"),
    "n of 0": ({"n": 0}, "n"),
    "n of 9": ({"n": 9}, "n"),
    "n as text": ({"n": "many"}, "n"),
    "a negative budget": ({"max_cost": "-1"}, "max_cost"),
    "a budget of NaN": ({"max_cost": "NaN"}, "max_cost"),
    "a budget below the cheapest": ({"max_cost": "0.001"}, "max_cost"),
    "an unknown provider": ({"provider": "nobody"}, "provider"),
    "an unknown model": ({"provider": "sketchbook", "model": "sketchbook-99"}, "model"),
    "an unknown ratio": ({"aspect_ratio": "7:1"}, "aspect_ratio"),
    "an unknown strategy": ({"strategy": "magic"}, "strategy"),
    "a persona from nowhere": ({"persona": "6a1f6a3e-0000-4000-8000-000000000000"}, "persona"),
    "a reference from nowhere": ({"references": ["6a1f6a3e-0000-4000-8000-000000000000"]}, "references"),
    "a seed below zero": ({"seed": -1}, "seed"),
    "an unknown field": ({"owner": "me"}, "owner"),
    "an attribute from nowhere": ({"corrections": {"soul": "deep"}}, "corrections.soul"),
}


@pytest.mark.parametrize("name", list(BAD_WISHES))
def test_a_wish_that_cannot_be_is_refused_by_field_and_writes_nothing(name, client_of):
    wish, field = BAD_WISHES[name]
    client = client_of("editor")
    answer = client.post("/api/generations", {"brief": BRIEF, **wish}, format="json")
    body = answer.json()
    assert answer.status_code in (400, 422), body
    assert body["errors"][0]["field"] == field
    assert body["errors"][0]["message"]
    assert not Generation.objects.exists() and not Job.objects.exists() and not LedgerEntry.objects.exists()


@pytest.mark.parametrize(
    "brief", ["🧥", "معطف طويل أخضر", "<img src=x onerror=alert(1)>", "{{7*7}} ${jndi:x}", "qwrtzp xx"]
)
def test_odd_words_are_drawn_all_the_same(brief, client_of):
    done = made(client_of("editor"), brief=brief)
    assert done["status"] == "succeeded"
    assert done["brief"] == brief


def test_a_foreign_persona_is_answered_like_one_that_does_not_exist(client_of, member):
    foreign = Persona.objects.filter(owner=member("stranger")).first()
    answer = ask(client_of("editor"), persona=str(foreign.pk))
    nowhere = ask(client_of("editor"), persona="6a1f6a3e-0000-4000-8000-000000000000")
    assert (answer.status_code, answer.json()["detail"]) == (nowhere.status_code, nowhere.json()["detail"])


def test_a_preview_shows_all_and_writes_nothing(client_of):
    body = client_of("editor").post("/api/generations/preview", {"brief": BRIEF, "n": 4}, format="json").json()
    assert body["understood"]["sleeves"]["value"] == "bishop"
    assert Decimal(body["estimate"]["total"]) == Decimal("0.04")
    assert body["estimate"]["simulated"] is True
    assert not Generation.objects.exists()


def test_a_waiting_generation_is_cancelled_at_once_and_costs_nothing(client_of):
    client = client_of("editor")
    pk = ask(client).json()["id"]
    assert client.post(f"/api/generations/{pk}/cancel").json()["status"] == "cancelled"
    assert work_off() == 0
    assert client.post(f"/api/generations/{pk}/cancel").status_code == 202
    assert not LedgerEntry.objects.exists()


def test_the_same_key_makes_one_generation(client_of):
    client = client_of("editor")
    key = {"Idempotency-Key": "once"}
    first = client.post("/api/generations", {"brief": BRIEF}, format="json", headers=key)
    again = client.post("/api/generations", {"brief": BRIEF}, format="json", headers=key)
    other = client.post("/api/generations", {"brief": "a coat"}, format="json", headers=key)
    assert first.json() == again.json() and again["Idempotent-Replayed"] == "true"
    assert other.status_code == 422
    assert Generation.objects.count() == 1


def test_feedback_moves_the_next_prompt_and_taking_it_back_restores_it(client_of):
    client = client_of("editor")
    rated = [made(client, brief=f"a velvet dress, look {n}") for n in range(6)]
    plain = client.post("/api/generations/preview", {"brief": "a dress", "seed": 3}, format="json").json()
    before = made(client, brief="a dress", seed=3)
    for done in rated:
        answer = client.post(f"/api/generations/{done['id']}/feedback", {"kind": "like"}, format="json")
        assert answer.status_code == 201 and answer.json()["moved"]
    after = made(client, brief="a dress", seed=3)
    assert "velvet" not in before["prompt"] and "velvet" in after["prompt"]
    for done in rated:
        assert client.delete(f"/api/generations/{done['id']}/feedback/like").status_code == 204
    assert not Feedback.objects.exists()
    assert all(abs(row.alpha - 1) < 1e-3 and abs(row.beta - 1) < 1e-3 for row in LearnedWeight.objects.all())
    assert "velvet" not in made(client, brief="a dress", seed=3)["prompt"]
    assert plain["prompt"]


def test_a_like_replaces_a_dislike(client_of):
    client = client_of("editor")
    done = made(client)
    for kind in ("dislike", "like"):
        client.post(f"/api/generations/{done['id']}/feedback", {"kind": kind}, format="json")
    assert [row.kind for row in Feedback.objects.all()] == ["like"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "adore"}, "kind"),
        ({"kind": "rating"}, "rating"),
        ({"kind": "rating", "rating": 6}, "rating"),
        ({"kind": "comment"}, "text"),
    ],
)
def test_feedback_that_says_nothing_is_refused(body, field, client_of):
    client = client_of("editor")
    done = made(client)
    answer = client.post(f"/api/generations/{done['id']}/feedback", body, format="json")
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["field"] == field


def test_trash_takes_the_images_along_and_restore_brings_them_back(client_of):
    client = client_of("editor")
    done = made(client)
    assert client.delete(f"/api/generations/{done['id']}").status_code == 204
    assert client.get("/api/generations").json()["results"] == []
    assert client.get("/api/assets").json()["results"] == []
    assert client.post(f"/api/generations/{done['id']}/restore").status_code == 200
    assert len(client.get("/api/assets").json()["results"]) == 1


def test_every_image_says_where_it_came_from(client_of):
    asset = made(client_of("editor"))["assets"][0]
    assert asset["provenance"]["digital_source_type"].endswith("/algorithmicMedia")
    assert asset["provenance"]["model"] == "sketchbook-1"
    assert asset["simulated"] is True


def test_stored_images_are_whole(client_of):
    done = made(client_of("editor"), n=2, aspect_ratio="16:9")
    from designer.assets.models import Asset

    for row in Asset.objects.filter(generation_id=done["id"]):
        with Image.open(io.BytesIO(read_bytes(row))) as picture:
            picture.load()
            assert picture.size == (row.width, row.height)
            assert abs(row.width / row.height - 16 / 9) < 0.02


def test_a_dead_generation_is_replayed_by_an_admin_and_ends_well(client_of, team, monkeypatch):
    from designer.generations import runner
    from designer.jobs.models import JobStatus

    owner = client_of("owner")
    pk = owner.post("/api/generations", {"brief": BRIEF, "team": str(team.pk)}, format="json").json()["id"]
    job = Generation.objects.get(pk=pk).job_id
    Job.objects.filter(pk=job).update(max_attempts=1)
    with monkeypatch.context() as broken:
        broken.setattr(runner, "run", lambda *_: 1 / 0)
        work_off("interactive")
    assert Job.objects.get(pk=job).status == JobStatus.DEAD
    assert owner.get(f"/api/generations/{pk}").json()["status"] == "failed"
    answer = owner.post("/api/queue/dead/replay", {"ids": [str(job)]}, format="json")
    assert answer.status_code in (200, 202), answer.content
    from designer.jobs.claims import promote_due

    promote_due()
    work_off("interactive")
    assert owner.get(f"/api/generations/{pk}").json()["status"] == "succeeded"
