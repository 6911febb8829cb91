"""What else is done with personas: merge, copy, delete, and say which one a member begins with."""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import Truncator

from designer.assets.models import Asset
from designer.notifications.services import notify
from designer.personas.models import DefaultPersona, Persona
from designer.personas.pictures import Pictures, pictures_of, roots_of
from designer.personas.portfolios import free_name
from designer.personas.services import shown_weights
from designer.personas.sources import listed, said_of, sources_of, told_apart
from designer.pipeline.clustering import agreement_of, confidence_of
from designer.pipeline.merging import Portrait, merged
from teams.accounts.models import User
from teams.base.errors import Forbidden, Refused
from teams.base.text import one_line
from teams.membership.models import Team
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed, check_awake

MOST: Final = 8  # personas merged at once
ENDED: Final = re.compile(r"[.!?…。]['\"”’»)\]]*$")  # a sentence, maybe within quotes or brackets


def matching(rows: QuerySet[Persona], words: str) -> QuerySet[Persona]:
    """Those whose name, description, keywords or values hold every word."""
    for word in words.split()[:8]:
        said = Q(name__icontains=word) | Q(description__icontains=word)
        rows = rows.filter(said | Q(keywords__icontains=word.lower()) | Q(attributes__icontains=word.lower()))
    return rows


def default_persona(user: User, team: Team) -> Persona | None:
    """The persona that `user` begins with in `team`, if they chose one and it is still there."""
    row = DefaultPersona.objects.filter(user=user, team=team).select_related("persona").first()
    return row.persona if row else None


@transaction.atomic
def set_default(*, actor: User, persona_id: UUID | None, team_id: UUID | None = None) -> Persona | None:
    """Begin with this persona from now on, in its team; None: with none, in `team_id`. Raises Missing.

    Any member may, viewers too: it changes nothing but one's own start.
    """
    if persona_id is None:
        team = working_team(actor, team_id)
        check_awake(team.pk)
        DefaultPersona.objects.filter(user=actor, team=team).delete()
        return None
    row: Persona = Persona.objects.see(actor, persona_id)
    check_awake(row.team_id)
    DefaultPersona.objects.update_or_create(team_id=row.team_id, user=actor, defaults={"persona": row})
    return row


@transaction.atomic
def delete_persona(*, actor: User, persona_id: UUID) -> None:
    """Raises Missing or Forbidden. Generations made with it keep what it gave them.

    Who began with it begins with the one they used last, else with the newest of the team; with none after the last.
    Others than `actor` are told, for it changes what their next images look like.
    """
    row: Persona = Persona.objects.for_edit(actor, persona_id)
    # all of them, in one order: an heir must not be deleted meanwhile, and two deletions must not wait for each other
    others = [each for each in _locked(row.team_id) if each.pk != row.pk]
    for begun in DefaultPersona.objects.filter(persona=row).select_related("user").order_by("user"):
        heir = (_used_last(begun.user_id, others) or others[-1]) if others else None
        if heir:
            begun.persona = heir
            begun.save(update_fields=["persona", "updated_at"])
        if begun.user_id != actor.pk:
            _tell_heir([begun.user], row, heir, f"{actor.shown_name} deleted {row.name}")
    row.delete()


def _tell_heir(users: Iterable[User], gone: Persona, heir: Persona | None, done: str) -> None:
    """Tell those who began with the persona that is gone with which they begin now."""
    notify(
        users=users,
        kind="persona",
        subject=f"persona:{gone.pk}",
        title=f"{done}: you begin with {heir.name if heir else 'no persona'} now",
        body="It was your default persona. You can choose another one.",
        link=f"/style/personas/{heir.pk}" if heir else "/style/personas",
        team_id=gone.team_id,
    )


def _locked(team_id: UUID) -> list[Persona]:
    """The team's personas, the newest last."""
    rows = Persona.objects.select_for_update(no_key=True).filter(team=team_id).order_by("pk")  # work goes on
    return sorted(rows, key=lambda each: (each.created_at, each.pk))


def _used_last(user_id: UUID, among: Sequence[Persona]) -> Persona | None:
    made = Asset.objects.filter(owner=user_id, team=among[0].team_id, generation__persona__in=among)
    last = made.order_by("-created_at").values_list("generation__persona", flat=True).first()
    return next((each for each in among if each.pk == last), None)


@transaction.atomic
def duplicate_persona(*, actor: User, persona_id: UUID, name: str = "") -> Persona:
    """A copy to go on from, with the evidence. Raises Missing, Forbidden, Refused or Conflict for a taken name."""
    row: Persona = Persona.objects.see(actor, persona_id)
    _may_create(actor, row.team)
    wish = one_line(name, field="name", longest=80, empty=True)
    copied = ("description", "keywords", "attributes", "weights", "palette", "distributions", "exemplars", "evidence")
    return Persona.objects.create(
        team_id=row.team_id,
        owner=actor,
        name=free_name(row.team_id, wish, f"{row.name[:72]} copy"),
        confidence=row.confidence,
        origin={"copy_of": str(row.pk), "sources": listed(sources_of(row)), "roots": roots_of(row)},
        **{field: getattr(row, field) for field in copied},
    )


def _may_create(actor: User, team: Team) -> None:
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not create.", remedy="Ask an owner or admin of the team.")


@transaction.atomic
def merge_personas(*, actor: User, persona_ids: Sequence[UUID], name: str = "", remove: bool = False) -> Persona:
    """One persona of several, each counting by the pictures behind it; a picture behind several counts once. With
    `remove` it takes their place.

    Raises Missing, Forbidden (also to remove what is not theirs to change), Refused or Conflict for a taken name.
    """
    ids = list(dict.fromkeys(persona_ids))
    if not 2 <= len(ids) <= MOST:
        raise Refused("count", f"Merge 2 to {MOST} personas.", field="personas", remedy="Choose others.")
    rows = [Persona.objects.for_edit(actor, pk) if remove else Persona.objects.see(actor, pk) for pk in ids]
    if len({row.team_id for row in rows}) > 1:
        raise Refused("teams", "These are of several teams.", field="personas", remedy="Merge those of one team.")
    _may_create(actor, rows[0].team)
    wish = one_line(name, field="name", longest=80, empty=True)
    taken = free_name(rows[0].team_id, wish, " + ".join(row.name for row in rows)[:74])
    made = _created(actor, rows, taken)
    if remove:
        begun = DefaultPersona.objects.filter(persona__in=rows).exclude(user=actor).order_by("user")
        for each in begun.select_related("user", "persona"):
            _tell_heir([each.user], each.persona, made, f"{actor.shown_name} merged {each.persona.name} with others")
        DefaultPersona.objects.filter(persona__in=rows).update(persona=made)
        Persona.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return made


def _together(texts: Iterable[str]) -> str:
    """Descriptions that were written apart, as sentences of one text."""
    bare = dict.fromkeys(text.strip().rstrip(",;:-–— ") for text in texts)
    return Truncator(" ".join(text if ENDED.search(text) else f"{text}." for text in bare if text)).chars(2000)


def _created(actor: User, rows: Sequence[Persona], name: str) -> Persona:
    pictures = [pictures_of(row) for row in rows]
    one = merged([portrait_of(row, found) for row, found in zip(rows, pictures, strict=True)])
    sources, words = told_apart(rows, pictures)
    return Persona.objects.create(
        team_id=rows[0].team_id,
        owner=actor,
        name=name,
        description=_together([said_of(sources), *words]),
        keywords=dict(one.keywords),
        attributes={key: list(values) for key, values in one.weights.items()},
        weights={key: dict(values) for key, values in one.weights.items()},
        palette=[dict(colour) for colour in one.palette],
        distributions={key: dict(values) for key, values in one.distributions.items()},
        exemplars=list(one.exemplars),
        evidence=one.evidence,
        confidence=confidence_of(one.evidence, agreement_of(one.distributions, one.evidence)) if one.evidence else None,
        origin={
            "merged": [{"id": str(row.pk), "name": row.name, "evidence": row.evidence} for row in rows],
            "sources": listed(sources),
            "roots": list(dict.fromkeys(root for row in rows for root in roots_of(row))),
        },
    )


def portrait_of(row: Persona, pictures: Pictures) -> Portrait:
    return Portrait(
        keywords={word: float(weight) for word, weight in row.keywords.items()},
        weights=shown_weights(row),
        palette=tuple(row.palette),
        distributions=row.distributions,
        exemplars=tuple(row.exemplars),
        evidence=row.evidence,
        pictures={sha256: look for sha256, (_, look) in pictures.items()},
    )
