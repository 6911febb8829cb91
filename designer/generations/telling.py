"""What a brief says of the order itself (how many, by which model), under the names that this catalogue knows."""

from typing import Any

from designer.catalogue.models import ModelKind, ModelProfile
from designer.generations.wishes import MAX_IMAGES
from designer.pipeline import command

Json = dict[str, Any]


def told_by(brief: str) -> command.Command:
    """`model` is "provider/model", or "/family" for the best of a family; gone ones too, which the wish refuses."""
    rows = ModelProfile.objects.filter(kind=ModelKind.IMAGE).values_list("provider", "model", "family", "title")
    names: dict[str, str] = {}
    for provider, model, family, title in rows:
        names |= {family: f"/{family}"} if family else {}
        names |= {title: f"{provider}/{model}", model: f"{provider}/{model}"}
    return command.read(brief, names)


def told_shown(said: command.Command, *, plain: frozenset[str]) -> list[Json]:
    """A chip for each; `plain`: those that the designer said are no order."""
    values = {"count": _images(said.count), "model": said.model.removeprefix("/").replace("/", " ")}
    labels = {"count": "images", "model": "model"}
    return [
        {"name": name, "label": labels[name], "value": values[name], "phrase": phrase, "plain": name in plain}
        for name, phrase in said.phrases.items()
    ]


def _images(count: int | None) -> str:
    if count is None or count <= MAX_IMAGES:
        return str(count or "")
    return f"{MAX_IMAGES} of {count}: more need a batch"
