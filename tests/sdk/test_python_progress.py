"""How far it is, as people are shown it: bars on a terminal with `rich`, lines elsewhere."""

import io
import re
import sys

import pytest
from designer_bff.events import LiveEvent
from designer_bff.progress import bar

MARKS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    @property
    def plain(self) -> list[str]:
        """What was drawn, a line each, without colours and moves."""
        return [line.strip() for line in re.split(r"[\r\n]+", MARKS.sub("", self.getvalue())) if line.strip()]


@pytest.fixture
def terminal(monkeypatch) -> Terminal:
    for name in ("NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    return Terminal()


def going(percent: float, stage: str = "drawing", channel: str = "generation:1") -> LiveEvent:
    return LiveEvent("generation:progress", {"percent": percent, "stage": stage}, None, channel)


def ended(channel: str = "generation:1") -> LiveEvent:
    return LiveEvent("generation:complete", {"status": "succeeded"}, 7, channel)


def test_a_terminal_shows_one_bar_that_fills(terminal: Terminal):
    with bar("Dress [silk]", terminal) as show:
        assert show.drawn
        show(going(40))
        show(ended())
    last = terminal.plain[-1]
    assert last.startswith("Dress [silk]") and "100%" in last and "succeeded" in last and "━" in last


def test_what_has_no_title_has_a_bar_for_each_channel(terminal: Terminal):
    with bar(stream=terminal) as show:
        show(going(40, channel="generation:1"))
        show(going(70, "upscaling", channel="enhancement:2"))
        show(LiveEvent("comment:created", {}, 3, "asset:3"))
    first, second = terminal.plain[-2:]
    assert first.startswith("generation:1") and " 40%" in first and "drawing" in first
    assert second.startswith("enhancement:2") and " 70%" in second and "upscaling" in second
    assert "asset:3" not in terminal.getvalue()


@pytest.mark.parametrize("why", ["no terminal", "no rich"])
def test_elsewhere_each_step_is_a_line_told_once(why: str, terminal: Terminal, monkeypatch):
    if why == "no rich":
        monkeypatch.setitem(sys.modules, "rich.console", None)
    stream = terminal if why == "no rich" else io.StringIO()
    with bar("Dress", stream) as show:
        assert not show.drawn
        for event in (going(40), going(40), ended()):
            show(event)
    assert stream.getvalue().splitlines() == ["Dress   40 %  drawing", "Dress  100 %  succeeded"]
