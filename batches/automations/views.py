"""The pages of automations: the list, the form with its price, and one with its runs."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from batches.automations import pricing, services, taking, telling
from batches.automations.api import AutomationFilter, RunFilter, estimate_of, seen
from batches.automations.forms import AutomationForm
from batches.automations.models import Automation, AutomationRun, RunStatus
from batches.automations.standing import Memo, insist, may_manage, trouble_of
from enhancement import presets
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused
from teams.base.ids import id_of
from teams.base.lists import filters_said
from teams.base.preconditions import etag_of
from teams.membership.models import Team
from teams.membership.ownership import visible_team
from teams.membership.permissions import may

PAGE: Final = 20
RUNS: Final = 24


@login_required
@require_GET
def automations(request: HttpRequest, team_id: UUID) -> HttpResponse:
    user = person(request)
    team = visible_team(user, team_id)
    said = filters_said(request.GET, active=("true", "false"))
    rows = Automation.objects.visible_to(user).filter(team=team).told().order_by("-created_at", "-pk")
    page = Paginator(AutomationFilter(said, queryset=rows).qs, PAGE).get_page(request.GET.get("page"))
    memo = Memo()
    context = {
        "team": team,
        "page": page,
        "lines": [(row, trouble_of(row, memo)) for row in page],
        "search": said["search"],
        "active": said.get("active", ""),
        "query": urlencode([(name, value) for name, value in said.items() if value]),
        "manages": may_manage(user, team) and not team.archived_at,
        "costs": may(user, "view_billing", team),
    }
    return render(request, "batches/automations/automations.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """A POST makes it; with `estimate` it only says what that would cost."""
    user = person(request)
    team = visible_team(user, team_id)
    insist(user, team)
    form = AutomationForm(request.POST if request.method == "POST" else None, user=user, team=team)
    if form.is_valid() and "estimate" not in request.POST:
        try:
            row = services.create(actor=user, team_id=team.pk, plan=form.plan())
            messages.success(request, "It is on: the next approval sets it off.")
            return redirect("automation", team.pk, row.pk)
        except Refused as refused:
            _shown(form, refused)
    return _form(request, team, form)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, team_id: UUID, automation_id: UUID) -> HttpResponse:
    user = person(request)
    row = seen(user, team_id, automation_id)
    insist(user, row.team)
    form = AutomationForm(request.POST if request.method == "POST" else None, user=user, team=row.team, row=row)
    if form.is_valid() and "estimate" not in request.POST:
        try:
            etag = request.POST.get("etag", "")
            services.change(actor=user, automation_id=row.pk, plan=form.plan(), if_match=etag)
            messages.success(request, "Saved. From now on it works in your name.")
            return redirect("automation", row.team_id, row.pk)
        except Refused as refused:
            _shown(form, refused)
    return _form(request, row.team, form, row)


def _shown(form: AutomationForm, refused: Refused) -> None:
    """Beside its field; what no field can mend is another page's."""
    if isinstance(refused, Forbidden) or (isinstance(refused, Missing) and not refused.field):
        raise refused
    form.refuse(refused)


def _form(request: HttpRequest, team: Team, form: AutomationForm, row: Automation | None = None) -> HttpResponse:
    asked = form.is_bound and not form.errors
    told, refusal = _price(request, team, form) if asked else (estimate_of(person(request), row) if row else None, "")
    context = {
        "team": team,
        "form": form,
        "row": row,
        "etag": etag_of(row) if row else "",
        "estimate": told,
        "refusal": refusal,
    }
    return render(request, "batches/automations/form.html", context, status=422 if form.errors else 200)


def _price(request: HttpRequest, team: Team, form: AutomationForm) -> tuple[dict[str, Any] | None, str]:
    """What is typed would cost, or why it cannot be done."""
    plan = form.plan()
    found = next((each for each in presets.choices(person(request), team.pk) if each.pk == plan.preset), None)
    try:
        return pricing.estimate(team.pk, pricing.operations_of(preset=found, target=plan.target)), ""
    except Refused as refused:
        return None, f"{refused.message} {refused.remedy}".strip()


@login_required
@require_GET
def show(request: HttpRequest, team_id: UUID, automation_id: UUID) -> HttpResponse:
    """One automation with its runs; asked for as a part, the runs alone."""
    user = person(request)
    row = seen(user, team_id, automation_id)
    said = filters_said(request.GET, status=RunStatus.values)
    rows = AutomationRun.objects.filter(automation=row).told().order_by("-created_at", "-pk")
    page = Paginator(RunFilter(said, queryset=rows).qs, RUNS).get_page(request.GET.get("page"))
    query = urlencode([(name, value) for name, value in said.items() if value])
    manages = may_manage(user, row.team) and not row.team.archived_at
    context: dict[str, Any] = {
        "team": row.team,
        "row": row,
        "page": page,
        "query": query,
        "search": said["search"],
        "status": said.get("status", ""),
        "manages": manages,
        "costs": may(user, "view_billing", row.team),
        "trouble": trouble_of(row),
    }
    if request.headers.get("X-Partial") == "1":
        return render(request, "batches/automations/_runs.html", context)
    context |= {
        "states": RunStatus.choices,
        "estimate": estimate_of(user, row),
        "listening": telling.listening(row),
        "may_take": taking.delivered(row, None, None).exists(),
        "address": request.get_full_path(),
    }
    return render(request, "batches/automations/automation.html", context)


@login_required
@require_POST
def act(request: HttpRequest, team_id: UUID, automation_id: UUID) -> HttpResponse:
    """Switch it, delete it, stop runs or try them again."""
    user = person(request)
    row = seen(user, team_id, automation_id)
    try:
        messages.success(request, _done(request, row))
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.warning(request, f"{refused.message} {refused.remedy}".strip())
    if not Automation.objects.filter(pk=row.pk).exists():
        return redirect("automations", row.team_id)
    return redirect("automation", row.team_id, row.pk)


def _done(request: HttpRequest, row: Automation) -> str:
    """What was done, in words. Raises Refused."""
    deed, actor = request.POST.get("action", ""), person(request)
    said = request.POST.get("run", "")
    run = id_of(said)
    if said and run is None:
        raise Missing(message="This automation has no such run.", remedy="Reload the list.")
    if deed in ("on", "off"):
        services.switch(actor=actor, automation_id=row.pk, on=deed == "on")
        return "It is on." if deed == "on" else "It is off; what has begun comes to its end."
    if deed == "cancel":
        count = services.cancel(actor=actor, automation_id=row.pk, run_id=run)
        return f"{count} cancelled." if count else "Nothing was under way."
    if deed == "retry":
        count = services.retry(actor=actor, automation_id=row.pk, run_id=run)
        return f"{count} on the way again." if count else "Nothing had failed."
    if deed == "delete":
        services.delete(actor=actor, automation_id=row.pk)
        return "It was deleted. What it made stays."
    insist(actor, row.team)
    raise Refused("unknown_action", "Nothing was chosen.", remedy="Press one of the buttons.")
