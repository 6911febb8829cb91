"""Images side by side: only those that may be seen, what differs is marked, the choice kept as an address."""

from uuid import uuid4

import pytest

from designer.assets.models import Asset
from tests.designer.generations.test_flow import ask, made
from tests.work import work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(client_of):
    """A person's client and two images of two briefs."""
    client = client_of("editor")
    for brief in ("an emerald silk skirt, midi", "a red silk skirt, midi"):
        ask(client, brief=brief, provider="sketchbook")
    work_off("interactive")
    return client, [str(pk) for pk in Asset.objects.order_by("created_at").values_list("pk", flat=True)]


def page_of(client, ids) -> str:
    answer = client.get("/compare", {"asset": ids})
    assert answer.status_code == 200
    return answer.content.decode()


def test_two_images_stand_side_by_side_with_what_differs_marked(pair):
    client, ids = pair
    html = page_of(client, ids)
    assert html.count("board-cell") == 2
    assert "<mark>an emerald silk skirt</mark>" in html and "<mark>a red silk skirt</mark>" in html
    assert '<tr class="differs"><th scope="row">Seed' in html and '<tr><th scope="row">Model' in html
    assert '<tr class="differs"><th scope="row">Colours' in html and "$0.01 (simulated)" in html


def test_the_seed_says_which_one_gives_the_image_again(client_of):
    client = client_of("editor")
    done = made(client, brief="a coat", n=2)
    html = page_of(client, [asset["id"] for asset in done["assets"]])
    for number, asset in enumerate(done["assets"], 1):
        assert f"<td>{asset['seed']}, derived: {done['seed']} gives it again, as image {number} of 2</td>" in html


def test_the_gallery_s_choice_becomes_an_address_that_can_be_kept(pair):
    client, ids = pair
    answer = client.post("/compare/choose", {"asset": ids}, format="multipart")
    assert answer.status_code == 302 and answer["Location"] == f"/compare?asset={ids[0]}&asset={ids[1]}"


@pytest.mark.parametrize("count", [0, 1, 5])
def test_too_few_or_too_many_are_sent_back_with_the_reason(pair, count):
    client, ids = pair
    chosen = [*ids, *(str(uuid4()) for _ in range(5))][:count]
    answer = client.post("/compare/choose", {"asset": chosen}, format="multipart", follow=True)
    assert f"Select 2 to 4 images to compare; you selected {count}." in answer.content.decode()


def test_an_address_that_names_five_says_that_it_shows_four(pair):
    client, ids = pair
    html = page_of(client, [*ids, *(str(uuid4()) for _ in range(3))])
    assert "4 images are compared at once; the address names 5." in html and "2 of the images are not there" in html


def test_what_may_not_be_seen_is_not_compared(pair, client_of):
    _, ids = pair
    html = page_of(client_of("stranger"), ids)
    assert "Choose two to four images" in html and not any(pk in html for pk in ids)


def test_a_word_that_is_no_image_is_passed_over(pair):
    client, ids = pair
    assert page_of(client, [*ids, "x", "'; drop table", ids[0]]).count("board-cell") == 2


def test_a_like_given_there_leads_back_there_and_nowhere_else(pair):
    client, ids = pair
    here = f"/compare?asset={ids[0]}&asset={ids[1]}"
    form = {"kind": "like", "next": here}
    assert client.post(f"/assets/{ids[0]}/feedback", form, format="multipart")["Location"] == here
    assert page_of(client, ids).count('aria-pressed="true"') == 1
    away = {"kind": "like", "next": "https://elsewhere.example/compare?"}
    assert client.post(f"/assets/{ids[0]}/feedback", away, format="multipart")["Location"] == f"/assets/{ids[0]}"
