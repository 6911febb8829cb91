"""The blind vote of an A/B batch: one pair at a time, and what all votes say so far."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from batches import voting
from batches.models import Batch
from teams.accounts.people import person
from teams.base.errors import Missing
from teams.membership.permissions import may

CHOICES = (*voting.SIDES, "tie")


@login_required
@require_http_methods(["GET", "POST"])
def votes(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = person(request)
    if request.method == "POST":
        return _cast(request, pk)
    verdict = voting.verdict_of(actor=actor, batch_id=pk)
    batch = Batch.objects.select_related("team").get(pk=pk)
    votes_here = may(actor, "create_work", batch.team)
    pair = voting.next_pair(actor=actor, batch_id=pk) if votes_here else None
    context = {"batch": batch, "pair": pair, "verdict": verdict, "votes_here": votes_here}
    return render(request, "batches/votes.html", context)


def _cast(request: HttpRequest, pk: UUID) -> HttpResponse:
    pair, choice = request.POST.get("pair", ""), request.POST.get("choice", "")
    if not pair.isdecimal() or len(pair) > 6 or choice not in CHOICES:
        raise Missing(message="There is no such pair.", remedy="Take the next one.")
    try:
        told = voting.vote(actor=person(request), batch_id=pk, pair=int(pair), choice=choice)
    except IntegrityError:
        messages.warning(request, "You have voted on this pair. Here is the next one.")
    else:
        messages.success(request, f"Noted. Left was {told['left'].upper()}, right was {told['right'].upper()}.")
    return redirect("batch_votes_page", pk)
