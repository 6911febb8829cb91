"""What operations that work on a whole picture in memory have in common: a wish checked, a cancel heard, time told."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from enhancement.engine.asking import Cancelled, Progress
from enhancement.engine.errors import EngineCancelled
from enhancement.operations import pictures, strips
from enhancement.operations.base import (
    NO_PICTURES,
    Estimate,
    OperationResult,
    Parameter,
    Parameters,
    Pictures,
    Position,
    cleaned,
)
from enhancement.operations.pictures import Picture, Samples


@dataclass(frozen=True, slots=True)
class Task:
    """A checked wish for one picture: every parameter is filled in, `others` are the pictures that it names."""

    picture: Picture
    wish: Parameters
    others: Pictures
    progress: Progress
    cancelled: Cancelled
    started: float  # by the clock of `time.perf_counter`
    scratch: Path | None = None

    def stop_if_cancelled(self) -> None:
        """Raises EngineCancelled."""
        if self.cancelled():
            raise EngineCancelled


@dataclass(frozen=True, slots=True)
class Made:
    """New samples for the picture, of 8 or 16 bits, and facts for its provenance (values that JSON knows)."""

    picture: Picture
    pixels: Samples
    facts: dict[str, Any]


class InMemory(ABC):
    """An operation but for its `parameters`, `estimate` and `work`."""

    name: str
    title: str
    position: Position

    @property
    @abstractmethod
    def parameters(self) -> tuple[Parameter, ...]:
        """See Operation."""

    def unavailable(self) -> str:
        return ""

    def describe(self) -> list[dict[str, Any]]:
        return [parameter.describe() for parameter in self.parameters]

    def validate(self, params: Mapping[str, object]) -> Parameters:
        """The wish with all parameters. Raises ParameterError."""
        return cleaned(self.parameters, params)

    @abstractmethod
    def estimate(self, width: int, height: int, params: Mapping[str, object]) -> Estimate:
        """See Operation. It refuses, with ParameterError, all that can be refused before a pixel is read."""

    @abstractmethod
    def work(self, task: Task) -> Made:
        """What becomes of the picture. Raises EngineCancelled, or EngineError for good."""

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
        """Do it. Raises EngineCancelled, ParameterError, UnsupportedImage, and what `work` raises."""
        task = self.begun(image, params, progress, cancelled, others, scratch)
        made = self.work(task)
        progress(1.0)
        return OperationResult(made.picture.image(made.pixels), said(task, made.picture, made.facts))

    def begun(
        self,
        image: Image.Image,
        params: Mapping[str, object],
        progress: Progress,
        cancelled: Cancelled,
        others: Pictures = NO_PICTURES,
        scratch: Path | None = None,
    ) -> Task:
        """The picture read, after all has been refused that can be before. Raises what `run` raises but for `work`."""
        started, wish = time.perf_counter(), self.validate(params)
        self.estimate(*pictures.upright_size(image), wish)
        if cancelled():
            raise EngineCancelled
        return Task(pictures.read(image, deep=True), wish, others, progress, cancelled, started, scratch)


def said(task: Task, picture: Picture, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with what every operation tells: its notes, and the seconds since the task began."""
    return {**facts, "notes": picture.notes, "seconds": round(time.perf_counter() - task.started, 3)}


def estimate_by_area(width: int, height: int, *, start: float, per_pixel: float) -> Estimate:
    """For a result of the picture's own size. Raises ParameterError for a picture that is too large."""
    strips.check_size(width, height)
    return Estimate(seconds=round(start + width * height * per_pixel, 2), width=width, height=height)
