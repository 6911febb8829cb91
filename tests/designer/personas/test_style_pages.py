"""The Style profile: what its pages show and do, without script; and the deck from the first image to the last."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from designer.assets.models import Asset
from designer.personas import feedback, learning
from designer.personas.models import Feedback, LearnedWeight, LearningAct, LearningSettings
from designer.pipeline import optimisation
from tests.designer.generations.test_flow import made

pytestmark = pytest.mark.django_db(transaction=True)
SILK = "attribute:-:fabric=silk"


@pytest.fixture
def client(client_of) -> Client:
    """An editor in a browser, whose own team never tries anything."""
    client = client_of("editor")
    client.team = client.user.memberships.get(team__personal=True).team
    LearningSettings.objects.create(team=client.team, exploration=0)
    return client


def page(client, address="/style"):
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def post(client, address, **sent):
    """What a form without script does; the page after it."""
    answer = client.post(address, sent, format="multipart", follow=True)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def liked(client, times=4):
    done = made(client, brief="a silk dress", n=times)
    ids = [row["id"] for row in done["assets"]]
    return feedback.give_several(actor=client.user, asset_ids=ids, kind="like")[0]


def test_an_empty_profile_says_what_happens_until_then_and_what_to_do(client):
    shown = page(client)
    assert "Nothing learned yet" in shown and "/style/deck" in shown
    assert "Nothing moved yet" in page(client, "/style/moves")


def test_the_profile_shows_each_weight_with_its_basis_and_what_moved(client):
    liked(client)
    shown = page(client)
    assert "fabric silk" in shown and "liked 4 of 4" in shown
    assert "50 % → 83 %" in shown and "+33.3 points" in shown
    assert re.search(r"<strong>83 %</strong>\s*\(\d+–\d+\)", shown)
    assert f"after {optimisation.HALF_LIFE.days} days it counts half" in shown
    assert "fabric silk" not in page(client, "/style?about=model").split("What moved lately")[0]
    assert "Nothing matches" in page(client, "/style?q=tweed")


def test_too_few_ratings_are_said_and_show_no_rate(client):
    liked(client, times=1)
    shown = page(client)
    assert "1 of the 3 it takes" in shown and "not enough yet" in shown


def test_each_button_takes_back_what_it_says_and_the_message_offers_the_way_back(client):
    liked(client)
    weight = LearnedWeight.objects.get(key=SILK)
    shown = post(client, f"/style/weights/{weight.pk}/revert")
    assert "Forgotten: fabric silk." in shown
    act = LearningAct.objects.get(kind="revert")
    assert f'name="act" value="{act.pk}"' in shown
    assert LearnedWeight.objects.get(key=SILK).alpha == 1
    assert "Fabric silk counts again." in post(client, "/style/undo", act=act.pk)
    assert LearnedWeight.objects.get(key=SILK).alpha == weight.alpha


def test_everything_is_forgotten_only_with_a_tick(client):
    liked(client)
    assert "nothing was forgotten" in post(client, "/style/revert")
    assert LearnedWeight.objects.get(key=SILK).alpha == pytest.approx(5)
    assert "Forgotten: everything." in post(client, "/style/revert", sure=1)
    assert set(LearnedWeight.objects.values_list("alpha", "beta")) == {(1, 1)}
    assert "nothing_to_revert" not in post(client, "/style/revert", sure=1)


def test_how_much_is_tried_is_set_on_the_page(client):
    assert "Saved: 30%" in post(client, "/style/settings", percent=30)
    assert learning.exploration_of(client.team) == 0.3
    for wrong in ("51", "-1", "lots", ""):
        assert "cannot be used" in post(client, "/style/settings", percent=wrong)
    assert learning.exploration_of(client.team) == 0.3


def test_the_gallery_judges_what_is_selected_and_goes_back_there(client):
    done = made(client, brief="a silk dress", n=2)
    sent = {"asset": [row["id"] for row in done["assets"]], "kind": "like", "next": "/gallery?kind=generated"}
    answer = client.post("/style/feedback", sent, format="multipart")
    assert (answer.status_code, answer["Location"]) == (302, "/gallery?kind=generated")
    assert Feedback.objects.filter(kind="like").count() == 2
    sent["next"] = "https://elsewhere.example/"
    assert client.post("/style/feedback", sent, format="multipart")["Location"].startswith("/style")
    joined = {"asset": ",".join(sent["asset"]), "kind": "pick"}  # as the gallery's script sends a selection
    client.post("/style/feedback", joined, format="multipart")
    assert Feedback.objects.filter(kind="pick").count() == 2


def test_the_asset_page_undoes_its_last_word(client):
    asset = made(client, brief="a silk dress")["assets"][0]["id"]
    shown = post(client, f"/assets/{asset}/feedback", kind="like")
    act = LearningAct.objects.get()
    assert f'value="{act.pk}" data-undo' in shown
    shown = post(client, "/style/undo", act=act.pk, next=f"/assets/{asset}")
    assert "Like undone." in shown and not Feedback.objects.exists()


def turn(shown):
    """The image whose turn it is."""
    found = re.search(r'name="asset" value="([0-9a-f-]{36})"', shown)
    return found and found[1]


def test_the_deck_deals_every_unjudged_image_once_and_ends_with_what_was_learned(client):
    made(client, brief="a silk dress", n=3)
    made(client, brief="a tweed coat")
    seen, shown = [], page(client, "/style/deck")
    for verdict in ("like", "dislike", "pick", "skip"):
        seen.append(turn(shown))
        shown = post(client, "/style/deck", asset=seen[-1], verdict=verdict)
    assert len(set(seen)) == 4 and turn(shown) is None
    assert "That was all" in shown and "fabric silk" in shown
    assert sorted(Feedback.objects.values_list("kind", flat=True)) == ["dislike", "like", "pick"]
    shown = post(client, "/style/deck", verdict="again")
    assert turn(shown) == seen[3]


def test_the_deck_lays_a_cut_out_on_chequers(client):
    cut_out = made(client, brief="a silk dress")["assets"][0]["id"]
    whole = made(client, brief="a tweed coat")["assets"][0]["id"]
    Asset.objects.filter(pk=cut_out).update(facts={"transparent": True})
    clear = {}
    while now := turn(shown := page(client, "/style/deck")):
        clear[now] = " data-clear" in shown
        post(client, "/style/deck", asset=now, verdict="like")
    assert clear == {cut_out: True, whole: False}


def test_the_deck_deals_nothing_that_was_set_aside(client):
    made(client, brief="a silk dress", n=3)
    aside = turn(page(client, "/style/deck"))
    Asset.objects.filter(pk=aside).update(set_aside=True)
    seen = []
    while now := turn(page(client, "/style/deck")):
        seen.append(now)
        post(client, "/style/deck", asset=now, verdict="like")
    assert seen and aside not in seen


def test_the_deck_goes_back_over_every_step_a_skip_too(client):
    made(client, brief="a silk dress", n=2)
    first = turn(page(client, "/style/deck"))
    second = turn(post(client, "/style/deck", asset=first, verdict="like"))
    post(client, "/style/deck", asset=second, verdict="skip")
    assert turn(post(client, "/style/deck/back")) == second
    assert turn(post(client, "/style/deck/back")) == first
    assert not Feedback.objects.exists()
    assert "nothing to undo" in post(client, "/style/deck/back")


def test_the_deck_passes_over_what_was_trashed_meanwhile_and_refuses_what_no_button_sends(client):
    made(client, brief="a silk dress", n=2)
    first = turn(page(client, "/style/deck"))
    Asset.objects.filter(pk=first).update(trashed_at=timezone.now())
    shown = post(client, "/style/deck", asset=first, verdict="like")
    assert "It was skipped" in shown and turn(shown) not in (None, first)
    for sent, status in (({"asset": turn(shown), "verdict": "applause"}, 422), ({"verdict": "like"}, 404)):
        assert client.post("/style/deck", sent, format="multipart").status_code == status


def test_a_viewer_sees_the_profile_without_buttons_and_no_cards(client_of, team):
    editor = client_of("editor")
    done = made(editor, brief="a silk dress", team=str(team.pk))
    feedback.give_feedback(actor=editor.user, asset_id=done["assets"][0]["id"], kind="like")
    made(editor, brief="a coat", team=str(team.pk))
    viewer = client_of("viewer")
    shown = page(viewer, f"/style?team={team.pk}")
    assert "fabric silk" in shown and "/revert" not in shown and "/style/settings" not in shown
    deck = page(viewer, f"/style/deck?team={team.pk}")
    assert "You can look, not judge" in deck and turn(deck) is None
    assert client_of("stranger").get(f"/style?team={team.pk}").status_code == 404
