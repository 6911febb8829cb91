"""The pages of review sessions: the room while it is open, its summary afterwards, and those of a collection."""

from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from designer.assets.models import Asset
from designer.sessions import services
from designer.sessions.models import ReviewSession, SessionStatus
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused
from teams.membership.models import Membership
from teams.membership.permissions import may
from teams.review.collections.models import Collection

PAGE: Final = 60
LATEST: Final = 10


@never_cache
@login_required
@require_GET
def session(request: HttpRequest, pk: UUID) -> HttpResponse:
    row: ReviewSession = ReviewSession.objects.select_related("team", "presenter", "collection").see(request.user, pk)
    if row.status == SessionStatus.ENDED:
        page = Paginator(row.summary["images"], PAGE).get_page(request.GET.get("page"))
        named = Asset.objects.filter(pk__in=[image["asset"] for image in page if image["asset"]])
        kept = {str(pk) for pk in named.values_list("pk", flat=True)}
        facts = {"session": row, "page": page, "query": "", "kept": kept}
        return render(request, "designer/sessions/summary.html", facts)
    able = may(person(request), "create_work", row.team)
    heirs = Membership.objects.filter(team=row.team, role__in=services.ABLE).select_related("user")
    facts = {
        "session": row,
        "channel": f"session:{row.pk}",
        "able": able,
        "may_end": able and (row.owner_id == request.user.pk or may(person(request), "edit_all_work", row.team)),
        "heirs": heirs.exclude(user=request.user.pk).order_by("user__name", "pk")[:200],
        "longest": services.LONGEST,
    }
    return render(request, "designer/sessions/room.html", facts)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_collection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A part of the collection's page: its sessions; a POST begins one."""
    collection: Collection = Collection.objects.select_related("team").see(request.user, pk)
    refusal = ""
    if request.method == "POST":
        seconds = request.POST.get("seconds", "").strip() or "0"
        try:
            made = services.open_session(
                actor=person(request),
                team_id=collection.team_id,
                collection=pk,
                seconds=int(seconds) if seconds.isdecimal() and len(seconds) < 6 else -1,
                votes_hidden="votes_hidden" in request.POST,
            )
            return redirect("session", made.pk)
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            if under_way := refused.facts.get("about", {}).get("session"):
                return redirect("session", under_way)
            refusal = f"{refused.message} {refused.remedy}".strip()
    rows = ReviewSession.objects.light().visible_to(request.user).filter(collection=pk)
    facts = {
        "collection": collection,
        "empty": not collection.items.shown().exists(),
        "rows": rows.select_related("presenter").order_by("-created_at")[:LATEST],
        "able": may(person(request), "create_work", collection.team) and collection.trashed_at is None,
        "refusal": refusal,
        "seconds": request.POST.get("seconds", "60"),
        "longest": services.LONGEST,
    }
    partial = request.headers.get("X-Partial") == "1"
    name = "designer/sessions/_sessions.html" if partial else "designer/sessions/sessions.html"
    return render(request, name, facts, status=422 if refusal else 200)
