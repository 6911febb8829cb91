"""Whatever is said, withdrawn, reverted and undone: weights stay within bounds, and every way back is exact."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from designer.assets.models import Asset, AssetKind
from designer.generations.models import Generation
from designer.personas import feedback, learning
from designer.personas.models import Evidence, Feedback, LearnedWeight, LearningAct, LearningMove
from designer.pipeline import optimisation
from designer.pipeline.records import Attribute, Posterior, Understanding
from teams.base.errors import Refused
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
BRIEFS = ({"garment": "dress", "fabric": "silk"}, {"garment": "dress", "fabric": "tweed", "length": "midi"})
VERBS = ("like", "dislike", "pick", "rating", "several", "withdraw", "undo", "undo-old", "move", "weight", "all")
STEP = st.tuples(st.sampled_from(VERBS), st.integers(0, 2), st.integers(1, 5))
QUICK = settings(
    max_examples=10,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def begin():
    """A person with three images of two briefs."""
    person = UserFactory()
    team = TeamFactory(owner=person)
    images = []
    for brief in (*BRIEFS, BRIEFS[0]):
        known = {name: Attribute(value=value, confidence=1, source="brief") for name, value in brief.items()}
        row = Generation.objects.create(
            team=team, owner=person, brief="x", status="succeeded", model="m-1",
            understood=Understanding(attributes=known).to_json(),
        )  # fmt: skip
        images.append(
            Asset.objects.create(
                team=team, owner=person, kind=AssetKind.GENERATED, generation=row, sha256="0" * 64, path="x",
                media_type="image/png", width=9, height=9, bytes=9,
            )
        )  # fmt: skip
    return person, team, images


def stands(team):
    """Everything that learning and feedback are, bit by bit; a weight without evidence is as good as none."""
    weights = LearnedWeight.objects.filter(team=team).values_list("key", "alpha", "beta", "moved_at")
    said = Feedback.objects.filter(team=team).values_list("id", "asset", "kind", "rating", "created_at")
    return {row for row in weights if row[1:] != (1.0, 1.0, None)}, set(said)


def act(step, person, team, images):
    """Do one step; the act that it left, or None where there was nothing to do."""
    verb, place, number = step
    image = images[place]
    if verb == "rating":
        feedback.give_feedback(actor=person, asset_id=image.pk, kind=verb, rating=number)
    elif verb == "several":
        return feedback.give_several(actor=person, asset_ids=[each.pk for each in images], kind="pick")[0]
    elif verb == "withdraw":
        return feedback.withdraw_feedback(actor=person, asset_id=image.pk, kind="like")
    elif verb == "undo":
        return feedback.undo(actor=person)
    elif verb == "undo-old":
        acts = LearningAct.objects.filter(team=team).order_by("created_at", "id")
        return feedback.undo(actor=person, act_id=acts[number % max(1, len(acts))].pk) if acts else None
    elif verb == "move":
        moves = LearningMove.objects.filter(team=team).order_by("created_at", "id")
        return learning.revert_move(actor=person, move_id=moves[number % len(moves)].pk) if moves else None
    elif verb == "weight":
        rows = LearnedWeight.objects.filter(team=team).order_by("key")
        return learning.revert_weight(actor=person, weight_id=rows[number % len(rows)].pk) if rows else None
    elif verb == "all":
        return learning.revert_everything(actor=person, team_id=team.pk)
    else:
        feedback.give_feedback(actor=person, asset_id=image.pk, kind=verb)
    return LearningAct.objects.filter(team=team).order_by("-created_at", "-id").first()


def tried(step, person, team, images):
    try:
        with transaction.atomic():
            return act(step, person, team, images)
    except Refused as refused:
        assert refused.code in ("not_found", "nothing_to_undo", "already_undone", "changed_since", "nothing_to_revert")
        return None


def check(team):
    """Each weight is what its counting evidence leaves, and lies within what is possible."""
    for row in LearnedWeight.objects.filter(team=team):
        rows = Evidence.objects.filter(team=team, key=row.key, stands=True, reverted=False).order_by("at", "id")
        trace = [optimisation.Trace(alpha=each.alpha, beta=each.beta, at=each.at) for each in rows]
        stood = learning.posterior_of(row)
        assert stood == optimisation.folded(trace)
        assert 1 <= stood.alpha <= 1 + sum(each.alpha for each in trace)
        assert 1 <= stood.beta <= 1 + sum(each.beta for each in trace)


def test_every_act_can_be_undone_exactly_and_that_undone_again(db):
    @given(steps=st.lists(STEP, min_size=1, max_size=8))
    @example(steps=[("like", 0, 1), ("pick", 1, 1), ("like", 0, 1), ("several", 0, 1), ("several", 0, 1)])
    @QUICK
    def play(steps):
        with transaction.atomic():
            person, team, images = begin()
            for step in steps:
                before, known = stands(team), set(LearningAct.objects.filter(team=team).values_list("pk", flat=True))
                done = tried(step, person, team, images)
                check(team)
                after = stands(team)
                if done is None or done.pk in known:  # nothing to do, or the same again
                    assert after == before
                    continue
                undone = feedback.undo(actor=person, act_id=done.pk)
                assert stands(team) == before
                feedback.undo(actor=person, act_id=undone.pk)
                assert stands(team) == after
                check(team)
            transaction.set_rollback(True)

    play()


def test_reverting_everything_leaves_nothing_and_undoing_that_leaves_all(db):
    @given(steps=st.lists(STEP.filter(lambda step: step[0] in VERBS[:5]), min_size=1, max_size=6))
    @QUICK
    def play(steps):
        with transaction.atomic():
            person, team, images = begin()
            for step in steps:
                tried(step, person, team, images)
            before = stands(team)
            done = learning.revert_everything(actor=person, team_id=team.pk)
            assert stands(team) == (set(), before[1])
            feedback.undo(actor=person, act_id=done.pk)
            assert stands(team) == before
            transaction.set_rollback(True)

    play()


def test_evidence_older_than_the_record_is_reverted_and_comes_back_too(db):
    person, team, images = begin()
    key = "attribute:-:fabric=silk"
    LearnedWeight.objects.create(team=team, key=key, alpha=30, beta=2)
    feedback.give_feedback(actor=person, asset_id=images[0].pk, kind="like")
    row = LearnedWeight.objects.get(team=team, key=key)
    before = learning.posterior_of(row)
    assert (before.alpha, before.beta) == (31, 2)
    done = learning.revert_weight(actor=person, weight_id=row.pk)
    assert learning.posterior_of(LearnedWeight.objects.get(pk=row.pk)) == Posterior()
    feedback.undo(actor=person, act_id=done.pk)
    assert learning.posterior_of(LearnedWeight.objects.get(pk=row.pk)) == before
