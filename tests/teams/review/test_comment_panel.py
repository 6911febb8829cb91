"""The comments on an image's page: read, said, answered and taken back there; nothing that is typed becomes code."""

import pytest

from designer.assets.models import Asset
from teams.review.models import Comment
from tests.designer.assets.test_pins import crop, version_of
from tests.security.test_stored_text import HOSTILE, Running

pytestmark = pytest.mark.django_db
PART = {"HTTP_X_PARTIAL": "1"}


@pytest.fixture
def say(client_of, asset):
    """`say("Shorten it")` on the page of the image; the answer is the list of comments."""
    client = client_of("editor")

    def said(text, page: Asset = asset, **about):
        return client.post(f"/assets/{page.pk}/comments", {"text": text, **about}, format="multipart", **PART)

    said.client = client
    return said


def test_what_is_said_stands_in_the_list_and_on_the_page(say, asset, client_of):
    listed = say("Shorten the hem", pin_x="0.25", pin_y="0.5")
    assert listed.status_code == 200 and 'data-pin-x="0.250000" data-pin-y="0.500000"' in listed.content.decode()
    page = client_of("viewer").get(f"/assets/{asset.pk}").content.decode()
    assert "Shorten the hem" in page and "data-comment-form" not in page and "data-comment-remove" not in page


def test_without_script_one_lands_on_the_page_again(say, asset):
    answer = say.client.post(f"/assets/{asset.pk}/comments", {"text": "Plain"}, format="multipart")
    assert (answer.status_code, answer["Location"]) == (302, f"/assets/{asset.pk}")
    refused = say.client.post(f"/assets/{asset.pk}/comments", {"text": " "}, format="multipart", follow=True)
    assert "This may not be empty. Write something." in refused.content.decode()


def test_one_answers_edits_and_takes_back(say, asset, client_of):
    say("First")
    first = Comment.objects.get()
    assert "Second" in say("Second", reply_to=str(first.pk)).content.decode()
    assert "First, better" in say("First, better", comment=str(first.pk)).content.decode()
    gone = say.client.post(f"/assets/{asset.pk}/comments/{first.pk}/remove", **PART).content.decode()
    assert "Taken back." in gone and "First, better" not in gone and "Second" in gone
    assert client_of("viewer").post(f"/assets/{asset.pk}/comments/{first.pk}/remove", **PART).status_code == 404
    second = Comment.objects.kept().get()
    assert client_of("viewer").post(f"/assets/{asset.pk}/comments/{second.pk}/remove", **PART).status_code == 403


def test_a_refusal_says_why_in_words(say):
    refused = say("x" * 2001)
    assert (refused.status_code, refused["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert refused.content.decode() == "This is 2001 characters long. Use 2000 at most."
    assert say("x", pin_x="2", pin_y="0").status_code == 422
    assert say("x", reply_to="moon").status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_no_comment_runs_on_the_page(text, say, asset):
    say(text)
    assert Running(say.client.get(f"/assets/{asset.pk}/comments", **PART).content.decode()).found == []


def test_addresses_are_links_that_earn_their_writer_nothing(say):
    listed = say("See https://example.org/hem and javascript:alert(1)").content.decode()
    assert '<a href="https://example.org/hem" rel="nofollow">' in listed and 'href="javascript' not in listed


def test_a_pin_on_the_original_stands_at_its_place_in_a_version_or_is_said_to_be_cropped_away(say, asset):
    say("Hem", pin_x="0.25", pin_y="0.5")
    say("Collar", pin_x="0.9", pin_y="0.1")
    part = version_of(asset, [crop(0, 0, 24, 36, of=(48, 36))])
    listed = say.client.get(f"/assets/{part.pk}/comments", **PART).content.decode()
    assert 'data-number="1" data-pin-x="0.500000" data-pin-y="0.500000"' in listed
    assert listed.count("data-pin-x") == 1 and listed.count("Its spot was cropped away in this version.") == 1
    assert listed.count("Said of the original") == 2


def test_an_answer_on_a_versions_page_belongs_where_its_question_is(say, asset):
    say("Hem")
    version = version_of(asset, [])
    say("Shorter", page=version, reply_to=str(Comment.objects.get().pk))
    assert set(Comment.objects.values_list("asset", flat=True)) == {asset.pk}


def test_the_newest_hundred_threads_are_shown_and_that_is_said(say, asset):
    rows = [Comment(team=asset.team, asset=asset, author=asset.owner, text=f"No. {number}") for number in range(101)]
    Comment.objects.bulk_create(rows)
    listed = say.client.get(f"/assets/{asset.pk}/comments", **PART).content.decode()
    assert listed.count("comment-thread") == 100 and "The 100 newest threads are shown." in listed
