"""The shape of an operation and of its parameters. No torch here: a web process reads this to check a wish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from PIL import Image

from enhancement.engine.errors import EngineError

Parameters = dict[str, Any]
Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


class ParameterError(EngineError):
    """A wish that this operation cannot fulfil, with the parameter at fault ("" for the whole)."""

    code = "invalid_parameter"

    def __init__(self, field: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A parameter with a fixed set of values, all of one type."""

    name: str
    title: str
    default: int | str
    choices: tuple[int | str, ...]
    note: str = ""
    advanced: bool = False

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
            "choices": list(self.choices), "note": self.note, "advanced": self.advanced,
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


Parameter = Choice | Number


def cleaned(parameters: tuple[Parameter, ...], given: Mapping[str, object]) -> Parameters:
    """Every parameter, from what was given or by default. Raises ParameterError for an unknown or a bad one."""
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise ParameterError(str(name), f"There is no parameter {name!r:.60}.", f"Use: {', '.join(known)}.")
    return {name: parameter.clean(given.get(name, parameter.default)) for name, parameter in known.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a wish will come to: seconds on this kind of machine, and the size of the result in pixels."""

    seconds: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class OperationResult:
    """The new picture, and facts for its provenance (values that JSON knows)."""

    image: Image.Image
    facts: dict[str, Any] = field(default_factory=dict)


class Operation(Protocol):
    """One thing that can be done to a picture."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]

    def describe(self) -> list[dict[str, Any]]:
        """The parameters, their defaults and limits, for a form or an API's reader."""

    def validate(self, params: Mapping[str, object]) -> Parameters:
        """The wish with every parameter filled in. Raises ParameterError."""

    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """Time and size for a picture of `width` x `height` pixels. Raises ParameterError if it would be too large."""

    def run(
        self, image: Image.Image, params: Mapping[str, object], *, progress: Progress, cancelled: Cancelled
    ) -> OperationResult:
        """Do it. progress: called with 0..1, never backwards. Raises EngineCancelled, or EngineError for good."""
