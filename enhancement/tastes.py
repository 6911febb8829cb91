"""Personas that a recipe names: their colours are put into it when it is asked for, so that it stays what was seen."""

from dataclasses import replace
from uuid import UUID

from designer.personas.models import Persona
from enhancement.operations.base import Colours, Taste
from enhancement.recipes import Checked
from teams.accounts.models import User
from teams.base.errors import Missing, Refused


def coloured(actor: User, team_id: UUID, wish: Checked) -> Checked:
    """The wish with the colours of the persona that it names, the dearest first.

    Raises Missing for one that the actor may not see or another team's, Refused for one without colours.
    """
    for parameter in wish.operation.parameters:
        if isinstance(parameter, Taste) and (named := wish.params[parameter.name]):
            found = _colours(actor, team_id, named, f"{wish.field}.{parameter.name}")
            into = next(each for each in wish.operation.parameters if each.name == parameter.fills)
            most = into.most if isinstance(into, Colours) else len(found)
            wish = replace(wish, params={**wish.params, parameter.fills: found[:most]})
    return wish


def choices(actor: User, teams: set[UUID]) -> list[tuple[str, str]]:
    """Ids and names of the personas with colours, for a form."""
    rows = Persona.objects.visible_to(actor).filter(team__in=teams).exclude(palette=[])
    return [(str(row.pk), row.name) for row in rows.order_by("name", "id")]


def _colours(actor: User, team_id: UUID, named: str, field: str) -> list[str]:
    row = Persona.objects.visible_to(actor).filter(team=team_id, pk=named).first()
    if row is None:
        raise Missing(message="There is no such persona in this team.", field=field, remedy="Choose another.")
    if not row.palette:
        remedy = "Give it some on its page, or name the colours here."
        raise Refused("no_colours", f"{row.name} has learned no colours yet.", field=field, remedy=remedy)
    return [str(colour["hex"]).lower() for colour in row.palette]
