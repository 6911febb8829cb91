"""The pages of what is shared: the same for who came by a link and for whom it was shared with, by two doors."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from designer.sharing import limits, sending
from designer.sharing.doors import BY_LINK, SIGNED_IN, Door
from designer.sharing.pictures import archive_of, count_of, page_of, picture_of
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused
from teams.base.ids import named
from teams.sharing import entering, services, talking, tickets
from teams.sharing.models import Share
from teams.sharing.whose import called_outside

View = Callable[..., HttpResponseBase]


def guarded(view: View) -> View:
    """With strict headers on every answer, also where nothing is found or the view is not asked at all; what a link is
    refused is said on a page of its own, without the studio."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **about: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **about)
        except Refused as refused:
            if about.get("door", BY_LINK) is not BY_LINK:
                raise
            return _gate(request, refused)

    inner.on_every_answer = sending.STRICT  # type: ignore[attr-defined]  # set by HeadersMiddleware
    return inner


def open_to_all(view: View) -> View:
    """What asks for no sign-in: the door asks for a ticket."""
    return view


def _gate(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    answer = render(
        request, "designer/sharing/gate.html", {"refused": refused}, status=refused.status if refused else 200
    )
    if refused and "retry_after" in refused.facts:
        answer.headers["Retry-After"] = str(refused.facts["retry_after"])
    return answer


@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def gate(request: HttpRequest) -> HttpResponse:
    """Where every link leads: the page's script sends in the key that stands behind #."""
    if request.method != "POST":
        return _gate(request)
    share = entering.by_key(request, request.POST.get("key", ""))
    if not share.is_locked:
        services.opened(share)
    return tickets.give(redirect("link", share.pk), share, is_open=not share.is_locked)


@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, share_id: UUID) -> HttpResponse:
    """What a link shows, or the question for its password."""
    found = tickets.held(request, share_id)
    if found is None:
        raise entering.nothing()
    if not found.is_open:
        return _asked(request, found.share)
    limits.looks(request, found.share)
    return redirect("link", share_id) if request.method == "POST" else _shown(request, found.share, BY_LINK)


def _asked(request: HttpRequest, share: Share) -> HttpResponse:
    refused = None
    if request.method == "POST":
        try:
            entering.by_password(request, share, request.POST.get("password", ""))
        except Refused as error:
            refused = error
        else:
            services.opened(share)
            return tickets.give(redirect("link", share.pk), share, is_open=True)
    answer = render(
        request, "designer/sharing/password.html", {"refused": refused}, status=refused.status if refused else 200
    )
    if refused and "retry_after" in refused.facts:
        answer.headers["Retry-After"] = str(refused.facts["retry_after"])
    return answer


@guarded
@require_safe
def shared(request: HttpRequest, share_id: UUID, door: Door) -> HttpResponse:
    share = _admitted(request, share_id, door)
    if request.method == "GET" and limits.comes_in(request, share):
        services.opened(share)
    return _shown(request, share, door)


def _shown(request: HttpRequest, share: Share, door: Door) -> HttpResponse:
    """A page of the images, of who was let in."""
    after = request.GET.get("after", "")
    found, more = page_of(share, int(after) if after.isascii() and after.isdigit() and len(after) < 8 else 0)
    facts = {**_about(request, share, door), "pictures": [door.told(share, each) for each in found]}
    facts |= {"count": count_of(share), "next": f"{door.page(share)}?after={more}" if more else ""}
    if door is SIGNED_IN:
        facts |= talking.facts(person(request), share)
    return render(request, "designer/sharing/share.html", facts)


def _about(request: HttpRequest, share: Share, door: Door) -> dict[str, Any]:
    return {
        "share": share,
        "heading": share.heading,
        "base": door.base,
        "home": door.page(share),
        "archive": door.archive(share) if share.may_download else "",
        "sharer": _sharer(share, door),
        "single": share.kind == "asset",
    }


def _sharer(share: Share, door: Door) -> str:
    """Whoever shares by name or with a team is known to them; by a link only where names are told."""
    if door is SIGNED_IN:
        return share.sharer.shown_name
    return called_outside(share.sharer) if share.with_names else ""


@guarded
@require_safe
def image(request: HttpRequest, share_id: UUID, image_id: UUID, door: Door) -> HttpResponse:
    """One of them, large."""
    share = _admitted(request, share_id, door)
    facts = {**_about(request, share, door), "picture": door.told(share, picture_of(share, image_id))}
    return render(request, "designer/sharing/image.html", facts)


@guarded
@require_safe
def picture(request: HttpRequest, share_id: UUID, image_id: UUID, door: Door) -> HttpResponse:
    return sending.shown(request, picture_of(_admitted(request, share_id, door), image_id))


@guarded
@require_GET
def download(request: HttpRequest, share_id: UUID, image_id: UUID, door: Door) -> HttpResponseBase:
    share = door.admit(request, share_id)
    sending.check(share)
    found = picture_of(share, image_id)
    limits.files(request, share, found.asset)
    return sending.downloaded(share, found, partial(door.goes_on, request, share_id, image_id))


@guarded
@require_GET
def archive(request: HttpRequest, share_id: UUID, door: Door) -> HttpResponseBase:
    share = door.admit(request, share_id)
    sending.check(share)
    blocks = limits.ending(archive_of(share), limits.archive(request, share), request, share)
    return sending.archived(share, blocks, partial(door.goes_on, request, share_id, None))


def _admitted(request: HttpRequest, share_id: UUID, door: Door) -> Share:
    """The share, to be looked at. Raises Missing, Refused (429)."""
    share = door.admit(request, share_id)
    limits.looks(request, share)
    return share


@guarded
@require_POST
def comment(request: HttpRequest, share_id: UUID, door: Door) -> HttpResponse:
    """Say something through a share, and see it there."""
    said = request.POST
    answered = named(said["reply_to"]) if said.get("reply_to") else None
    try:
        talking.say(actor=person(request), share_id=share_id, text=said.get("text", ""), reply_to=answered)
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.error(request, f"{refused.message} {refused.remedy}".strip())
    return redirect(f"{reverse('shared', args=[share_id])}?after=0#comments")
