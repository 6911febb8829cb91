"""Settings > Webhooks: what is set up, its log, and what came back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from batches.webhooks import services
from batches.webhooks.forms import GraceForm, WebhookForm
from batches.webhooks.messages import body_of
from batches.webhooks.models import DeliveryStatus, Endpoint
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused
from teams.base.preconditions import etag_of
from teams.membership.models import Team
from teams.membership.ownership import visible_teams, working_team

PAGE = 30
SHOWN_CALLS = 50


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The webhooks of one's teams; those of a team that one does not manage by their host alone."""
    user = person(request)
    rows = list(Endpoint.objects.visible_to(user).select_related("team").order_by("team__name", "created_at"))
    managed = {team.pk for team in visible_teams(user) if services.may_manage(user, team)}
    lines = [(row, row.team_id in managed, urlsplit(row.url).hostname) for row in rows]
    return render(request, "batches/webhooks/overview.html", {"lines": lines, "may_create": bool(managed)})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Set one up; its secret is shown in the answer and nowhere else."""
    user = person(request)
    teams = [team for team in visible_teams(user).order_by("name") if services.may_manage(user, team)]
    if not teams:
        raise Forbidden(message="Only owners and admins of a team set up webhooks.", remedy="Ask one of them.")
    team = _chosen(request, teams)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            row, secret = services.create_endpoint(
                actor=user, url=said["url"], patterns=said["events"], name=said["name"], team_id=team.pk
            )
            return _page(request, row, secret=secret)
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            form.refuse(refused)
    context = {"form": form, "teams": teams, "team": team, "action": f"{request.path}?team={team.pk}"}
    return render(request, "batches/webhooks/new.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, teams: list[Team]) -> Team:
    """The team that was asked for. Raises Missing for one not theirs to see."""
    asked = request.GET.get("team")
    try:
        return working_team(person(request), UUID(asked)) if asked else teams[0]
    except ValueError as error:
        raise Missing(message="There is no such team.", remedy="Reload the page.") from error


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One webhook with its log; a POST changes it."""
    row = services.managed(person(request), pk)
    if request.method != "POST":
        return _page(request, row)
    form = WebhookForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            services.change_endpoint(
                actor=person(request),
                endpoint_id=pk,
                if_match=request.POST.get("etag", ""),
                url=said["url"],
                patterns=said["events"],
                name=said["name"],
            )
            messages.success(request, "Saved.")
            return redirect("settings_webhook", pk)
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            form.refuse(refused)
    return _page(request, row, form=form, status=422)


def _page(
    request: HttpRequest, row: Endpoint, *, form: WebhookForm | None = None, secret: str = "", status: int = 200
) -> HttpResponse:
    wanted = request.GET.get("status", "")
    log = row.deliveries.select_related("endpoint").order_by("-number")
    if wanted in DeliveryStatus.values:
        log = log.filter(status=wanted)
    said: dict[str, Any] = {"url": row.url, "name": row.name, "events": row.patterns}
    context = {
        "row": row,
        "form": form or WebhookForm(initial=said),
        "grace": GraceForm(),
        "etag": etag_of(row),
        "secret": secret,
        "page": Paginator(log, PAGE).get_page(request.GET.get("page")),
        "statuses": DeliveryStatus.choices,
        "wanted": wanted,
    }
    return render(request, "batches/webhooks/webhook.html", context, status=status)


@never_cache
@login_required
@require_POST
def rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new secret, shown in the answer and nowhere else."""
    form = GraceForm(request.POST)
    hours = form.cleaned_data["grace_hours"] if form.is_valid() else 24
    row, secret = services.rotate_secret(actor=person(request), endpoint_id=pk, grace=timedelta(hours=hours))
    return _page(request, row, secret=secret)


def _tried(request: HttpRequest, deed: Callable[[], str], back: str, *ids: UUID) -> HttpResponse:
    """Do it, say what it says, and go back; say why not when it is refused. Raises Missing or Forbidden."""
    try:
        messages.success(request, deed())
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.warning(request, f"{refused.message} {refused.remedy}".strip())
    return redirect(back, *ids)


@login_required
@require_POST
def switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    on = request.POST.get("on") == "1"

    def deed() -> str:
        etag = request.POST.get("etag", "")
        services.change_endpoint(actor=person(request), endpoint_id=pk, if_match=etag, enabled=on)
        return "It is on again; what waited is on its way." if on else "It is off; nothing is sent."

    return _tried(request, deed, "settings_webhook", pk)


@login_required
@require_POST
def test(request: HttpRequest, pk: UUID) -> HttpResponse:
    def deed() -> str:
        services.send_test(actor=person(request), endpoint_id=pk)
        return "A test is on its way: reload the log in a moment."

    return _tried(request, deed, "settings_webhook", pk)


@login_required
@require_POST
def replay_all(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send again all that was given up."""

    def deed() -> str:
        count = services.replay_dead(actor=person(request), endpoint_id=pk)
        return f"{count} on the way again." if count else "Nothing was given up."

    return _tried(request, deed, "settings_webhook", pk)


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Needs a tick: its secret is gone afterwards."""
    if request.POST.get("sure") != "1":
        services.managed(person(request), pk)
        messages.warning(request, "Tick the box to say that you are sure; nothing was removed.")
        return redirect("settings_webhook", pk)
    services.remove_endpoint(actor=person(request), endpoint_id=pk)
    messages.success(request, "The webhook was removed.")
    return redirect("settings_webhooks")


@login_required
@require_GET
def delivery(request: HttpRequest, pk: UUID, did: UUID) -> HttpResponse:
    """One message: what was sent, and every call that was made for it."""
    row = services.delivery_of(person(request), pk, did)
    calls = row.calls.order_by("-number")[:SHOWN_CALLS]
    send = {"waiting": "Send it now", "sending": ""}.get(row.status, "Send it again")
    context = {"row": row, "endpoint": row.endpoint, "body": body_of(row).decode(), "calls": calls, "send": send}
    return render(request, "batches/webhooks/delivery.html", context)


@login_required
@require_POST
def replay(request: HttpRequest, pk: UUID, did: UUID) -> HttpResponse:
    def deed() -> str:
        services.replay(actor=person(request), endpoint_id=pk, delivery_id=did)
        return "It is on its way, under the same id."

    return _tried(request, deed, "settings_delivery", pk, did)
