"""Which pictures stand behind a persona, so that those behind several are counted once."""

from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Q

from designer.personas.models import Persona
from designer.personas.portfolio_models import ItemStatus, PortfolioItem
from designer.pipeline.clustering import Look

Root = tuple[str, int]  # a portfolio's id and the key of one of its looks
Pictures = dict[str, tuple[str, Look]]  # sha256 -> the portfolio's title, and what was read in the picture
DEEPEST: Final = 8  # copies of copies that are followed; newer ones have their roots on record


def roots_of(row: Persona, depth: int = 0) -> list[Root]:
    """The looks that it comes of, each once; [] where that is not on record."""
    origin = row.origin
    if "roots" in origin:
        return [(portfolio, key) for portfolio, key in origin["roots"]]
    if "portfolio" in origin:
        return [(origin["portfolio"], origin["cluster"])]
    before = [origin["copy_of"]] if "copy_of" in origin else [each["id"] for each in origin.get("merged", [])]
    rows = Persona.objects.filter(pk__in=before, team=row.team_id, evidence__gt=0) if depth < DEEPEST else []
    return list(dict.fromkeys(root for each in rows for root in roots_of(each, depth + 1)))


def pictures_of(row: Persona) -> Pictures:
    """The pictures behind it; {} where they cannot all be told, for one of words or of older portfolios."""
    roots = roots_of(row) if row.evidence else []
    if not roots:
        return {}
    wanted = reduce(or_, (Q(portfolio=UUID(portfolio), cluster=key) for portfolio, key in roots))
    items = PortfolioItem.objects.filter(wanted, team=row.team_id, status=ItemStatus.READ).order_by("created_at", "pk")
    told = items.values_list("sha256", "portfolio__title", "look")
    found: Pictures = {}
    for sha256, title, look in told:
        found.setdefault(sha256, (title, Look.from_json(look)))
    return found if len(found) == row.evidence else {}
