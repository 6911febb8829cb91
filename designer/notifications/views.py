"""The notification centre, and how one wants to hear of things."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from designer.notifications import digests, letters, services
from designer.notifications.kinds import KINDS
from designer.notifications.models import Notification, Pace
from designer.notifications.services import Ways
from teams.accounts.people import person
from teams.base.errors import Missing, Refused

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


NEVER: Final = "never"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    actor = person(request)
    if request.method == "POST":
        try:
            said = {kind: _ways(request, kind) for kind in KINDS}
            services.set_wishes(actor=actor, wishes=said, daily_hour=_hour(request))
            messages.success(request, "Saved.")
        except Refused as refused:
            messages.error(request, f"{refused.message} {refused.remedy}")
        return redirect("settings_notifications")
    lines = [(kind, KINDS[kind], ways, _paces(kind)) for kind, ways in services.wishes_of(actor).items()]
    facts = {"lines": lines, "hours": range(24), "daily_hour": digests.hour_of(actor)}
    return render(request, "designer/notifications/wishes.html", facts)


def _paces(kind: str) -> list[tuple[str, str]]:
    """What one may choose, each with its words."""
    known = KINDS[kind].paces or Pace.values
    return [(NEVER, "Never"), *((value, word) for value, word in Pace.choices if value in known)]


def _ways(request: HttpRequest, kind: str) -> Ways:
    pace = request.POST.get(f"{kind}.mail", NEVER)
    mail = pace != NEVER
    return Ways(f"{kind}.in_app" in request.POST, mail, pace if mail else KINDS[kind].pace)


def _hour(request: HttpRequest) -> int | None:
    said = request.POST.get("daily_hour", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 3 else None


@csrf_exempt  # a mail program's one click carries no cookie; what it may do is signed
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """From a mail's link, by whoever holds it, signed in or not: GET asks, POST does it (RFC 8058)."""
    user, kind = letters.subscription(request.GET.get("t", ""))
    if request.method == "POST":
        services.stop_mails(user, kind)
    label = KINDS[kind].label if kind in KINDS else ""
    facts = {"done": request.method == "POST", "label": label, "email": user.email}
    return render(request, "designer/notifications/unsubscribe.html", facts)
