"""A statement as a PDF that screen readers can read (PDF/UA-1), by the means of reports: without a network, and of
itself alone."""

from pathlib import Path
from typing import Final

from django.template.loader import render_to_string

from analytics.billing import services
from analytics.billing.models import Statement
from analytics.reports import looks
from designer import printing
from teams.base.errors import Refused
from teams.membership.models import TeamAvatar

STYLE: Final = Path(__file__).parent / "statement.css"
LOGO: Final = "statement:logo"


def pdf(row: Statement) -> bytes:
    """Raises Refused (503) where Pango is missing."""
    picture = TeamAvatar.objects.filter(team=row.team_id).values_list("data", flat=True).first()
    own = {LOGO: (bytes(picture), "image/webp")} if picture is not None else {}
    facts = {"row": row, "sections": services.sections(row.lines), "logo": LOGO if own else ""}
    html = render_to_string("billing/statement_pdf.html", facts)
    colours = "".join(f"--{name}: {value};" for name, value in looks.accents(row.look.get("colour", "")).items())
    try:
        return printing.printed(html, f":root {{ {colours} }}\n{STYLE.read_text()}", own, base="statement:page")
    except printing.NoPaper as error:
        raise Refused("no_paper", printing.MISSING, remedy="Take the CSV file until then.", status=503) from error
