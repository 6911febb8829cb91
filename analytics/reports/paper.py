"""A report as a PDF that screen readers can read (PDF/UA-1), of its own charts and images alone."""

from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone

from analytics.reports import drawings, looks
from analytics.reports.contents import BEST
from analytics.reports.models import Report
from designer import printing
from teams.membership.models import TeamAvatar

STYLE: Final = Path(__file__).parent / "report.css"
HERO: Final = 1280  # pixels of the image on the cover
OWN: Final = "report:"  # how the pages name what belongs to them


def pdf(report: Report, content: dict[str, Any]) -> bytes:
    """Raises printing.NoPaper where Pango is missing."""
    own: dict[str, tuple[bytes, str]] = {}
    charts = drawings.charts_of(content)
    for name, chart in charts.items():
        own[f"{OWN}{name}"] = (chart.svg, "image/svg+xml")
    best = []
    for row, data in drawings.pictures_of(content, BEST):
        address = f"{OWN}{row['id']}" if data else ""
        if data:
            own[address] = (data, "image/jpeg")
        best.append({**row, "address": address})
    look = looks.kept(report)
    hero, logo = _hero(content, own) if look["cover"] else None, _logo(report, own)
    facts = {
        "report": report,
        "look": look,
        "hero": hero,
        "logo": logo,
        "made": timezone.now(),
        "content": content,
        "charts": {name: {"address": f"{OWN}{name}", "said": chart.said} for name, chart in charts.items()},
        "best": best,
    }
    html = render_to_string("reports/report.html", facts)
    colours = "".join(f"--{name}: {value};" for name, value in looks.accents(look["colour"]).items())
    style = f":root {{ {colours} }}\n{STYLE.read_text()}"
    return printing.printed(html, style, own, base="report:page")


def _hero(content: dict[str, Any], own: dict[str, tuple[bytes, str]]) -> dict[str, Any] | None:
    """The best image that has a file, large enough for a cover; None where there is none."""
    for row, data in drawings.pictures_of(content, BEST, edge=HERO):
        if data:
            own[f"{OWN}hero"] = (data, "image/jpeg")
            return {**row, "address": f"{OWN}hero"}
    return None


def _logo(report: Report, own: dict[str, tuple[bytes, str]]) -> str:
    """The team's picture; "" where it has none."""
    data = TeamAvatar.objects.filter(team=report.team_id).values_list("data", flat=True).first()
    if data is None:
        return ""
    own[f"{OWN}logo"] = (bytes(data), "image/webp")
    return f"{OWN}logo"
