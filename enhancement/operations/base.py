"""The shape of an operation and of its parameters. No torch here: a web process reads this to check a wish."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from enhancement.engine.asking import Cancelled, Progress
from enhancement.engine.errors import EngineError

Parameters = dict[str, Any]


class Position(IntEnum):
    """Where an operation stands in every recipe, whatever order it was asked in.

    Noise goes before anything could enlarge it, faces are restored at the size their network knows, and a crop comes
    last so that all before saw the whole picture.
    """

    WATERMARK = 0
    DENOISE = 10
    FACE = 20
    UPSCALE = 30
    DETAIL = 40
    COLOUR = 50
    BACKGROUND = 60
    CROP = 70


class ParameterError(EngineError):
    """A wish that this operation cannot fulfil, with the parameter at fault ("" for the whole)."""

    code = "invalid_parameter"

    def __init__(self, field: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A parameter with a fixed set of values, all of one type. `labels`: what people call those that need a name."""

    name: str
    title: str
    default: int | str
    choices: tuple[int | str, ...]
    note: str = ""
    advanced: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)

    def clean(self, value: object) -> int | str:
        """The value as one of the choices; forms may send numbers as text. Raises ParameterError."""
        for choice in self.choices:
            if not isinstance(value, bool) and (value == choice or (isinstance(value, str) and value == str(choice))):
                return choice
        known = ", ".join(str(choice) for choice in self.choices)
        raise ParameterError(self.name, f"{self.title} cannot be {value!r:.60}.", f"Use one of: {known}.")

    def describe(self) -> dict[str, Any]:
        """The parameter for a form or an API's reader."""
        return {
            "name": self.name, "title": self.title, "type": "choice", "default": self.default,
            "choices": list(self.choices), "labels": dict(self.labels), "note": self.note, "advanced": self.advanced,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A parameter between two limits, both allowed."""

    name: str
    title: str
    default: float
    minimum: float
    maximum: float
    note: str = ""
    advanced: bool = False

    def clean(self, value: object) -> float:
        """The value as a number within the limits; never NaN. Raises ParameterError."""
        between = f"Use a number from {self.minimum:g} to {self.maximum:g}."
        try:
            number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
        except (ValueError, OverflowError):
            number = None
        if number is None or not self.minimum <= number <= self.maximum:
            raise ParameterError(self.name, f"{self.title} cannot be {value!r:.60}.", between)
        return number

    def describe(self) -> dict[str, Any]:
        """The parameter for a form or an API's reader."""
        return {
            "name": self.name, "title": self.title, "type": "number", "default": self.default,
            "minimum": self.minimum, "maximum": self.maximum, "note": self.note, "advanced": self.advanced,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A parameter that is on or off."""

    name: str
    title: str
    default: bool = False
    note: str = ""
    advanced: bool = False

    def clean(self, value: object) -> bool:
        """The value as a truth; forms send "on", "true" or nothing. Raises ParameterError."""
        if isinstance(value, bool):
            return value
        said = value.strip().lower() if isinstance(value, str) else None
        if said in ("on", "true", "1"):
            return True
        if said in ("", "off", "false", "0"):
            return False
        raise ParameterError(self.name, f"{self.title} cannot be {value!r:.60}.", "Use true or false.")

    def describe(self) -> dict[str, Any]:
        """The parameter for a form or an API's reader."""
        return {
            "name": self.name, "title": self.title, "type": "flag", "default": self.default,
            "note": self.note, "advanced": self.advanced,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """A parameter that is a list of colours in sRGB, "#rrggbb" each; empty by default."""

    name: str
    title: str
    most: int = 8
    note: str = ""
    advanced: bool = False

    @property
    def default(self) -> list[str]:
        return []

    def clean(self, value: object) -> list[str]:
        """The colours in lower case; forms may send them as one text. Raises ParameterError."""
        given = re.split(r"[\s,;]+", value.strip()) if isinstance(value, str) else value
        many = "one colour" if self.most == 1 else f"at most {self.most} colours"
        remedy = f"Give {many}, such as #1b4d3e."
        if not isinstance(given, (list, tuple)):
            raise ParameterError(self.name, f"{self.title} cannot be {value!r:.60}.", remedy)
        colours = []
        for place, each in enumerate(given):
            if not isinstance(each, str) or (each and not re.fullmatch(r"#[0-9a-f]{6}", each.lower())):
                reason = f"{each!r:.60} is no colour." if isinstance(each, str) else "A colour is a text."
                raise ParameterError(self.name if self.most == 1 else f"{self.name}[{place}]", reason, remedy)
            colours += [each.lower()] if each else []
        if len(colours) > self.most:
            raise ParameterError(self.name, f"{len(colours)} colours are too many.", remedy)
        return colours

    def describe(self) -> dict[str, Any]:
        """The parameter for a form or an API's reader."""
        return {
            "name": self.name, "title": self.title, "type": "colours", "default": [], "most": self.most,
            "note": self.note, "advanced": self.advanced,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPicture:
    """A parameter that names another picture by its asset's id; "" for none. The runner brings the picture itself."""

    name: str
    title: str
    note: str = ""
    advanced: bool = False

    @property
    def default(self) -> str:
        return ""

    def clean(self, value: object) -> str:
        """The id in its usual form, or "". Raises ParameterError. Whether it may be seen is the service's question."""
        return _id_of(self.name, value, "image")

    def describe(self) -> dict[str, Any]:
        """The parameter for a form or an API's reader."""
        return {
            "name": self.name, "title": self.title, "type": "asset", "default": "",
            "note": self.note, "advanced": self.advanced,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """A parameter that names a persona by its id; "" for none. The service puts its colours into parameter `fills`."""

    name: str
    title: str
    fills: str
    note: str = ""
    advanced: bool = False

    @property
    def default(self) -> str:
        return ""

    def clean(self, value: object) -> str:
        """The id in its usual form, or "". Raises ParameterError. Whether it may be seen is the service's question."""
        return _id_of(self.name, value, "persona")

    def describe(self) -> dict[str, Any]:
        """The parameter for a form or an API's reader."""
        return {
            "name": self.name, "title": self.title, "type": "persona", "default": "",
            "note": self.note, "advanced": self.advanced,
        }  # fmt: skip


def _id_of(name: str, value: object, what: str) -> str:
    """An id in its usual form, or "". Raises ParameterError."""
    if value in ("", None):
        return ""
    try:
        return str(UUID(str(value)))
    except ValueError as error:
        message, remedy = (
            f"{value!r:.60} is no {what} id.",
            f"Send the id of {'an' if what[0] in 'aeiou' else 'a'} {what}.",
        )
        raise ParameterError(name, message, remedy) from error


Parameter = Choice | Number | Flag | Colours | OtherPicture | Taste
Pictures = Mapping[str, Image.Image]
NO_PICTURES: Pictures = {}


def cleaned(parameters: tuple[Parameter, ...], given: Mapping[str, object]) -> Parameters:
    """Every parameter, from what was given or by default. Raises ParameterError for an unknown or a bad one."""
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise ParameterError(str(name), f"There is no parameter {name!r:.60}.", f"Use: {', '.join(known)}.")
    return {name: parameter.clean(given.get(name, parameter.default)) for name, parameter in known.items()}


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """A progress of its own, 0..1, for a part of the work that reaches from `start` to `end` of the whole."""

    def tell(share: float) -> None:
        progress(start + (end - start) * min(1.0, share))

    return tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a wish will come to: seconds on this kind of machine, and the size of the result in pixels.

    engine: the models and the backend that do it here, where several could; how long each takes is measured apart.
    """

    seconds: float
    width: int
    height: int
    engine: str = ""


@dataclass(frozen=True, slots=True)
class OperationResult:
    """The new picture, and facts for its provenance (values that JSON knows)."""

    image: Image.Image
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A result that is made while it is read, from top to bottom.

    bands: uint8 or uint16 (rows, width, 1 to 4). info: as Pillow names it. facts: to be asked after the last band.
    """

    bands: Iterator[NDArray[np.unsignedinteger[Any]]]
    width: int
    height: int
    info: dict[str, Any]
    facts: Callable[[], dict[str, Any]]


class Operation(Protocol):
    """One thing that can be done to a picture."""

    name: str
    title: str
    position: Position

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """A plain attribute, or what it is now: a models folder may have got another file."""

    def unavailable(self) -> str:
        """Why this machine cannot do it, with the remedy; "" where it can. Cheap: no file is opened."""

    def describe(self) -> list[dict[str, Any]]:
        """The parameters, their defaults and limits, for a form or an API's reader."""

    def validate(self, params: Mapping[str, object]) -> Parameters:
        """The wish with every parameter filled in. Raises ParameterError."""

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Time and size for a picture of `width` x `height` pixels. Raises ParameterError if it would be too large."""

    def run(
        self,
        image: Image.Image,
        params: Mapping[str, object],
        *,
        progress: Progress,
        cancelled: Cancelled,
        others: Pictures = NO_PICTURES,
        scratch: Path | None = None,
    ) -> OperationResult:
        """Do it. progress: called with 0..1, never backwards. others: by parameter, the pictures that `params` names.

        scratch: how names of files begin in which what takes long may keep its work under way, for a next attempt at
        the same; who gives it removes them.
        Raises EngineCancelled, or EngineError for good.
        """


@runtime_checkable
class GivesRows(Protocol):
    """An operation that can give its result row by row, so that it is never whole in memory."""

    def rows(
        self,
        image: Image.Image,
        params: Mapping[str, object],
        *,
        progress: Progress,
        cancelled: Cancelled,
        scratch: Path | None = None,
    ) -> Rows:
        """As `run`, but nothing is computed before it is asked for. The wish is checked at once."""
