"""The pages of reports: what there is, a new one, one with where it went; and when they are made by themselves."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics import asking, queries
from analytics.reports import consents, letters, posting, recipients, schedules, services, templates
from analytics.reports.api import ReportFilter, TemplateFilter
from analytics.reports.forms import ReportForm, ScheduleForm, TemplateForm
from analytics.reports.models import AGAIN, Cadence, Delivery, Kind, Post, Report, ReportTemplate, Schedule, Status
from designer.notifications.letters import harmless
from teams.accounts.models import User
from teams.accounts.people import person
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.lists import filters_said
from teams.base.preconditions import etag_of
from teams.membership.models import Team
from teams.membership.ownership import teams_where, visible_teams, working_team
from teams.membership.permissions import check_awake

PAGE: Final = 20
CHARTS: Final = (("cost_chart", "Cost over time"), ("liked_chart", "Liked, of those rated"))


@login_required
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    user = person(request)
    rows = (
        Report.objects.visible_to(user).defer("content").select_related("team", "owner").order_by("-created_at", "-id")
    )
    said = filters_said(request.GET, status=Status.values, kind=Kind.values)
    page = Paginator(ReportFilter(said, queryset=rows).qs, PAGE).get_page(request.GET.get("page"))
    filters = {name: said.get(name, "") for name in ("search", "status", "kind")}
    context = {
        "page": page,
        "filters": filters,
        "query": said.urlencode(),
        "active": any(filters.values()),
        "states": Status.choices,
        "kinds": Kind.choices,
        "manages": bool(schedules.managed_teams(user)),
        "may_create": bool(_working_teams(user)),
        "stopped": [row.team.name if row.team else "every team" for row in recipients.own_stops(user)],
    }
    return render(request, "analytics/reports/reports.html", context)


@login_required
@require_POST
def mail_again(request: HttpRequest) -> HttpResponse:
    """Have the reports of one's teams mailed again that one has stopped."""
    recipients.own_stops(person(request)).delete()
    messages.success(request, "Reports that name you are mailed to you again.")
    return redirect("reports")


def _working_teams(user: User) -> list[Team]:
    found = visible_teams(user).filter(pk__in=teams_where(user, "create_work"))
    return list(found.order_by("-personal", "name"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a report."""
    user = person(request)
    teams = _working_teams(user)
    team = _chosen(request, teams, "make reports")
    chosen = {"template": request.GET.get("template", "")}
    form = ReportForm(request.POST if request.method == "POST" else None, initial=chosen, actor=user, team=team)
    if form.is_valid():
        try:
            return redirect("report", services.request_report(actor=user, wish=form.wish()).pk)
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            form.refuse(refused)
    context = {"form": form, "teams": teams, "team": team, "action": f"{request.path}?team={team.pk}"}
    return render(request, "analytics/reports/new.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, teams: list[Team], deed: str) -> Team:
    """The team that was asked for, of those in which it may be done. Raises Missing, Forbidden, Conflict while it is
    archived."""
    asked = request.GET.get("team", "")
    try:
        team = working_team(person(request), UUID(asked)) if asked else next(iter(teams), None)
    except ValueError as error:
        raise Missing(message="There is no such team.", remedy="Reload the page.") from error
    if team is not None and team not in teams:
        check_awake(team.pk)
    if team is None or team not in teams:
        raise Forbidden(message=f"Your role does not let you {deed} here.", remedy="Ask an owner or admin.")
    return team


@login_required
@require_GET
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "analytics/reports/report.html", _shown(request, pk))


@login_required
@require_GET
def head(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of its page that changes."""
    return render(request, "analytics/reports/_report.html", _shown(request, pk))


def _shown(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    row = Report.objects.select_related("team", "owner").see(request.user, pk)
    user = person(request)
    deliveries = list(Delivery.objects.visible_to(user).filter(report=row).select_related("user").order_by("address"))
    return {
        "report": row,
        "channel": f"report:{row.pk}",
        "may_edit": Report.objects.may_edit(user, pk),
        "charts": [(name, title, _drawn(row.content[name])) for name, title in CHARTS if row.content.get(name)],
        "deliveries": deliveries,
        "failed": len(_failed(deliveries)),
        "good": Post.SENT,
        "bad": AGAIN,
        "unconfirmed": posting.UNCONFIRMED[0],
    }


def _failed(deliveries: Iterable[Delivery]) -> list[UUID]:
    """What somebody may want to send again: not what waits for a yes, which goes by itself."""
    waits = posting.UNCONFIRMED[0]
    return [each.pk for each in deliveries if each.status in AGAIN and (each.error or {}).get("code") != waits]


def _drawn(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308  (written by charts.py alone, which escapes every text)


@login_required
@require_POST
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel, send again, or delete, which needs a tick."""
    deed, user = request.POST.get("act", ""), person(request)
    services.changeable(user, pk)
    try:
        if deed == "cancel":
            row = services.cancel(actor=user, report_id=pk)
            messages.success(request, "It stops as soon as it can." if row.is_live else "It is stopped.")
        elif deed == "resend":
            count = services.resend(actor=user, report_id=pk, delivery_ids=_failed(Delivery.objects.filter(report=pk)))
            messages.success(request, f"{count} mail{'' if count == 1 else 's'} on the way again.")
        elif deed == "delete" and request.POST.get("sure") == "1":
            services.delete(actor=user, report_id=pk)
            messages.success(request, "The report is deleted.")
            return redirect("reports")
        elif deed == "delete":
            messages.warning(request, "Tick the box to say that you are sure; nothing was deleted.")
        else:
            raise Missing(message="There is no such action.", remedy="Use the buttons of the page.")
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.warning(request, f"{refused.message} {refused.remedy}".strip())
    return redirect("report", pk)


# Schedules


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Those of the teams that one manages."""
    user = person(request)
    page = Paginator(schedules.visible_to(user).order_by("team__name", "created_at"), PAGE)
    context = {"page": page.get_page(request.GET.get("page")), "may_create": bool(schedules.managed_teams(user))}
    return render(request, "analytics/reports/schedules.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    teams = schedules.managed_teams(user)
    team = _chosen(request, teams, "set up reports")
    zone = asking.zone_of(user, queries.scope_of(user, team.pk))
    form = ScheduleForm(request.POST if request.method == "POST" else None, actor=user, team=team, zone=zone)
    if form.is_valid():
        try:
            schedules.create(actor=user, wish=form.wish())
            messages.success(request, "Set up.")
            return redirect("report_schedules")
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            form.refuse(refused)
    action = f"{request.path}?team={team.pk}"
    context = {
        "form": form,
        "teams": teams,
        "team": team,
        "action": action,
        "title": "New schedule",
        "label": "Set it up",
    }
    return render(request, "analytics/reports/schedule.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One schedule; a POST changes it."""
    user = person(request)
    row = schedules.managed(user, pk)
    said = request.POST if request.method == "POST" else None
    form = ScheduleForm(said, initial=ScheduleForm.said_of(row), actor=user, team=row.team, zone=row.zone)
    if form.is_valid():
        etag = request.POST.get("etag", "")
        try:
            schedules.change(actor=user, schedule_id=pk, if_match=etag, said=form.change())
            messages.success(request, "Saved.")
            return redirect("report_schedule", pk)
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            form.refuse(refused)
    context = {
        "form": form,
        "team": row.team,
        "row": row,
        "etag": etag_of(row),
        "title": _rhythm(row),
        "label": "Save",
        "silent": consents.open_of(row.team_id, row.addresses),
    }
    return render(request, "analytics/reports/schedule.html", context, status=422 if form.errors else 200)


def _rhythm(row: Schedule) -> str:
    return f"{Cadence(row.cadence).label} for {row.team.name}"


@login_required
@require_POST
def schedule_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Switch it on or off, or delete it, which needs a tick."""
    deed, user = request.POST.get("act", ""), person(request)
    schedules.managed(user, pk)
    try:
        if deed in ("on", "off"):
            etag = request.POST.get("etag", "")
            schedules.change(actor=user, schedule_id=pk, if_match=etag, said={"active": deed == "on"})
            messages.success(request, "It is on." if deed == "on" else "It is off: none is made.")
        elif deed == "delete" and request.POST.get("sure") == "1":
            schedules.delete(actor=user, schedule_id=pk)
            messages.success(request, "The schedule is deleted. Its reports stay.")
            return redirect("report_schedules")
        elif deed == "delete":
            messages.warning(request, "Tick the box to say that you are sure; nothing was deleted.")
        else:
            raise Missing(message="There is no such action.", remedy="Use the buttons of the page.")
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.warning(request, f"{refused.message} {refused.remedy}".strip())
    return redirect("report_schedule", pk)


# Templates


@login_required
@require_GET
def templates_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    rows = ReportTemplate.objects.visible_to(user).select_related("team").order_by("team__name", "name")
    said = filters_said(request.GET)
    page = Paginator(TemplateFilter(said, queryset=rows).qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "search": said.get("search", ""),
        "query": said.urlencode(),
        "may_create": bool(schedules.managed_teams(user)),
        "works": {team.pk for team in _working_teams(user)},
    }
    return render(request, "analytics/reports/templates.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template_new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    teams = schedules.managed_teams(user)
    team = _chosen(request, teams, "keep templates")
    form = TemplateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            templates.create(actor=user, wish=form.wish(team))
            messages.success(request, "The template is there: choose it where you ask for a report.")
            return redirect("report_templates")
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            form.refuse(refused)
    context = {"form": form, "teams": teams, "team": team, "action": f"{request.path}?team={team.pk}"}
    context |= {"title": "New template", "label": "Keep it"}
    return render(request, "analytics/reports/template.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One template; a POST changes it."""
    user = person(request)
    row = ReportTemplate.objects.select_related("team").see(user, pk)
    initial = {name: getattr(row, name) for name in templates.FIELDS}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            etag = request.POST.get("etag", "")
            templates.change(actor=user, template_id=pk, if_match=etag, said=form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("report_template", pk)
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            form.refuse(refused)
    context = {"form": form, "team": row.team, "row": row, "etag": etag_of(row), "title": row.name, "label": "Save"}
    context |= {"may_edit": row.team in schedules.managed_teams(user), "used": row.schedules.count()}
    context["may_use"] = row.team in _working_teams(user)
    return render(request, "analytics/reports/template.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def template_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete it, which needs a tick."""
    if request.POST.get("sure") != "1":
        messages.warning(request, "Tick the box to say that you are sure; nothing was deleted.")
        return redirect("report_template", pk)
    try:
        templates.delete(actor=person(request), template_id=pk)
    except Conflict as refused:
        messages.warning(request, f"{refused.message} {refused.remedy}".strip())
        return redirect("report_template", pk)
    messages.success(request, "The template is deleted. Reports that were made of it stay.")
    return redirect("report_templates")


# From a mail


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest) -> HttpResponse:
    """From the mail that asks, by whoever holds its link, signed in or not: GET asks, POST says yes."""
    row = letters.asked(request.GET.get("t", ""))
    if request.method == "POST":
        posting.agree(row.pk)
    facts = {
        "done": request.method == "POST" or row.given_at is not None,
        "team": harmless(row.team.name, "a team"),
        "address": row.address,
        "away": letters.away_of(row.team_id, row.address, outside=True),
    }
    return render(request, "analytics/reports/agree.html", facts)


@csrf_exempt  # a mail program's one click carries no cookie; what it may do is signed
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """From a mail's link, by whoever holds it, signed in or not: GET asks, POST does it (RFC 8058) or takes it back.
    Outside it stops the reports of every team, unless those of one alone are said."""
    found = letters.subscription(request.GET.get("t", ""))
    team_id = found.team.pk if found.team else None
    back, everywhere = request.POST.get("back") == "1", found.outside and request.POST.get("only") != "1"
    if request.method == "POST" and back:
        posting.go_on(team_id, found.address, outside=found.outside)
    elif request.method == "POST":
        posting.stop(None if everywhere else team_id, found.address)
    state = "back" if back else "done" if request.method == "POST" else "asks"
    facts = {"state": state, "everywhere": everywhere, "found": found}
    return render(request, "analytics/reports/unsubscribe.html", facts)
