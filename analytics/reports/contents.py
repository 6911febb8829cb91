"""What a report says, as plain data: read in one snapshot, and kept, so that page, PDF and mail say the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import Avg, Case, F, IntegerField, Q, Sum, When
from django.utils import timezone

from analytics import answers, exports, periods, presenting, queries, rollups
from analytics.measures import Figures, Money
from analytics.models import PendingSlot
from analytics.reports import calendar, looks
from analytics.reports.models import Costs, Report, Section
from designer.assets.models import Asset
from designer.catalogue.amounts import money as dollars
from designer.personas.models import Feedback, FeedbackKind

BEST: Final = 12  # images
MOST_LINES: Final = 200  # of a table of models or members: a team of thousands would be a hundred pages
FOR: Final = Q(kind__in=[FeedbackKind.LIKE, FeedbackKind.PICK]) | Q(rating__gte=4)
AGAINST: Final = Q(kind=FeedbackKind.DISLIKE) | Q(rating__lte=2)  # as `sql/work.sql` has it
BY_YOU: Final = "Spent by you"
ABOUT_MONEY: Final = ("Spent", BY_YOU, "Cost per liked image")  # key figures that are left out without costs


@dataclass(frozen=True, slots=True)
class Found:
    """`content` as it is kept; the `overview` from which its table of figures is made."""

    content: dict[str, Any]
    overview: answers.Overview


def question_of(report: Report) -> answers.Question:
    """As its owner may ask it now, of no more costs than it is to tell. Raises Missing for an owner who is no longer in
    the team."""
    scope = queries.scope_of(report.owner, report.team_id)
    scope = scope if report.costs == Costs.TEAM else replace(scope, whole=())
    days = (report.last - report.first).days + 1
    period = periods.Period(report.first, report.last, periods.usual_interval(days), report.zone)
    by_days = period.interval != "hour" and rollups.days_are_kept(scope.teams, period.zone)
    tier: answers.Tier = "days" if by_days else "slots"
    compare = report.first - days * periods.DAY >= periods.FIRST and period.end <= timezone.now()
    return answers.Question(scope, period, compare=compare, tier=tier)


def read(report: Report, ask: answers.Question) -> Found:
    """All of it. Call within one snapshot."""
    plain, chosen = replace(ask, compare=False), report.sections
    waiting = pending(report, ask)
    cut: dict[str, int] = {}
    overview, costs = queries.overview(ask), queries.costs(ask)
    if report.costs == Costs.NONE:
        overview = _without_money(overview)
    models = queries.models(plain)
    shown = presenting.shown(overview, costs)
    content: dict[str, Any] = {
        "look": looks.kept(report),
        "days": calendar.told(report.first, report.last),
        "zone": report.zone,
        "is_empty": shown["is_empty"],
        "pending": waiting,
        "steps": shown["steps"],
        "figures": [_tile(each, report) for each in shown["figures"] if _told(each, report.costs)],
        "sentences": list(_sentences(overview, models, report)),
        "spans": [_span(each, report.costs) for each in reversed(shown["spans"])],
        "empty_spans": shown["empty_spans"],
    }
    if report.costs != Costs.NONE:
        told = presenting.costs_shown(costs)
        content["cost_chart"] = str(shown["cost_chart"])
        content["costs"] = {name: [_cost(row) for row in rows[:MOST_LINES]] for name, rows in told.items()}
        cut |= {f"costs_{name}": len(rows) - MOST_LINES for name, rows in told.items()}
    if Section.QUALITY in chosen:
        content["liked_chart"] = str(shown["liked_chart"])
    if Section.MODELS in chosen:
        lines = presenting.models_shown(models)
        content["models"] = [_model(row, report.costs) for row in lines[:MOST_LINES]]
        cut["models"] = len(lines) - MOST_LINES
    if Section.MEMBERS in chosen:
        lines = presenting.members_shown(queries.members(plain))
        content["members"] = [_member(row, report.costs) for row in lines[:MOST_LINES]]
        cut["members"] = len(lines) - MOST_LINES
    if Section.IMAGES in chosen:
        content["best"] = best(report, ask.period)
    content["cut"] = {name: count for name, count in cut.items() if count > 0}  # lines that are left out, by table
    return Found(content, overview)


def pending(report: Report, ask: answers.Question) -> bool:
    """Whether figures of these days, or of those with which they are compared, are just being worked out."""
    begin = ask.period.before().begin if ask.compare else ask.period.begin
    notes = PendingSlot.objects.filter(team_id=report.team_id, slot__gte=begin, slot__lt=ask.period.end)
    return bool(notes.exists())


def table(found: Found) -> bytes:
    """The figures over time, as the analytics' own CSV has them."""
    return exports.csv_of("overview", found.overview)


def _without_money(overview: answers.Overview) -> answers.Overview:
    """As whoever may see none of it has it."""
    series = [answers.Span(span.bucket, Figures(span.figures.work, None)) for span in overview.series]
    before = overview.previous
    return replace(
        overview,
        totals=Figures(overview.totals.work, None),
        previous=Figures(before.work, None) if before else None,
        series=series,
        previous_series=[],
    )


def _told(tile: dict[str, Any], costs: str) -> bool:
    return costs != Costs.NONE or tile["label"] not in ABOUT_MONEY


def _tile(tile: dict[str, Any], report: Report) -> dict[str, str]:
    told = {name: str(tile[name]) for name in ("label", "value", "basis", "before", "href", "link")}
    return told | ({"label": f"Spent by {report.owner.shown_name}"} if told["label"] == BY_YOU else {})


def _span(row: dict[str, Any], costs: str) -> dict[str, Any]:
    work = row["figures"].work
    told = {name: row[name] for name in ("when", "success", "liked", "quality")}
    told |= {"asked": work.asked, "failed": work.failed, "images": work.images, "rated": work.rated}
    return told | ({"cost": row["cost"], "basis": row["basis"]} if costs != Costs.NONE else {})


def _cost(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("name", "by", "amount", "simulated", "unpriced")}


def _model(row: dict[str, Any], costs: str) -> dict[str, Any]:
    names = ("name", "by", "simulated", "success", "success_of", "liked", "liked_of", "quality", "median", "p95")
    told = {name: row[name] for name in (*names, "faults")} | {"images": row["figures"].work.images}
    return told | ({"per_liked": row["per_liked"]} if costs != Costs.NONE else {})


def _member(row: dict[str, Any], costs: str) -> dict[str, Any]:
    work = row["figures"].work
    told = {name: row[name] for name in ("name", "liked", "liked_of", "days")}
    told |= {"asked": work.asked, "images": work.images}
    return told | ({"cost": row["cost"], "basis": row["basis"]} if costs != Costs.NONE else {})


def _sentences(overview: answers.Overview, models: answers.Models, report: Report) -> Iterator[str]:
    """The days in a few sentences, each with what it stands on."""
    now, before, days = overview.totals, overview.previous, overview.about.period.days
    work = now.work
    earlier = "the day before" if days == 1 else f"the {days} days before"
    if overview.about.period.end > timezone.now():
        yield "The last of these days was not over when this was made, so they are compared with no others."
    if not (work.asked or work.images):
        yield "Nothing was asked for in these days."
    else:
        yield f"{_of(work.images, 'image')} came of {_of(work.asked, 'generation')}{_live(now)}."
        if before is not None:
            yield f"That is {_change(work.images, before.work.images)} {earlier} ({_of(before.work.images, 'image')})."
        if now.success.denominator:
            yield f"{presenting.percent(now.success)} succeeded: {presenting.of(now.success, 'that ended')}."
        yield _liking(now, before, earlier)
    if report.costs != Costs.NONE and now.money is not None:
        who = "The team" if report.costs == Costs.TEAM else report.owner.shown_name
        yield _spending(now.money, before.money if before else None, earlier, who=who)
    busiest = [row for row in models.models if row.figures.work.images and row.model]
    if len(busiest) > 1:
        first = busiest[0]
        yield f"Most came from {first.model}: {first.figures.work.images:,} of {_of(work.images, 'image')}."


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _live(now: Figures) -> str:
    return f", {now.live:,} of which were still under way" if now.live else ""


def _change(now: int, before: int) -> str:
    if now == before:
        return "as many as in"
    if not before:
        return "more than in"
    share = f"{abs(now - before) / before:.0%}".replace("%", " %")
    return f"{share} {'more' if now > before else 'less'} than in"


def _liking(now: Figures, before: Figures | None, earlier: str) -> str:
    work, found = now.work, now.satisfaction
    if not work.rated:
        return f"Nobody rated any of the {_of(work.images, 'image')}, so nothing can be said of how they were liked."
    said = f"{presenting.percent(found)} of the rated images are liked: {presenting.of(found, 'rated')}"
    left = work.images - work.rated
    said += f"; {_of(left, 'image')} {'was' if left == 1 else 'were'} not rated" if left else ""
    if before is not None and before.work.rated:
        said += f". In {earlier} it was {presenting.percent(before.satisfaction)} of {before.work.rated:,}"
    return f"{said}."


def _spending(money: Money, before: Money | None, earlier: str, *, who: str) -> str:
    paid = presenting.amount(money)
    said = f"{who} was charged {paid}"
    if money.amount is None:
        said = f"What was charged is not known: {_of(money.unpriced, 'image')} without a price"
    elif money.simulated:
        said += f", and ${dollars(money.simulated)} was simulated, paid to nobody"
    if before is not None and not (money.unpriced or before.unpriced):  # a part of it is no sum to be compared
        more = money.paid - before.paid
        differs = "as much as" if not more else f"${dollars(abs(more))} {'more' if more > 0 else 'less'} than"
        said += f"; that is {differs} in {earlier}"
    return f"{said}."


def best(report: Report, period: periods.Period) -> list[dict[str, Any]]:
    """The images of these days of which the most was said for, as it stands now."""
    verdicts = Case(When(FOR, then=1), When(AGAINST, then=-1), default=0, output_field=IntegerField())
    said = Feedback.objects.filter(
        team=report.team_id, asset__kind="generated", asset__trashed_at=None, asset__set_aside=False,
        asset__created_at__gte=period.begin, asset__created_at__lt=period.end,
    )  # fmt: skip
    rows = said.exclude(kind=FeedbackKind.COMMENT).values("asset").annotate(balance=Sum(verdicts), stars=Avg("rating"))
    order = ("-balance", F("stars").desc(nulls_last=True), "-asset__created_at", "asset")
    chosen = list(rows.filter(balance__gt=0).order_by(*order)[:BEST])
    assets = Asset.objects.select_related("generation").in_bulk([row["asset"] for row in chosen])
    return [_image(assets[row["asset"]], row) for row in chosen if row["asset"] in assets]


def _image(asset: Asset, row: Mapping[str, Any]) -> dict[str, Any]:
    brief = " ".join((asset.generation.brief if asset.generation else "").split())
    stars = row["stars"]
    return {
        "id": str(asset.pk),
        "title": _shortened(brief or asset.title or "An image without a brief"),
        "model": str(asset.provenance.get("model") or ""),
        "simulated": asset.simulated,
        "said": f"{row['balance']:,} more for than against"
        + (f", {stars:.1f} of 5 stars" if stars is not None else ""),
    }


def _shortened(text: str, longest: int = 120) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
