"""The settings pages of one's own account."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import BooleanField, Case, Q, Value, When
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from teams.accounts import services
from teams.accounts.forms import ProfileForm, TokenForm
from teams.accounts.models import ApiToken, User
from teams.base.errors import Missing, Refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and time zone."""
    user = cast("User", request.user)
    form = ProfileForm(request.POST or None, user=user)
    if form.is_valid():
        try:
            services.update_profile(actor=user, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Saved.")
            return redirect("settings_profile")
    return render(request, "teams/accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """API tokens. A new key is shown in the answer to its own making and nowhere else."""
    user = cast("User", request.user)
    form = TokenForm(request.POST or None)
    made = key = None
    if form.is_valid():
        try:
            made, key = services.create_token(actor=user, **form.wish())
            form = TokenForm()
        except Refused as refused:
            form.refuse(refused)
    facts = {"form": form, "tokens": _listed(user), "made": made, "key": key}
    return render(request, "teams/accounts/tokens.html", facts, status=422 if form.errors else 200)


def _listed(user: User) -> list[ApiToken]:
    over = Case(When(Q(expires_at__lte=Now()), then=True), default=Value(False), output_field=BooleanField())
    return list(ApiToken.objects.filter(user=user, revoked_at=None).annotate(over=over).order_by("-created_at"))


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    try:
        services.revoke_token(actor=cast("User", request.user), token_id=token_id)
    except Missing as missing:
        raise Http404 from missing
    messages.success(request, "The token was revoked.")
    return redirect("settings_tokens")
