"""The Gallery and the Asset page: images found, looked at, judged and tidied."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import BooleanField, Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from designer.assets import services as assets
from designer.assets.approving import panel_facts, with_standings
from designer.assets.commenting import panel_of
from designer.assets.models import Asset, AssetKind, AssetQuerySet
from designer.assets.presenting import camera_shown
from designer.assets.versions import versions_of
from designer.generations.forms import UUID_WORD
from designer.generations.opinions import opinions_context, with_likes
from designer.generations.presenting import maker_of, parts_sent, place_of, provenance_of
from designer.generations.views import is_partial
from designer.personas import feedback as personas
from designer.personas.models import Feedback, FeedbackKind
from teams.accounts.people import person
from teams.base import ids
from teams.base.errors import Conflict, Refused
from teams.base.ids import words_of
from teams.base.lists import after, mark_of

PAGE = 24
# a team, times (of the images, of their generations), a model in fact or simulated, a garment, whether somebody rated
# it, a member, a persona, and what its generation names: what a figure stands on; carried along
BEHIND = (
    "of", "since", "until", "asked_since", "asked_until", "provider", "model", "simulated", "garment", "rated",
    "owner", "persona", "attribute", "word", "brief",
)  # fmt: skip
# What a generation names, as the analytics count it: an attribute as `kind:value`, a word of its brief, or the whole
# brief, by sixteen digits of what it comes to. Nothing of one in the trash.
NAMED = "EXISTS (SELECT FROM generations g WHERE g.id = assets.generation_id AND g.trashed_at IS NULL AND {})"
ATTRIBUTE = """EXISTS (
    SELECT FROM (
        SELECT g.understood #>> ARRAY[%s, 'value'] AS value
        WHERE jsonb_typeof(g.understood #> ARRAY[%s, 'value']) = 'string'
        UNION ALL
        SELECT CASE jsonb_typeof(each.value) WHEN 'string' THEN each.value #>> '{}' ELSE each.value ->> 'name' END
        FROM jsonb_array_elements(CASE WHEN jsonb_typeof(g.understood #> ARRAY[%s, 'value']) = 'array'
            THEN g.understood #> ARRAY[%s, 'value'] ELSE '[]' END) AS each(value)
    ) said WHERE left(lower(btrim(said.value)), 80) = %s)"""
WORD = """EXISTS (
    SELECT FROM regexp_matches(lower(g.brief), '[[:alpha:]]+(?:[-''’][[:alpha:]]+)*', 'g') AS word(said)
    WHERE word.said[1] = %s)"""
BRIEF = "left(md5(regexp_replace(btrim(lower(g.brief), E' \\t\\n\\r'), '\\s+', ' ', 'g')), 16) = %s"
CARRIED = ("q", "kind", "liked", "order", "trash", "alike", "like", *BEHIND)  # from page to page
RATINGS = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the gallery's form says, taken from the address."""

    q: str
    kind: str
    liked: str
    order: str
    trash: bool
    alike: str
    of: str = ""
    since: str = ""
    until: str = ""
    provider: str = ""
    model: str = ""
    simulated: str = ""  # yes, no, or either
    asked_since: str = ""
    asked_until: str = ""
    garment: str = ""
    rated: str = ""  # yes, or either
    owner: str = ""
    persona: str = ""
    attribute: str = ""
    word: str = ""
    brief: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Filters":
        return cls(
            q=query.get("q", "").replace("\x00", "")[:200].strip(),
            kind=_one_of(AssetKind.values, query.get("kind", "")),
            liked=_one_of([*FeedbackKind.values, "none"], query.get("liked", "")),
            order="old" if query.get("order") == "old" else "new",
            trash=query.get("trash") == "1",
            alike=_id_in(query.get("alike", "")),
            of=_id_in(query.get("of", "")),
            since=_moment_in(query.get("since", "")),
            until=_moment_in(query.get("until", "")),
            provider=query.get("provider", "").replace("\x00", "")[:60],
            model=query.get("model", "").replace("\x00", "")[:120],
            simulated=_one_of(["yes", "no"], query.get("simulated", "")),
            asked_since=_moment_in(query.get("asked_since", "")),
            asked_until=_moment_in(query.get("asked_until", "")),
            garment=query.get("garment", "").replace("\x00", "")[:60],
            rated=_one_of(["yes"], query.get("rated", "")),
            owner=_id_in(query.get("owner", "")),
            persona=_id_in(query.get("persona", "")),
            attribute=query.get("attribute", "").replace("\x00", "")[:110],
            word=query.get("word", "").replace("\x00", "")[:40],
            brief=query.get("brief", "").replace("\x00", "")[:16],
        )

    @property
    def active(self) -> bool:
        return bool(self.q or self.kind or self.liked or self.alike or self.behind or self.order != "new")

    @property
    def behind(self) -> dict[str, str]:
        """What of BEHIND is said."""
        return {name: value for name in BEHIND if (value := getattr(self, name))}

    @property
    def times(self) -> dict[str, datetime | None]:
        """From when on, and up to when, the images were made, and their generations asked for."""
        return {name: parse_datetime(getattr(self, name)) for name in ("since", "until", "asked_since", "asked_until")}

    def apply(self, rows: AssetQuerySet) -> AssetQuerySet:
        if self.alike:
            first = rows.filter(pk=self.alike).first()  # among the rows that may be seen
            rows = rows.alike(first) if first else rows.none()
        rows = rows.filter(trashed_at__isnull=not self.trash)
        if self.behind or not self.trash:  # shown on their generation, folded; and no figure counts them
            rows = rows.filter(set_aside=False)
        for word in self.q.split():
            rows = rows.filter(
                Q(title__icontains=word) | Q(generation__brief__icontains=word) | Q(generation__prompt__icontains=word)
            )
        if self.kind:
            rows = rows.filter(kind=self.kind)
        rows = self._made(rows)
        said = Feedback.objects.filter(asset=OuterRef("pk"))
        if self.liked == "none":
            rows = rows.filter(~Exists(said))
        elif self.liked:
            rows = rows.filter(Exists(said.filter(kind=self.liked)))
        return rows

    @property
    def ordering(self) -> tuple[str, str]:
        return ("created_at", "id") if self.order == "old" else ("-created_at", "-id")

    def _made(self, rows: AssetQuerySet) -> AssetQuerySet:
        """By team, time, maker and what was said, as a figure counts them."""
        if self.of:
            rows = rows.filter(team=UUID(self.of))
        edges = ("created_at__gte", "created_at__lt", "generation__created_at__gte", "generation__created_at__lt")
        rows = rows.filter(**{edge: at for edge, at in zip(edges, self.times.values(), strict=True) if at})
        rows = rows.filter(generation__understood__garment__value=self.garment) if self.garment else rows
        if self.rated:
            said = Feedback.objects.filter(asset=OuterRef("pk"))
            rows = rows.filter(Exists(said.exclude(kind=FeedbackKind.COMMENT)))
        rows = self._named(rows)
        rows = rows.filter(provenance__provider=self.provider) if self.provider else rows
        rows = rows.filter(simulated=self.simulated == "yes") if self.simulated else rows
        return rows.filter(provenance__model=self.model) if self.model else rows

    def _named(self, rows: AssetQuerySet) -> AssetQuerySet:
        """By whose they are, and by what their generations name."""
        rows = rows.filter(owner=UUID(self.owner)) if self.owner else rows
        rows = rows.filter(generation__persona=UUID(self.persona)) if self.persona else rows
        name, _, value = self.attribute.partition(":")
        told = {ATTRIBUTE: [name, name, name, name, value], WORD: [self.word], BRIEF: [self.brief]}
        for condition, facts in told.items():
            if facts[-1]:
                rows = rows.filter(RawSQL(NAMED.replace("{}", condition, 1), facts, BooleanField()))  # noqa: S611  (constants of this module)
        return rows

    @property
    def named(self) -> str:
        """What their generations name, in words."""
        kind, _, value = self.attribute.partition(":")
        told = [f"the {kind.replace('_', ' ')} {value}"] if value else []
        told += [f"the word {self.word}"] if self.word else []
        return " and ".join([*told, "one and the same brief"] if self.brief else told)

    def in_trash(self, rows: AssetQuerySet) -> int:
        """How many more are in the trash of what a figure stands on: it counts them."""
        return replace(self, trash=True).apply(rows).count() if self.behind and not self.trash else 0


def _moment_in(said: str) -> str:
    """An instant with its offset, as it was said; "" for anything else."""
    try:
        found = parse_datetime(said)
    except ValueError:
        return ""
    return said if found and found.tzinfo and 1900 < found.year < 9000 else ""


def _id_in(said: str) -> str:
    return said if UUID_WORD.fullmatch(said) else ""


def _one_of(known: Iterable[str], said: str) -> str:
    return said if said in known else ""


@login_required
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    filters = Filters.from_query(request.GET)
    if filters.alike:
        Asset.objects.see(request.user, UUID(filters.alike))
    visible = Asset.objects.visible_to(request.user)
    rows = filters.apply(visible.select_related("generation"))
    page = list(after(rows, request.GET.get("after", ""), filters.order).first_in(*filters.ordering, limit=PAGE + 1))
    more = len(page) > PAGE
    page = with_standings(with_likes(page[:PAGE]))
    said = {name: value for name in CARRIED if (value := request.GET.get(name))}
    mark = mark_of(page[-1]) if more else ""
    context = {
        "page": page,
        "next_url": f"{request.path}?{urlencode({**said, 'after': mark})}" if more else "",
        "all_query": urlencode({name: value for name, value in said.items() if name not in ("trash", "like")}),
        "filters": filters,
        "trash": filters.trash,
        "like": _id_in(request.GET.get("like", "")),
        "kinds": AssetKind.choices,
        "in_trash": 0 if is_partial(request) else filters.in_trash(visible),
    }
    name = "designer/gallery/_tiles.html" if is_partial(request) else "designer/gallery/gallery.html"
    return render(request, name, context)


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Trash or restore what was selected; what may not be changed is counted and said."""
    act = assets.restore if request.POST.get("action") == "restore" else assets.trash
    done = refused = locked = 0
    said = words_of(request.POST.getlist("asset"))
    if len(said) > ids.MOST:
        messages.error(request, f"Select at most {ids.MOST} images at once; you selected {len(said)}.")
        said = []
    for raw in said:
        try:
            act(actor=person(request), asset_id=UUID(raw))
            done += 1
        except (ValueError, Refused) as error:
            locked += isinstance(error, Conflict)
            refused += not isinstance(error, Conflict)
    if done:
        messages.success(
            request, f"{done} image{'s' * (done != 1)} {'restored' if act is assets.restore else 'moved to the trash'}."
        )
    if refused:
        messages.warning(request, f"{refused} could not be changed: they are not yours to change.")
    if locked:
        messages.warning(request, f"{locked} stayed: approved, and so locked. Withdraw the approval first.")
    if not request.POST.getlist("asset"):
        messages.info(request, "Nothing was selected.")
    return redirect(f"{request.META.get('HTTP_REFERER', '')}" if _own(request) else "gallery")


def _own(request: HttpRequest) -> bool:
    return str(request.META.get("HTTP_REFERER", "")).startswith(request.build_absolute_uri("/gallery"))


def asset_context(request: HttpRequest, asset: Asset) -> dict[str, Any]:
    mine = Feedback.objects.filter(owner_id=request.user.pk, asset=asset)
    said = {row.kind: row for row in mine}
    moved = [move for row in said.values() for move in row.moved]
    return {
        "asset": asset,
        "said": set(said),
        "rating": said["rating"].rating if "rating" in said else None,
        "stars": range(1, 6),
        "moved": [personas.move_shown(move) for move in moved][:6],
        "last_act": personas.last_act_on(person(request), asset.pk),
    }


def _others_alike(request: HttpRequest, found: Asset) -> int:
    """How many other images show the same picture; versions of this one are not counted."""
    rows = Asset.objects.visible_to(request.user).kept().filter(team=found.team_id).alike(found)
    return rows.exclude(pk__in=[each.pk for each in versions_of(request.user, found)]).count()


@login_required
@require_GET
def asset(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = Asset.objects.see(request.user, pk)
    generation = found.generation or (found.parent.generation if found.parent else None)
    related = Asset.objects.visible_to(request.user).kept().filter(Q(parent=found) | Q(pk=found.parent_id))
    may_edit = Asset.objects.may_edit(request.user, found.pk)
    context = {
        **panel_facts(person(request), found, may_edit=may_edit),
        **asset_context(request, found),
        **panel_of(person(request), found).context(request),
        **opinions_context(found),
        "generation": generation,
        "channel": f"asset:{found.pk}",
        "before": _before(found),
        "versions": related.exists(),
        "may_edit": may_edit,
        "parts": parts_sent(found, generation) if generation else [],
        "place": place_of(found, generation),
        "maker": maker_of(found, generation) if generation else {},
        "provenance": provenance_of(found),
        "camera": camera_shown(found),
        "alike": _others_alike(request, found),
    }
    return render(request, "designer/assets/asset.html", context)


def _before(found: Asset) -> Asset | None:
    """What an enhancement began with, while both can be looked at whole."""
    trashed = found.trashed_at or (found.parent and found.parent.trashed_at)
    return None if trashed or found.kind != AssetKind.ENHANCED else found.parent


@login_required
@require_POST
def asset_trash(request: HttpRequest, pk: UUID) -> HttpResponse:
    if request.POST.get("action") == "restore":
        assets.restore(actor=person(request), asset_id=pk)
        messages.success(request, "Restored.")
        return redirect("asset", pk)
    try:
        assets.trash(actor=person(request), asset_id=pk)
    except Conflict as locked:
        messages.error(request, f"{locked.message} {locked.remedy}")
        return redirect("asset", pk)
    messages.success(request, "Moved to the trash. It can be restored for 30 days.")
    return redirect("gallery")


@login_required
@require_POST
def feedback(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give feedback, or take it back when it had been given already."""
    found = Asset.objects.see(request.user, pk)
    rating = request.POST.get("rating", "")
    kind = "rating" if rating else request.POST.get("kind", "")
    if kind not in FeedbackKind.values or (rating and rating not in RATINGS):
        raise Refused("unknown_feedback", "There is no such feedback.", field="kind", remedy="Use the buttons.")
    personas.toggle_feedback(
        actor=person(request), asset_id=found.pk, kind=kind, rating=int(rating) if rating else None
    )
    if not is_partial(request):
        back = request.POST.get("next", "")
        here = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return redirect(back if here and back.startswith("/compare?") else reverse("asset", args=[pk]))
    return render(request, "designer/assets/_feedback.html", asset_context(request, found))
