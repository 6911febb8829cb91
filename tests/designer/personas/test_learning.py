"""What feedback changes: the next prompt and the next route; and that reverting brings both back exactly."""

import json
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from designer.assets.models import Asset
from designer.catalogue.models import ModelPrice, ModelProfile
from designer.generations.models import StageRun
from designer.personas import learning
from designer.personas.models import Feedback, LearnedWeight, LearningSettings
from designer.pipeline.records import Posterior
from tests.designer.generations.test_flow import made
from tests.designer.generations.test_runner import GOOD
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
SILK = "attribute:-:fabric=silk"


@pytest.fixture
def client(client_of):
    """An editor whose own team never tries anything."""
    client = client_of("editor")
    client.team = client.user.memberships.get(team__personal=True).team
    LearningSettings.objects.create(team=client.team, exploration=0)
    return client


def weights(team=None):
    rows = LearnedWeight.objects.filter(team=team) if team else LearnedWeight.objects.all()
    return {row.key: (row.alpha, row.beta, row.moved_at) for row in rows}


def say(client, done, kind="like", **more):
    body = {"assets": [asset["id"] for asset in done["assets"]], "kind": kind, **more}
    return client.post("/api/feedback", body, format="json")


def undo(client, **body):
    return client.post("/api/feedback/undo", body, format="json")


def done_or_fail(answer):
    assert answer.status_code == 201, answer.content
    return answer.json()


def weight_of(client, key):
    (found,) = [row for row in client.get("/api/learning?page_size=200").json()["results"] if row["key"] == key]
    return found


def test_feedback_changes_the_next_prompt_and_each_way_back_restores_it_exactly(client):
    plain = made(client, brief="a dress", seed=3)["prompt"]
    assert "silk" not in plain
    liked = made(client, brief="a silk dress", n=4)
    before = weights()
    given = done_or_fail(say(client, liked))
    assert "silk" in made(client, brief="a dress", seed=3)["prompt"]
    assert weight_of(client, SILK)["words"] == "liked 4 of 4"

    reverted = done_or_fail(client.post(f"/api/learning/{weight_of(client, SILK)['id']}/revert"))
    assert made(client, brief="a dress", seed=3)["prompt"] == plain
    done_or_fail(undo(client, act=reverted["id"]))
    assert "silk" in made(client, brief="a dress", seed=3)["prompt"]

    done_or_fail(undo(client, act=given["act"]["id"]))
    assert made(client, brief="a dress", seed=3)["prompt"] == plain
    assert {key: weight for key, weight in weights().items() if key not in before} == dict.fromkeys(
        weights().keys() - before.keys(), (1, 1, None)
    )


def test_all_that_one_person_says_of_one_image_is_one_observation(client):
    """The strongest of it counts towards the least it takes; how much is liked of what was seen is told of all."""
    liked = made(client, brief="a silk dress")
    for kind, more, seen in (("like", {}, 1), ("pick", {}, 1.5), ("rating", {"rating": 5}, 1.5)):
        done_or_fail(say(client, liked, kind, **more))
        assert weight_of(client, SILK)["observed"] == pytest.approx(seen, abs=0.01), kind
    one = weight_of(client, SILK)
    assert one["denominator"] == pytest.approx(3.5, abs=0.01) and one["observed"] == pytest.approx(1.5, abs=0.01)
    assert (one["value"], one["words"]) == (None, "1.5 of the 3 it takes")
    assert "not enough yet" in client.get("/style").content.decode()
    assert "silk" not in made(client, brief="a dress", seed=3)["prompt"]
    done_or_fail(say(client, made(client, brief="a silk dress", n=2)))
    assert weight_of(client, SILK)["words"] == "liked 5.5 of 5.5"
    assert "silk" in made(client, brief="a dress", seed=3)["prompt"]


def routed(client, **wish):
    """Where a wish goes, as its generation tells it."""
    return StageRun.objects.get(generation=made(client, **wish)["id"], name="routing").output


def test_feedback_changes_the_next_route_and_reverting_everything_restores_it_exactly(client, script):
    other = ModelProfile.objects.create(
        provider="scripted", model="two", family="scripted", title="Other", ratios=["3:4"], quality=0.52
    )
    ModelProfile.objects.filter(model="one").update(quality=0.5)
    ModelPrice.objects.create(model=other, valid_from=timezone.now().date(), amount=Decimal("0.04"))
    script.answers = [GOOD] * 20
    wish = {"brief": "a dress", "provider": "scripted", "strategy": "quality", "seed": 3}
    first = routed(client, **wish)
    assert first["model"] == "two"
    done_or_fail(say(client, made(client, **{**wish, "model": "one"}, n=4)))
    assert routed(client, **wish)["model"] == "one"
    done_or_fail(client.post("/api/learning/revert", {}, format="json"))
    assert routed(client, **wish) == first


def test_a_revert_of_one_move_leaves_the_feedback_and_the_other_weights_alone(client):
    done_or_fail(say(client, made(client, brief="a red silk dress")))
    before = weights()
    (move,) = client.get("/api/learning/moves?search=silk").json()["results"]
    assert (move["label"], move["before"], move["after"]) == ("fabric silk", 0.5, 0.6667)
    done_or_fail(client.post(f"/api/learning/moves/{move['id']}/revert"))
    after = weights()
    assert after.pop(SILK) == (1, 1, None)
    assert after == {key: weight for key, weight in before.items() if key != SILK}
    assert Feedback.objects.get().kind == "like"
    again = client.post(f"/api/learning/moves/{move['id']}/revert")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_revert")


def test_an_undo_brings_back_what_a_new_word_replaced_with_its_time_and_what_it_taught(client):
    done = made(client, brief="a silk dress")
    done_or_fail(say(client, done, "dislike"))
    row, then = Feedback.objects.get(), weights()
    done_or_fail(say(client, done, "like"))
    done_or_fail(undo(client))
    again = Feedback.objects.get()
    assert (again.pk, again.kind, again.created_at) == (row.pk, "dislike", row.created_at)
    assert weights() == then


def test_undo_walks_back_step_by_step_and_an_undo_can_be_undone(client):
    done = made(client, brief="a silk dress", n=2)
    stands = [(sorted(Feedback.objects.values_list("asset", "kind")), weights())]
    for kind in ("like", "pick", "dislike"):
        done_or_fail(say(client, done, kind))
        stands.append((sorted(Feedback.objects.values_list("asset", "kind")), weights()))
    undone = [done_or_fail(undo(client)) for _ in range(3)]
    for step in undone[::-1]:
        stood = stands.pop(0)
        assert sorted(Feedback.objects.values_list("asset", "kind")) == stood[0]
        assert {k: v for k, v in weights().items() if v != (1, 1, None)} == {
            k: v for k, v in stood[1].items() if v != (1, 1, None)
        }
        done_or_fail(undo(client, act=step["id"]))
    assert weights() == stands[0][1]


def test_a_long_row_of_undos_is_told_with_as_many_queries_as_a_short_one(client):
    say(client, made(client, brief="a silk dress"))
    counted, last = [], None
    for _ in range(12):
        last = done_or_fail(undo(client, **({"act": last} if last else {})))["id"]
        client.get("/api/learning/acts")  # what a process asks once
        asked = []
        for page in ("/api/learning/acts", "/style", "/style/moves"):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(page).status_code == 200
            asked.append(len(seen))
        counted.append(asked)
    assert counted[1] == counted[-1], counted
    told = [row["told"] for row in client.get("/api/learning/acts").json()["results"]]
    about = told[-1]
    assert len(told) == 13 and told[:-1] == [f"{about} is back", f"{about} undone"] * 6


def test_undo_refuses_what_was_undone_what_is_anothers_and_what_newer_words_replaced(client, client_of):
    assert undo(client).json()["code"] == "nothing_to_undo"
    done = made(client, brief="a silk dress")
    first = done_or_fail(say(client, done, "like"))["act"]["id"]
    done_or_fail(say(client, done, "dislike"))
    assert undo(client, act=first).json()["code"] == "changed_since"
    assert undo(client_of("stranger"), act=first).status_code == 404
    last = done_or_fail(undo(client))
    assert undo(client, act=last["undoes"]).json()["code"] == "already_undone"


def test_of_several_images_all_or_none_are_judged_and_each_fault_names_its_place(client, client_of):
    done = made(client, brief="a silk dress", n=2)
    mine = [asset["id"] for asset in done["assets"]]
    foreign = made(client_of("stranger"))["assets"][0]["id"]
    Asset.objects.filter(pk=mine[1]).update(trashed_at=timezone.now())
    body = {"assets": [mine[0], foreign, str(uuid.uuid4()), mine[1], mine[0]], "kind": "like"}
    answer = client.post("/api/feedback", body, format="json")
    assert answer.status_code == 422
    lines = {line["field"]: line["code"] for line in answer.json()["errors"]}
    assert lines["assets[1]"] == lines["assets[2]"] == "not_found"
    assert lines["assets[3]"] == "trashed"
    assert {"assets[0]", "assets[4]"} & set(lines) and set(lines.values()) == {"not_found", "trashed", "twice"}
    assert not Feedback.objects.exists() and weights(client.team) == {}


def test_the_list_of_feedback_is_filtered_and_searched(client):
    done = made(client, brief="a silk dress", n=2)
    done_or_fail(say(client, done, "comment", text="more volume at the hem"))
    done_or_fail(say(client, done, "like"))

    def number(query):
        return len(client.get(f"/api/feedback?{query}").json()["results"])

    assert [number(q) for q in ("", "kind=like", "search=hem", "search=silk", "mine=false")] == [4, 2, 2, 4, 0]
    assert number(f"asset={done['assets'][0]['id']}") == 2 and number(f"generation={uuid.uuid4()}") == 0
    assert client.get("/api/feedback?kind=applause").status_code == 400


def test_how_much_is_tried_is_the_teams_to_set_and_off_means_never(client_of, team):
    owner, editor = client_of("owner"), client_of("editor")
    said = owner.get(f"/api/learning/settings?team={team.pk}").json()
    assert (said["exploration"], said["default"], said["half_life_days"]) == (0.15, 0.15, 90)
    for share in (0, 0.5):
        body = {"exploration": share, "team": str(team.pk)}
        assert owner.patch("/api/learning/settings", body, format="json").json()["exploration"] == share
        assert learning.exploration_of(team) == share
    for wrong in (-0.1, 0.51, "NaN", "a lot", None):
        body = {"exploration": wrong, "team": str(team.pk)}
        assert owner.patch("/api/learning/settings", body, format="json").status_code == 400
    body = {"exploration": 0.1, "team": str(team.pk)}
    assert editor.patch("/api/learning/settings", body, format="json").status_code == 403
    assert learning.exploration_of(team) == 0.5


def test_what_others_taught_is_taken_back_by_owners_and_admins_alone(client_of, team):
    editor, colleague, owner = client_of("editor"), client_of("editor"), client_of("owner")
    LearningSettings.objects.create(team=team, exploration=0)
    done_or_fail(say(editor, made(editor, brief="a silk dress", team=str(team.pk))))
    move = next(row for row in editor.get("/api/learning/moves").json()["results"] if row["key"] == SILK)
    address = f"/api/learning/moves/{move['id']}/revert"
    assert colleague.post(address).status_code == 403
    assert colleague.post(f"/api/learning/{weight_of(editor, SILK)['id']}/revert").status_code == 403
    assert colleague.post("/api/learning/revert", {"team": str(team.pk)}, format="json").status_code == 403
    assert client_of("stranger").post(address).status_code == 404
    act = done_or_fail(owner.post(address))
    assert undo(editor, act=act["id"]).status_code == 403
    done_or_fail(undo(owner, act=act["id"]))
    assert done_or_fail(editor.post(address))["kind"] == "revert"


def judged(models, teams, liked, at=None):
    """`teams` other teams that liked a model for dresses `liked` of 10 times."""
    for _ in range(teams):
        for model in models:
            LearnedWeight.objects.create(
                team=TeamFactory(owner=UserFactory()),
                key=f"model:{model}:dress",
                alpha=1 + liked,
                beta=11 - liked,
                moved_at=at or timezone.now(),
            )


def test_a_team_hears_what_five_others_think_of_a_model_and_nothing_of_their_taste(team):
    judged(["few"], 4, 9)
    judged(["many"], 6, 9)
    for row in LearnedWeight.objects.filter(key="model:many:dress"):
        LearnedWeight.objects.create(team=row.team, key=SILK, alpha=9, beta=1, moved_at=timezone.now())
    found = learning.model_priors(team)
    assert set(found) == {"model:many:dress"} == set(learning.posteriors_of(team))
    prior = found["model:many:dress"]
    assert prior.evidence == pytest.approx(learning.PRIOR_MASS)
    assert (prior.alpha - 1) / prior.evidence == pytest.approx(0.9)


def test_a_teams_own_word_is_not_heard_twice_and_one_loud_team_does_not_drown_the_others(team):
    key = "model:many:dress"
    LearnedWeight.objects.create(team=team, key=key, alpha=1, beta=500, moved_at=timezone.now())
    judged(["many"], 5, 10)
    loud = TeamFactory(owner=UserFactory())
    LearnedWeight.objects.create(team=loud, key=key, alpha=1, beta=5000, moved_at=timezone.now())
    prior = learning.model_priors(team)[key]
    assert (prior.alpha - 1) / prior.evidence == pytest.approx(5 / 6, abs=1e-3)


def test_what_all_teams_thought_long_ago_has_faded(team):
    judged(["old"], 6, 9, at=timezone.now() - timedelta(days=600))
    assert learning.model_priors(team) == {}


def test_own_evidence_counts_in_full_on_top_of_the_prior():
    now = timezone.now()
    own = {"k": Posterior(alpha=3, beta=1, updated_at=now)}
    both = learning.joined(own, {"k": Posterior(alpha=2, beta=4), "m": Posterior(alpha=2, beta=2)}, now)
    assert (both["k"].alpha, both["k"].beta) == (4, 4)
    assert (both["m"].alpha, both["m"].beta) == (2, 2)


def test_viewers_judge_nothing_and_learn_of_everything(client_of, team):
    editor = client_of("editor")
    done = made(editor, brief="a silk dress", team=str(team.pk))
    done_or_fail(say(editor, done))
    viewer = client_of("viewer")
    assert say(viewer, done).status_code == 403
    assert weight_of(viewer, SILK)["numerator"] == 1
    assert json.dumps(weight_of(viewer, SILK))


def test_a_member_of_two_teams_judges_one_at_a_time(client, team):
    one, two = made(client), made(client, team=str(team.pk))
    body = {"assets": [each["assets"][0]["id"] for each in (one, two)], "kind": "like"}
    answer = client.post("/api/feedback", body, format="json")
    assert [line["code"] for line in answer.json()["errors"]] == ["other_team"]
