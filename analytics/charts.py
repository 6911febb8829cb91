"""Charts as SVG text. Pure: knows no Django and no style; every colour is a class of analytics.css.

A chart is one picture to a screen reader, named by `said`; the figures stand in a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

WIDE, TALL = 720, 250
LEFT, RIGHT, TOP, BOTTOM = 62, 6, 12, 32  # what is kept free for labels
LABELS: Final = 6  # along the axis of time, at most
LEVELS: Final = 5  # of a heat map, above none
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CELL: Final = 28  # of a heat map


@dataclass(frozen=True, slots=True)
class Column:
    """One step of time: what stands on the axis, what is told of it, and the parts stacked upon each other."""

    label: str
    said: str
    parts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """One step of time: a share with its interval, or None where nothing is known."""

    label: str
    said: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """One step of time to come: what is expected, and what is meant to hold it in 80 (low, high) and in 95 of 100
    cases."""

    label: str
    said: str
    value: float
    low: float
    high: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Left:
    """One step of time of what is used up: what is left at its end, or of one to come what is expected and what is
    meant to hold it in 80 of 100 cases."""

    label: str
    said: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    said: str
    value: float


def columns(steps: Sequence[Column], *, said: str, unit: str = "", before: Sequence[float] = ()) -> str:
    """Stacked columns over time; `before`: the sums of the steps before these, as a dashed line."""
    most = max([sum(step.parts) for step in steps] + list(before), default=0.0)
    top, marks = scale(most)
    across = _places(len(steps))
    drawn = [*_grid(marks, top, unit), *_times([step.label for step in steps], across)]
    step_wide = (WIDE - LEFT - RIGHT) / max(1, len(steps))
    width = min(60.0, max(1.0, step_wide - min(3.0, step_wide / 4)))
    for number, step in enumerate(steps):
        below, parts = 0.0, []
        for place, part in enumerate(step.parts):
            if part > 0:
                tall = part / top * _room()
                x, y = across[number] - width / 2, _down(below / top) - tall
                parts.append(
                    f'<rect class="fig-part-{place}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{tall:.1f}"/>'
                )
                below += part
        drawn.append(f"<g><title>{escape(step.said)}</title>{''.join(parts)}{_behind(across[number], width)}</g>")
    if len(before) > 1:
        points = " ".join(
            f"{across[n]:.1f},{_down(max(0.0, value) / top):.1f}" for n, value in enumerate(before[: len(steps)])
        )
        drawn.append(f'<polyline class="fig-before" points="{points}"/>')
    return _svg(drawn, said)


def shares(steps: Sequence[Dot], *, said: str) -> str:
    """Shares from 0 to 100 % over time, each with its interval; where nothing is known the line is broken."""
    across = _places(len(steps))
    marks = [0.0, 0.25, 0.5, 0.75, 1.0]
    drawn = [*_grid([100 * mark for mark in marks], 100, " %"), *_times([step.label for step in steps], across)]
    run: list[str] = []
    for number, step in enumerate([*steps, Dot("", "", None)]):
        if step.value is None:
            drawn += [f'<polyline class="fig-line" points="{" ".join(run)}"/>'] if len(run) > 1 else []
            run = []
            continue
        x, y = across[number], _down(step.value)
        run.append(f"{x:.1f},{y:.1f}")
        whisker = ""
        if step.low is not None and step.high is not None:
            ends = f'y1="{_down(step.low):.1f}" y2="{_down(step.high):.1f}"'
            whisker = f'<line class="fig-whisker" x1="{x:.1f}" x2="{x:.1f}" {ends}/>'
        dot = f'<circle class="fig-dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        drawn.append(f"<g><title>{escape(step.said)}</title>{whisker}{dot}</g>")
    return _svg(drawn, said)


def bands(steps: Sequence[Reach], *, said: str, unit: str = "") -> str:
    """A line over time, and around it what is meant to hold the truth in 80 and in 95 of 100 cases."""
    top, marks = scale(max((step.highest for step in steps), default=0.0))
    across = _places(len(steps))
    drawn = [*_grid(marks, top, unit), *_times([step.label for step in steps], across)]

    def line(values: Sequence[float], places: Sequence[float]) -> str:
        pairs = zip(places, values, strict=True)
        return " ".join(f"{x:.1f},{_down(max(0.0, value) / top):.1f}" for x, value in pairs)

    for name, low, high in (("95", "lowest", "highest"), ("80", "low", "high")):
        above = line([getattr(step, high) for step in steps], across)
        below = line([getattr(step, low) for step in reversed(steps)], across[::-1])
        drawn.append(f'<polygon class="fig-band-{name}" points="{above} {below}"/>')
    drawn.append(f'<polyline class="fig-line" points="{line([step.value for step in steps], across)}"/>')
    wide = (WIDE - LEFT - RIGHT) / max(1, len(steps))
    for step, x in zip(steps, across, strict=True):
        drawn.append(f"<g><title>{escape(step.said)}</title>{_behind(x, wide)}</g>")
    return _svg(drawn, said)


def burning(past: Sequence[Left], ahead: Sequence[Left], *, whole: float, said: str, unit: str = "") -> str:
    """What is left of `whole` as a line down to now, and dashed from there on, with its band; none is below nothing."""
    steps = [*past, *ahead]
    top, marks = scale(max(whole, *(step.value for step in steps)) if steps else whole)
    across = _places(len(steps))
    drawn = [*_grid(marks, top, unit), *_times([step.label for step in steps], across)]

    def line(values: Sequence[float | None], places: Sequence[float]) -> str:
        pairs = zip(places, values, strict=True)
        return " ".join(f"{x:.1f},{_down(max(0.0, value or 0.0) / top):.1f}" for x, value in pairs)

    now = len(past)
    if ahead:
        joint, places = past[-1:], across[max(0, now - 1) :]
        above = [step.value for step in joint] + [step.high for step in ahead]
        below = [step.value for step in joint] + [step.low for step in ahead]
        drawn.append(f'<polygon class="fig-band-80" points="{line(above, places)} {line(below[::-1], places[::-1])}"/>')
        points = line([step.value for step in (*joint, *ahead)], places)
        drawn.append(f'<polyline class="fig-line fig-dashed" points="{points}"/>')
    drawn.append(f'<polyline class="fig-line" points="{line([step.value for step in past], across[:now])}"/>')
    if past:
        at = _down(max(0.0, past[-1].value) / top)
        drawn.append(f'<circle class="fig-dot" cx="{across[now - 1]:.1f}" cy="{at:.1f}" r="4"/>')
    wide = (WIDE - LEFT - RIGHT) / max(1, len(steps))
    for step, x in zip(steps, across, strict=True):
        drawn.append(f"<g><title>{escape(step.said)}</title>{_behind(x, wide)}</g>")
    return _svg(drawn, said)


def heat(cells: Sequence[Sequence[Cell]], *, said: str) -> str:
    """Rows of weekdays, columns of hours; the more, the stronger, in six steps that are told apart without colour."""
    most = max((cell.value for row in cells for cell in row), default=0.0)
    left, top = 52, 26
    drawn = []
    for hour in range(0, 24, 3):
        drawn.append(f'<text class="fig-text fig-middle" x="{left + hour * CELL + CELL / 2}" y="18">{hour:02}</text>')
    for number, row in enumerate(cells):
        y = top + number * CELL
        drawn.append(f'<text class="fig-text" x="2" y="{y + CELL * 0.68:.1f}">{DAYS[number]}</text>')
        for hour, cell in enumerate(row):
            level = 0 if not cell.value else max(1, round(cell.value / most * LEVELS))
            box = f'x="{left + hour * CELL + 1}" y="{y + 1}" width="{CELL - 2}" height="{CELL - 2}" rx="4"'
            drawn.append(f'<rect class="fig-heat-{level}" {box}><title>{escape(cell.said)}</title></rect>')
    return _svg(drawn, said, wide=left + 24 * CELL + 2, tall=top + 7 * CELL + 2)


def bar(value: float, most: float, *, simulated: float = 0.0) -> str:
    """A line of a table as a bar beside its figure, which says the same: not for a screen reader."""
    whole = most or 1.0
    first, second = 100 * max(0.0, value) / whole, 100 * max(0.0, simulated) / whole  # an adjustment may be below zero
    parts = f'<rect class="fig-part-0" width="{first:.2f}" height="10"/>'
    parts += f'<rect class="fig-part-1" x="{first:.2f}" width="{second:.2f}" height="10"/>' if simulated else ""
    return f'<svg class="fig-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{parts}</svg>'


def scale(most: float) -> tuple[float, list[float]]:
    """A round number not below `most`, and three to six marks up to it; of nothing 0 to 1."""
    if most <= 0:
        return 1.0, [0.0, 1.0]
    power = 10.0 ** floor(log10(most / 4))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power * 5 >= most)
    count = ceil(most / step)
    return step * count, [step * number for number in range(count + 1)]


def _room() -> float:
    return TALL - TOP - BOTTOM


def _down(share: float) -> float:
    """Where this share of the scale lies, from above."""
    return TALL - BOTTOM - share * _room()


def _places(count: int) -> list[float]:
    """The middle of each of `count` steps, from the left."""
    step = (WIDE - LEFT - RIGHT) / max(1, count)
    return [LEFT + (number + 0.5) * step for number in range(count)]


def _grid(marks: Sequence[float], top: float, unit: str) -> list[str]:
    drawn = []
    for mark in marks:
        y = _down(mark / top)
        drawn.append(f'<line class="fig-grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(
            f'<text class="fig-text fig-end" x="{LEFT - 8}" y="{y + 4:.1f}">{escape(_number(mark, unit))}</text>'
        )
    return drawn


def _number(mark: float, unit: str) -> str:
    text = f"{mark:,.4f}".rstrip("0").rstrip(".") if mark % 1 else f"{mark:,.0f}"
    return f"${text}" if unit == "$" else f"{text}{unit}"


def _times(labels: Sequence[str], across: Sequence[float]) -> list[str]:
    """Some of the labels, evenly; the ends are told apart, for a phone shows these alone."""
    every = max(1, -(-len(labels) // LABELS))
    drawn = []
    for number in range(0, len(labels), every):
        last = number + every >= len(labels)
        place = " fig-first" if number == 0 else " fig-last" if last else ""
        x = across[number]
        told = escape(labels[number])
        drawn.append(f'<text class="fig-text fig-middle fig-time{place}" x="{x:.1f}" y="{TALL - 8}">{told}</text>')
    return drawn


def _behind(x: float, width: float) -> str:
    """What is pointed at to be told the figure: all of the column's height."""
    return f'<rect class="fig-behind" x="{x - width / 2:.1f}" y="{TOP}" width="{width:.1f}" height="{_room():.1f}"/>'


def _svg(drawn: Sequence[str], said: str, *, wide: float = WIDE, tall: float = TALL) -> str:
    head = f'<svg class="fig" viewBox="0 0 {wide:.0f} {tall:.0f}" role="img" aria-label="{escape(said)}">'
    return f"{head}{''.join(drawn)}</svg>"
