"""A whole shoot through one recipe: which images are meant, of which team, and the plan that they make."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from batches.forms import BatchForm
from batches.plans import MAX_ITEMS
from batches.services import USUAL_AT_ONCE, BatchWish
from designer.assets.models import Asset
from designer.generations.compare_views import chosen
from designer.generations.gallery import Filters
from enhancement.recipes import Recipe
from teams.accounts.models import User
from teams.membership.models import Team
from teams.membership.ownership import visible_teams

FILTERS: Final = ("q", "kind", "liked", "order", "alike")  # of the gallery
SHOWN: Final = 24


class ShootForm(forms.Form):
    """How it runs: the builder's own fields."""

    title = BatchForm.base_fields["title"]
    budget = BatchForm.base_fields["budget"]
    parallelism = BatchForm.base_fields["parallelism"]
    priority = BatchForm.base_fields["priority"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].help_text = "Empty: how many images."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shoot:
    """The images that were chosen one by one, or all that the gallery's filter finds, as far as one team's are meant
    and `actor` may change them."""

    ids: tuple[UUID, ...]  # of the team's, in the gallery's order
    shown: tuple[Asset, ...]  # the first of them
    left_out: int  # of the team's, that may only be looked at
    beyond: int  # that one batch has no room for
    team: Team | None
    teams: tuple[tuple[Team, int], ...]  # whose images are among those meant, the most first
    picked: tuple[UUID, ...]  # as they were chosen one by one
    filters: Mapping[str, str]  # else the gallery's filter

    def wish(self, recipe: Recipe, said: Mapping[str, Any] | None = None, *, start: bool = True) -> BatchWish:
        """What it comes to as a batch. `said`: the cleaned data of a ShootForm."""
        said = said or {}
        return BatchWish(
            plan={"kind": "enhance", "sources": [str(pk) for pk in self.ids], "operations": recipe},
            team=self.team.pk if self.team else None,
            title=said.get("title", ""),
            budget=said.get("budget", "").strip() or None,
            parallelism=said.get("parallelism") or USUAL_AT_ONCE,
            priority=5 if said.get("priority") is None else said["priority"],
            start=start,
        )


def shoot_of(actor: User, query: QueryDict) -> Shoot:
    """What an address or a form means: `asset` again and again, or the gallery's filter with `all`; and `team`."""
    picked = tuple(chosen(query.getlist("asset"))[:MAX_ITEMS])
    filters = {name: query.get(name, "")[:200] for name in FILTERS} if "all" in query and not picked else {}
    rows = _meant(actor, query, picked)
    counts = Counter(rows.order_by().values_list("team", flat=True))
    known = {team.pk: team for team in visible_teams(actor).filter(pk__in=counts)}
    teams = tuple((known[pk], count) for pk, count in counts.most_common() if pk in known)
    team = next((team for team, _ in teams if str(team.pk) == query.get("team")), teams[0][0] if teams else None)
    own = rows.filter(team=team)
    mine = list(own.filter(pk__in=Asset.objects.filter(team=team).editable_by(actor).values("pk")))
    ids = tuple(row.pk for row in mine[:MAX_ITEMS])
    left_out = (counts[team.pk] if team else 0) - len(mine)
    return Shoot(
        ids=ids, shown=tuple(mine[:SHOWN]), left_out=left_out, beyond=len(mine) - len(ids), team=team, teams=teams,
        picked=picked, filters=filters,
    )  # fmt: skip


def _meant(actor: User, query: QueryDict, picked: tuple[UUID, ...]) -> QuerySet[Asset]:
    rows = Asset.objects.visible_to(actor).kept()
    if picked:
        return rows.filter(pk__in=picked).order_by("-created_at", "-id")
    return Filters.from_query(query).apply(rows) if "all" in query else rows.none()
