"""The part of a collection's page that offers its lookbook."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from designer.lookbooks import paper
from teams.base.errors import Missing
from teams.review.collections.models import Collection


@never_cache
@login_required
@require_GET
def lookbook(request: HttpRequest, pk: UUID) -> HttpResponse:
    row: Collection = Collection.objects.select_related("team").see(request.user, pk)
    if row.trashed_at is not None:
        raise Missing(message="This collection is in the trash.", remedy="Restore it first.")
    count = row.items.shown().count()
    facts = {"collection": row, "count": count, "parts": paper.ranges_of(count)}
    partial = request.headers.get("X-Partial") == "1"
    return render(request, f"lookbooks/{'_choice' if partial else 'choice'}.html", facts)
