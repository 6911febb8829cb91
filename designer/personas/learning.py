"""What feedback taught a team: weights, the evidence behind each, and a record of every move that can be taken back.

A weight is what its evidence leaves, folded in the order of its times. Adding goes step by step; taking something out
folds the rest anew, so that what is left is bit for bit what it would be had that never been given.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from designer.personas.models import (
    ActKind,
    Evidence,
    LearnedWeight,
    LearningAct,
    LearningMove,
    LearningSettings,
    Persona,
)
from designer.pipeline import optimisation, taxonomy
from designer.pipeline.records import LearnedChoice, Moved, Posterior, Understanding
from designer.realtime.events import LEARNING_CHANGED, record
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Refused
from teams.base.keeping import kept
from teams.membership.models import Team
from teams.membership.ownership import visible_team
from teams.membership.permissions import allowed

KEY: Final = re.compile(
    r"attribute:(?P<persona>[^:]*):(?P<attribute>\w+)=(?P<value>.+)|model:(?P<model>.+):(?P<garment>[^:]*)"
)
TOUCHED: Final = 1e-9  # evidence under this is none
MAX_EXPLORATION: Final = 0.5
PRIOR_TEAMS: Final = 5  # other teams must have judged a model before any team hears of it
PRIOR_MASS: Final = 4.0  # observations that all other teams together count for, at most
TEAM_MASS: Final = 3.0  # and one of them among these: no team drowns out the others
PRIOR_KEPT: Final = timedelta(minutes=10)


def posterior_of(row: LearnedWeight) -> Posterior:
    return Posterior(alpha=row.alpha, beta=row.beta, updated_at=row.moved_at)


@dataclass(slots=True)
class Notebook:
    """The weights of some keys, locked, and what one act does to them. Use within one transaction, then `close`."""

    team_id: UUID
    keys: Collection[str]
    now: datetime = field(init=False)
    before: dict[str, Posterior] = field(init=False)
    after: dict[str, Posterior] = field(init=False)
    given: int = 0
    evidence: list[Evidence] = field(default_factory=list)  # not written yet

    def __post_init__(self) -> None:
        stands = _locked(self.team_id, self.keys)
        self.now = timezone.now()  # only now: no earlier writer of these weights is later than this
        _remember_unknown(self.team_id, stands, self.now)
        self.after = stands
        self.before = {key: optimisation.decayed(weight, self.now) for key, weight in stands.items()}

    def learn(self, feedback: UUID, keys: Iterable[str], signal: optimisation.Signal | None) -> tuple[Moved, ...]:
        """Let a feedback count for its keys."""
        at = self.now + timedelta(microseconds=self.given)  # several of one act keep their order
        self.given += 1
        self.after, moved = optimisation.learn(self.after, keys, signal, at)
        if signal is not None:
            facts: dict[str, Any] = {"team_id": self.team_id, "feedback": feedback, "at": at}
            self.evidence += [Evidence(key=move.key, alpha=signal.alpha, beta=signal.beta, **facts) for move in moved]
        return moved

    def _write_evidence(self) -> None:
        Evidence.objects.bulk_create(self.evidence, batch_size=1000)
        self.evidence = []

    def refold(self, keys: Iterable[str]) -> None:
        """Let these weights be what the evidence that counts now leaves of them."""
        self._write_evidence()
        wanted = set(keys)
        traces: dict[str, list[optimisation.Trace]] = {key: [] for key in wanted}
        rows = Evidence.objects.filter(team_id=self.team_id, key__in=wanted, stands=True, reverted=False)
        for key, alpha, beta, at in rows.order_by("at", "id").values_list("key", "alpha", "beta", "at"):
            traces[key].append(optimisation.Trace(alpha=alpha, beta=beta, at=at))
        self.after |= {key: optimisation.folded(trace) for key, trace in traces.items()}

    def close(self, act: LearningAct) -> list[LearningMove]:
        """Write what stands now, and how each weight moved by `act`."""
        self._write_evidence()
        rows = list(LearnedWeight.objects.filter(team_id=self.team_id, key__in=list(self.before)))
        for row in rows:
            stands = self.after[row.key]
            row.alpha, row.beta, row.moved_at = stands.alpha, stands.beta, stands.updated_at
        LearnedWeight.objects.bulk_update(rows, ["alpha", "beta", "moved_at"], batch_size=500)
        moves = [self._move(act, key) for key in sorted(self.before) if self._has_moved(key)]
        return LearningMove.objects.bulk_create(moves, batch_size=500)

    def _has_moved(self, key: str) -> bool:
        before, after = self.before[key], optimisation.decayed(self.after[key], self.now)
        return max(abs(before.alpha - after.alpha), abs(before.beta - after.beta)) > TOUCHED

    def _move(self, act: LearningAct, key: str) -> LearningMove:
        before, after = self.before[key], optimisation.decayed(self.after[key], self.now)
        return LearningMove(
            team_id=self.team_id,
            act=act,
            key=key,
            alpha_before=before.alpha,
            beta_before=before.beta,
            alpha_after=after.alpha,
            beta_after=after.beta,
        )


def _locked(team_id: UUID, keys: Iterable[str]) -> dict[str, Posterior]:
    """The weights of these keys, locked in the order of their keys, so that no two writers wait for each other."""
    wanted = sorted(set(keys))
    LearnedWeight.objects.bulk_create(
        [LearnedWeight(team_id=team_id, key=key) for key in wanted], ignore_conflicts=True, batch_size=500
    )
    rows = LearnedWeight.objects.select_for_update().filter(team_id=team_id, key__in=wanted).order_by("key")
    return {row.key: posterior_of(row) for row in rows}


def _remember_unknown(team_id: UUID, weights: dict[str, Posterior], now: datetime) -> None:
    """What a weight held before anything was recorded of it becomes evidence too, so that it can be reverted."""
    held = {key: weight for key, weight in weights.items() if weight.evidence > TOUCHED}
    known = set(Evidence.objects.filter(team_id=team_id, key__in=held).values_list("key", flat=True).distinct())
    Evidence.objects.bulk_create(
        Evidence(
            team_id=team_id,
            key=key,
            alpha=max(0.0, weight.alpha - 1),
            beta=max(0.0, weight.beta - 1),
            at=weight.updated_at or now,
        )
        for key, weight in held.items()
        if key not in known
    )


def evidence_keys(feedback_ids: Iterable[UUID | str]) -> set[str]:
    """The weights that these feedbacks ever moved."""
    return set(Evidence.objects.filter(feedback__in=list(feedback_ids)).values_list("key", flat=True))


def counting_keys(feedback: Iterable[UUID]) -> dict[UUID | None, set[str]]:
    """By feedback, the weights that it moves today: it stands there, and nobody reverted it."""
    found: dict[UUID | None, set[str]] = {}
    rows = Evidence.objects.filter(feedback__in=list(feedback), stands=True, reverted=False)
    for said, key in rows.values_list("feedback", "key"):
        found.setdefault(said, set()).add(key)
    return found


# Reverting


@transaction.atomic
def revert_move(*, actor: User, move_id: UUID) -> LearningAct:
    """Let the feedback behind one move no longer count for that weight; the feedback itself stays.

    Raises Missing, Forbidden, or Conflict when nothing of it counts any more.
    """
    move: LearningMove = LearningMove.objects.select_related("act", "team").see(actor, move_id)
    _check_may(actor, move.team, own=move.act.owner_id == actor.pk)
    given = [row["id"] for row in move.act.said]
    rows = Evidence.objects.filter(team=move.team, key=move.key, feedback__in=given)
    return _revert(actor, move.team, rows, f"one move of {label_of(move.key)}")


@transaction.atomic
def revert_weight(*, actor: User, weight_id: UUID) -> LearningAct:
    """Forget all that was learned for one weight. Raises Missing, Forbidden or Conflict."""
    weight: LearnedWeight = LearnedWeight.objects.select_related("team").see(actor, weight_id)
    _check_may(actor, weight.team)
    with_base = Notebook(weight.team_id, [weight.key])  # so that what is older than the record has a row to revert
    rows = Evidence.objects.filter(team=weight.team, key__in=with_base.keys)
    return _revert(actor, weight.team, rows, label_of(weight.key))


@transaction.atomic
def revert_everything(*, actor: User, team_id: UUID, persona: UUID | None = None) -> LearningAct:
    """Forget all that a team, or one persona of it, has learned. Raises Missing, Forbidden or Conflict."""
    team = visible_team(actor, team_id)
    _check_may(actor, team)
    weights = LearnedWeight.objects.filter(team=team)
    about = "everything"
    if persona is not None:
        chosen: Persona = Persona.objects.filter(team=team).see(actor, persona)
        weights, about = weights.filter(key__startswith=f"attribute:{persona}:"), f"everything about {chosen.name}"
    keys = list(weights.values_list("key", flat=True))
    Notebook(team.pk, keys)
    return _revert(actor, team, Evidence.objects.filter(team=team, key__in=keys), about)


def _check_may(actor: User, team: Team, *, own: bool = False) -> None:
    if allowed(actor, "edit_all_work", team) or (own and allowed(actor, "edit_own_work", team)):
        return
    raise Forbidden(
        message="Only owners and admins take back what others taught.", remedy="Ask one of them, or undo your own."
    )


def _revert(actor: User, team: Team, rows: Any, about: str) -> LearningAct:
    counting = list(rows.filter(stands=True, reverted=False).values_list("id", "key"))
    if not counting:
        raise Conflict("nothing_to_revert", "Nothing of this counts any more.", remedy="Reload the page.")
    ids = [str(pk) for pk, _ in counting]
    act = LearningAct.objects.create(team=team, owner=actor, kind=ActKind.REVERT, about=about[:200], reverted=ids)
    notebook = Notebook(team.pk, {key for _, key in counting})
    flip_reverted(notebook, reverted=ids, restored=[])
    notebook.close(act)
    announce(act)
    return act


def flip_reverted(notebook: Notebook, *, reverted: Sequence[str], restored: Sequence[str]) -> None:
    """Let evidence no longer count, or count again, and the weights follow."""
    for ids, value in ((reverted, True), (restored, False)):
        Evidence.objects.filter(pk__in=ids).update(reverted=value)
    rows = Evidence.objects.filter(pk__in=[*reverted, *restored])
    notebook.refold(set(rows.values_list("key", flat=True)))


def announce(act: LearningAct) -> None:
    """Tell the team's watchers, once the transaction commits, that what was learned has changed."""
    data = {"act": str(act.pk), "kind": act.kind, "about": act.about}
    record(f"team:{act.team_id}", LEARNING_CHANGED, data, team_id=act.team_id)


# Settings


def exploration_of(team: Team | UUID) -> float:
    """The share (0..0.5) of prompts and routes in which this team lets something unproven be tried; 0 = never."""
    pk = team.pk if isinstance(team, Team) else team
    share = LearningSettings.objects.filter(team=pk).values_list("exploration", flat=True).first()
    return optimisation.EXPLORATION if share is None else float(share)


@transaction.atomic
def set_exploration(*, actor: User, team_id: UUID, exploration: float) -> float:
    """Set a team's share of trials. Raises Missing, Forbidden, or Refused when it is not from 0 to 0.5."""
    team = visible_team(actor, team_id)
    if not allowed(actor, "change_team", team):
        raise Forbidden(message="Only owners and admins set how a team learns.", remedy="Ask one of them.")
    if not 0 <= exploration <= MAX_EXPLORATION:  # NaN fails too
        remedy = f"Use 0 (never) to {MAX_EXPLORATION}."
        raise Refused("out_of_range", "This share cannot be used.", field="exploration", remedy=remedy)
    LearningSettings.objects.update_or_create(team=team, defaults={"exploration": exploration})
    return exploration


# What was learned, as the pipeline asks for it


def posteriors_of(team: Team) -> dict[str, Posterior]:
    """What the team's feedback has taught so far, by key; models also by what all other teams think of them."""
    rows = LearnedWeight.objects.filter(team=team)
    return joined({row.key: posterior_of(row) for row in rows}, model_priors(team), timezone.now())


def joined(own: dict[str, Posterior], priors: dict[str, Posterior], now: datetime) -> dict[str, Posterior]:
    """A team's posteriors on top of the priors: what it has seen itself counts in full beside them."""
    found = dict(own)
    for key, prior in priors.items():
        mine = optimisation.decayed(own.get(key, Posterior()), now)
        found[key] = Posterior(
            alpha=mine.alpha + prior.alpha - 1, beta=mine.beta + prior.beta - 1, updated_at=mine.updated_at
        )
    return found


PRIORS: Final = """
WITH faded AS (
    SELECT key, team_id, (alpha - 1) * share AS liked, (alpha + beta - 2) * share AS seen
    FROM (SELECT *, power(0.5, greatest(0, extract(epoch FROM (now() - moved_at))) / %(half_life)s) AS share
          FROM learned_weights WHERE key LIKE 'model:%%' AND moved_at IS NOT NULL AND team_id <> %(team)s::uuid) AS each
), fair AS (
    SELECT key, liked * least(1, %(team_mass)s / seen) AS liked, least(seen, %(team_mass)s) AS seen
    FROM faded WHERE seen > 0.5
)
SELECT key, sum(liked), sum(seen) FROM fair GROUP BY key HAVING count(*) >= %(teams)s
"""


def model_priors(team: Team) -> dict[str, Posterior]:
    """What all other teams together think of each model for each garment, as a prior for this one.

    Told only where at least PRIOR_TEAMS of them judged it (no team's own taste can be read from it), each counting
    for TEAM_MASS observations and all for PRIOR_MASS at most. Attributes are never shared. Kept for ten minutes.
    """
    rows = kept(f"model-priors:{team.pk}", PRIOR_KEPT.total_seconds(), partial(_priors, team))
    return {key: _capped(liked, seen) for key, liked, seen in rows}


def _priors(team: Team) -> list[tuple[str, float, float]]:
    facts: dict[str, float | str] = {
        "half_life": optimisation.HALF_LIFE.total_seconds(),
        "team": str(team.pk),
        "team_mass": TEAM_MASS,
        "teams": PRIOR_TEAMS,
    }
    with connection.cursor() as cursor:
        cursor.execute(PRIORS, facts)
        return list(cursor.fetchall())


def _capped(liked: float, seen: float) -> Posterior:
    share = min(1.0, PRIOR_MASS / seen)
    return Posterior(alpha=1 + liked * share, beta=1 + (seen - liked) * share)


def learned_for(
    team: Team, persona: Persona | None, understanding: Understanding, *, seed: int, exploration: float | None = None
) -> tuple[LearnedChoice, ...]:
    """What the team liked before, for what this brief leaves open. The same seed chooses the same.

    `exploration` None = the team's own share.
    """
    whose = persona.pk if persona else None
    own = Q(key__startswith=f"attribute:{whose or optimisation.NOBODY}:")
    rows = LearnedWeight.objects.filter(own | Q(key__startswith="model:"), team=team)  # these say what is liked at all
    weights = {row.key: posterior_of(row) for row in rows}
    enough = [key for key, weight in weights.items() if weight.evidence >= optimisation.MIN_SAMPLE]
    return optimisation.choose(
        weights,
        understanding,
        persona=whose,
        rng=np.random.default_rng(seed),
        now=timezone.now(),
        exploration=exploration_of(team) if exploration is None else exploration,
        observed=observed(team.pk, enough),
    ).choices


# Of an image whose row is gone nobody knows any more which verdicts were on the same one: each counts for itself.
OBSERVED: Final = """
SELECT key, sum(most) FROM (
    SELECT e.key, max((e.alpha + e.beta)
        * power(0.5, greatest(0, extract(epoch FROM (now() - e.at))) / %(half_life)s)) AS most
    FROM learning_evidence e LEFT JOIN feedback f ON f.id = e.feedback
    WHERE e.team_id = %(team)s AND e.key = ANY(%(keys)s) AND e.stands AND NOT e.reverted
    GROUP BY e.key, f.owner_id, coalesce(f.asset_id, f.generation_id, e.id)
) AS each GROUP BY key
"""


def observed(team: UUID, keys: Collection[str]) -> dict[str, float]:
    """By key, on how many observations a weight rests today: all that one person said of one image is one, as much as
    the strongest of it. A weight from before there was a record is not among them."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        facts: dict[str, Any] = {"half_life": optimisation.HALF_LIFE.total_seconds(), "team": team, "keys": list(keys)}
        cursor.execute(OBSERVED, facts)
        return dict(cursor.fetchall())


# In words


def label_of(key: str) -> str:
    """A weight in words: "fabric silk", "sketchbook-1 for dress"."""
    found = KEY.fullmatch(key)
    if found is None:
        return key
    if found["attribute"]:
        return taxonomy.named(found["attribute"], found["value"])
    garment = found["garment"].replace("_", " ")
    return f"{found['model']} for {garment if garment != optimisation.NOBODY else 'anything'}"
