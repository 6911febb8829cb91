"""What can go wrong in the engine. Each error has a fixed code, says what happened, and what its reader can do."""

from __future__ import annotations


class EngineCancelled(Exception):
    """The caller asked to stop. Not an error: nothing was made, nothing is owed."""


class EngineError(Exception):
    """The work cannot be done as asked; the same wish will fail again until its remedy is followed."""

    code = "engine_error"

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


class InvalidWeights(EngineError):
    """A file of weights is not the one that was promised. It was not parsed."""

    code = "invalid_weights"


class MissingWeights(EngineError):
    """A model's weights are not on this machine. name: the model's, where it is known."""

    code = "missing_weights"

    def __init__(self, message: str, *, remedy: str, name: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.name = name


class OutOfMemory(EngineError):
    """Not even the smallest tile fits into memory."""

    code = "out_of_memory"


class UnsupportedImage(EngineError):
    """The picture has a shape or a pixel format that cannot be enlarged faithfully."""

    code = "unsupported_image"


class MissingBackend(EngineError):
    """An optional package is not installed."""

    code = "missing_backend"
