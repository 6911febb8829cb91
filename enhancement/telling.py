"""What the steps of a recipe said of the picture, in words: what came out otherwise than asked, and how far colours and
faces moved."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from enhancement.operations import registry

FOR_DESIGNERS: Final = (
    (re.compile(r"Run (manage\.py models install ([\w.+-]*\w))"), r"Ask your administrator to install \2 (\1)"),
    (
        re.compile(r"Install requirements/[\w.]+\w: (\w+) is missing\."),
        r"\1, which it needs, is missing where this studio computes. Ask your administrator to install it.",
    ),
    (re.compile(r"Install requirements/[\w.]+\w\b"), "Ask your administrator to install it"),
    (re.compile(r"\bSet (?=DESIGNER_)"), "Ask your administrator to set "),
    (re.compile(r"^Install (?=it|both)"), "Ask your administrator to install "),
    (re.compile(r"^Put (?=the file)"), "Ask your administrator to put "),
    (re.compile(r"^Fetch (?=the|them)"), "Ask your administrator to fetch "),
)


def title_of(name: str) -> str:
    """The operation's title; its name where it is not known here any more."""
    operation = registry.find(name)
    return operation.title if operation else name.replace("_", " ").capitalize()


def for_designers(words: str) -> str:
    """A remedy for whoever runs the studio, as a request to them. Of a model of weights the command goes along."""
    for pattern, said in FOR_DESIGNERS:
        words = pattern.sub(said, words)
    return words


def said_by(facts: Mapping[str, Any]) -> list[str]:
    """One step's notes, then its own figures, each once. `facts`: as the operation gave them."""
    said = [*facts.get("notes", []), _palette(facts.get("palette") or {}), _faces(facts)]
    return list(dict.fromkeys(filter(None, said)))


def said_by_all(steps: Iterable[Mapping[str, Any]]) -> list[str]:
    """The same of several steps, each line with who says it; what an earlier one said is left out."""
    lines: dict[str, str] = {}
    for facts in steps:
        for words in said_by(facts):
            lines.setdefault(words, f"{title_of(facts['name'])}: {words}")
    return list(lines.values())


def _palette(facts: Mapping[str, Any]) -> str:
    if "delta_e_before" not in facts:
        return ""
    before, after = (facts[f"delta_e_{when}"] for when in ("before", "after"))
    return f"Distance to the palette (ΔE2000, mean): {before:.1f} before, {after:.1f} after."


def _faces(facts: Mapping[str, Any]) -> str:
    alike = [f"{box['similarity']:.2f}" for box in facts.get("boxes", []) if "similarity" in box]
    if not alike:
        return ""
    many = f"{len(alike)} faces restored" if len(alike) > 1 else "One face restored"
    return f"{many}; likeness {', '.join(alike)} (SSIM; 1 is unchanged)."
