"""What rooms above the queue show on its page, and tell beside it: each files a panel of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

PANELS: Final[dict[str, "Panel"]] = {}


@dataclass(frozen=True, slots=True)
class Panel:
    """`template` is included with `facts`, what the call answers."""

    template: str
    facts: Callable[[], Mapping[str, Any]]


def show(name: str, template: str, facts: Callable[[], Mapping[str, Any]]) -> None:
    """File a panel under its name; it is asked every few seconds while somebody looks."""
    PANELS[name] = Panel(template, facts)


def shown() -> list[dict[str, Any]]:
    """Every panel with its facts, by name."""
    return [{"template": panel.template, "facts": panel.facts()} for _, panel in sorted(PANELS.items())]
