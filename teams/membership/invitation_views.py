"""Where the link of an invitation leads, for whoever follows it, signed in or not.

The key stands behind # in the link, where no server, log or referrer sees it; the page's own script sends it in. The
session keeps the key's digest, which lets nobody in by itself.
"""

from typing import Final

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from teams.accounts.models import User
from teams.base.errors import Refused
from teams.membership import invitations
from teams.membership.models import Invitation

KEPT: Final = "invitation"  # in the session


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """What one is invited to, and what to do about it; a POST sends the key in, or accepts."""
    if request.method == "POST" and "key" in request.POST:
        return _keep(request, request.POST["key"])
    digest = request.session.get(KEPT)
    if digest is None:
        return _shown(request)
    try:
        row = invitations.look(digest)
        if request.method == "POST":
            return _joined(request, digest)
    except Refused as refused:
        if refused.status in (404, 409, 410):
            request.session.pop(KEPT, None)
        return _shown(request, refused)
    return _shown(request, row=row)


def _keep(request: HttpRequest, key: str) -> HttpResponse:
    key = key.strip().rpartition("#")[2]  # the whole link is as good
    try:
        row = invitations.look(invitations.digest_of(key))
    except Refused as refused:
        return _shown(request, refused)
    request.session[KEPT] = row.digest
    if row.by_mail and not request.user.is_authenticated:
        get_adapter(request).stash_verified_email(request, row.email)  # who opens an account now has read that mailbox
    return redirect("invitation")


def _joined(request: HttpRequest, digest: str) -> HttpResponse:
    user = request.user
    if not isinstance(user, User):
        return redirect("invitation")
    membership = invitations.accept(actor=user, digest=digest)
    request.session.pop(KEPT, None)
    messages.success(
        request, f"Welcome to {membership.team.name}. You are {membership.get_role_display().lower()} there."
    )
    return redirect("members", membership.team_id)


def _shown(request: HttpRequest, refused: Refused | None = None, row: Invitation | None = None) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    facts = {"row": row, "refused": refused, "fits": bool(row and user and invitations.is_for(row, user))}
    return render(request, "teams/membership/invitation.html", facts, status=refused.status if refused else 200)
