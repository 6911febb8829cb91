"""The notification centre, and how one wants to hear of things."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from designer.notifications import services
from designer.notifications.kinds import KINDS
from designer.notifications.models import Notification
from designer.notifications.services import Ways
from teams.accounts.people import person
from teams.base.errors import Missing

PAGE = 30


@login_required
@require_GET
def centre(request: HttpRequest) -> HttpResponse:
    """Everything one was told, newest first; `unread=1` what one has not seen."""
    unread = request.GET.get("unread") == "1"
    rows = Notification.objects.visible_to(person(request))
    rows = (rows.unread() if unread else rows).order_by("-created_at", "-id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "designer/notifications/centre.html", {"page": page, "unread": unread})


@login_required
@require_GET
def follow(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go where it leads; it has been read then."""
    row = Notification.objects.visible_to(person(request)).filter(pk=pk).first()
    if row is None:
        raise Missing(message="There is no such notification.", remedy="Reload the list.")
    services.mark_read(actor=person(request), ids=[row.pk])
    return redirect(row.link or "notifications")


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one as read, or all."""
    chosen = request.POST.get("id")
    try:
        ids = [UUID(chosen)] if chosen else None
    except ValueError as error:
        raise Missing(message="There is no such notification.", remedy="Reload the list.") from error
    services.mark_read(actor=person(request), ids=ids)
    return redirect("notifications")


@login_required
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The bell of the header alone, as the page includes it."""
    return render(request, "components/_bell.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        said = {kind: Ways(f"{kind}.in_app" in request.POST, f"{kind}.mail" in request.POST) for kind in KINDS}
        services.set_wishes(actor=person(request), wishes=said)
        messages.success(request, "Saved.")
        return redirect("settings_notifications")
    told = services.wishes_of(person(request))
    lines = [(kind, KINDS[kind].label, ways) for kind, ways in told.items()]
    return render(request, "designer/notifications/wishes.html", {"lines": lines})
