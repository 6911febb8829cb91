"""What a brief says of the order itself (how many, by which model), under the names that this catalogue knows."""

from dataclasses import replace
from typing import Any

from designer.catalogue.models import ModelKind, ModelProfile
from designer.generations.wishes import MAX_IMAGES, GenerationWish
from designer.pipeline import command

Json = dict[str, Any]


def heard(wish: GenerationWish) -> tuple[GenerationWish, list[Json]]:
    """The wish with what its brief orders, where no field says otherwise; and each order, with whether it counts.

    The words themselves stay as they are.
    """
    said = _told_by(wish.brief)
    count, (provider, model) = min(said.count or 0, MAX_IMAGES), _named(said)
    heeded = wish.unsaid - wish.just_words
    facts: Json = {}
    if count and "count" in heeded:
        facts["n"] = count
    if model and "model" in heeded:
        facts |= {"provider": provider, "model": model}
    if count > 1 and "one_each" in heeded and "count" not in wish.just_words:
        facts["one_each"] = True
    made = replace(wish, **facts)
    told = {"count": (count, made.n), "model": (_plain(provider, model), _plain(made.provider, made.model))}
    return made, [_row(name, phrase, *told[name], wish, said) for name, phrase in said.phrases.items()]


def _told_by(brief: str) -> command.Command:
    """`model` is "provider/model", or "/family" for the best of a family; gone ones too, which the wish refuses."""
    rows = ModelProfile.objects.filter(kind=ModelKind.IMAGE).values_list("provider", "model", "family", "title")
    names: dict[str, str] = {}
    for provider, model, family, title in rows:
        names |= {family: f"/{family}"} if family else {}
        # "core" and "workflow" are words of any brief: alone they name a model only behind an @
        alone = f"@{model}" if model.isalpha() else model
        names |= dict.fromkeys((title, alone, f"{provider}/{model}"), f"{provider}/{model}")
    return command.read(brief, names)


def _named(said: command.Command) -> tuple[str | None, str | None]:
    provider, _, model = said.model.partition("/")
    return provider or None, model or None


def _plain(provider: str | None, model: str | None) -> str:
    return " ".join(filter(None, (provider, model)))


def _row(name: str, phrase: str, value: Any, counts: Any, wish: GenerationWish, said: command.Command) -> Json:
    """One order in words. `counts` is what holds in the end."""
    plain, note = name in wish.just_words, ""
    if not plain and value != counts:
        note = f"You chose {counts or 'another provider'}, which counts."
    elif not plain and name == "count" and (said.count or 0) > MAX_IMAGES:
        note = f"{said.count} need a batch; {MAX_IMAGES} are the most at once."
    return {"name": name, "phrase": phrase, "value": value, "used": not plain and value == counts, "note": note}
