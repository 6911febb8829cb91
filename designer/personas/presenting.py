"""Personas and looks as pages show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils.formats import date_format

from designer.assets.models import Asset
from designer.personas.drift import Drift
from designer.personas.models import Persona
from designer.personas.portfolio_models import PortfolioImport
from designer.personas.portfolios import looks_of
from designer.personas.services import shown_weights
from designer.pipeline.clustering import Trait, pictures, shown
from designer.pipeline.drift import MonthDrift
from teams.accounts.models import User

WIDE, TALL, EDGE = 640, 240, 46  # of the drift chart, in its own units
VERDICTS: Final = {"too_few": "too few", "steady": "steady", "moving": "moving", "apart": "another taste"}
MOST_NAMED: Final = 9  # months on the chart beside which there is no room for every name
BARS: Final = 6


def bars_of(row: Persona) -> list[dict[str, Any]]:
    """Each attribute with its values, their weight as a percentage, the pictures behind each, and in how many of all
    the attribute was read (None: not of pictures)."""
    return [
        {
            "label": name.replace("_", " "),
            "values": _values(name, values, row.distributions.get(name, {})),
            "read": sum(row.distributions[name].values()) if name in row.distributions else None,
        }
        for name, values in shown_weights(row).items()
    ]


def _values(name: str, values: Mapping[str, float], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"label": bare(name, value), "percent": round(100 * weight), "count": counts.get(value)}
        for value, weight in list(values.items())[:BARS]
    ]


def exemplars_of(rows: Iterable[Persona], reader: User) -> dict[str, list[Asset]]:
    """Persona -> its most typical pictures that are still there; one query for all."""
    rows = list(rows)
    wanted = {pk for row in rows for pk in row.exemplars}
    found = {str(asset.pk): asset for asset in Asset.objects.visible_to(reader).kept().filter(pk__in=wanted)}
    return {str(row.pk): [found[pk] for pk in row.exemplars if pk in found] for row in rows}


def looks_shown(row: PortfolioImport) -> list[dict[str, Any]]:
    """The looks with their pictures, and the persona that was made of each."""
    looks = looks_of(row)
    wanted = [UUID(pk) for look in looks for pk in look.exemplars]
    items = row.items.filter(pk__in=wanted, asset__trashed_at=None).select_related("asset")
    assets = {str(item.pk): item.asset for item in items}
    made = Persona.objects.filter(team=row.team_id, origin__portfolio=str(row.pk))
    taken = {persona.origin.get("cluster"): persona for persona in made}
    return [
        {
            "key": look.key,
            "name": look.name,
            "count": look.count,
            "percent": round(100 * look.weight),
            "confidence": round(100 * look.confidence),
            "basis": look.basis,
            "palette": look.palette,
            "signature": [
                {
                    "label": shown(each.attribute, each.value),
                    "lift": f"{each.lift:.1f}" if look.weight < 1 else None,
                    "among": among(each, look.count),
                }
                for each in look.signature
            ],
            "assets": [asset for pk in look.exemplars if (asset := assets.get(pk))],
            "persona": taken.get(look.key),
        }
        for look in looks
    ]


def among(trait: Trait, size: int) -> str:
    """In how many pictures a look has it, of those in which anything was read of it, of all its `size`."""
    if trait.read in (0, size):
        return f"all {size}" if trait.count == size > 1 else f"{trait.count} of {pictures(size)}"
    what = "colours were" if trait.attribute == "colours" else f"{trait.attribute.replace('_', ' ')} was"
    return f"{trait.count} of the {trait.read} whose {what} read, of {size}"


def bare(attribute: str, value: str) -> str:
    """A value beside its attribute's name: "summer season" as "summer"."""
    return shown(attribute, value).removesuffix(f" {attribute.replace('_', ' ')}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A month on the chart."""

    x: int
    y: int
    month: str  # "" where the names of all would run into each other
    said: str


def chart_of(drift: Drift) -> dict[str, Any]:
    """The months that can be told as dots and a line; the figures stand in the table below it."""
    told = [month for month in drift.months if month.divergence is not None]
    step = (WIDE - 2 * EDGE) / max(1, len(told) - 1)
    every = 1 + len(told) // MOST_NAMED
    dots = [
        _dot(
            month,
            x=round(EDGE + step * place if len(told) > 1 else WIDE / 2),
            named=(len(told) - 1 - place) % every == 0,  # the newest always
        )
        for place, month in enumerate(told)
    ]
    return {
        "dots": dots,
        "line": " ".join(f"{dot.x},{dot.y}" for dot in dots),
        "wide": WIDE,
        "tall": TALL,
        "grid": [{"y": _height(share), "label": f"{share:.1f}"} for share in (0.0, 0.5, 1.0)],
        "left": EDGE,
        "right": WIDE - EDGE,
    }


def _dot(month: MonthDrift, *, x: int, named: bool) -> Dot:
    far, name = month.divergence or 0.0, _named(month.month)
    return Dot(x=x, y=_height(far), month=name if named else "", said=f"{name}: {far:.2f} from {month.images} images")


def _named(month: str) -> str:
    """ "2026-11" -> "Nov 2026"."""
    return date_format(date.fromisoformat(f"{month}-01"), "M Y")


def _height(share: float) -> int:
    return round(TALL - EDGE - share * (TALL - 2 * EDGE))


def drift_rows(drift: Drift) -> list[dict[str, Any]]:
    """The newest month first, each attribute that has any sample with its words."""
    return [
        {
            "month": _named(month.month),
            "images": month.images,
            "attributes": [
                {
                    "label": each.attribute.replace("_", " "),
                    "samples": each.samples,
                    "divergence": each.divergence,
                    "verdict": each.verdict,
                    "said": VERDICTS[each.verdict],
                    "top": ", ".join(bare(each.attribute, value) for value in each.top),
                }
                for each in month.attributes
                if each.samples
            ],
        }
        for month in reversed(drift.months)
    ]
