"""How far it is, for people: a bar where `rich` is installed and a terminal listens, else a line per step."""

import sys
from types import TracebackType
from typing import Any, Self, TextIO

from designer_bff.events import LiveEvent


def bar(title: str = "", stream: TextIO | None = None) -> "Bar":
    """`with bar("Dress") as show: studio.finished_generation(id, show=show)`; it writes to stderr.

    Without a title each channel that is told of has a bar of its own.
    """
    return Bar(title, stream or sys.stderr)


class Bar:
    """Shows each event it is called with."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self.title, self.stream = title, stream
        self._told = ""
        self._rich: Any = None
        self._tasks: dict[str, Any] = {}  # by what stands before the bar

    @property
    def drawn(self) -> bool:
        """Whether there are bars; else lines are told."""
        return self._rich is not None

    def __enter__(self) -> Self:
        self._rich = _rich_progress(self.stream) if self.stream.isatty() else None
        if self._rich is not None:
            self._rich.__enter__()
            if self.title:
                self._task(self.title)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._rich is not None:
            self._rich.__exit__(kind, error, trace)

    def __call__(self, event: LiveEvent) -> None:
        percent = event.percent
        if percent is None:
            return
        title = self.title or event.channel
        stage = str(event.data.get("stage") or event.data.get("status") or event.name.partition(":")[2])
        if self._rich is not None:
            self._rich.update(self._task(title), completed=percent, stage=stage)
            return
        line = f"{title}  {percent:3.0f} %  {stage}"
        if line != self._told:
            self._told = line
            print(line, file=self.stream, flush=True)

    def _task(self, title: str) -> Any:
        if title not in self._tasks:
            self._tasks[title] = self._rich.add_task(title, total=100, stage="")
        return self._tasks[title]


def _rich_progress(stream: TextIO) -> Any:
    """A rich Progress; None without rich. What is printed meanwhile stands above it, unless it goes elsewhere."""
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
    except ImportError:
        return None
    title, stage = (TextColumn(f"{{task.{name}}}", markup=False) for name in ("description", "fields[stage]"))
    columns = [title, BarColumn(), TaskProgressColumn(), stage, TimeElapsedColumn()]
    shared = sys.stdout.isatty()
    return Progress(*columns, console=Console(file=stream), redirect_stdout=shared)
