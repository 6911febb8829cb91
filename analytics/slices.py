"""How good the images were by persona, garment and model, with what was approved and at what price."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from analytics.answers import Question, Slice
from analytics.measures import Figures, Money, Rate, Work
from analytics.reading import NOBODY, OWN, Key, summed
from analytics.rollups import STYLES
from designer.personas.models import Persona

MAKER: Final = ("provider", "model", "simulated")
MEANT: Final = "NOT simulated AND " + OWN  # of which the cost is told
COUNTS: Final = tuple(each.name for each in fields(Work) if each.name != "set_aside")  # of which it is not kept
SUMS: Final = {
    "simulated": "sum(images) FILTER (WHERE simulated)",
    **{f"own_{name}": f"sum({name}) FILTER (WHERE {MEANT})" for name in ("images", "liked", "unpriced")},
}
MONEY: Final = (f"sum(amount) FILTER (WHERE {MEANT})", f"sum(amount) FILTER (WHERE simulated AND {OWN})")
APPROVED: Final = ("sum(approved)", f"sum(approved) FILTER (WHERE {MEANT})")


def of(ask: Question) -> dict[str, list[Slice]]:
    """By persona, garment and model, those with the most images first; one statement for all three, one for names."""
    told = [*(SUMS.get(name, f"sum({name})") for name in COUNTS), *MONEY, *APPROVED]
    sums = ", ".join(f"coalesce({each}, 0)" for each in told)
    personas, garments, makers = summed(ask, STYLES, sums, [("persona_id",), ("garment",), MAKER])
    names = dict(
        Persona.objects.filter(pk__in=[one for (one,) in personas], team__in=ask.scope.teams).values_list("pk", "name")
    )
    return {
        "personas": _ordered(_slice(line, **_persona(key[0], names)) for key, line in personas.items()),
        "garments": _ordered(_slice(line, garment=key[0]) for key, line in garments.items()),
        "makers": _ordered(_slice(line, **dict(zip(MAKER, key, strict=True))) for key, line in makers.items()),
    }


def _persona(pk: UUID, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {"persona": None if pk == NOBODY else pk, "name": names.get(pk, "")}


def _slice(line: Sequence[Any], **of_what: Any) -> Slice:
    *counts, paid, simulated, approved, own_approved = line
    work = Work(**dict(zip(COUNTS, counts, strict=True)))
    figures = Figures(work, Money(paid, simulated, work.own_unpriced))
    return Slice(figures=figures, approved=Rate(int(approved), int(work.images)), own_approved=own_approved, **of_what)


def _ordered(rows: Any) -> list[Slice]:
    told: Any = lambda row: (-row.figures.work.images, -row.figures.work.asked, *_name_of(row))  # noqa: E731
    return sorted(rows, key=told)


def _name_of(row: Slice) -> Key:
    return row.name.casefold(), str(row.persona or ""), row.garment, row.provider, row.model, row.simulated
