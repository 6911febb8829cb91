"""Parts of pages about comments."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from teams.accounts.people import person
from teams.review.collections.models import Collection
from teams.review.markup import rendered
from teams.review.models import Comment
from teams.review.panels import panel_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collection_comments(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = Collection.objects.select_related("team").see(request.user, pk)
    return panel_of(person(request), "collection", row).answer(request)


@login_required
@require_GET
def history(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """What a comment said before, newest first."""
    row: Comment = Comment.objects.see(request.user, comment_id)
    earlier = [(each, rendered(each.text)) for each in row.earlier().order_by("-created_at", "-id")]
    return render(request, "teams/review/_history.html", {"earlier": earlier})
