"""The recipe builder's form: made of what the operations say of themselves, read back as a recipe."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict

from designer.assets.models import Asset
from enhancement import capabilities
from enhancement.operations import registry
from enhancement.operations.background import CLEANUP, COLOUR, PICTURE
from enhancement.operations.base import Operation
from enhancement.operations.crop import FREE, RATIOS, SWATCH
from enhancement.recipes import Recipe
from teams.base.errors import Refused

PLACE: Final = re.compile(r"(?:plan\.)?operations\[(\d{1,2})\](?:\.(\w{1,60})(?:\[\d+\])?)?")
Named = list[tuple[str, str]]  # ids and names
LONGEST: Final = 400  # characters of one value
BOX: Final = ("left", "top", "width", "height")  # parameters that are shares of a picture's sides
# inputs that mean something only while another has one of these values; with script the others are hidden
WHEN: Final = {
    "upscale.scale": ("upscale.target", "scale"),
    **dict.fromkeys(
        ("upscale.print_width", "upscale.print_height", "upscale.unit", "upscale.dpi"), ("upscale.target", "print")
    ),
    **dict.fromkeys(("crop.left", "crop.top", "crop.width", "crop.height"), ("crop.shape", FREE)),
    "crop.patch": ("crop.shape", SWATCH),
    "crop.margin": ("crop.shape", " ".join(RATIOS)),
    "background.colour": ("background.mode", COLOUR),
    "background.picture": ("background.mode", PICTURE),
    "background.strength": ("background.mode", CLEANUP),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    label: str
    selected: bool
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One parameter as an input. `kind`: choice, number, flag, colours, asset or persona."""

    key: str
    label: str
    kind: str
    note: str
    value: Any
    advanced: bool
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[Option, ...] = ()
    error: str = ""
    when: tuple[str, str] | None = None

    @property
    def id(self) -> str:
        return f"op-{self.key.replace('.', '-')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One operation: whether it is in the recipe, why it cannot be, and its inputs."""

    name: str
    title: str
    number: int
    used: bool
    reason: str
    error: str
    fields: tuple[Field, ...]

    @property
    def boxed(self) -> list[Field]:
        """The numbers that together are a box on the picture; none where there is no such."""
        found = [each for each in self.fields if each.key.partition(".")[2] in BOX]
        return found if len(found) == len(BOX) else []

    @property
    def boxed_faulty(self) -> bool:
        return any(each.error for each in self.boxed)

    @property
    def plain(self) -> list[Field]:
        return [each for each in self.fields if not each.advanced and each not in self.boxed]

    @property
    def advanced(self) -> list[Field]:
        return [each for each in self.fields if each.advanced]

    @property
    def advanced_open(self) -> bool:
        return any(each.error for each in self.advanced)


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a recipe that was sent: by input ("upscale.scale"), by operation, and in general."""

    by_key: Mapping[str, str] = field(default_factory=dict)
    general: tuple[str, ...] = ()


def groups(
    recipe: Sequence[Mapping[str, Any]], *, pictures: Iterable[Asset], personas: Named, faults: Faults
) -> list[Group]:
    """All operations in their order, those of the recipe in use with its values. `pictures`, `personas`: for
    parameters that name one."""
    steps = {str(step.get("name")): step for step in recipe}
    shown = [(str(asset.pk), asset.title or asset.get_kind_display()) for asset in pictures]
    chosen = {"asset": shown, "persona": personas}
    reasons = capabilities.reasons()
    return [
        Group(
            name=operation.name,
            title=operation.title,
            number=number,
            used=operation.name in steps,
            reason=reasons[operation.name],
            error=faults.by_key.get(operation.name, ""),
            fields=_fields(operation, steps.get(operation.name, {}), chosen, faults),
        )
        for number, operation in enumerate(registry.everything(), 1)
    ]


def _fields(
    operation: Operation, step: Mapping[str, Any], chosen: Mapping[str, Named], faults: Faults
) -> tuple[Field, ...]:
    return tuple(_field(operation.name, said, step, chosen, faults) for said in operation.describe())


def _field(
    operation: str,
    said: Mapping[str, Any],
    step: Mapping[str, Any],
    chosen: Mapping[str, Named],
    faults: Faults,
) -> Field:
    key, value = f"{operation}.{said['name']}", step.get(said["name"], said["default"])
    if said["type"] == "colours" and not isinstance(value, str):
        value = ", ".join(value)
    labels = said.get("labels", {})
    known = [(str(each), labels.get(str(each), str(each))) for each in said.get("choices", [])]
    if (named := chosen.get(said["type"])) is not None:
        known = [("", "None"), *named]
        known += [(str(value), "The one chosen before")] if value and str(value) not in dict(named) else []
    return Field(
        key=key,
        label=said["title"],
        kind=said["type"],
        note=said["note"],
        value=f"{value:g}" if isinstance(value, float) else value,
        advanced=said["advanced"],
        minimum=said.get("minimum"),
        maximum=said.get("maximum"),
        options=tuple(_options(known, str(value))),
        error=faults.by_key.get(key, ""),
        when=WHEN.get(key),
    )


def _options(known: Sequence[tuple[str, str]], chosen: str) -> Iterator[Option]:
    """What may be chosen. A model that no worker has may not; one that a recipe names already is refused in words."""
    unserved = capabilities.unserved(value for value, _ in known)
    for value, label in known:
        lacks = value in unserved
        shown = f"{label} (not installed)" if lacks else label
        yield Option(value=value, label=shown, selected=value == chosen, disabled=lacks and value != chosen)


def recipe_from(said: QueryDict) -> Recipe:
    """The recipe that the form says, unchecked. An empty number means its default."""
    used = set(said.getlist("use"))
    return [_step(operation, said) for operation in registry.everything() if operation.name in used]


def _step(operation: Operation, said: QueryDict) -> dict[str, Any]:
    step: dict[str, Any] = {"name": operation.name}
    for parameter in operation.describe():
        name, key = parameter["name"], f"{operation.name}.{parameter['name']}"
        if parameter["type"] == "flag":
            step[name] = key in said
        elif key in said and (said[key] or parameter["type"] != "number"):
            step[name] = said[key][:LONGEST]
    return step


def faults_of(refused: Refused, recipe: Recipe) -> Faults:
    """The refusal beside the inputs that it is about."""
    words = f"{refused.message} {refused.remedy}".strip()
    lines = refused.facts.get("lines") or [{"field": refused.field or "", "message": words}]
    by_key: dict[str, str] = {}
    general: list[str] = []
    for line in lines:
        found = PLACE.fullmatch(line["field"] or "")
        if found and int(found[1]) < len(recipe):
            name = recipe[int(found[1])]["name"]
            by_key[name if found[2] in (None, "name") else f"{name}.{found[2]}"] = line["message"]
        else:
            general.append(line["message"])
    return Faults(by_key, tuple(general))
