"""What is said of an image, as a part of its page."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from designer.assets.commenting import panel_of
from designer.assets.models import Asset
from teams.accounts.people import person


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, pk: UUID) -> HttpResponse:
    return panel_of(person(request), Asset.objects.see(request.user, pk)).answer(request)
