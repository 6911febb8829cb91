"""The pages of portfolios: send one, watch it being read, see why a file was refused, pick the looks."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from designer.assets.receiving import PortfolioUploadHandler
from designer.personas import archives, portfolios, presenting
from designer.personas.learning_views import is_partial, page_of, team_of
from designer.personas.portfolio_api import paths_said
from designer.personas.portfolio_models import ItemStatus, PortfolioImport
from designer.personas.portfolios import Pick
from designer.personas.views import frame, tried
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused

PAGE: Final = 50
STATUSES: Final = {
    "": "All files",
    ItemStatus.READ: "Read",
    ItemStatus.REFUSED: "Refused",
    ItemStatus.DUPLICATE: "Duplicates",
    ItemStatus.IGNORED: "Passed over",
    ItemStatus.WAITING: "Waiting",
}


@csrf_exempt  # only until the handler of uploads is set, which must be before the form is read: `_send` protects
@login_required
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take a portfolio in."""
    request.upload_handlers = [PortfolioUploadHandler(request)]
    answer: HttpResponse = _send(request)
    return answer


@csrf_protect
def _send(request: HttpRequest) -> HttpResponse:
    team = team_of(request)
    try:
        made = portfolios.start_import(
            actor=person(request),
            team_id=team.pk,
            files=[*request.FILES.getlist("file"), *request.FILES.getlist("folder")],
            paths=paths_said(request.POST.get("paths")),
            title=request.POST.get("title", ""),
        )
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        said = f"{refused.message} {refused.remedy}".strip()
        if is_partial(request):
            return JsonResponse({"said": said}, status=refused.status)
        messages.warning(request, said)
        return redirect(f"/style/personas/new?team={team.pk}")
    address = f"/style/imports/{made.pk}"
    return JsonResponse({"to": address}, status=202) if is_partial(request) else redirect(address)


def _context(request: HttpRequest, row: PortfolioImport) -> dict[str, Any]:
    wish = request.GET.get("status", "")
    said = {"status": wish if wish in STATUSES else "", "q": request.GET.get("q", "").replace("\x00", "")[:200]}
    items = row.items.order_by("position").select_related("asset")
    if said["status"]:
        items = items.filter(status=said["status"])
    if said["q"]:
        items = items.filter(path__icontains=said["q"])
    looks, may_edit = presenting.looks_shown(row), PortfolioImport.objects.may_edit(request.user, row.pk)
    return {
        **frame(request, row.team),
        "portfolio": row,
        "left_out": portfolios.left_out(row),
        "most": archives.MAX_PICTURES,
        "looks": looks,
        "looks_left": any(look["persona"] is None for look in looks),
        "rule": row.clusters.get("rule", ""),
        "page": page_of(items, request.GET.get("page", ""), PAGE),
        "statuses": STATUSES,
        "filters": said,
        "filtered": any(said.values()),
        "query": urlencode({name: value for name, value in said.items() if value}),
        "may_cancel": row.is_live and may_edit,
        "may_resume": row.can_go_on and may_edit,
        "may_forget": row.has_files and may_edit,
    }


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = PortfolioImport.objects.see(request.user, pk)
    return render(request, "designer/personas/portfolio.html", _context(request, row))


@login_required
@require_GET
def row(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the page that is kept fresh."""
    found = PortfolioImport.objects.see(request.user, pk)
    return render(request, "designer/personas/_portfolio.html", _context(request, found))


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    portfolios.cancel(actor=person(request), portfolio_id=pk)
    return redirect("style_import", pk)


@login_required
@require_POST
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    def deed() -> str:
        portfolios.resume(actor=person(request), portfolio_id=pk)
        return f"/style/imports/{pk}"

    return tried(request, deed, f"/style/imports/{pk}")


@login_required
@require_POST
def forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    def deed() -> str:
        portfolios.forget(actor=person(request), portfolio_id=pk)
        messages.success(request, "What was sent is deleted. The pictures that were read stay.")
        return f"/style/imports/{pk}"

    return tried(request, deed, f"/style/imports/{pk}")


@login_required
@require_POST
def pick(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Personas of the looks that were ticked, by the names in their fields."""
    PortfolioImport.objects.see(request.user, pk)

    def deed() -> str:
        keys = [int(raw) for raw in request.POST.getlist("cluster") if raw.isdecimal() and len(raw) < 4]
        picks: list[Pick] = [{"cluster": key, "name": request.POST.get(f"name-{key}", "")[:200]} for key in keys]
        made = portfolios.make_personas(actor=person(request), portfolio_id=pk, picks=picks)
        messages.success(request, f"{len(made)} persona{'s' * (len(made) != 1)} made.")
        return f"/style/personas/{made[0].pk}" if len(made) == 1 else f"/style/personas?team={made[0].team_id}"

    return tried(request, deed, f"/style/imports/{pk}")
