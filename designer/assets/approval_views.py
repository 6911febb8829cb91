"""The review of an image: a part of its page, and a page of its own for who has no scripts or was refused."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from designer.assets.approving import panel_facts
from designer.assets.models import Asset
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused
from teams.review.approvals.panels import act


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A POST does what it says in `act`; refused, it is shown again as it was typed."""
    asset: Asset = Asset.objects.select_related("team").see(request.user, pk)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, act(request, asset))
            return redirect(f"{reverse('asset', args=[pk])}#approval")
        except Refused as refused:
            if isinstance(refused, Missing | Forbidden) and not refused.field:
                raise
            refusal, status = f"{refused.message} {refused.remedy}".strip(), refused.status
    may_edit = Asset.objects.may_edit(request.user, pk)
    facts = {
        **panel_facts(person(request), asset, may_edit=may_edit),
        "refusal": refusal,
        "typed": request.POST,
        "chosen": set(request.POST.getlist("reviewer")),
    }
    partial = request.headers.get("X-Partial") == "1"
    name = "teams/approvals/_panel.html" if partial else "designer/assets/approval.html"
    return render(request, name, facts, status=status)
