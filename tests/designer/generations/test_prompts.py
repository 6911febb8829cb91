"""What was asked before: found, kept and used again, each for oneself."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from designer.catalogue.models import ModelProfile
from designer.generations.models import Generation, PromptFavourite
from tests import images
from tests.designer.generations.test_flow import ask
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(client_of):
    client = client_of("editor")
    for brief in ("a linen coat", "a silk dress"):
        ask(client, brief=brief, provider="sketchbook")
    work_off("interactive")
    return client, Generation.objects.order_by("created_at").first()


def briefs(client, **query) -> list[str]:
    return [row["brief"] for row in client.get("/api/prompts", query).json()["results"]]


def test_prompts_are_found_by_words_and_by_being_kept(asked):
    client, coat = asked
    assert briefs(client) == ["a silk dress", "a linen coat"]
    assert briefs(client, search="linen COAT") == ["a linen coat"] and briefs(client, favourite="true") == []
    for _ in range(2):
        assert client.put(f"/api/generations/{coat.pk}/favourite").status_code == 204
    assert briefs(client, favourite="true") == ["a linen coat"] and PromptFavourite.objects.count() == 1
    for _ in range(2):
        assert client.delete(f"/api/generations/{coat.pk}/favourite").status_code == 204
    assert not PromptFavourite.objects.exists()


def test_the_page_keeps_lets_go_and_filters(asked):
    client, coat = asked
    kept = client.post(f"/generations/{coat.pk}/favourite", {"kept": "1", "query": "q=coat"}, format="multipart")
    assert kept.status_code == 302 and kept["Location"] == f"/prompts?q=coat#g-{coat.pk}"
    html = client.get("/prompts", {"favourite": "1"}).content.decode()
    assert "a linen coat" in html and "a silk dress" not in html and "★ Kept" in html
    client.post(f"/generations/{coat.pk}/favourite", {"kept": "0"}, format="multipart")
    assert "Nothing matches" in client.get("/prompts", {"favourite": "1"}).content.decode()


def test_used_again_the_words_stand_in_the_box_and_nothing_is_spent(asked):
    client, coat = asked
    html = client.get("/", {"again": str(coat.pk)}).content.decode()
    assert ">a linen coat</textarea>" in html and "The same words again" in html
    assert Generation.objects.count() == 2


def test_an_empty_history_says_what_to_do_next(client_of):
    assert "What you ask for in the studio is kept here" in client_of("viewer").get("/prompts").content.decode()


def test_what_one_may_not_see_is_neither_found_nor_kept_nor_used(asked, client_of):
    _, coat = asked
    stranger = client_of("stranger")
    assert briefs(stranger) == []
    assert stranger.put(f"/api/generations/{coat.pk}/favourite").status_code == 404
    assert stranger.post(f"/generations/{coat.pk}/favourite", {"kept": "1"}, format="multipart").status_code == 404
    assert stranger.get("/", {"again": str(coat.pk)}).status_code == 404


def test_who_keeps_a_prompt_is_nobody_else_s_business(asked, client_of):
    client, coat = asked
    client.put(f"/api/generations/{coat.pk}/favourite")
    other = client_of("owner")
    assert all(row["favourite"] is False for row in other.get("/api/prompts").json()["results"])


def photo(client, number: int) -> str:
    file = SimpleUploadedFile("photo.png", images.encoded("PNG", images.photo((90 + number, 120))), "image/png")
    return client.post("/api/assets", {"file": file}, format="multipart").json()["id"]


def again(client, **wish) -> str:
    made = ask(client, **wish)
    assert made.status_code == 202, made.content
    return client.get("/", {"again": made.json()["id"]}).content.decode()


def test_used_again_photos_keep_their_order_and_provider_and_least_quality_are_in_the_form(client_of):
    client = client_of("editor")
    one, two, three = [photo(client, number) for number in range(3)]
    html = again(client, brief="a coat", references=[three, one, two], provider="sketchbook", min_quality=0.3)
    assert re.findall(r'name="references" value="([^"]+)"', html) == [three, one, two]
    assert re.search(r'<option value="sketchbook/" selected>Any model by sketchbook', html)
    assert re.search(r'name="min_quality" value="0.3"', html)
    form = {"brief": "a coat", "n": "1", "model": "sketchbook/", "min_quality": "0.3", "references": [three, one, two]}
    assert client.post("/", form, format="multipart").status_code == 302
    said = Generation.objects.latest("created_at").settings
    assert (said["provider"], said["model"], said["min_quality"]) == ("sketchbook", None, 0.3)
    assert said["references"] == [three, one, two]


def test_used_again_an_order_that_was_turned_off_stays_so(client_of):
    client = client_of("editor")
    html = again(client, brief="5 wool coats with DALL-E", n=2, just_words=["count", "model"])
    assert all(re.search(rf'id="plain-{name}" value="1" checked', html) for name in ("count", "model"))
    assert "$0.02" in html


def test_used_again_a_model_that_has_ended_is_said_and_what_is_priced_is_what_the_button_sends(client_of):
    client = client_of("editor")
    made = ask(client, brief="a coat", model="sketchbook-1", provider="sketchbook")
    today = timezone.now().date()
    ModelProfile.objects.filter(provider="sketchbook").update(ends_on=today, title="Old Sketchbook")
    ModelProfile.objects.create(provider="sketchbook", model="sketchbook-1b", family="Sketchbook", title="New")
    html = client.get("/", {"again": made.json()["id"]}).content.decode()
    assert "Old Sketchbook was shut down" in html and "Until you choose, the model is Automatic." in html
    assert 'value="sketchbook/sketchbook-1" selected' not in html
