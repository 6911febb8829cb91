"""The prompts page: search what was asked before, keep the good ones, use them again."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from designer.generations import prompts
from teams.accounts.people import person
from teams.base.keeping import kept
from teams.base.lists import after, mark_of

PAGE = 20
MODELS_KEPT = 300  # seconds: to name them all prompts are read


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "")[:200].strip()
    favourite = request.GET.get("favourite") == "1"
    model = request.GET.get("model", "").replace("\x00", "")[:120]
    everything = prompts.history_of(person(request))
    models = kept(f"prompts:models:{person(request).pk}", MODELS_KEPT, lambda: prompts.models_of(everything))
    rows = after(prompts.found(everything, words=words, favourite=favourite, model=model), request.GET.get("after", ""))
    page = list(rows.first_in("-created_at", "-id", limit=PAGE + 1))
    said = {"q": words, "favourite": "1" if favourite else "", "model": model}
    query = urlencode({name: value for name, value in said.items() if value})
    context = {
        "page": page[:PAGE],
        "older": mark_of(page[PAGE - 1]) if len(page) > PAGE else "",
        "is_first": "after" not in request.GET,
        "filters": {**said, "active": any(said.values())},
        "models": models,
        "query": query,
    }
    return render(request, "designer/generations/prompts.html", context)


@login_required
@require_POST
def favourite(request: HttpRequest, pk: UUID) -> HttpResponse:
    prompts.set_favourite(actor=person(request), generation_id=pk, kept=request.POST.get("kept") == "1")
    return redirect(f"/prompts?{request.POST.get('query', '')[:400]}#g-{pk}")
