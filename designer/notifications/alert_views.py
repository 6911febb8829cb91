"""The alerts above every page."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from designer.notifications import alerts


@login_required
@require_GET
def shown(request: HttpRequest) -> HttpResponse:
    """The alerts alone, as every page includes them."""
    return render(request, "components/_alerts.html")


@login_required
@require_POST
def put_away(request: HttpRequest, pk: UUID) -> HttpResponse:
    alerts.put_away(request, pk, shown=request.POST.getlist("shown"))
    if request.headers.get("X-Partial") == "1":
        return render(request, "components/_alerts.html")
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "studio")
