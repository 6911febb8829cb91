"""The page on which what was understood of a generation is corrected; the same form is a card of its page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from designer.generations import understanding
from designer.generations.models import Generation
from designer.generations.record_tags import SOMEBODY, in_turn, tag_of
from designer.generations.understanding_forms import changed_since, corrections_of, label, rows_of
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused


def edit_shown(
    request: HttpRequest,
    row: Generation,
    said: Mapping[str, str] | None = None,
    theirs: Mapping[str, str] | None = None,
) -> dict[str, Any] | None:
    """What the form shows: rows, its tag, and whether the reader may correct it; None before anything was read."""
    if not row.understood:
        return None
    record = understanding.of_generation(row)
    rows = rows_of(record, understanding.correctors(row, person(request)), said, theirs)
    return {
        "rows": rows,
        "any_known": any(row["is_known"] for row in rows),
        "tag": tag_of(record),
        "may_edit": _may_edit(request, row),
        "generation": row,
    }


def _may_edit(request: HttpRequest, row: Generation) -> bool:
    try:
        return bool(Generation.objects.may_edit(person(request), row.pk))
    except Missing:
        return False


@login_required
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET: the form by itself. POST: keep what was changed; refused, the form with what was typed and why."""
    row = Generation.objects.see(person(request), pk)
    if request.method == "GET":
        return _page(request, row)
    fixes = corrections_of(request.POST)
    try:
        if fixes:
            understanding.correct_generation(
                actor=person(request), generation_id=pk, if_match=request.POST.get("tag"), corrections=fixes
            )
    except (Forbidden, Missing):
        raise
    except Refused as refused:
        return _refused(request, pk, refused)
    count = len(fixes)
    told = f"{count} correction{'s' if count != 1 else ''} kept." if fixes else "Nothing was changed."
    messages.success(request, told, extra_tags="focus")
    return redirect("generation", pk)


def _refused(request: HttpRequest, pk: UUID, refused: Refused) -> HttpResponse:
    """With the tag and the values of now; what was typed stays in the fields, to be sent again. A field that was left
    alone shows what stands there now, else the old value would come back over somebody's correction."""
    row = Generation.objects.see(person(request), pk)
    typed = {name: request.POST[name] for name in (f"fix-{fix}" for fix in corrections_of(request.POST))}
    if refused.code != "changed_meanwhile":
        return _page(request, row, said=typed, error=str(refused), status=refused.status)
    changes, by = changed_since(understanding.of_generation(row), request.POST), refused.facts["by"]
    told = in_turn({name: f"{label(name)} to {value}" for name, value in changes.items()}, by)
    error = f"{told} meanwhile. Your values are still below: keep them, or choose others."
    theirs = {
        name: f"{by.get(name, SOMEBODY)} chose {value}; what stands here is what you typed."
        for name, value in changes.items()
    }
    return _page(request, row, said=typed, theirs=theirs, error=error, status=refused.status)


def _page(
    request: HttpRequest,
    row: Generation,
    *,
    said: Mapping[str, str] | None = None,
    theirs: Mapping[str, str] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"generation": row, "edit": edit_shown(request, row, said, theirs), "edit_error": error}
    return render(request, "designer/generations/understood.html", context, status=status)
