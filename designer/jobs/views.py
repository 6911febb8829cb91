"""Settings > Queue, for those who run the studio, and Settings > Dead letters, for everybody's own teams."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from designer.jobs import lanes, letters, panels, unsettled, weights, workers
from designer.jobs.finding import JobFilter
from designer.jobs.models import HEAVIEST, Job, JobStatus, Lane
from teams.accounts.people import person
from teams.base.errors import Missing, Refused
from teams.base.ids import named

PAGE = 30


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """Lanes and leases; a POST pauses a lane or lets it go on."""
    lanes.run_by(person(request))
    if request.method != "POST":
        search = request.GET.get("team", "").strip()[:80]
        shown = {**_now(), "shares": weights.shares(search), "search": search, "heaviest": HEAVIEST}
        return render(request, "designer/jobs/queue.html", shown)
    lane, user = request.POST.get("lane", ""), person(request)
    with _said(request):
        if request.POST.get("on") == "1":
            lanes.resume(actor=user, lane=lane)
            messages.success(request, f"Lane {lane} goes on.")
        else:
            lanes.pause(actor=user, lane=lane, reason=request.POST.get("reason", ""))
            messages.success(request, f"Lane {lane} is paused; what runs there ends.")
    return redirect("settings_queue")


@login_required
@require_POST
def weigh(request: HttpRequest) -> HttpResponse:
    """Give a team more or less of every lane."""
    lanes.run_by(person(request))
    text = request.POST.get("weight", "")
    with _said(request):
        weight = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        share = weights.set_weight(actor=person(request), team_id=named(request.POST.get("team", "")), weight=weight)
        messages.success(request, f"{share.name} weighs {share.weight} from its next job on.")
    return redirect("settings_queue")


@contextmanager
def _said(request: HttpRequest) -> Iterator[None]:
    """Tell the visitor of a refusal on the next page, but for what does not exist."""
    try:
        yield
    except Missing:
        raise
    except Refused as refused:
        messages.warning(request, f"{refused.message} {refused.remedy}".strip())


@never_cache
@login_required
@require_GET
def panel(request: HttpRequest) -> HttpResponse:
    """The figures alone, as the page includes them."""
    lanes.run_by(person(request))
    return render(request, "designer/jobs/_panel.html", _now())


def _now() -> dict[str, object]:
    found = workers.overview()
    served = {lane for each in found if each.state in workers.SERVING for lane in each.row.lanes}
    names = {job.worker: each.row.name for each in found for job in each.jobs}
    held = [(job, names.get(job.worker, job.worker)) for job in lanes.leases()]
    about = {"lanes": lanes.overview(), "workers": found, "served": served, "leases": held}
    calls = {"unsettled": unsettled.by_model(), "unsettled_calls": unsettled.latest()}
    return {**about, **calls, "panels": panels.shown(), "now": timezone.now()}


@login_required
@require_POST
def drain(request: HttpRequest) -> HttpResponse:
    """Take a worker out of service, or let it work again."""
    user = person(request)
    lanes.run_by(user)
    pk = named(request.POST.get("worker", ""))
    with _said(request):
        if request.POST.get("on") == "1":
            again = workers.employ(actor=user, worker_id=pk)
            messages.success(request, f"{again.row.name} takes work again.")
        else:
            now = workers.drain(actor=user, worker_id=pk)
            left = f"it ends what runs ({len(now.jobs)})" if now.jobs else "nothing runs there: it may be stopped"
            messages.success(request, f"{now.row.name} takes no more; {left}.")
    return redirect("settings_queue")


@never_cache
@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Every team's jobs, filtered and searched."""
    lanes.run_by(person(request))
    wanted = {name: request.GET.get(name, "").strip()[:80] for name in ("status", "lane", "search")}
    found = JobFilter(wanted, queryset=Job.objects.order_by("-created_at", "-pk"))
    rows = found.qs if found.is_valid() else Job.objects.none()
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "query": urlencode(wanted),
        "statuses": JobStatus.values,
        "all_lanes": Lane.values,
    }
    return render(request, "designer/jobs/jobs.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dead(request: HttpRequest) -> HttpResponse:
    """What gave up, by cause; a POST runs the chosen ones again or discards them."""
    user, wanted = person(request), {name: request.GET.get(name, "").strip()[:60] for name in ("kind", "code")}
    mine = letters.readable(user)
    rows = _filtered(mine, wanted)
    if request.method == "POST":
        _judge(request, rows)
        return redirect(f"{request.path}?{urlencode({name: value for name, value in wanted.items() if value})}")
    page = Paginator(rows.order_by("-finished_at", "pk"), PAGE).get_page(request.GET.get("page"))
    abouts = letters.named(user, list(page))
    context = {
        "page": page,
        "letters": [(job, abouts[job.pk]) for job in page],
        "causes": letters.causes(mine),
        "wanted": wanted,
        "query": urlencode(wanted),
        "may_judge": letters.judged_by(user).exists(),
    }
    return render(request, "designer/jobs/dead.html", context)


def _filtered(rows: QuerySet[Job], wanted: dict[str, str]) -> QuerySet[Job]:
    if wanted["kind"]:
        rows = rows.filter(kind=wanted["kind"])
    return rows.filter(**{letters.CAUSE: wanted["code"]}) if wanted["code"] else rows


def _judge(request: HttpRequest, rows: QuerySet[Job]) -> None:
    """What the form asks for: of the ticked ones, or of all that the filter shows."""
    user, ids = person(request), [named(text) for text in request.POST.getlist("id")]
    if request.POST.get("all") == "1":
        ids = list(rows.values_list("pk", flat=True)[: letters.AT_ONCE])
    if not ids:
        messages.warning(request, "Nothing was chosen: tick some, or say that all shown are meant.")
        return
    with _said(request):
        if request.POST.get("do") == "discard":
            done, deed = letters.discard(actor=user, job_ids=ids, reason=request.POST.get("reason", "")), "discarded"
        else:
            done, deed = letters.run_again(actor=user, job_ids=ids), "will run again"
        messages.success(request, f"{done.count} {deed}.")
        if done.left:
            messages.warning(request, f"{done.left} stay as they are. {done.why}")
