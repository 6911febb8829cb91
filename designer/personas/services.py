"""The writers of personas. What was corrected is `corrections`', feedback `feedback`'s, what it taught `learning`'s."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from designer.personas.models import Persona
from designer.pipeline import taxonomy
from designer.pipeline.clustering import SINGLE
from designer.pipeline.colours import colour_of
from designer.pipeline.likings import disliked, preferred
from designer.pipeline.persona import STARTER_PERSONAS, Taste
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Refused
from teams.base.preconditions import require_match
from teams.base.text import one_line
from teams.membership.models import Team
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed

CHANGEABLE: Final = ("name", "description", "keywords", "attributes", "weights", "palette")
MOST_COLOURS: Final = 12


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
    """A persona from words, which also say what it prefers: "calm, in camel wool" fills the mood, cloth and palette.

    Raises Refused, Missing or Forbidden, or IntegrityError for a name that is taken.
    """
    team = working_team(actor, team_id)
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not create.", remedy="Ask an owner or admin of the team.")
    row = Persona(team=team, owner=actor, description=description)
    row.name, row.keywords = _free_name(row, name), _weighed(row, keywords or [])
    liked, palette = preferred(". ".join([description, *row.keywords]))
    row.attributes = {name: list(values) for name, values in liked.items()}
    row.palette = list(palette[:MOST_COLOURS])
    row.save()
    return row


def notes_on(row: Persona) -> list[str]:
    """What became of the words that a persona is made from, where that is not what one expects; the words are kept."""
    words = ". ".join(filter(None, [row.description, *row.keywords]))
    if not words.strip():
        return []
    notes, refused = [], disliked(words)
    if refused.named:
        notes.append(
            f"A persona holds what is preferred, so its profile leaves out what is not: {', '.join(refused.named)}. "
            "Say so in a brief, and the image is told to avoid it."
        )
    if refused.unread:
        notes.append(
            f"Of what is not wanted this was not understood: {', '.join(refused.unread)}. The words are kept. Name a "
            "garment, cloth, pattern, detail, shape, mood or colour instead."
        )
    if not (row.attributes or row.palette or refused.named or refused.unread):
        notes.append(
            "Nothing in these words was understood, so it prefers nothing yet. They are kept, and count where a brief "
            "has them too. Name a garment, cloth, shape, mood or colour, or fill in its preferences and palette."
        )
    return notes


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
    weights: Mapping[str, Mapping[str, float]] | None = None,
    palette: Sequence[Any] | None = None,
) -> Persona:
    """Change what is given, if `if_match` names the present version; what changes nothing makes no new one.

    `weights`: attribute -> value -> 0..1, in place of all there were; `palette`: colours by name, hex or both.

    Raises Missing, Forbidden, Refused (428, 412, or a field) or Conflict for a name that is taken.
    """
    Persona.objects.for_edit(actor, persona_id)
    row: Persona = Persona.objects.select_for_update(no_key=True).see(actor, persona_id)
    require_match(if_match, row)
    before = [getattr(row, field) for field in CHANGEABLE]
    row.name = row.name if name is None else _free_name(row, name)
    row.description = row.description if description is None else description
    row.keywords = row.keywords if keywords is None else _weighed(row, keywords)
    row.palette = row.palette if palette is None else colours_of(palette)
    if weights is not None:
        row.weights = weights_of(weights)
        row.attributes = {name: list(values) for name, values in row.weights.items()}
    if [getattr(row, field) for field in CHANGEABLE] != before:
        row.version += 1
        row.save(update_fields=[*CHANGEABLE, "version", "updated_at"])
    return row


def colours_of(palette: Sequence[Any]) -> list[dict[str, str]]:
    """Colours as a persona keeps them. Raises Refused for what is none, and for too many."""
    if len(palette) > MOST_COLOURS:
        raise Refused("too_many", f"At most {MOST_COLOURS} colours.", field="palette", remedy="Remove some.")
    found = {}
    for place, each in enumerate(palette):
        given = each if isinstance(each, Mapping) else {"name": str(each)}
        name, code, field = str(given.get("name") or ""), str(given.get("hex") or ""), f"palette[{place}]"
        colour = colour_of(name[:40], code[:9])
        if colour is None:
            said = f"{(code or name)[:60]} is no colour that is known." if code or name else "This is no colour."
            remedy = "Give a colour name, or a hex such as #1f3a5f."
            raise Refused("unknown_colour", said, field=field, remedy=remedy)
        found[one_line(colour["name"], field=field, longest=40)] = {"name": colour["name"], "hex": colour["hex"]}
    return list(found.values())


def weights_of(weights: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Preferences as a persona keeps them, the dearest first; a weight of 0 takes a value away. Raises Refused."""
    kept: dict[str, dict[str, float]] = {}
    for name, values in weights.items():
        if name not in SINGLE:
            remedy = f"Use one of: {', '.join(SINGLE)}."
            raise Refused("unknown_attribute", f"There is no {name[:40]} to prefer.", field="weights", remedy=remedy)
        strange = [value for value in values if value not in taxonomy.values(name)]
        if strange:
            remedy = f"Use one of: {', '.join(taxonomy.values(name))}."
            raise Refused("unknown_value", f"{name} has no {strange[0][:40]}.", field=f"weights.{name}", remedy=remedy)
        dear = {value: round(float(weight), 3) for value, weight in values.items() if weight > 0}
        if dear:
            kept[name] = dict(sorted(dear.items(), key=lambda pair: -pair[1]))
    return kept


def shown_weights(row: Persona) -> dict[str, dict[str, float]]:
    """Every preference with its weight; where none was given the first of n counts 1, the next 1/2, and so on."""
    shown = {}
    for name, values in row.attributes.items():
        given = row.weights.get(name, {})
        shown[name] = {value: given.get(value, round(1 / place, 3)) for place, value in enumerate(values, 1)}
    return shown


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
