"""The comments on an image's page: read, said, answered and taken back there; nothing that is typed becomes code."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

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


@pytest.fixture
def act(say, asset):
    """`act("remove", comment)` on the page of the image."""

    def acted(what, comment, client=say.client):
        said = {"act": what, "comment": str(comment.pk)}
        return client.post(f"/assets/{asset.pk}/comments", said, format="multipart", **PART)

    return acted


def test_what_is_said_stands_in_the_list_and_on_the_page(say, asset, client_of):
    listed = say("Shorten the hem", pin_x="0.25", pin_y="0.5")
    assert listed.status_code == 200 and 'data-pin-x="0.250000" data-pin-y="0.500000"' in listed.content.decode()
    page = client_of("viewer").get(f"/assets/{asset.pk}").content.decode()
    assert "Shorten the hem" in page and "data-comment-form" not in page and 'value="remove"' not in page


def test_without_script_one_lands_on_the_page_again(say, asset):
    answer = say.client.post(f"/assets/{asset.pk}/comments", {"text": "Plain"}, format="multipart")
    assert (answer.status_code, answer["Location"]) == (302, f"/assets/{asset.pk}#comments")
    refused = say.client.post(f"/assets/{asset.pk}/comments", {"text": " "}, format="multipart", follow=True)
    assert "This may not be empty. Write something." in refused.content.decode()


def test_one_answers_edits_and_takes_back(say, act, client_of):
    say("First")
    first = Comment.objects.get()
    assert "Second" in say("Second", reply_to=str(first.pk)).content.decode()
    assert "First, better" in say("First, better", comment=str(first.pk)).content.decode()
    gone = act("remove", first).content.decode()
    assert "Taken back." in gone and "First, better" not in gone and "Second" in gone
    assert act("remove", first, client_of("viewer")).status_code == 404
    second = Comment.objects.kept().get()
    assert act("remove", second, client_of("viewer")).status_code == 403


def test_a_refusal_says_why_in_words(say):
    refused = say("x" * 5001)
    assert (refused.status_code, refused["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert refused.content.decode() == "This is 5001 characters long. Use 5000 at most."
    assert say("x", pin_x="2", pin_y="0").status_code == 422
    assert say("x", reply_to="moon").status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_no_comment_runs_on_the_page(text, say, asset):
    say(text)
    assert Running(say.client.get(f"/assets/{asset.pk}/comments", **PART).content.decode()).found == []


def test_addresses_are_links_that_earn_their_writer_nothing(say):
    listed = say("See https://example.org/hem and javascript:alert(1)").content.decode()
    assert '<a href="https://example.org/hem" rel="nofollow noopener">' in listed and 'href="javascript' not in listed


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


def test_threads_come_in_pages_and_an_old_one_is_found_by_its_address(say, asset):
    rows = [Comment(team=asset.team, asset=asset, author=asset.owner, text=f"No. {number:02}") for number in range(45)]
    made = Comment.objects.bulk_create(rows)
    page = f"/assets/{asset.pk}/comments"

    def texts(query=""):
        listed = say.client.get(page + query, **PART).content.decode()
        return re.findall(r"No\. (\d\d)</p>", listed), re.findall(r"thread=([0-9a-f-]+)#comments", listed)

    first, (second_page,) = texts()
    assert first == [f"{number:02}" for number in range(44, 24, -1)]
    second, (third_page,) = texts(f"?thread={second_page}")
    assert second == [f"{number:02}" for number in range(24, 4, -1)]
    assert texts(f"?thread={third_page}")[0] == ["04", "03", "02", "01", "00"]
    assert texts(f"?thread={made[3].pk}")[0] == ["03", "02", "01", "00"]
    assert "No. 03" in say.client.get(f"/assets/{asset.pk}?thread={made[3].pk}").content.decode()
    for known in (made[40].pk, "00000000-0000-4000-8000-000000000000", "moon"):
        assert texts(f"?thread={known}")[0] == first


def test_of_a_long_thread_the_latest_answers_are_shown_and_the_others_on_demand(say, asset):
    say("Question")
    question = Comment.objects.get()
    rows = [
        Comment(team=asset.team, asset=asset, author=asset.owner, text=f"A{number:02}", reply_to=question)
        for number in range(33)
    ]
    Comment.objects.bulk_create(rows)
    page = f"/assets/{asset.pk}/comments"
    short = say.client.get(page, **PART).content.decode()
    assert re.findall(r"A\d\d(?=</p>)", short)[0] == "A03" and ">3 earlier answers<" in short
    whole = say.client.get(f"{page}?thread={question.pk}", **PART).content.decode()
    assert len(re.findall(r"A\d\d(?=</p>)", whole)) == 33 and "earlier answer" not in whole


def test_a_page_of_many_comments_asks_no_more_than_a_page_of_few(say, act, asset, django_assert_num_queries):
    page = f"/assets/{asset.pk}/comments"

    def fill(count):
        for number in range(count):
            say(f"@{asset.owner.shown_name} spot {number}", pin_x="0.5", pin_y="0.5")
            thread = Comment.objects.latest("created_at")
            say("Yes", reply_to=str(thread.pk))
            act("react love", thread)
            act("resolve", thread)

    fill(1)
    say.client.get(page, **PART)
    with CaptureQueriesContext(connection) as few:
        say.client.get(page, **PART)
    asked = len(few)
    fill(9)
    with django_assert_num_queries(asked):
        say.client.get(page, **PART)


def test_one_reacts_and_resolves_on_the_page(say, act, client_of):
    say("Hem")
    row = Comment.objects.get()
    assert 'value="unreact love"' in act("react love", row).content.decode()
    assert 'value="unreact love"' not in act("unreact love", row).content.decode()
    assert f"by {say.client.user.shown_name}" in act("resolve", row).content.decode()
    assert "comment-settled" not in act("reopen", row).content.decode()
    assert act("react moon", row).status_code == 422
    for what in ("react love", "resolve", "remove"):
        assert act(what, row, client_of("viewer")).status_code == 403


def test_a_region_stands_in_a_crop_as_far_as_it_is_there(say, asset):
    say("Collar", pin_x="0.25", pin_y="0.5", pin_width="0.5", pin_height="0.25")
    say("Shoe", pin_x="0.75", pin_y="0.5", pin_width="0.25", pin_height="0.25")
    part = version_of(asset, [crop(0, 0, 24, 36, of=(48, 36))])
    listed = say.client.get(f"/assets/{part.pk}/comments", **PART).content.decode()
    assert 'data-pin-x="0.500000" data-pin-y="0.500000" data-pin-width="0.500000" data-pin-height="0.250000"' in listed
    assert listed.count("data-pin-x") == 1 and listed.count("Its spot was cropped away in this version.") == 1


def test_a_program_reads_the_threads_of_all_versions_with_their_places_in_one(say, asset, client_of):
    say("Collar", pin_x="0.25", pin_y="0.5", pin_width="0.5", pin_height="0.25")
    thread = Comment.objects.get()
    say("Wider", reply_to=str(thread.pk))
    say("Shoe", pin_x="0.9", pin_y="0.5")
    say("Good")
    part = version_of(asset, [crop(0, 0, 24, 36, of=(48, 36))])
    told = client_of("viewer").get(f"/api/assets/{part.pk}/comments").json()
    good, shoe, collar = told["results"]
    assert told["older"] is None
    assert collar["place"] == {"x": 0.5, "y": 0.5, "width": 0.5, "height": 0.25} and collar["number"] == 1
    assert (collar["comment"]["asset"], collar["answers"][0]["text"]) == (str(asset.pk), "Wider")
    assert (shoe["place"], shoe["lost"], shoe["number"]) == (None, True, 2)
    assert (good["place"], good["lost"], good["number"]) == (None, False, 0)
    begun = client_of("viewer").get(f"/api/assets/{part.pk}/comments?thread={thread.pk}").json()
    assert begun == told, "it is on the first page already"
    assert client_of("stranger").get(f"/api/assets/{part.pk}/comments").status_code == 404


def test_what_a_comment_said_before_is_shown_to_the_team_until_it_is_taken_back(say, act, client_of):
    say("Draft")
    row = Comment.objects.get()
    say("Final", comment=str(row.pk))
    earlier = f"/comments/{row.pk}/history"
    assert "Draft" in client_of("viewer").get(earlier).content.decode()
    assert client_of("stranger").get(earlier).status_code == 404
    act("remove", row)
    assert "Draft" not in client_of("viewer").get(earlier).content.decode()


@pytest.mark.parametrize("kind", ["collection", "batch"])
def test_collections_and_batches_are_spoken_of_on_their_pages(kind, collection, batch, client_of, member):
    thing = {"collection": collection, "batch": batch}[kind]
    client = client_of("editor")
    address = reverse(f"{kind}_comments", args=[thing.pk])
    assert "Too dark" in client.post(address, {"text": "Too dark"}, format="multipart", **PART).content.decode()
    page = client.get(reverse(kind, args=[thing.pk])).content.decode()
    assert "Too dark" in page and "data-comment-form" in page and "data-pin " not in page
    assert client_of("stranger").get(address, **PART).status_code == 404
    assert client_of("viewer").post(address, {"text": "Me too"}, format="multipart", **PART).status_code == 403
    assert "data-comment-form" not in client_of("viewer").get(reverse(kind, args=[thing.pk])).content.decode()
