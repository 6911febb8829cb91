"""The writers of portfolios: take files in, cancel, end, and make personas of the looks that were found."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import IO, Any, Final, NotRequired, TypedDict
from uuid import UUID, uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from designer.assets.blobs import AWAY, opened, refusal
from designer.assets.services import plain
from designer.jobs.services import enqueue, request_cancel
from designer.personas import archives
from designer.personas.models import Persona
from designer.personas.portfolio_models import FILES_KEPT, LIVE, ItemStatus, PortfolioImport, PortfolioStatus
from designer.personas.sources import listed, said_of
from designer.pipeline.clustering import Cluster, Clustering, shown
from designer.pipeline.naming import speaks
from designer.realtime.events import PORTFOLIO_CANCELLED, PORTFOLIO_FAILED, PORTFOLIO_PROGRESS, record
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Refused
from teams.base.text import one_line
from teams.membership.models import Team
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed

log = logging.getLogger(__name__)
FOLDER: Final = "portfolios"
AT_ONCE: Final = 3  # of one team being read, and as many stopped ones with files, so that no disk is filled
KEYWORDS: Final = 12
MOST_PICKS: Final = 8


class Pick(TypedDict):
    """A look that becomes a persona; the suggested name where none is given."""

    cluster: int
    name: NotRequired[str]


def start_import(
    *,
    actor: User,
    team_id: UUID | None,
    files: Sequence[File],  # type: ignore[type-arg]  # of bytes
    paths: Sequence[str] = (),
    title: str = "",
) -> PortfolioImport:
    """Keep the files and queue their reading. `paths`: their places in a folder, where the browser told them.

    Raises Missing, Forbidden, Refused (no file, no room) or Conflict when the team has enough under way.
    """
    team = working_team(actor, team_id)
    if not allowed(actor, "create_work", team):
        raise Forbidden(message="Your role lets you look, not create.", remedy="Ask an owner or admin of the team.")
    if not files:
        raise Refused("missing", "There is no file.", field="file", remedy="Choose pictures or a ZIP.", status=400)
    shown_title = one_line(title, field="title", longest=200, empty=True)
    _room_for_one_more(team)
    pk = uuid4()
    kept: list[dict[str, Any]] = []
    try:
        for place, file in enumerate(files):
            name = paths[place] if len(paths) == len(files) else file.name or ""
            kept.append(_kept(pk, place, file, name))
        return _queued(pk, actor, team, shown_title or _title_of(kept), kept)
    except BaseException:
        forget_files(pk)
        raise


def _room_for_one_more(team: Team) -> None:
    if PortfolioImport.objects.filter(team=team, status__in=LIVE).count() >= AT_ONCE:
        raise Conflict(
            "enough_under_way",
            f"{AT_ONCE} portfolios of this team are being read.",
            remedy="Wait for one of them, or cancel it.",
        )


def _kept(pk: UUID, place: int, file: Any, name: str) -> dict[str, Any]:
    path, pictures = f"{FOLDER}/{pk}/{place}", archives.promised(file)
    try:
        default_storage.save(path, File(file))
    except AWAY as error:
        raise refusal(error) from error
    facts = {"bytes": file.size, "pictures": pictures}
    return {"name": archives.shown_path(plain(name) or "Untitled"), "path": path, **facts}


def _title_of(kept: Sequence[dict[str, Any]]) -> str:
    first: str = kept[0]["name"]
    return first[:180] if len(kept) == 1 else f"{first[:160]} and {len(kept) - 1} more"


@transaction.atomic
def _queued(pk: UUID, actor: User, team: Team, title: str, kept: list[dict[str, Any]]) -> PortfolioImport:
    row = PortfolioImport.objects.create(pk=pk, team=team, owner=actor, title=title, uploads=kept)
    job = enqueue("portfolio.import", {"portfolio_id": str(pk)}, team_id=team.pk, lane="batch")
    row.job_id = job.pk
    row.save(update_fields=["job_id", "updated_at"])
    announce(row, PORTFOLIO_PROGRESS)
    return row


@transaction.atomic
def resume(*, actor: User, portfolio_id: UUID) -> PortfolioImport:
    """Go on with a cancelled import, from the first file that was not read.

    Raises Missing, Forbidden, or Conflict: it was not cancelled, its files are gone, or enough is under way.
    """
    PortfolioImport.objects.for_edit(actor, portfolio_id)
    row: PortfolioImport = PortfolioImport.objects.select_for_update().see(actor, portfolio_id)
    if not row.can_go_on:
        raise Conflict(
            "cannot_go_on", "This portfolio cannot be taken up again.",
            remedy="Send it again: pictures that the team has are recognised.",
        )  # fmt: skip
    _room_for_one_more(row.team)
    job = enqueue("portfolio.import", {"portfolio_id": str(row.pk)}, team_id=row.team_id, lane="batch")
    PortfolioImport.objects.move(row.pk, PortfolioStatus.QUEUED, finished_at=None, job_id=job.pk)
    row.refresh_from_db()
    announce(row, PORTFOLIO_PROGRESS)
    return row


def announce(row: PortfolioImport, event: str, **more: Any) -> None:
    """Tell those who watch the portfolio."""
    record(f"portfolio:{row.pk}", event, {**standing(row), **more}, team_id=row.team_id)


def standing(row: PortfolioImport) -> dict[str, Any]:
    """How far it is, as events and snapshots say it."""
    counts = {name: getattr(row, name) for name in ("percent", "total", "read", "duplicates", "refused", "ignored")}
    return {"status": row.status, **counts}


def over() -> Count:
    """For lists: how many pictures of each portfolio were more than it may hold."""
    return Count("items", filter=Q(items__status=ItemStatus.REFUSED, items__code=archives.TOO_MANY))


def left_out(row: PortfolioImport) -> int:
    """Pictures that are not read because there are more than a portfolio may hold: by the names in its archives until
    they are listed."""
    if row.listed:
        counted: int | None = getattr(row, "over", None)  # where it came with its list
        refused = row.items.filter(status=ItemStatus.REFUSED, code=archives.TOO_MANY)
        return refused.count() if counted is None else counted
    named: int = sum(each.get("pictures", 0) for each in row.uploads)  # older rows do not tell
    return max(0, named - archives.MAX_PICTURES)


def openers(row: PortfolioImport) -> list[tuple[str, Callable[[], IO[bytes]]]]:
    """The uploads as (name, what opens it)."""
    return [(each["name"], partial(opened, each["path"])) for each in row.uploads]


def cancel(*, actor: User, portfolio_id: UUID) -> PortfolioImport:
    """Stop at the next file; what was read stays. Harmless when it has ended. Raises Missing or Forbidden."""
    row: PortfolioImport = PortfolioImport.objects.for_edit(actor, portfolio_id)
    if row.job_id and row.is_live:
        request_cancel(row.job_id)
        row.refresh_from_db()
    return row


def close(portfolio_id: str, *, status: str, error: dict[str, Any]) -> None:
    """End an import that did not succeed. Called in the transaction that ends its job."""
    end = PortfolioStatus.CANCELLED if status == "cancelled" else PortfolioStatus.FAILED
    row = PortfolioImport.objects.filter(pk=portfolio_id).first()
    if row is None or not row.is_live:
        return
    said = None if end == PortfolioStatus.CANCELLED else error
    PortfolioImport.objects.move(row.pk, end, error=said, finished_at=timezone.now())
    row.status = end
    announce(row, PORTFOLIO_CANCELLED if said is None else PORTFOLIO_FAILED, **(said or {}))
    _let_go(PortfolioImport.objects.filter(team=row.team_id).resting().select_for_update()[AT_ONCE:])


def reopen(portfolio_id: str) -> None:
    """Make a failed import wait again. Called in the transaction that revives its dead job."""
    PortfolioImport.objects.move(portfolio_id, PortfolioStatus.QUEUED, error=None, finished_at=None)
    announce(PortfolioImport.objects.get(pk=portfolio_id), PORTFOLIO_PROGRESS)


@transaction.atomic
def forget(*, actor: User, portfolio_id: UUID) -> PortfolioImport:
    """Delete what was sent with an import that stopped; the pictures that were read stay. Twice is harmless.

    Raises Missing, Forbidden, or Conflict while it is being read.
    """
    PortfolioImport.objects.for_edit(actor, portfolio_id)
    row: PortfolioImport = PortfolioImport.objects.select_for_update().see(actor, portfolio_id)
    if row.is_live:
        raise Conflict("under_way", "This portfolio is being read.", remedy="Cancel it first.")
    _let_go([row])
    return row


def _let_go(rows: Iterable[PortfolioImport]) -> None:
    for row in rows:
        transaction.on_commit(partial(forget_files, row.pk))
        row.uploads = []
        row.save(update_fields=["uploads", "updated_at"])


def forget_files(pk: UUID | str) -> bool:
    """Delete all that was sent under this id; the pictures that were read are references by now. What cannot be deleted
    now is swept, whatever its row says; whether all is gone."""
    folder = f"{FOLDER}/{pk}"
    try:
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
        default_storage.delete(folder)
    except FileNotFoundError:
        return True
    except AWAY as error:
        log.warning("files of portfolio %s are left for the sweep: %s", pk, error)
        return False
    return True


def sweep() -> int:
    """Delete files of imports that ended FILES_KEPT ago or are unknown; of how many. The scheduler calls it."""
    try:
        folders = default_storage.listdir(FOLDER)[0]
    except AWAY:
        return 0  # nothing was ever stored, or the storage is away
    return sum(forget_files(name) for name in folders if _is_over(name))


def _is_over(name: str) -> bool:
    row = PortfolioImport.objects.filter(pk=name).first() if _is_id(name) else None
    if row is None:
        return _is_old(name)
    return not row.is_live and (row.finished_at is None or row.finished_at <= timezone.now() - FILES_KEPT)


def _is_id(name: str) -> bool:
    try:
        return bool(UUID(name))
    except ValueError:
        return False


def _is_old(name: str) -> bool:
    """Whether the files of a folder without a row are older than any upload takes."""
    limit = timezone.now() - timedelta(days=1)
    paths = [f"{FOLDER}/{name}/{file}" for file in default_storage.listdir(f"{FOLDER}/{name}")[1]]
    return all(default_storage.get_modified_time(path) < limit for path in paths)


def looks_of(row: PortfolioImport) -> tuple[Cluster, ...]:
    """The looks that were found; () before the end."""
    return Clustering.from_json(row.clusters).clusters if row.clusters else ()


@transaction.atomic
def make_personas(*, actor: User, portfolio_id: UUID, picks: Sequence[Pick]) -> list[Persona]:
    """A persona of each look that was picked. Raises Missing, Forbidden, Refused, or Conflict for one made before."""
    row: PortfolioImport = PortfolioImport.objects.see(actor, portfolio_id)
    if not allowed(actor, "create_work", row.team):
        raise Forbidden(message="Your role lets you look, not create.", remedy="Ask an owner or admin of the team.")
    if not row.is_done:
        raise Conflict("not_done", "This portfolio has not been read to its end.", remedy="Wait for it.")
    found = {cluster.key: cluster for cluster in looks_of(row)}
    if not picks or len(picks) > MOST_PICKS:
        raise Refused("pick", f"Pick one to {MOST_PICKS} looks.", field="clusters", remedy="Pick a look.")
    if len({pick["cluster"] for pick in picks}) < len(picks):
        raise Refused("twice", "A look is there twice.", field="clusters", remedy="Pick each look once.")
    strange = [pick["cluster"] for pick in picks if pick["cluster"] not in found]
    if strange:
        raise Refused("not_found", f"There is no look {strange[0]}.", field="clusters", remedy="Reload the portfolio.")
    return [_persona_of(actor, row, found[pick["cluster"]], pick.get("name", "")) for pick in picks]


def _persona_of(actor: User, row: PortfolioImport, look: Cluster, name: str) -> Persona:
    origin = {"portfolio": str(row.pk), "cluster": look.key}
    if Persona.objects.filter(team=row.team_id, origin__contains=origin).exists():
        raise Conflict("made_before", "This look is a persona already.", field="clusters", remedy="Edit that one.")
    assets = dict(row.items.filter(status=ItemStatus.READ, pk__in=look.members).values_list("pk", "asset_id"))
    exemplars = [str(assets[UUID(pk)]) for pk in look.exemplars if assets.get(UUID(pk))]
    told = {
        name: values for name, values in look.weights.items() if speaks(look.read.get(name, look.count), look.count)
    }
    dear = {name: dearest_first(values) for name, values in told.items()}
    sources = {row.title: look.count}
    return Persona.objects.create(
        team_id=row.team_id,
        owner=actor,
        name=free_name(row.team_id, one_line(name, field="name", longest=80, empty=True), look.name),
        description=said_of(sources),
        keywords=_keywords(look),
        attributes={name: list(values) for name, values in dear.items()},
        weights=dear,
        palette=[{"name": each["name"], "hex": each["hex"]} for each in look.palette],
        distributions={name: dict(values) for name, values in look.distributions.items()},
        exemplars=exemplars,
        evidence=look.count,
        confidence=look.confidence,
        origin={**origin, "sources": listed(sources)},
    )


def dearest_first(values: Mapping[str, float]) -> dict[str, float]:
    """In their order again, which the database does not keep."""
    return dict(sorted(values.items(), key=lambda pair: (-pair[1], pair[0])))


def _keywords(look: Cluster) -> dict[str, float]:
    """What marks the look, as words with their weight."""
    words = {shown(trait.attribute, trait.value).lower(): round(trait.share, 2) for trait in look.signature}
    return dict(list(words.items())[:KEYWORDS])


def free_name(team_id: UUID, wish: str, suggested: str) -> str:
    """The wish, else the suggestion with a number if it is taken. Raises Conflict for a wish that is taken."""
    taken = set(Persona.objects.filter(team=team_id).values_list("name", flat=True))
    if wish in taken:
        raise Conflict(
            "name_taken", "This team has a persona of that name.", field="name", remedy="Choose another name."
        )
    if wish:
        return wish
    numbered = (f"{suggested[:74]} {number}" for number in range(2, len(taken) + 3))
    return suggested if suggested not in taken else next(name for name in numbered if name not in taken)
