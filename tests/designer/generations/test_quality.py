"""What images are worth and which of several are shown, through the API, the worker and the pages."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from designer.assets.models import Asset
from designer.generations import judging
from designer.generations.models import Generation
from designer.ledger.models import LedgerEntry
from designer.pipeline.analysis import analyse
from designer.providers.drawing import flat, spec
from tests import images
from tests.designer.generations.test_flow import ask, made
from tests.scripted import Scripted, scripted
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def script(monkeypatch) -> Iterator[type[Scripted]]:
    with scripted(monkeypatch) as provider:
        yield provider


def drawing(brief: str, seed: int = 1, size: tuple[int, int] = (768, 1024)) -> bytes:
    wish = spec.read(analyse(brief).known(), seed=seed, prompt=brief)
    return images.encoded("PNG", flat.draw(wish, *size, step=lambda share: None).picture)


def check(asset: dict, name: str) -> dict:
    return next(each for each in asset["quality"]["checks"] if each["name"] == name)


def test_every_image_is_measured_and_each_check_says_how(client_of):
    asset = made(client_of("editor"), seed=3)["assets"][0]
    assert asset["quality"]["simulated"] is True
    assert 0 < asset["quality"]["score"] <= 1
    names = [each["name"] for each in asset["quality"]["checks"]]
    assert names == [
        "size",
        "blank",
        "sharpness",
        "exposure",
        "noise",
        "contrast",
        "naturalness",
        "colour",
        "garment",
    ]
    assert all(each["basis"] and each["said"] for each in asset["quality"]["checks"])
    assert check(asset, "colour")["verdict"] == "ok"
    assert check(asset, "naturalness")["verdict"] == "unknown"


def test_the_wrong_colour_is_said_on_the_card_and_hides_nothing(script, client_of):
    script.answers = [drawing("a teal midi dress")]
    client = client_of("editor")
    done = made(client, provider="scripted")
    asset = done["assets"][0]
    assert done["status"] == "succeeded"
    assert check(asset, "colour")["verdict"] == "failed"
    said = check(asset, "colour")["said"]
    assert said.startswith("Colour is off: asked emerald, got ")
    card = client.get(f"/generations/{done['id']}/card").content.decode()
    assert said in card and asset["thumbnail"] in card
    page = client.get(f"/assets/{asset['id']}").content.decode()
    assert said in page and "CIEDE2000" in page


def test_an_image_of_another_size_is_kept_and_said(script, client_of):
    script.answers = [drawing("an emerald dress", size=(512, 512))]
    done = made(client_of("editor"), provider="scripted")
    asset = done["assets"][0]
    assert (done["status"], asset["width"], asset["height"]) == ("succeeded", 512, 512)
    assert check(asset, "size")["said"] == "Another format: asked 768 × 1024, got 512 × 512 pixels."


def test_an_image_that_cannot_be_measured_is_kept_all_the_same(client_of, monkeypatch):
    def broken(*args, **kwargs):
        raise ValueError("no figure")

    monkeypatch.setattr(judging.quality, "measure", broken)
    client = client_of("editor")
    done = made(client)
    assert (done["status"], done["assets"][0]["quality"]) == ("succeeded", None)
    assert "was not measured" in client.get(f"/assets/{done['assets'][0]['id']}").content.decode()


def test_best_of_makes_and_charges_all_and_shows_the_best_that_differ(script, client_of):
    twin = drawing("an emerald midi dress")
    odd = drawing("an emerald shirt", seed=5)
    script.answers = [twin, twin, odd, twin]
    client = client_of("editor")
    done = made(client, provider="scripted", n=2, best_of=4)
    assert Decimal(done["estimate"]) == Decimal(done["cost"]) == Decimal("0.16")
    assert LedgerEntry.objects.count() == 4
    assert (len(done["assets"]), len(done["set_aside"])) == (2, 2)
    shown = [asset["quality"]["selection"] for asset in done["assets"]]
    assert sorted(each["rank"] for each in shown) == [1, 2]
    assert {each["of"] for each in shown} == {4}
    assert all(asset["set_aside"] for asset in done["set_aside"])
    assert all("nearly the same" in asset["quality"]["selection"]["reason"] for asset in done["set_aside"])
    seeds = [asset["seed"] for asset in done["assets"] + done["set_aside"]]
    assert len(set(seeds)) == 4
    card = client.get(f"/generations/{done['id']}/card").content.decode()
    assert "2 set aside" in card and "Chosen first" in card


def test_what_was_set_aside_is_shown_by_one_click_and_by_those_who_may(script, client_of, team):
    script.answers = [drawing("an emerald midi dress", seed=seed) for seed in range(3)]
    client = client_of("editor")
    done = made(client, provider="scripted", n=1, best_of=3, team=str(team.pk))
    first, second = (asset["id"] for asset in done["set_aside"])
    assert client_of("viewer").post(f"/api/assets/{first}/promote").status_code == 403
    assert client_of(None).post(f"/api/assets/{first}/promote").status_code in (401, 403, 404)
    assert client.post(f"/api/assets/{first}/promote").json()["set_aside"] is False
    assert client.post(f"/api/assets/{first}/promote").status_code == 200
    assert client.post(f"/assets/{second}/promote").status_code == 302
    again = client.get(f"/api/generations/{done['id']}").json()
    assert (len(again["assets"]), len(again["set_aside"])) == (3, 0)


def test_the_gallery_and_lists_tell_set_aside_images_apart(script, client_of):
    script.answers = [drawing("an emerald midi dress", seed=seed) for seed in range(2)]
    client = client_of("editor")
    done = made(client, provider="scripted", n=1, best_of=2)
    aside = done["set_aside"][0]["id"]
    assert aside not in client.get("/gallery").content.decode()
    listed = {row["id"]: row["set_aside"] for row in client.get("/api/assets").json()["results"]}
    assert listed[aside] is True
    only = client.get("/api/assets?set_aside=true").json()["results"]
    assert [row["id"] for row in only] == [aside]


def test_asking_for_as_many_as_are_made_shows_them_all(client_of):
    done = made(client_of("editor"), n=2, best_of=2)
    assert (len(done["assets"]), done["set_aside"]) == (2, [])


@pytest.mark.parametrize(("n", "best_of"), [(3, 2), (1, 9), (1, 0)])
def test_a_best_of_that_cannot_be_is_refused_by_its_name(client_of, n, best_of):
    answer = ask(client_of("editor"), n=n, best_of=best_of)
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["field"] == "best_of"


def test_the_estimate_prices_every_image_that_is_made(client_of):
    client = client_of("editor")
    wish = {"brief": "a red coat", "n": 2, "best_of": 6}
    estimate = client.post("/api/generations/preview", wish, format="json").json()["estimate"]
    assert (estimate["n"], estimate["shown"]) == (6, 2)
    assert Decimal(estimate["total"]) == 6 * Decimal(estimate["unit_price"])
    page = client.post(
        "/studio/understood", {"brief": "a red coat", "n": "2", "best_of": "6"}, format="multipart"
    ).json()
    assert "6 images, of which the best 2 are shown" in " ".join(page["estimate"].split())


def test_a_generation_that_broke_off_sets_nothing_aside(script, client_of):
    from designer.providers import base

    script.answers = [drawing("an emerald dress"), base.Moderated("This was refused.", "Say it differently.")]
    answer = ask(client_of("editor"), provider="scripted", n=1, best_of=3)
    work_off("interactive")
    row = Generation.objects.get(pk=answer.json()["id"])
    assert (row.status, len(row.shown_assets), row.set_aside_assets) == ("partial", 1, [])
    assert Asset.objects.filter(set_aside=True).count() == 0
