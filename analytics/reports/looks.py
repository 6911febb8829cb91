"""How a report looks and in whose name it speaks: its template's title, words and cover, its team's name and colour."""

from typing import Any, Final

from analytics.reports.models import Kind, Report
from teams.membership.defaults import BRAND_COLOUR, BRAND_NAME, said_by

ACCENT: Final = "#8c2f39"  # the studio's own
INK: Final = "#1f1b18"
LEGIBLE: Final = 4.5  # WCAG 2.2, 1.4.3


def look_of(report: Report) -> dict[str, Any]:
    """To be kept with it: what is changed later of its template or team changes nothing of it. `colour`: "" where the
    team has none."""
    template = report.template
    return {
        "heading": (template.title if template else "") or report.team.name,
        "introduction": template.introduction if template else "",
        "cover": template.cover if template else report.kind != Kind.DAILY,
        "brand": said_by(report.team, BRAND_NAME),
        "colour": said_by(report.team, BRAND_COLOUR),
    }


def kept(report: Report) -> dict[str, Any]:
    """As it was when it was asked for; of one that is older than templates, as it was made then."""
    plain = {"heading": report.team.name, "introduction": "", "cover": False, "brand": "", "colour": ""}
    found: dict[str, Any] = report.content.get("look", {})
    return plain | found


def accents(colour: str) -> dict[str, str]:
    """`bar`: for lines and fields; `text`: the same where it can be read on white, and white on it, else ink."""
    bar = colour or ACCENT
    return {"bar": bar, "text": bar if _contrast_to_white(bar) >= LEGIBLE else INK}


def _contrast_to_white(colour: str) -> float:
    """The contrast ratio of WCAG 2.2 of #rrggbb."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
