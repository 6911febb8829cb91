"""Which tables hold what belongs to a team, and by which way each row leads to it: read off the models themselves, so
that no floor above needs to be named here, and a table that is added tomorrow is exported and deleted too."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, QuerySet

from teams.audit.models import AuditEntry
from teams.membership.models import Team

COLUMN: Final = "team_id"
KEPT: Final = (Team, AuditEntry)  # the team's own row goes last; what was done to it is never forgotten


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of things that are a team's. `path`: the lookup from a row to the team's id. `others`: lookups to a team
    whose the row is not, and which it does not outlive all the same: what others share with it."""

    model: type[Model]
    path: str
    others: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def of(self, team_id: object) -> "QuerySet[Any]":
        """All rows of the team, also such as no manager shows."""
        rows: QuerySet[Any] = self.model._base_manager.filter(**{self.path: team_id})
        return rows

    def going_with(self, team_id: object) -> "QuerySet[Any]":
        """All rows that go when the team does, other teams' among them."""
        named = Q(**{self.path: team_id})
        for path in self.others:
            named |= Q(**{path: team_id})
        rows: QuerySet[Any] = self.model._base_manager.filter(named)
        return rows


@dataclass(frozen=True, slots=True)
class Loose:
    """A link that may be empty and stands in the way of an order: it is emptied first."""

    model: type[Model]
    field: str
    path: str  # from the row at the other end to its team


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """Every table of things that are a team's, in the order of the models' names."""
    found: dict[type[Model], list[str]] = {}  # the path to whose it is first
    models = [each for each in _models() if each not in KEPT]
    for model in models:
        fields = model._meta.concrete_fields
        named = [field for field in fields if field.attname == COLUMN or field.related_model is Team]
        paths = {field.attname for field in named}
        if paths:
            found[model] = sorted(paths, key=lambda path: (path != COLUMN, path))
    grown = True
    while grown:
        grown = False
        for model in models:
            for field in links(model):
                if model not in found and field.related_model in found and not field.null:
                    found[model] = [f"{field.name}__{path}" for path in found[field.related_model]]
                    grown = True
    known = sorted(found.items(), key=lambda each: each[0]._meta.label)
    return tuple(Kind(model, path, tuple(others)) for model, (path, *others) in known)


def _models() -> list[type[Model]]:
    """Every table, also those that Django makes by itself for many-to-many fields: they hold on to rows too."""
    return [each for each in apps.get_models(include_auto_created=True) if each._meta.managed]


def links(model: type[Model]) -> list["ForeignKey[Any, Any]"]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


@lru_cache(maxsize=1)
def order() -> tuple[tuple[Kind, ...], tuple[Loose, ...]]:
    """The tables so that none is emptied before those that point at it, and the links to be emptied before all.

    Raises RuntimeError where links that may not be empty run in a circle.
    """
    paths = {kind.model: kind.path for kind in kinds()}
    loose = [
        Loose(model, field.name, paths[field.related_model])
        for model in _models()
        for field in links(model)
        if field.related_model in paths and (field.related_model is model or model not in paths)
    ]
    left = {kind.model: kind for kind in kinds()}
    cut = {(each.model, each.field) for each in loose}
    sorted_: list[Kind] = []
    while left:
        free = [model for model in left if not _pointed_at(model, left, cut)]
        if not free:
            found = next(
                (Loose(model, field.name, paths[field.related_model])
                for model in left for field in links(model)
                if field.related_model in left and field.null and (model, field.name) not in cut),
                None,
            )  # fmt: skip
            if found is None:
                raise RuntimeError(f"These tables need one another: {sorted(kind.table for kind in left.values())}")
            loose.append(found)
            cut.add((found.model, found.field))
        sorted_ += [left.pop(model) for model in free]
    noted = [kind for kind in sorted_ if kind.path == COLUMN and not _is_linked(kind.model, paths)]
    return tuple([kind for kind in sorted_ if kind not in noted] + noted), (*loose, *_of_others())


def _of_others() -> list[Loose]:
    """Links from rows that stay, being another team's, to rows that go. Those that may not be empty go themselves."""
    paths = {kind.model: kind.others for kind in kinds()}
    return [
        Loose(model, field.name, path)
        for model in _models()
        for field in links(model)
        if field.null and field.related_model is not Team
        for path in paths.get(field.related_model, ())
    ]


def _is_linked(model: type[Model], paths: dict[type[Model], str]) -> bool:
    """Whether it points at a team or at something of one. What does not only notes of whom it is, and may take note of
    what goes: it is emptied last."""
    return any(field.related_model is Team or field.related_model in paths for field in links(model))


def _pointed_at(model: type[Model], left: dict[type[Model], Kind], cut: set[tuple[type[Model], str]]) -> bool:
    return any(
        field.related_model is model and (other, field.name) not in cut for other in left for field in links(other)
    )
