"""What is said of a batch, as a part of its page."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from batches.models import Batch
from teams.accounts.people import person
from teams.review.panels import panel_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = Batch.objects.defer("plan").select_related("team").see(request.user, pk)
    return panel_of(person(request), "batch", batch).answer(request)
