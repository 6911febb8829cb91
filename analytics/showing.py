"""What is made for whom, what is asked for and who comes back, as the page tells it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from analytics import answers
from analytics.periods import midnight
from analytics.presenting import amount, dated, gallery, mean, of, percent, priced

NAMES: Final = {"colours": "colour", "fabric_weight": "fabric weight", "word": "word"}
LEVELS: Final = 5  # of a share's colour, above none


def slices_shown(found: dict[str, list[answers.Slice]], about: answers.About) -> list[dict[str, Any]]:
    """Three tables of the same columns: by persona, garment and model."""
    whose = (("personas", "Persona"), ("garments", "Garment"), ("makers", "Model"))
    return [
        {
            "name": name,
            "what": what,
            "rows": [_slice(row, name, about) for row in found[name] if row.figures.work.images],
        }
        for name, what in whose
    ]


def _slice(row: answers.Slice, whose: str, about: answers.About) -> dict[str, Any]:
    figures = row.figures
    unknown = figures.money is not None and figures.money.unpriced > 0
    return {
        "name": _name(row, whose),
        "by": row.provider,
        "simulated": row.simulated,
        "images": figures.work.images,
        "href": _behind(row, whose, about),
        "rated": f"{figures.work.rated:,} of {figures.work.images:,} rated",
        "liked": percent(figures.satisfaction),
        "liked_of": of(figures.satisfaction, "rated"),
        "quality": mean(figures.quality),
        "approved": percent(row.approved),
        "approved_of": of(row.approved, "images"),
        "cost": amount(figures.money),
        "per_approved": "unknown" if unknown else priced(row.cost_per_approved),
    }


def _name(row: answers.Slice, whose: str) -> str:
    if whose == "personas":
        return row.name or ("A persona that is gone" if row.persona else "No persona")
    return (row.garment or "Not understood") if whose == "garments" else (row.model or "No model yet")


def _behind(row: answers.Slice, whose: str, about: answers.About) -> str:
    """To its images, as they are counted: those made in these days."""
    if whose == "makers":
        if not (row.provider and row.model):
            return ""
        simulated = "yes" if row.simulated else "no"
        return gallery(about, kind="generated", provider=row.provider, model=row.model, simulated=simulated)
    if whose == "garments":
        return gallery(about, kind="generated", garment=row.garment) if row.garment else ""
    return gallery(about, kind="generated", persona=str(row.persona)) if row.persona else ""


def terms_shown(found: answers.Terms | None, about: answers.About) -> dict[str, Any] | None:
    """What is asked for, with a way to the images of the generations that ask for it."""
    if found is None:
        return None
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in found.attributes:
        kinds.setdefault(NAMES.get(row.kind, row.kind), []).append(_term(row, about))
    middle = found.middle
    return {
        "asked": found.asked,
        "kinds": list(kinds.items()),
        "words": [_term(row, about) for row in found.words],
        "prompts": [
            {**_term(row, about), "page": reverse("generation", args=[row.generation])} for row in found.prompts
        ],
        "moved": [
            {
                "term": row.term,
                "kind": NAMES.get(row.kind, row.kind),
                "rises": row.rises,
                "before": percent(row.before),
                "before_of": of(row.before, "generations"),
                "after": percent(row.after),
                "after_of": of(row.after, "generations"),
                "points": _points(row),
                "href": _asked(about, row.kind, row.term),
            }
            for row in found.moved
        ],
        "middle": f"{dated(middle)} {middle.year}",
        "tests": found.tests,
        "lacking": found.lacking,
    }


def _term(row: answers.Term, about: answers.About) -> dict[str, Any]:
    return {
        "term": row.term,
        "count": row.rate.numerator,
        "share": percent(row.rate),
        "href": _asked(about, row.kind, row.digest or row.term),
    }


def _asked(about: answers.About, kind: str, term: str) -> str:
    """To the images of the generations that were asked for in these days and name it."""
    period = about.period
    named = {"word": {"word": term}, "prompt": {"brief": term}}.get(kind, {"attribute": f"{kind}:{term}"})
    said = {
        "kind": "generated",
        **named,
        "asked_since": period.begin.isoformat(),
        "asked_until": period.end.isoformat(),
        **({"of": str(about.scope.teams[0])} if len(about.scope.teams) == 1 else {}),
    }
    return f"{reverse('gallery')}?{urlencode(said)}"


def _points(row: answers.Moved) -> str:
    low, high = sorted(abs(100 * each) for each in (row.compared.low, row.compared.high))
    return f"{low:.0f} to {high:.0f} points"


def cohorts_shown(cohorts: Iterable[answers.Cohort], about: answers.About) -> dict[str, Any]:
    """A line for each cohort, a column for each week."""
    rows = list(cohorts)
    weeks = sorted({each.week for row in rows for each in row.returns})
    return {
        "weeks": [dated(week) for week in weeks],
        "rows": [
            {
                "began": f"week from {dated(row.week)} {row.week.year}" if row.week else f"before {dated(weeks[0])}",
                "members": row.members,
                "cells": [None] * (len(weeks) - len(row.returns)) + [_return(each) for each in row.returns],
            }
            for row in rows
        ],
        "links": [(dated(week), _week(about, week)) for week in weeks],
    }


def _return(row: answers.Return) -> dict[str, Any]:
    rate = row.active
    level = 0 if not rate.numerator else max(1, round((rate.rate or 0) * LEVELS))
    return {"said": f"{rate.numerator} of {rate.denominator}", "level": level, "part": not row.whole}


def _week(about: answers.About, week: date) -> str:
    zone = about.period.zone
    return gallery(about, midnight(week, zone), midnight(week + timedelta(days=7), zone), kind="generated")
