"""The pages of batches: the list, the builder with its live price, and one batch with its grid."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from batches import contact_sheets, progress, services, steering
from batches.api import BatchFilter
from batches.forms import BatchForm, told_together
from batches.models import MAYBE_PAID, Batch, BatchStatus, BatchTemplate, ItemStatus
from batches.reusing import lost_of, typed_from, typed_from_batch
from batches.standing import standstill_of, standstills_of
from designer.generations.forms import UUID_WORD
from teams.accounts.people import person
from teams.base.errors import Forbidden, Missing, Refused
from teams.base.lists import filters_said
from teams.review.panels import panel_of

PAGE: Final = 20
TILES: Final = 60
RETRYABLE: Final = (BatchStatus.PARTIAL, BatchStatus.FAILED, BatchStatus.RUNNING, BatchStatus.PAUSED)
ACTS: Final[dict[str, tuple[Callable[..., Batch], str]]] = {
    "start": (services.start, "The batch has started."),
    "pause": (steering.pause, "Nothing new begins; what runs now ends."),
    "resume": (steering.resume, "The batch goes on."),
    "cancel": (steering.cancel, "The batch is cancelled. What was finished stays."),
    "retry": (steering.retry, "The failed items are tried again."),
    "anew": (partial(steering.retry, unknown=True), "All that failed is tried again, also what may have been paid."),
}


@login_required
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    rows = Batch.objects.visible_to(request.user).defer("plan").select_related("owner", "team").order_by("-created_at")
    found = BatchFilter(filters_said(request.GET, status=BatchStatus.values), queryset=rows).qs
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    filters = {"search": request.GET.get("search", "")[:200], "status": request.GET.get("status", "")}
    still = standstills_of(page)
    context = {
        "page": page,
        "shown": [(batch, still.get(batch.pk, "")) for batch in page],
        "filters": filters,
        "active": any(filters.values()),
        "states": BatchStatus.choices,
        "templates": BatchTemplate.objects.visible_to(request.user).order_by("name")[:PAGE],
    }
    return render(request, "batches/batches.html", context)


@login_required
@require_GET
def row(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = _shown(request, pk)
    return render(request, "batches/_row.html", {"batch": batch, "waits": standstill_of(batch)})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _builder(request)
    form = BatchForm(request.POST, actor=person(request))
    if form.is_valid():
        try:
            made = services.create(actor=person(request), wish=form.wish(start="draft" not in request.POST))
            return redirect("batch", made.pk)
        except Refused as refused:
            form.refuse(refused)
    return render(request, "batches/new.html", {"form": form}, status=422)


def _builder(request: HttpRequest) -> HttpResponse:
    """The empty form, or one that begins with a saved plan or another batch. A plan that the form cannot say whole is
    offered as a draft instead, unless `part` asks for what the form can say; then that says what is left out."""
    template, source = request.GET.get("template", ""), request.GET.get("from", "")
    found: Batch | BatchTemplate | None = None
    if UUID_WORD.fullmatch(template):
        found = BatchTemplate.objects.see(request.user, UUID(template))
    elif UUID_WORD.fullmatch(source):
        found = Batch.objects.see(request.user, UUID(source))
    lost = [] if found is None else lost_of(person(request), found)
    if lost and "part" not in request.GET:
        return render(request, "batches/again.html", {"found": found, "is_template": bool(template), "lost": lost})
    typed = typed_from_batch(found) if isinstance(found, Batch) else found and typed_from(found.plan, found.team_id)
    form = BatchForm(actor=person(request), initial=typed or {})
    return render(request, "batches/new.html", {"form": form, "lost": lost})


@login_required
@require_POST
def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft with the whole plan of another batch."""
    return _drafted(request, partial(services.clone, actor=person(request), batch_id=pk))


@login_required
@require_POST
def draft_of_template(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft with the whole plan of a template."""
    return _drafted(request, partial(services.draft_of, actor=person(request), template_id=pk))


def _drafted(request: HttpRequest, make: Callable[[], Batch]) -> HttpResponse:
    try:
        made = make()
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.error(request, " ".join(told_together(refused)[:5]))
        return redirect("batches")
    messages.success(request, "A draft with the whole plan, priced anew. Nothing runs until you start it.")
    return redirect("batch", made.pk)


@login_required
@require_POST
def estimate(request: HttpRequest) -> HttpResponse:
    """Count and price of what is typed so far, or what is wrong with it. Writes nothing."""
    form = BatchForm(request.POST, actor=person(request))
    told: dict[str, Any] = {}
    if not form.is_valid():
        told = {"errors": [line for lines in form.errors.values() for line in lines]}
    elif not form.plan()["base"].get("brief") and not any(form.cleaned_data[n] for n in ("prompts", "sheet", "arm_a")):
        told = {}
    else:
        try:
            found = services.estimate(actor=person(request), wish=form.wish())
            told = {"estimate": estimated_shown(found), "refused_twice": not form.cleaned_data["duplicates"]}
        except Refused as refused:
            told = {"errors": told_together(refused)}
    html = render_to_string("batches/_estimate.html", told, request)
    return JsonResponse({"html": html, "ready": "estimate" in told})


def estimated_shown(found: dict[str, Any]) -> dict[str, Any]:
    """An estimate with its times in words."""
    seconds = found["seconds"]
    return {**found, "lasts": _span(seconds["high"]), "lasts_low": _span(seconds["low"])}


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds))) if seconds >= 90 else f"{round(seconds)} s"


@login_required
@require_GET
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = _shown(request, pk)
    said = panel_of(person(request), "batch", batch).context(request)
    context = {**_head(request, batch), **_grid(request, batch), **said, "plan": batch.plan}
    return render(request, "batches/batch.html", context)


@login_required
@require_GET
def head(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "batches/_head.html", _head(request, _shown(request, pk)))


@login_required
@require_GET
def change_form(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Apart from the head, which is loaded anew with each item that ends: what is typed here stays."""
    batch = _shown(request, pk)
    may_edit = Batch.objects.may_edit(request.user, batch.pk)
    return render(request, "batches/_change.html", {"batch": batch, "may_edit": may_edit})


def _shown(request: HttpRequest, pk: UUID) -> Batch:
    Batch.objects.see(request.user, pk)
    return progress.with_budget(Batch.objects.filter(pk=pk).select_related("owner", "team")).get()


def _head(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    now = progress.progress_of(batch)
    remaining = now["remaining_seconds"]
    return {
        "batch": batch,
        "channel": f"batch:{batch.pk}",
        "may_edit": Batch.objects.may_edit(request.user, batch.pk),
        "has_arms": bool(batch.plan.get("arms")),
        "sheets": contact_sheets.parts_of(batch),
        "now": now,
        "remaining": _span(remaining) if remaining is not None else "",
        "errors": progress.errors_of(batch) if batch.failed else [],
        **_retryable(batch),
    }


def _retryable(batch: Batch) -> dict[str, int]:
    """How many failed items a retry tries again, and how many more only when it is told to."""
    if not batch.failed or batch.status not in RETRYABLE:
        return {"retryable": 0, "maybe_paid": 0}
    paid = batch.items.filter(status=ItemStatus.FAILED, error__code__in=MAYBE_PAID).count()
    return {"retryable": batch.failed - paid, "maybe_paid": paid}


def _grid(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """The items of the chosen state behind the last one shown; with script the page fills its own grid instead."""
    status = request.GET.get("status", "")
    status = status if status in ItemStatus.values else ""
    mark = request.GET.get("after", "")
    after = int(mark) if mark.isdecimal() and len(mark) < 6 else 0
    items = progress.items_of(batch, status=status, after=after, limit=TILES)
    counts = batch.counts()
    return {
        "items": items,
        "status": status,
        "states": [(value, label, counts[value]) for value, label in ItemStatus.choices],
        "next_after": items[-1].position if len(items) == TILES else None,
    }


@login_required
@require_POST
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start, pause, resume, cancel or retry."""
    found = ACTS.get(request.POST.get("act", ""))
    if found is None:
        raise Missing(message="There is no such action.", remedy="Use the buttons of the page.")
    do, said = found
    try:
        do(actor=person(request), batch_id=pk)
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.error(request, f"{refused.message} {refused.remedy}".strip())
    else:
        messages.success(request, said)
    return redirect("batch", pk)


@login_required
@require_POST
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change priority, parallelism and budget, also while it runs."""
    said: dict[str, Any] = {"budget": request.POST.get("budget", "").strip() or None}
    for name, low, high in (("priority", 0, 9), ("parallelism", 1, services.MOST_AT_ONCE)):
        word = request.POST.get(name, "")
        if not word.isdecimal() or len(word) > 3 or not low <= int(word) <= high:
            messages.error(request, f"{name.capitalize()} is a whole number from {low} to {high}.")
            return redirect("batch", pk)
        said[name] = int(word)
    try:
        services.change(actor=person(request), batch_id=pk, said=said)
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.error(request, f"{refused.message} {refused.remedy}".strip())
    else:
        messages.success(request, "Changed.")
    return redirect("batch", pk)


@login_required
@require_POST
def keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save the batch's plan as a template."""
    batch = Batch.objects.see(request.user, pk)
    try:
        made = services.save_template(
            actor=person(request), team_id=batch.team_id, name=request.POST.get("name", ""), plan=batch.plan
        )
    except IntegrityError:
        messages.error(request, "There is a template of this name. Choose another name, or delete that one.")
    except (Missing, Forbidden):
        raise
    except Refused as refused:
        messages.error(request, f"{refused.message} {refused.remedy}".strip())
    else:
        messages.success(request, f"Saved as the template {made.name}.")
    return redirect("batch", pk)


@login_required
@require_POST
def forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a template. Batches made of it stay as they are."""
    services.delete_template(actor=person(request), template_id=pk)
    messages.success(request, "The template is deleted. Batches made of it stay.")
    return redirect("batches")
