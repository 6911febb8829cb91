"""The pages of reviews: begun from a collection, joined, and read when they are over."""

import re

import pytest

from designer.assets.models import Asset
from designer.sessions.models import ReviewSession, SessionImage
from designer.sessions.services import end, vote
from tests.designer.sessions.agenda import browser_of, gathered, session_of


@pytest.fixture
def ada(member):
    return browser_of(member("editor"))


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_review_begins_on_the_collections_page_and_others_join_it_there(ada, member, team):
    collection = gathered(team, ada.user)
    address = f"/collections/{collection.pk}/sessions"
    assert "Begin a review" in text(ada.get(address))
    begun = ada.post(address, {"seconds": "45", "votes_hidden": "on"})
    session = ReviewSession.objects.get()
    assert begun["Location"] == f"/sessions/{session.pk}"
    assert (session.seconds, session.votes_hidden) == (45, True)
    assert "Join" in text(browser_of(member("viewer")).get(address, HTTP_X_PARTIAL="1"))
    again = browser_of(member("editor")).post(address, {"seconds": "45"})
    assert again["Location"] == f"/sessions/{session.pk}", "whoever begins it a second time joins the first"


@pytest.mark.parametrize("seconds", ["-1", "a minute", "99999", "3601"])
def test_a_time_that_makes_no_sense_is_said_beside_the_form(seconds, ada, team):
    answer = ada.post(f"/collections/{gathered(team, ada.user).pk}/sessions", {"seconds": seconds})
    assert answer.status_code == 422 and "cannot have so many seconds" in text(answer)


def test_an_empty_collection_says_what_to_do_first(ada, team):
    answer = ada.post(f"/collections/{gathered(team, ada.user, 0).pk}/sessions", {"seconds": "60"})
    assert answer.status_code == 422 and "Add images to it first." in text(answer)


def test_where_there_is_nothing_to_review_the_way_to_images_is_offered(ada, member, team):
    address = f"/collections/{gathered(team, ada.user, 0).pk}/sessions"
    page = text(ada.get(address))
    assert "select some in the gallery" in page and "Begin a review" not in page
    assert "editors, admins and owners add them" in text(browser_of(member("viewer")).get(address))


def test_who_may_only_watch_has_no_buttons_to_vote_and_present(ada, member, team):
    session = session_of(team, ada.user)
    page = text(browser_of(member("viewer")).get(f"/sessions/{session.pk}"))
    assert "You watch this review" in page
    assert "data-vote=" not in page and "data-timer-form" not in page and "data-end>" not in page
    assert "data-vote=" in text(ada.get(f"/sessions/{session.pk}"))


def test_the_summary_takes_the_rooms_place_and_turns_its_pages(ada, member, team):
    session = session_of(team, ada.user, 61)
    first = SessionImage.objects.get(session=session, position=1)
    vote(actor=ada.user, session_id=session.pk, asset_id=first.asset_id, choice="yes", note="<b>this one</b>")
    end(actor=ada.user, session_id=session.pk)
    page = text(browser_of(member("viewer")).get(f"/sessions/{session.pk}"))
    assert "What came of it" in page and "&lt;b&gt;this one&lt;/b&gt;" in page
    assert page.count("card outcome") == 60
    assert text(ada.get(f"/sessions/{session.pk}?page=2")).count("card outcome") == 1
    assert "Summary" in text(ada.get(f"/collections/{session.collection_id}/sessions"))
    Asset.objects.filter(pk=first.asset_id).delete()
    page = text(ada.get(f"/sessions/{session.pk}"))
    assert str(first.asset_id) not in page and page.count("Deleted") == 1, "no picture that is not there"
