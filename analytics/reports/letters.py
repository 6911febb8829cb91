"""The mail of a report: its key figures as HTML and as text, with pictures inside, and the way to hear no more."""

from dataclasses import dataclass
from email.message import Message
from email.mime.image import MIMEImage
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.message import SafeMIMEMultipart
from django.template.loader import render_to_string
from django.urls import reverse

from analytics.reports import drawings, looks
from analytics.reports.models import Consent, Delivery, Report
from designer.assets.blobs import AWAY
from designer.notifications.letters import harmless
from teams.base.errors import Missing
from teams.membership.models import Team

SALT: Final = "analytics.reports.unsubscribe"
YES: Final = "analytics.reports.agree"
PICTURES: Final = 6  # of the best images
MOST_ATTACHED: Final = 5 << 20  # bytes of a PDF that goes along
FILE: Final = "report.pdf"


class Illustrated(EmailMultiAlternatives):
    """HTML with pictures inside: they are told apart from what is attached (RFC 2387)."""

    pictures: list[tuple[str, bytes, str]]  # name, content, subtype

    def _create_alternatives(self, msg: Message) -> Message:
        made: Message = super()._create_alternatives(msg)  # type: ignore[misc]
        parts: Any = made.get_payload()
        related = SafeMIMEMultipart(_subtype="related", encoding=self.encoding or settings.DEFAULT_CHARSET)
        related.attach(parts.pop())
        for name, content, kind in self.pictures:
            image = MIMEImage(content, _subtype=kind)
            image.add_header("Content-ID", f"<{name}>")
            image.add_header("Content-Disposition", "inline", filename=f"{name}.{kind}")
            related.attach(image)
        parts.append(related)
        return made


def letter(delivery: Delivery) -> Illustrated:
    """The mail to one recipient. To an address outside nothing leads into the studio, and what people wrote, names and
    briefs, is no address to be followed."""
    report, content = delivery.report, delivery.report.content
    inside = delivery.user is not None
    away = away_of(report.team_id, delivery.address, outside=not inside)
    look = looks.kept(report)
    team, who, heading, brand = report.team.name, report.owner.shown_name, look["heading"], look["brand"]
    charts = drawings.charts_of(content)
    pictures, best = _pictures(content, charts)
    if not inside:
        team, who = harmless(team, "A team"), harmless(who, "A designer")
        heading, brand = harmless(heading, team), harmless(brand, team) if brand else ""
        best = [{**row, "title": harmless(row["title"], "An image")} for row in best]
    attached = _attached(report)
    facts = {
        "report": report, "content": content, "team": team, "heading": heading, "brand": brand,
        "introduction": look["introduction"] if inside else "", "accents": looks.accents(look["colour"]), "best": best,
        "away": away, "site": settings.SITE_URL, "name": delivery.user.shown_name if delivery.user else "", "who": who,
        "by": report.owner.email, "link": f"{settings.SITE_URL}{reverse('report', args=[report.pk])}" if inside else "",
        "charts": {name: chart.said for name, chart in charts.items()}, "attached": attached is not None,
        "too_large": attached is None and FILE in report.files,
    }  # fmt: skip
    mail = Illustrated(
        subject=" ".join(f"{heading}: {content['days']}".split()),
        body=render_to_string("mail/report.txt", facts),
        to=[delivery.address],
        headers={
            "List-Unsubscribe": f"<{away}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Message-ID": f"<report.{delivery.pk}@{_host()}>",  # the same at each try
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.pictures = pictures
    mail.attach_alternative(render_to_string("mail/report.html", facts), "text/html")
    if attached is not None:
        mail.attach(f"report-{report.first}-{report.last}.pdf", attached, "application/pdf")
    return mail


def question(row: Consent, connection: Any) -> EmailMessage:
    """The mail that asks whether an address wants the reports of a team, and holds nothing else."""
    name = row.asker.shown_name if row.asker else ""
    who, team = harmless(name, "A designer"), harmless(row.team.name, "a team")
    away, yes = away_of(row.team_id, row.address, outside=True), signing.dumps(str(row.pk), salt=YES)
    link = f"{settings.SITE_URL}{reverse('report_agree')}?{urlencode({'t': yes})}"
    facts = {"row": row, "who": who, "team": team, "site": settings.SITE_URL, "link": link, "away": away}
    title = f"{who} asks whether you want the reports of {team}"
    headers = {"List-Unsubscribe": f"<{away}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    body, subject = render_to_string("mail/report_question.txt", facts), " ".join(title.split())
    return EmailMessage(subject=subject, body=body, to=[row.address], headers=headers, connection=connection)


def asked(token: str) -> Consent:
    """Who is asked by a mail's link. Raises Missing for one that we did not write, or that is long over."""
    try:
        pk = signing.loads(token, salt=YES)
    except signing.BadSignature as error:
        raise Missing(message="This link is not one of ours.", remedy="Ask whoever sends the reports.") from error
    row = Consent.objects.select_related("team").filter(pk=pk).first()
    if row is None:
        raise Missing(message="Nobody waits for this answer any more.", remedy="Ask whoever sends the reports.")
    return row


def _pictures(
    content: dict[str, Any], charts: dict[str, drawings.Chart]
) -> tuple[list[tuple[str, bytes, str]], list[dict[str, Any]]]:
    """What is shown inside, and the best images with the name of each, "" where its file is gone."""
    found = [(name, chart.png, "png") for name, chart in charts.items()]
    best = []
    for number, (row, data) in enumerate(drawings.pictures_of(content, PICTURES), 1):
        name = f"image-{number}" if data else ""
        best.append({**row, "cid": name})
        if data:
            found.append((name, data, "jpeg"))
    return found, best


def _attached(report: Report) -> bytes | None:
    """The PDF, where there is one that is not too large to be mailed."""
    told = report.files.get(FILE)
    if told is None or told["bytes"] > MOST_ATTACHED:
        return None
    try:
        with default_storage.open(told["path"]) as file:
            return bytes(file.read())
    except AWAY:
        return None


def _host() -> str:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"[IPv6:{host}]" if ":" in host else host


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a mail's link is about. `team`: None where it is gone. `outside`: to whoever is in no team; one click stops
    the reports of every team then, for each new team would find the address again."""

    team: Team | None
    address: str
    outside: bool


def away_of(team_id: UUID, address: str, *, outside: bool) -> str:
    token = signing.dumps([str(team_id), address, outside], salt=SALT)
    return f"{settings.SITE_URL}{reverse('report_unsubscribe')}?{urlencode({'t': token})}"


def subscription(token: str) -> Subscription:
    """Raises Missing for a link that we did not write, and for one about a team that is gone."""
    try:
        team_id, address, outside = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise Missing(message="This link is not one of ours.", remedy="Ask whoever sends the reports.") from error
    team = Team.objects.filter(pk=team_id).first()
    if team is None and not outside:
        raise Missing(message="This team is gone, and so are its reports.")
    return Subscription(team, address, outside)
