"""Where the link of an invitation leads, for whoever follows it, signed in or not.

The key stands behind # in the link, where no server, log or referrer sees it; the page's own script sends it in. The
session keeps the key's digest, which lets nobody in by itself.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from teams.accounts.adapter import INVITATION, INVITED
from teams.accounts.models import User
from teams.base.errors import Refused
from teams.membership import invitations
from teams.membership.models import Invitation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """What one is invited to, and what to do about it; a POST sends the key in, or accepts."""
    if request.method == "POST" and "key" in request.POST:
        return _keep(request, request.POST["key"])
    digest = request.session.get(INVITATION)
    if digest is None:
        return _shown(request)
    try:
        row = invitations.look(digest)
    except Refused as refused:
        request.session.pop(INVITATION)
        return _shown(request, refused)
    return _joined(request, row) if request.method == "POST" else _shown(request, row=row)


def _keep(request: HttpRequest, key: str) -> HttpResponse:
    key = key.strip().rpartition("#")[2]  # the whole link is as good
    try:
        row = invitations.look(invitations.digest_of(key))
    except Refused as refused:
        return _shown(request, refused)
    if not request.user.is_authenticated:  # a page's other requests, still on their way, would sign a person out
        request.session.cycle_key()
    request.session.pop(INVITED, None)
    request.session[INVITATION] = row.digest
    if row.by_mail and not request.user.is_authenticated:
        request.session[INVITED] = row.email
    return redirect("invitation")


def _joined(request: HttpRequest, row: Invitation) -> HttpResponse:
    """Accept it, if it is the one that the page showed: another may have been followed in another tab since."""
    user = request.user
    if not isinstance(user, User) or request.POST.get("invitation") != str(row.pk):
        return redirect("invitation")
    try:
        membership = invitations.accept(actor=user, digest=row.digest)
    except Refused as refused:
        return _shown(request, refused, row)
    request.session.pop(INVITATION, None)
    messages.success(
        request, f"Welcome to {membership.team.name}. You are {membership.get_role_display().lower()} there."
    )
    return redirect("members", membership.team_id)


def _shown(request: HttpRequest, refused: Refused | None = None, row: Invitation | None = None) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    facts = {"row": row, "refused": refused, "fits": bool(row and user and invitations.is_for(row, user))}
    return render(request, "teams/membership/invitation.html", facts, status=refused.status if refused else 200)
