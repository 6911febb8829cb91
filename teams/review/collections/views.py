"""The pages of collections: the list, one as a board, and where selected images go."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from teams.accounts.people import person
from teams.base import ids
from teams.base.errors import Forbidden, Missing, Refused
from teams.base.ids import id_of, words_of
from teams.membership.models import Membership, Team
from teams.membership.ownership import visible_teams
from teams.membership.permissions import CODES, may, roles_with
from teams.review.collections import services
from teams.review.collections.models import NAME_LENGTH, Collection, assets_of
from teams.review.panels import panel_of

PAGE: Final = 24
BOARD: Final = 48
CHOICES: Final = 100


def makers(request: HttpRequest) -> list[Team]:
    """The teams in which this person may make things now, their own first."""
    roles = roles_with("create_work")
    able = Membership.objects.filter(user=request.user.pk, role__in=roles).values("team")
    rows = visible_teams(request.user).filter(pk__in=able, archived_at=None)
    return list(rows.order_by("-personal", "name", "pk"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """Those of all teams one is in; a POST makes one."""
    refusal, name = "", ""
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            made = services.create(actor=person(request), team_id=id_of(request.POST.get("team", "")), name=name)
            return redirect("collection", made.pk)
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            refusal = said(refused)
    search, trash = request.GET.get("search", "")[:200].replace("\x00", ""), request.GET.get("trash") == "1"
    rows = Collection.objects.visible_to(request.user).filter(trashed_at__isnull=not trash).matching(search)
    rows = rows.told().select_related("team", "owner").order_by("-created_at", "-id")
    facts = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "query": "&trash=1" if trash else "",
        "search": search,
        "trash": trash,
        "teams": makers(request),
        "length": NAME_LENGTH,
        "refusal": refusal,
        "name": name,
    }
    return render(request, "teams/collections/collections.html", facts, status=422 if refusal else 200)


@login_required
@require_GET
def collection(request: HttpRequest, pk: UUID) -> HttpResponse:
    row: Collection = Collection.objects.told().select_related("team", "owner").see(request.user, pk)
    after = request.GET.get("after", "")
    begin = int(after) if after.isdecimal() and len(after) < 8 else 0
    items = list(row.items.shown().page(after=begin, limit=BOARD + 1))
    partial = request.headers.get("X-Partial") == "1"
    facts = {
        **({} if partial else panel_of(person(request), "collection", row).context(request)),
        "collection": row,
        "items": items[:BOARD],
        "next": items[BOARD - 1].position if len(items) > BOARD else None,
        "may_edit": _may_edit(request, row),
        "may_make": row.trashed_at is None and may(request.user, "create_work", row.team),
        "channel": f"collection:{row.pk}",
        "length": NAME_LENGTH,
    }
    return render(request, f"teams/collections/{'_tiles' if partial else 'collection'}.html", facts)


def _may_edit(request: HttpRequest, row: Collection) -> bool:
    return row.trashed_at is None and bool(Collection.objects.may_edit(request.user, row.pk))


@login_required
@require_POST
def arrange(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the selected images out, or move one by a place."""
    actor = person(request)
    if asset := id_of(request.POST.get("earlier", "")):
        _shift(request, pk, asset, -1)
    elif asset := id_of(request.POST.get("later", "")):
        _shift(request, pk, asset, 1)
    elif assets := _named(request):
        gone = services.remove(actor=actor, collection_id=pk, assets=assets)
        messages.success(request, f"{gone} taken out. {'It is' if gone == 1 else 'They are'} still in the gallery.")
    elif not request.POST.get("asset"):
        messages.info(request, "Nothing was selected.")
    return redirect("collection", pk)


def _shift(request: HttpRequest, pk: UUID, asset_id: UUID, by: int) -> None:
    """To the place of its neighbour among those shown; at an end nothing happens."""
    row: Collection = Collection.objects.for_edit(request.user, pk)
    item = row.items.filter(asset=asset_id).first()
    if item is None:
        raise Missing(message="This image is not in the collection.", remedy="Reload the page.")
    shown = row.items.shown()
    before = shown.filter(position__lt=item.position).order_by("-position")
    beside = (before if by < 0 else shown.filter(position__gt=item.position)).first()
    if beside is not None:
        services.place(actor=person(request), collection_id=pk, asset_id=asset_id, position=beside.position)


@login_required
@require_POST
def keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rename it, move it to the trash, or take it out again. The page shows what is there: any version is meant."""
    act, actor = request.POST.get("action", ""), person(request)
    try:
        if act == "trash":
            services.trash(actor=actor, collection_id=pk)
            messages.success(request, "Moved to the trash. It can be restored for 30 days; its images stay.")
        elif act == "restore":
            services.restore(actor=actor, collection_id=pk)
            messages.success(request, "Restored.")
        else:
            services.rename(actor=actor, collection_id=pk, name=request.POST.get("name", ""), if_match="*")
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.error(request, said(refused))
    return redirect("collection", pk)


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Where the images selected in the gallery go: asked first, then done."""
    assets = _named(request)
    team = _team_of(request, assets)
    if team is None:
        if assets or not request.POST.get("asset"):  # else too many, which has been said
            messages.error(request, "Select images of one team to put them into a collection.")
        return redirect("gallery")
    refusal = ""
    if "into" in request.POST or "name" in request.POST:
        try:
            return redirect("collection", _put(request, team.pk, assets))
        except (Missing, Forbidden):
            raise
        except Refused as refused:
            refusal = said(refused)
    rows = Collection.objects.visible_to(request.user).kept().filter(team=team).told()
    own = rows if _sees_to_all(request, team) else rows.filter(owner=request.user.pk)
    facts = {
        "team": team,
        "assets": assets,
        "rows": own.order_by("-updated_at", "-id")[:CHOICES],
        "length": NAME_LENGTH,
        "refusal": refusal,
        "name": request.POST.get("name", ""),
    }
    return render(request, "teams/collections/choose.html", facts, status=422 if refusal else 200)


def _put(request: HttpRequest, team_id: UUID, assets: list[UUID]) -> UUID:
    actor, into = person(request), id_of(request.POST.get("into", ""))
    if into is None:
        made = services.create(actor=actor, team_id=team_id, name=request.POST.get("name", ""), assets=assets)
        return made.pk
    added = services.add(actor=actor, collection_id=into, assets=assets)
    held = len(assets) - added
    words = f"{added} added." + (f" {held} {'was' if held == 1 else 'were'} in it already." if held else "")
    messages.success(request, words)
    return into


def _named(request: HttpRequest) -> list[UUID]:
    """The images that were selected; none, and a word of it, where they are too many: a part of them is never meant."""
    found = list(dict.fromkeys(pk for text in words_of(request.POST.getlist("asset")) if (pk := id_of(text))))
    if len(found) <= ids.MOST:
        return found
    messages.error(request, f"Select at most {ids.MOST} images at once; you selected {len(found)}.")
    return []


def _team_of(request: HttpRequest, assets: list[UUID]) -> Team | None:
    """The one team, among this person's, that all of these images belong to."""
    teams = visible_teams(request.user)
    owners = set(assets_of(teams).filter(pk__in=assets).values_list("team", flat=True))
    return teams.filter(pk__in=owners).first() if len(owners) == 1 else None


def _sees_to_all(request: HttpRequest, team: Team) -> bool:
    role = Membership.objects.filter(user=request.user.pk, team=team).values_list("role", flat=True).first()
    return "edit_all_work" in CODES.get(role or "", ())


def said(refused: Refused) -> str:
    return f"{refused.message} {refused.remedy}".strip()
