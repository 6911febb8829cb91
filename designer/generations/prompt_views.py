"""The prompts page: search what was asked before, keep the good ones, use them again."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from designer.generations import prompts
from teams.accounts.people import person

PAGE = 20


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "")[:200].strip()
    favourite = request.GET.get("favourite") == "1"
    model = request.GET.get("model", "").replace("\x00", "")[:120]
    everything = prompts.history_of(person(request))
    models = sorted({name for name in everything.values_list("model", flat=True).distinct() if name})
    rows = prompts.found(everything, words=words, favourite=favourite, model=model).order_by("-created_at", "-id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    said = {"q": words, "favourite": "1" if favourite else "", "model": model}
    context = {
        "page": page,
        "filters": {**said, "active": any(said.values())},
        "models": models,
        "query": urlencode({name: value for name, value in said.items() if value}),
    }
    return render(request, "designer/generations/prompts.html", context)


@login_required
@require_POST
def favourite(request: HttpRequest, pk: UUID) -> HttpResponse:
    prompts.set_favourite(actor=person(request), generation_id=pk, kept=request.POST.get("kept") == "1")
    return redirect(f"/prompts?{request.POST.get('query', '')[:400]}#g-{pk}")
