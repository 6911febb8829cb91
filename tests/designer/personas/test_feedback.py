"""What a word on an image teaches, what taking it back leaves, and two words at once."""

import pytest
from django.utils import timezone

from designer.generations.models import StageRun
from designer.personas.models import Feedback, LearnedWeight, Persona
from designer.pipeline import optimisation
from tests.designer.generations.test_flow import made

pytestmark = pytest.mark.django_db(transaction=True)
SILK = "attribute:-:fabric=silk"


def weights():
    return {row.key: (row.alpha, row.beta) for row in LearnedWeight.objects.all()}


def judge(client, done, kind="dislike"):
    answer = client.post(f"/api/generations/{done['id']}/feedback", {"kind": kind}, format="json")
    assert answer.status_code == 201, answer.content
    return {move["key"] for move in answer.json()["moved"]}


def withdraw(client, done, kind="dislike"):
    assert client.delete(f"/api/generations/{done['id']}/feedback/{kind}").status_code == 204


@pytest.fixture
def exploration(monkeypatch):
    """Sets the share of prompts that try something."""

    def share(value: float) -> None:
        monkeypatch.setitem(optimisation.choose.__kwdefaults__, "exploration", value)

    return share


def test_a_dislike_lowers_what_was_learned_and_taking_it_back_raises_it_again(client_of, exploration):
    exploration(0)
    client = client_of("editor")
    LearnedWeight.objects.create(team=client.user.memberships.get(team__personal=True).team, key=SILK, alpha=30, beta=1)
    done = made(client, brief="a dress", seed=3)
    assert "silk" in done["prompt"]
    before = weights()[SILK]
    assert SILK in judge(client, done)
    assert weights()[SILK] == (30, 2)
    withdraw(client, done)
    assert weights()[SILK] == pytest.approx(before, abs=1e-3)
    assert all(pair == pytest.approx((1, 1), abs=1e-3) for key, pair in weights().items() if key != SILK)


def test_what_was_tried_gains_evidence_from_what_is_said_of_it(client_of, exploration):
    exploration(1)
    client = client_of("editor")
    done = made(client, brief="a dress", seed=5)
    (tried,) = StageRun.objects.get(generation=done["id"], name="optimisation").output["learned"]
    assert tried["part"] == "exploratory" and tried["evidence"] == 0
    assert tried["key"] in judge(client, done, "like")
    assert weights()[tried["key"]] == (2, 1)
    withdraw(client, done, "like")
    assert weights()[tried["key"]] == pytest.approx((1, 1), abs=1e-3)


def test_what_the_persona_put_into_the_prompt_is_judged_for_that_persona_alone(client_of, exploration):
    exploration(0)
    client = client_of("editor")
    team = client.user.memberships.get(team__personal=True).team
    persona = Persona.objects.create(team=team, owner=client.user, name="Fluid", attributes={"fabric": ["silk"]})
    done = made(client, brief="a dress", persona=str(persona.pk))
    assert "silk" in done["prompt"]
    moved = judge(client, done)
    assert f"attribute:{persona.pk}:fabric=silk" in moved and SILK not in moved


def test_what_found_no_place_in_the_prompt_is_not_judged(client_of, exploration):
    exploration(0)
    client = client_of("editor")
    team = client.user.memberships.get(team__personal=True).team
    LearnedWeight.objects.create(team=team, key=SILK, alpha=30, beta=1, moved_at=timezone.now())
    persona = Persona.objects.create(team=team, owner=client.user, name="Fluid", attributes={"fabric": ["silk"]})
    done = made(client, brief="a dress", persona=str(persona.pk), exact=True)
    moved = judge(client, done)
    assert not any(key.endswith("fabric=silk") for key in moved)
    assert Feedback.objects.count() == 1
