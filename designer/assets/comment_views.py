"""What is said of an image, as a part of its page: read, said, changed and taken back."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from designer.assets.commenting import discussion, image_of
from designer.assets.models import Asset
from teams.accounts.people import person
from teams.base.errors import Missing, Refused
from teams.base.ids import named
from teams.review import services


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The threads; POST says something, or gives one's own comment (`comment`) other words."""
    asset = Asset.objects.see(request.user, pk)
    if request.method == "POST":
        try:
            _say(request, asset)
        except Missing:
            raise
        except Refused as refused:
            return _refused(request, asset, refused)
    return _answer(request, asset)


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID, comment_id: UUID) -> HttpResponse:
    asset = Asset.objects.see(request.user, pk)
    services.remove_comment(actor=person(request), comment_id=comment_id)
    return _answer(request, asset)


def _say(request: HttpRequest, asset: Asset) -> None:
    said, actor = request.POST, person(request)
    text = said.get("text", "")
    if said.get("comment"):
        # the page shows what is there: words typed on it are meant for the comment as it is by now
        services.change_comment(actor=actor, comment_id=named(said["comment"]), text=text, if_match="*")
        return
    answered = named(said["reply_to"]) if said.get("reply_to") else None
    services.write_comment(
        actor=actor,
        team_id=asset.team_id,
        asset_id=image_of(actor, asset, answered),
        text=text,
        pin=_pin(said.get("pin_x", ""), said.get("pin_y", "")),
        reply_to=answered,
    )


def _pin(x: str, y: str) -> services.Pin | None:
    """The spot that the form names; none where it holds no two numbers."""
    try:
        return float(x), float(y)
    except ValueError:
        return None


def _answer(request: HttpRequest, asset: Asset) -> HttpResponse:
    if request.headers.get("X-Partial") != "1":
        return redirect("asset", asset.pk)
    context = {"asset": asset, **discussion(person(request), asset)}
    return render(request, "designer/assets/_comments.html", context)


def _refused(request: HttpRequest, asset: Asset, refused: Refused) -> HttpResponse:
    words = f"{refused.message} {refused.remedy}".strip()
    if request.headers.get("X-Partial") == "1":
        return HttpResponse(words, status=refused.status, content_type="text/plain; charset=utf-8")
    messages.error(request, words)
    return redirect("asset", asset.pk)
