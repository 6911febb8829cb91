"""Line charts as SVG, written by hand: a mean with its interval for each line, readable in light and dark."""

from collections.abc import Mapping, Sequence
from typing import Final

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 130, 44, 48
COLOURS: Final = ("#8c2f39", "#2a6f97", "#6a7b3a", "#7a6a5b")
Line = Sequence[tuple[float, float, float]]  # x, mean, half width of the interval


def chart(lines: Mapping[str, Line], *, x: str, y: str, title: str) -> str:
    """An SVG of these lines from (0, 0) on; each is named at its end."""
    far = max(point[0] for line in lines.values() for point in line)
    high = _round_up(max(point[1] + point[2] for line in lines.values() for point in line))
    parts = [_frame(far, high, x, y, title)]
    ends = _apart({name: _y(line[-1][1], high) for name, line in lines.items()})
    for colour, (name, line) in zip(COLOURS, lines.items(), strict=False):
        parts.append(_band(line, far, high, colour))
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{ends[name] + 4:.0f}" fill="{colour}">{name}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{title}" font-family="ui-sans-serif, system-ui, sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fffdfa"/>\n{body}\n</svg>\n'
    )


def _round_up(value: float) -> float:
    step = 10.0 ** (len(str(int(value))) - 1)
    return step * (int(value / step) + 1)


def _x(value: float, far: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * value / far


def _y(value: float, high: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / high


def _frame(far: float, high: float, x: str, y: str, title: str) -> str:
    lines = [f'<text x="{LEFT}" y="24" font-size="16" font-weight="600" fill="#1f1b18">{title}</text>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        level = _y(high * share, high)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{level:.1f}" y2="{level:.1f}" stroke="#dfd8cf"/>')
        lines.append(_word(LEFT - 8, level + 4, "end", f"{high * share:g}"))
        lines.append(_word(_x(far * share, far), HEIGHT - BOTTOM + 18, "middle", f"{far * share:g}"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    lines.append(_word(middle, HEIGHT - 8, "middle", x))
    lines.append(_word(16, HEIGHT / 2, "middle", y, f' transform="rotate(-90 16 {HEIGHT / 2})"'))
    return "\n".join(lines)


def _word(x: float, y: float, anchor: str, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#5d554d"{more}>{text}</text>'


def _band(line: Line, far: float, high: float, colour: str) -> str:
    upper = [f"{_x(x, far):.1f},{_y(mean + half, high):.1f}" for x, mean, half in line]
    lower = [f"{_x(x, far):.1f},{_y(max(0.0, mean - half), high):.1f}" for x, mean, half in reversed(line)]
    path = " ".join(f"{_x(x, far):.1f},{_y(mean, high):.1f}" for x, mean, _ in line)
    return (
        f'<polygon points="{" ".join([*upper, *lower])}" fill="{colour}" opacity="0.15"/>\n'
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.2"/>'
    )


def _apart(places: Mapping[str, float], least: float = 16) -> dict[str, float]:
    """The same places from top to bottom, pushed down until no two names overlap."""
    found: dict[str, float] = {}
    last = -least
    for name, place in sorted(places.items(), key=lambda pair: pair[1]):
        last = max(place, last + least)
        found[name] = last
    return found
