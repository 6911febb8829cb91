"""The pages of collections: made from the gallery's selection, put in order by buttons, thrown away and back."""

import re

import pytest

from teams.review.collections.models import Collection
from tests.designer.sessions.agenda import assets_in, browser_of, gathered, image, images
from tests.factories import TeamFactory


@pytest.fixture
def editor(member):
    return browser_of(member("editor"))


@pytest.fixture
def collection(editor, team) -> Collection:
    return gathered(team, editor.user)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_without_any_the_page_says_how_to_begin(editor):
    page = text(editor.get("/collections"))
    assert "No collections yet" in page and 'href="/gallery"' in page


def test_the_gallerys_selection_becomes_a_collection_or_joins_one(editor, team, collection):
    first, second = images(team, editor.user, 2)
    chosen = {"asset": [str(first.pk), str(second.pk)]}
    asked = text(editor.post("/collections/choose", chosen))
    assert "2 images of" in asked and "Spring capsule" in asked
    made = editor.post("/collections/choose", {**chosen, "name": "Resort"})
    assert assets_in(Collection.objects.get(name="Resort")) == [first.pk, second.pk]
    assert made["Location"] == f"/collections/{Collection.objects.get(name='Resort').pk}"
    editor.post("/collections/choose", {**chosen, "into": str(collection.pk)})
    assert assets_in(collection)[3:] == [first.pk, second.pk]
    page = text(editor.post("/collections/choose", {**chosen, "into": str(collection.pk)}, follow=True))
    assert "0 added. 2 were in it already." in page


@pytest.mark.parametrize("what", ["nothing", "images of two teams", "another's"])
def test_a_selection_that_cannot_be_collected_is_said_in_the_gallery(what, editor, team, user):
    other = TeamFactory(owner=editor.user)
    chosen = {
        "nothing": [],
        "images of two teams": [image(team, editor.user).pk, image(other, editor.user).pk],
        "another's": [image(user.teams.get(), user).pk],
    }[what]
    answer = editor.post("/collections/choose", {"asset": [str(pk) for pk in chosen]}, follow=True)
    assert "Select images of one team" in text(answer)
    assert not Collection.objects.exists()


def test_buttons_move_an_image_past_one_that_is_in_the_trash(editor, collection):
    first, second, third = assets_in(collection)
    editor.delete(f"/api/assets/{second}")
    editor.post(f"/collections/{collection.pk}/arrange", {"earlier": str(third)})
    assert assets_in(collection) == [third, first]
    editor.post(f"/collections/{collection.pk}/arrange", {"earlier": str(third)})
    assert assets_in(collection) == [third, first], "it is the first already"
    editor.post(f"/collections/{collection.pk}/arrange", {"later": str(third)})
    assert assets_in(collection) == [first, third]


def test_selected_images_are_taken_out_by_who_may(editor, member, collection):
    first, second, third = assets_in(collection)
    wish = {"asset": [str(first), str(third)]}
    assert browser_of(member("viewer")).post(f"/collections/{collection.pk}/arrange", wish).status_code == 403
    page = text(editor.post(f"/collections/{collection.pk}/arrange", wish, follow=True))
    assert "2 taken out" in page and assets_in(collection) == [second]


def test_it_is_renamed_thrown_away_and_restored(editor, collection):
    keep = f"/collections/{collection.pk}/keep"
    assert "Autumn" in text(editor.post(keep, {"action": "rename", "name": "Autumn"}, follow=True))
    assert "This may not be empty." in text(editor.post(keep, {"action": "rename", "name": "  "}, follow=True))
    assert "in the trash" in text(editor.post(keep, {"action": "trash"}, follow=True))
    assert "Autumn" in text(editor.get("/collections?trash=1"))
    assert "No collections yet" in text(editor.get("/collections"))
    assert "Restored." in text(editor.post(keep, {"action": "restore"}, follow=True))


def test_a_board_of_many_comes_by_the_page(editor, team, django_assert_max_num_queries):
    collection = gathered(team, editor.user, 60)
    address = f"/collections/{collection.pk}"
    with django_assert_max_num_queries(20):
        page = text(editor.get(address))
    assert page.count('class="tile"') == 48
    more = re.search(r'href="([^"]+after=\d+)" data-more-link', page)[1]
    assert text(editor.get(more, HTTP_X_PARTIAL="1")).count('class="tile"') == 12


def test_a_viewer_sees_the_board_without_its_buttons(member, collection):
    page = text(browser_of(member("viewer")).get(f"/collections/{collection.pk}"))
    assert page.count('class="tile"') == 3
    assert "Take out" not in page and "Move to trash" not in page
