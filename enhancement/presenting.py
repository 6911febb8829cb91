"""An enhancement as a page or a client reads it: its steps, each with what was promised and what became of it."""

from typing import Any, Final

from enhancement.models import Enhancement, Status
from enhancement.operations import registry

NEXT: Final = {Status.QUEUED: "waiting", Status.RUNNING: "running"}


def title_of(name: str) -> str:
    """The operation's title; its name where it is not known here any more."""
    operation = registry.find(name)
    return operation.title if operation else name.replace("_", " ").capitalize()


def summary_of(row: Enhancement) -> str:
    """'Enlarge 4×, Clean colours': the recipe in a line."""
    return ", ".join(_words(step) for step in row.operations)


def _words(step: dict[str, Any]) -> str:
    scale = step.get("scale")
    return f"{title_of(step['name'])} {scale}×" if scale else title_of(step["name"])


def steps_of(row: Enhancement) -> list[dict[str, Any]]:
    """Every step: `status` waiting, running, done or skipped; seconds and size as measured, else as quoted."""
    done = row.facts.get("operations", [])
    quote = row.quote or [{"name": step["name"], "title": title_of(step["name"])} for step in row.operations]
    return [_step(row, place, quoted, done) for place, quoted in enumerate(quote)]


def _step(row: Enhancement, place: int, quoted: dict[str, Any], done: list[dict[str, Any]]) -> dict[str, Any]:
    facts = done[place] if place < len(done) else {}
    if facts:
        status = "done"
    elif row.is_live:
        status = NEXT[Status(row.status)] if place == len(done) else "waiting"
    else:
        status = "skipped"
    return {
        **{name: quoted.get(name) for name in ("name", "title", "provider", "model", "cost")},
        "status": status,
        "seconds_quoted": quoted.get("seconds"),
        "seconds": facts.get("seconds"),
        "width": facts.get("width", quoted.get("width")),
        "height": facts.get("height", quoted.get("height")),
        "facts": facts,
    }
