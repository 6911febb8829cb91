"""A report as a PDF that screen readers can read (PDF/UA-1). It is made without a network and without other files: the
one who fetches for it knows the report's own charts and images, and nothing else."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone
from PIL import ImageFile

from analytics.reports import drawings, looks
from analytics.reports.contents import BEST
from analytics.reports.models import Report
from teams.membership.models import TeamAvatar

STYLE: Final = Path(__file__).parent / "report.css"
HERO: Final = 1280  # pixels of the image on the cover
OWN: Final = "report:"  # how the pages name what belongs to them
REMEDY: Final = "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
MISSING: Final = f"No PDF could be made, for Pango is not installed here. Whoever runs the studio: {REMEDY}."


class NoPaper(Exception):
    """What makes PDFs is not installed."""


def pdf(report: Report, content: dict[str, Any]) -> bytes:
    """Raises NoPaper where Pango is missing."""
    weasyprint = _weasyprint()
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
    fetcher = _fetcher()(own)
    page = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url="report:page")
    colours = "".join(f"--{name}: {value};" for name, value in looks.accents(look["colour"]).items())
    style = f":root {{ {colours} }}\n{STYLE.read_text()}"
    sheet = weasyprint.CSS(string=style, url_fetcher=fetcher)
    return bytes(page.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1"))


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


def _weasyprint() -> Any:
    """Loaded by whoever makes a report, and by nobody else: it takes memory, and Pango may be missing."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        import weasyprint
    except OSError as error:
        raise NoPaper from error
    finally:  # it has Pillow take damaged pictures for whole ones, in all of the process
        ImageFile.LOAD_TRUNCATED_IMAGES = before
    return weasyprint


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnAlone(URLFetcher):  # type: ignore[misc]  # from a package without types
        """Hands out what belongs to the report. It opens nothing: not a file, not a socket."""

        def __init__(self, own: dict[str, tuple[bytes, str]]) -> None:
            super().__init__(allowed_protocols=())
            self.own = own

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in self.own:
                raise ValueError(f"{url[:80]} is no part of this report.")
            data, kind = self.own[url]
            return URLFetcherResponse(url, data, {"Content-Type": kind})

    return OwnAlone
