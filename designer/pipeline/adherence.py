"""Whether a picture shows what was asked for: it is read again as if it were a photo, and held against the wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from designer.pipeline.checks import Check, Verdict, judged
from designer.pipeline.colours import delta_e, lab_of, rgb_of
from designer.pipeline.photo import PhotoReading

OK_COLOUR, WARN_COLOUR = 10.0, 15.0  # CIEDE2000; light and shade alone move a cloth by up to 10
SURE: Final = 0.5  # confidence of a reading that counts
VERY_SURE: Final = 0.8  # ... that may call a garment wrong
COMPARED: Final = ("garment", "pattern", "silhouette", "length")
FAMILIES: Final = (
    frozenset({"shirt", "blouse", "top", "t_shirt", "sweater", "cardigan", "vest"}),
    frozenset({"coat", "jacket", "blazer", "cardigan", "vest"}),
    frozenset({"trousers", "jeans", "shorts"}),
    frozenset({"dress", "skirt", "jumpsuit"}),
)  # an outline alone does not tell these from each other
COLOUR_BASIS: Final = (
    "Each wished colour against the nearest one on the garment as read again (CIEDE2000), weighted by wished share."
)
GARMENT_BASIS: Final = "The picture read again by the local analyser; only what both the wish and the reading know."


def colours_kept(wished: Any, reading: PhotoReading) -> Check:
    """`wished`: colours with name, hex and coverage, or None."""
    source = "Sharma, Wu, Dalal 2005, doi:10.1002/col.20070"
    asked = [each for each in wished or [] if isinstance(each, Mapping) and each.get("hex")]
    seen = reading.attributes["colours"].value if "colours" in reading.attributes else None
    if not asked or not isinstance(seen, list) or not seen:
        why = "No colour was asked for." if not asked else "The garment's colours could not be read from the picture."
        return Check(name="colour", verdict="unknown", basis=COLOUR_BASIS, source=source, said=why)
    far = delta_e(_labs(asked)[:, None], _labs(seen)[None])
    nearest, weights = far.min(axis=1), _shares(asked)
    worst = int(np.argmax(nearest * weights))
    value = float((nearest * weights).sum())
    got = seen[int(far[worst].argmin())]["name"]
    bad = f"Colour is off: asked {asked[worst]['name']}, got {got}"
    facts = {"ok": OK_COLOUR, "warn": WARN_COLOUR, "basis": COLOUR_BASIS, "source": source, "shown": "ΔE {:.1f}"}
    return judged("colour", value, "ΔE", **facts, bad=bad)  # type: ignore[arg-type]  # floats and texts by name


def _labs(colours: list[Any]) -> Any:
    return lab_of([rgb_of(str(each["hex"])) for each in colours]).astype(np.float64)


def _shares(colours: list[Any]) -> Any:
    """Shares that add up to 1; where nobody measured them, each colour counts half of the one before."""
    said = [each.get("coverage") for each in colours]
    known = all(isinstance(share, int | float) and share > 0 for share in said)
    weights = np.array(said if known else [2.0**-place for place in range(len(colours))], float)
    return weights / weights.sum()


def garment_kept(wished: Mapping[str, Any], reading: PhotoReading) -> Check:
    """Whether garment, pattern, silhouette and length are those asked for, as far as the analyser can tell."""
    told = [(name, *_compared(name, wished, reading)) for name in COMPARED]
    known = [(name, same, why) for name, same, why in told if same is not None]
    facts: dict[str, Any] = {"name": "garment", "unit": "share kept", "basis": GARMENT_BASIS}
    if not known:
        return Check(**facts, verdict="unknown", said="The analyser cannot tell from this picture.")
    wrong = [why for _, same, why in known if not same]
    value = round(1 - len(wrong) / len(known), 3)
    verdict: Verdict = "ok" if not wrong else "failed" if _surely_wrong(known, reading) else "warn"
    said = f"As asked: {', '.join(name for name, _, _ in known)}." if not wrong else f"{'; '.join(wrong)}."
    score = 0.9 if not wrong else 0.25 if verdict == "failed" else 0.6
    return Check(**facts, value=value, verdict=verdict, said=said[:1].upper() + said[1:], score=score)


def _surely_wrong(known: Sequence[tuple[str, bool | None, str]], reading: PhotoReading) -> bool:
    garment_differs = any(name == "garment" and not same for name, same, _ in known)
    return garment_differs and reading.attributes["garment"].confidence >= VERY_SURE


def _compared(name: str, wished: Mapping[str, Any], reading: PhotoReading) -> tuple[bool | None, str]:
    """Whether one attribute was kept, None = cannot tell; and what is different."""
    asked, found = wished.get(name), reading.attributes.get(name)
    if not isinstance(asked, str) or found is None or not isinstance(found.value, str) or found.confidence < SURE:
        return None, ""
    same = asked == found.value or (name == "garment" and _related(asked, found.value))
    return same, f"{name} is off: asked {asked.replace('_', ' ')}, looks like {found.value.replace('_', ' ')}"


def _related(one: str, two: str) -> bool:
    return any(one in family and two in family for family in FAMILIES)
