"""The writers of personas, feedback and what was learned. Feedback moves weights; taking it back moves them back."""

import contextlib
import hashlib
import re
from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from designer.assets.models import Asset
from designer.personas.models import AttributeCorrection, Feedback, FeedbackKind, LearnedWeight, Persona
from designer.pipeline import optimisation
from designer.pipeline.persona import STARTER_PERSONAS, Taste
from designer.pipeline.records import Adjustment, LearnedChoice, Moved, Posterior, PromptPart, Understanding
from designer.realtime.events import FEEDBACK_CHANGED, record
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.text import one_line
from teams.membership.models import Team
from teams.membership.ownership import working_team
from teams.membership.permissions import may

MAX_TEXT = 2000
OPPOSITES: dict[str, str] = {FeedbackKind.LIKE: FeedbackKind.DISLIKE, FeedbackKind.DISLIKE: FeedbackKind.LIKE}
KEY = re.compile(r"attribute:[^:]*:(?P<attribute>\w+)=(?P<value>.+)|model:(?P<model>[^:]+):(?P<garment>.*)")


def ensure_starters(team: Team, owner: User) -> None:
    """Give a team the starter personas, once. What a designer deleted does not come back: the first one decides."""
    if Persona.objects.filter(team=team).exists():
        return
    Persona.objects.bulk_create(
        [
            Persona(
                team=team,
                owner=owner,
                name=taste.name,
                description=taste.description,
                keywords=dict(taste.keywords),
                attributes={name: list(values) for name, values in taste.attributes.items()},
                palette=[dict(colour) for colour in taste.palette],
                starter=True,
            )
            for taste in STARTER_PERSONAS
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def create_persona(
    *, actor: User, name: str, team_id: UUID | None = None, description: str = "", keywords: list[str] | None = None
) -> Persona:
    """A persona from words. Raises Refused, Missing or Forbidden, or IntegrityError for a name that is taken."""
    team = working_team(actor, team_id)
    if not may(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not create.", remedy="Ask an owner or admin of the team.")
    row = Persona(team=team, owner=actor, description=description)
    row.name, row.keywords = _free_name(row, name), _weighed(row, keywords or [])
    row.save()
    return row


def _free_name(row: Persona, name: str) -> str:
    """The name as it is kept. Raises Refused, or Conflict if another persona of the team has it."""
    shown = one_line(name, field="name", longest=80)
    if Persona.objects.filter(team=row.team_id, name=shown).exclude(pk=row.pk).exists():
        raise Conflict(
            "name_taken", "This team has a persona of that name.", field="name", remedy="Choose another name."
        )
    return shown


def _weighed(row: Persona, keywords: list[str]) -> dict[str, float]:
    """Each word with its weight: what it had in this persona, 1 for a new one. Raises Refused."""
    words = [one_line(word, field="keywords", longest=60).lower() for word in keywords]
    return {word: row.keywords.get(word, 1.0) for word in words}


@transaction.atomic
def change_persona(
    *,
    actor: User,
    persona_id: UUID,
    if_match: str | None,
    name: str | None = None,
    description: str | None = None,
    keywords: list[str] | None = None,
) -> Persona:
    """Change what is given, if `if_match` names the present version; what changes nothing makes no new one.

    Raises Missing, Forbidden, Refused (428, 412, or a field) or Conflict for a name that is taken.
    """
    Persona.objects.for_edit(actor, persona_id)
    row: Persona = Persona.objects.select_for_update(no_key=True).see(actor, persona_id)
    require_match(if_match, row)
    before = (row.name, row.description, row.keywords)
    row.name = row.name if name is None else _free_name(row, name)
    row.description = row.description if description is None else description
    row.keywords = row.keywords if keywords is None else _weighed(row, keywords)
    if (row.name, row.description, row.keywords) != before:
        row.version += 1
        row.save(update_fields=["name", "description", "keywords", "version", "updated_at"])
    return row


@transaction.atomic
def delete_persona(*, actor: User, persona_id: UUID) -> None:
    """Raises Missing or Forbidden. Generations made with it keep what it gave them."""
    Persona.objects.for_edit(actor, persona_id).delete()


def subject_digest(brief: str, references: Iterable[Asset]) -> str:
    """What a correction is about: the same words with the same pictures."""
    said = "\n".join([" ".join(brief.split()).casefold(), *sorted(asset.sha256 for asset in references)])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def remember_corrections(
    *,
    owner: User,
    team: Team,
    brief: str,
    references: Iterable[Asset],
    understood: dict[str, Any],
    fixes: dict[str, Any],
) -> None:
    """Keep a designer's fixes, with what stood there before; the newest of an attribute counts."""
    digest = subject_digest(brief, references)
    AttributeCorrection.objects.bulk_create(
        AttributeCorrection(
            team=team,
            owner=owner,
            subject_digest=digest,
            attribute=name,
            before=understood.get(name, {}).get("value"),
            after=value,
        )
        for name, value in fixes.items()
    )


def corrections_for(team: Team, brief: str, references: Iterable[Asset]) -> dict[str, Any]:
    """What the team has corrected of these words and pictures, the newest fix of each attribute."""
    rows = AttributeCorrection.objects.filter(team=team, subject_digest=subject_digest(brief, references))
    return dict(rows.order_by("created_at").values_list("attribute", "after"))


def taste_of(persona: Persona | None) -> Taste | None:
    """The persona as the pipeline knows it."""
    if persona is None:
        return None
    return Taste(
        id=str(persona.pk),
        name=persona.name,
        description=persona.description,
        keywords={word: float(weight) for word, weight in persona.keywords.items()},
        attributes={name: tuple(values) for name, values in persona.attributes.items()},
        palette=tuple(persona.palette),
    )


def posteriors_of(team: Team) -> dict[str, Posterior]:
    """What the team's feedback has taught so far, by key."""
    rows = LearnedWeight.objects.filter(team=team)
    return {row.key: Posterior(alpha=row.alpha, beta=row.beta, updated_at=row.moved_at) for row in rows}


def learned_for(
    team: Team, persona: Persona | None, understanding: Understanding, *, seed: int
) -> tuple[LearnedChoice, ...]:
    """What the team liked before, for what this brief leaves open. The same seed chooses the same."""
    return optimisation.choose(
        posteriors_of(team),
        understanding,
        persona=persona.pk if persona else None,
        rng=np.random.default_rng(seed),
        now=timezone.now(),
    ).choices


def _subject(actor: User, asset_id: UUID) -> Asset:
    """The image to speak about, locked: two verdicts on it follow one another. Call in a transaction.

    Raises Missing, Forbidden, Refused or Conflict when nothing can be said of it.
    """
    Asset.objects.see(actor, asset_id)
    asset = Asset.objects.select_for_update(no_key=True).see(actor, asset_id)
    if not may(actor, "edit_own_work", asset.team):
        raise Forbidden(message="Your role lets you look, not judge.", remedy="Ask an owner or admin of the team.")
    if asset.generation_id is None:
        raise Refused(
            "not_generated", "Only generated images are judged.", field="asset", remedy="Open a generated one."
        )
    if asset.trashed_at is not None:
        raise Conflict("trashed", "This image is in the trash.", field="asset", remedy="Restore it first.")
    return asset


def _checked(kind: str, rating: int | None, text: str) -> None:
    if kind not in FeedbackKind.values:
        known = ", ".join(FeedbackKind.values)
        raise Refused("unknown_kind", "There is no such feedback.", field="kind", remedy=f"Use {known}.")
    if kind == FeedbackKind.RATING and (rating is None or not 1 <= rating <= 5):
        raise Refused("out_of_range", "A rating is from 1 to 5.", field="rating", remedy="Send 1, 2, 3, 4 or 5.")
    if kind == FeedbackKind.COMMENT and not 0 < len(text.strip()) <= MAX_TEXT:
        raise Refused("blank", f"A comment has 1 to {MAX_TEXT} characters.", field="text", remedy="Write something.")


@transaction.atomic
def give_feedback(*, actor: User, asset_id: UUID, kind: str, rating: int | None = None, text: str = "") -> Feedback:
    """Say something of an image; of one kind it replaces what was said before, a like replaces a dislike.

    Raises Missing, Forbidden, Refused (kind, rating or text) or Conflict.
    """
    asset = _subject(actor, asset_id)
    _checked(kind, rating, text)
    said = list(Feedback.objects.filter(owner=actor, asset=asset, kind__in=[kind, OPPOSITES.get(kind)]))
    # all at once, for two images that share some of their weights must not wait for each other
    _locked(asset.team_id, {*_keys_of(asset.generation), *(move["key"] for each in said for move in each.moved)})
    for stale in said:
        _take_back(stale)
    row = Feedback.objects.create(
        team_id=asset.team_id,
        owner=actor,
        generation_id=cast(UUID, asset.generation_id),
        asset=asset,
        kind=kind,
        rating=rating if kind == FeedbackKind.RATING else None,
        text=text.strip() if kind == FeedbackKind.COMMENT else "",
    )
    row.moved = [move.to_json() for move in _learn(row)]
    row.save(update_fields=["moved", "updated_at"])
    _tell(row, given=True)
    return row


def _keys_of(generation: Any) -> tuple[str, ...]:
    """The weights that feedback on an image of `generation` moves: of what was understood, and of what the persona and
    earlier feedback put into its prompt."""
    understanding = Understanding.from_json(generation.understood)
    said = optimisation.keys_of(understanding, persona=generation.persona_id, model=generation.model)
    stages = dict(generation.stages.filter(name__in=("persona", "optimisation")).values_list("name", "output"))
    last = stages.get("optimisation", {})
    added = optimisation.keys_added(
        [PromptPart.from_json(each) for each in last.get("parts", [])],
        persona=generation.persona_id,
        adjustments=[
            Adjustment.from_json(each) for each in stages.get("persona", {}).get("match", {}).get("adjustments", [])
        ],
        learned=[LearnedChoice.from_json(each) for each in last.get("learned", [])],
    )
    return tuple(dict.fromkeys([*said, *added]))


def _learn(row: Feedback) -> tuple[Moved, ...]:
    keys = _keys_of(row.generation)
    signal = optimisation.signal_of(cast("optimisation.Kind", row.kind), row.rating)
    weights = _locked(row.team_id, keys)
    after, moved = optimisation.learn(weights, keys, signal, timezone.now())
    _write(row.team_id, after, moved)
    return moved


def _locked(team_id: UUID, keys: Any) -> dict[str, Posterior]:
    """The weights of these keys, locked in the order of their keys, so that no two writers wait for each other."""
    LearnedWeight.objects.bulk_create(
        [LearnedWeight(team_id=team_id, key=key) for key in sorted(set(keys))], ignore_conflicts=True
    )
    rows = LearnedWeight.objects.select_for_update().filter(team_id=team_id, key__in=set(keys)).order_by("key")
    return {row.key: Posterior(alpha=row.alpha, beta=row.beta, updated_at=row.moved_at) for row in rows}


def _write(team_id: UUID, weights: dict[str, Posterior], moved: tuple[Moved, ...]) -> None:
    for move in moved:
        now = weights[move.key]
        LearnedWeight.objects.filter(team_id=team_id, key=move.key).update(
            alpha=now.alpha, beta=now.beta, moved_at=now.updated_at
        )


def _take_back(row: Feedback) -> None:
    """Undo what a feedback moved, and delete it."""
    moves = [Moved.from_json(move) for move in row.moved]
    weights = _locked(row.team_id, [move.key for move in moves])
    after, undone = optimisation.revert(weights, moves, timezone.now())
    _write(row.team_id, after, undone)
    row.delete()


@transaction.atomic
def withdraw_feedback(*, actor: User, asset_id: UUID, kind: str) -> None:
    """Take one's own feedback back, with all that it moved. Raises Missing when there is none."""
    asset = _subject(actor, asset_id)
    row = Feedback.objects.filter(owner=actor, asset=asset, kind=kind).first()
    if row is None:
        raise Missing(message="You said no such thing of this image.", remedy="Reload the page.")
    _tell(row, given=False)
    _take_back(row)


def toggle_feedback(*, actor: User, asset_id: UUID, kind: str, rating: int | None = None) -> None:
    """Give feedback; the same again takes it back. What was meant is what stood there at the click: of two equal ones
    at once, both mean to give or both to take back, so that together they are one."""
    said = Feedback.objects.filter(owner=actor, asset_id=asset_id, kind=kind).first()
    if said is None or said.rating != rating:
        give_feedback(actor=actor, asset_id=asset_id, kind=kind, rating=rating)
        return
    with contextlib.suppress(Missing):  # its twin was here first
        withdraw_feedback(actor=actor, asset_id=asset_id, kind=kind)


def _tell(row: Feedback, *, given: bool) -> None:
    data = {"asset": str(row.asset_id), "kind": row.kind, "given": given}
    record(f"generation:{row.generation_id}", FEEDBACK_CHANGED, data, team_id=row.team_id)


def move_shown(move: dict[str, Any]) -> dict[str, Any]:
    """One moved weight in words: what it is about, and whether it rose."""
    found = KEY.fullmatch(move["key"])
    before, after = Posterior.from_json(move["before"]), Posterior.from_json(move["after"])
    if found is None:
        words = move["key"]
    elif found["attribute"]:
        words = f"{found['attribute']} {found['value']}".replace("_", " ")
    else:
        words = f"{found['model']} for {found['garment']}".replace("_", " ")
    return {"label": words, "up": after.mean > before.mean, "before": before.mean, "after": after.mean}
