"""How far it is, for people: a bar where `rich` is installed and a terminal listens, else a line per step."""

import sys
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self, TextIO

from designer_bff.events import LiveEvent


def bar(title: str, stream: TextIO | None = None) -> "Bar":
    """`with bar("Dress") as show: studio.finished_generation(id, show=show)`; it writes to stderr."""
    return Bar(title, stream or sys.stderr)


class Bar:
    """Shows each event it is called with."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self.title, self.stream = title, stream
        self._told = ""
        self._rich: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        self._rich = _rich_progress(self.stream) if self.stream.isatty() else None
        if self._rich is not None:
            self._rich.__enter__()
            self._task = self._rich.add_task(self.title, total=100, stage="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._rich is not None:
            self._rich.__exit__(kind, error, trace)

    def __call__(self, event: LiveEvent) -> None:
        stage = str(event.data.get("stage") or event.data.get("status") or event.name.partition(":")[2])
        percent = event.percent
        if percent is None:
            return
        if self._rich is not None:
            self._rich.update(self._task, completed=percent, stage=stage)
            return
        line = f"{self.title}  {percent:3.0f} %  {stage}"
        if line != self._told:
            self._told = line
            print(line, file=self.stream, flush=True)


def _rich_progress(stream: TextIO) -> AbstractContextManager[Any] | None:
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
    except ImportError:
        return None
    columns = [TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[stage]}")]
    return Progress(*columns, TimeElapsedColumn(), console=Console(file=stream))
