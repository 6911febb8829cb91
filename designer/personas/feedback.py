"""The writers of feedback: given, on several images at once, withdrawn and undone. What it taught follows it."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.db import transaction

from designer.assets.models import Asset
from designer.personas import learning
from designer.personas.judged import keys_by_asset, subject, subjects
from designer.personas.learning import Notebook
from designer.personas.models import ActKind, Evidence, Feedback, FeedbackKind, LearningAct
from designer.pipeline import optimisation
from designer.pipeline.records import Posterior
from designer.realtime.events import FEEDBACK_CHANGED, record_each
from teams.accounts.models import User
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.membership.permissions import RESTING, allowed, resting

MAX_TEXT: Final = 2000
MAX_SEVERAL: Final = 200
NAMED: Final = 3  # images at fault
NAME: Final = 40  # characters of a title
OPPOSITES: Final[dict[str, str]] = {
    FeedbackKind.LIKE: FeedbackKind.DISLIKE,
    FeedbackKind.DISLIKE: FeedbackKind.LIKE,
}


def _checked(kind: str, rating: int | None, text: str) -> None:
    if kind not in FeedbackKind.values:
        known = ", ".join(FeedbackKind.values)
        raise Refused("unknown_kind", "There is no such feedback.", field="kind", remedy=f"Use {known}.")
    if kind == FeedbackKind.RATING and (rating is None or not 1 <= rating <= 5):
        raise Refused("out_of_range", "A rating is from 1 to 5.", field="rating", remedy="Send 1, 2, 3, 4 or 5.")
    if kind == FeedbackKind.COMMENT and not 0 < len(text.strip()) <= MAX_TEXT:
        raise Refused("blank", f"A comment has 1 to {MAX_TEXT} characters.", field="text", remedy="Write something.")


def give_feedback(*, actor: User, asset_id: UUID, kind: str, rating: int | None = None, text: str = "") -> Feedback:
    """Say something of an image; of one kind it replaces what was said before, a like replaces a dislike. The same
    again is what stands already.

    Raises Missing, Forbidden, Refused (kind, rating or text) or Conflict.
    """
    with transaction.atomic():
        asset = subject(actor, asset_id)
        _checked(kind, rating, text)
        _, (row,) = _give(actor, [asset], kind, rating, text)
    return row


@transaction.atomic
def give_several(
    *, actor: User, asset_ids: Sequence[UUID], kind: str, rating: int | None = None, text: str = ""
) -> tuple[LearningAct, list[Feedback]]:
    """Say the same of several images of one team, of all or of none.

    Raises Refused with a line for each image at fault (`assets[2]`), or for kind, rating, text or their number.
    """
    _checked(kind, rating, text)
    wanted = list(asset_ids)
    if not 1 <= len(wanted) <= MAX_SEVERAL:
        remedy = f"Name 1 to {MAX_SEVERAL} images."
        raise Refused("bad_number", f"These are {len(wanted)} images.", field="assets", remedy=remedy)
    found = subjects(actor, set(wanted))
    assets: list[Asset] = []
    faults: dict[int, Refused] = {}
    for place, pk in enumerate(wanted):
        image = found[pk]
        if pk in wanted[:place]:
            faults[place] = Refused("twice", "This image stands here twice.", remedy="Name each image once.")
        elif isinstance(image, Refused):
            faults[place] = image
        elif assets and image.team_id != assets[0].team_id:
            faults[place] = Refused("other_team", "This image is of another team.", remedy="Judge one team at a time.")
        else:
            assets.append(image)
    if faults:
        names = Asset.objects.visible_to(actor).filter(pk__in=[wanted[place] for place in faults])
        titles = dict(names.values_list("pk", "title"))
        if any(fault.code == RESTING for fault in faults.values()):
            raise resting()
        raise _all_or_nothing(faults, [titles.get(wanted[place], "") for place in sorted(faults)])
    return _give(actor, assets, kind, rating, text)


def _all_or_nothing(faults: dict[int, Refused], titles: Sequence[str]) -> Refused:
    """`titles`: of the images at fault, in their order; "" for one that may not be seen."""
    causes: dict[str, list[str]] = {}
    for (_, fault), title in zip(sorted(faults.items()), titles, strict=True):
        causes.setdefault(fault.message, []).append(title)
    told = " ".join(f"{cause[:-1]}{_listed(names)}." for cause, names in causes.items())
    statuses = {fault.status for fault in faults.values()}
    lines = [
        {"field": f"assets[{place}]", "code": fault.code, "message": f"{fault.message} {fault.remedy}".strip()}
        for place, fault in sorted(faults.items())
    ]
    return Refused(
        "some_refused",
        f"{len(faults)} of these images cannot be judged, so none was. {told}",
        remedy="Leave them out and send the others again.",
        status=statuses.pop() if len(statuses) == 1 else 422,
        lines=lines,
    )


def _listed(titles: Sequence[str]) -> str:
    """Of a few images their titles, in brackets; nothing where none has one."""
    known = [f"\u201c{title[:NAME]}\u201d" for title in titles if title]
    more = ", …" if len(known) > NAMED else ""
    return f" ({', '.join(known[:NAMED])}{more})" if known else ""


def _give(
    actor: User, assets: Sequence[Asset], kind: str, rating: int | None, text: str
) -> tuple[LearningAct, list[Feedback]]:
    """Write feedback on images that are locked, as one act. What was said already, and counts in full, stands; where
    that is so of all of them, the act is the one that said it."""
    kinds = [kind, OPPOSITES[kind]] if kind in OPPOSITES else [kind]
    stale = list(Feedback.objects.filter(owner=actor, asset__in=assets, kind__in=kinds))
    keys = keys_by_asset(assets)
    wanted = {asset.pk: _said(actor, asset, kind, rating, text) for asset in assets}
    same = _standing_already(stale, wanted, keys)
    stale = [row for row in stale if row.asset_id not in same]
    rows = [wanted[asset.pk] for asset in assets if asset.pk not in same]
    act = _write(actor, stale, rows, keys) if rows else _act_of(same[assets[0].pk])
    return act, [same.get(asset.pk, wanted[asset.pk]) for asset in assets]


def _standing_already(
    stale: Iterable[Feedback], wanted: Mapping[UUID, Feedback], keys: Mapping[UUID, Iterable[str]]
) -> dict[UUID, Feedback]:
    """By image, what says just that and has nothing reverted of what it teaches: to say it again changes nothing."""
    counts = learning.counting_keys(row.pk for row in stale)
    found: dict[UUID, Feedback] = {}
    for row in stale:
        said = wanted[cast(UUID, row.asset_id)]
        teaches = optimisation.signal_of(cast("optimisation.Kind", row.kind), row.rating) is not None
        taught = set(keys[cast(UUID, row.asset_id)]) if teaches else set()
        if (row.kind, row.rating, row.text, taught) == (said.kind, said.rating, said.text, counts.get(row.pk, set())):
            found[cast(UUID, row.asset_id)] = row
    return found


def _act_of(row: Feedback) -> LearningAct:
    """The act by which this stands."""
    acts = LearningAct.objects.filter(team=row.team_id, owner=row.owner_id, said__contains=[{"id": str(row.pk)}])
    return acts.latest("created_at")


def _write(
    actor: User, stale: Sequence[Feedback], rows: Sequence[Feedback], keys: Mapping[UUID, Iterable[str]]
) -> LearningAct:
    """Let `rows` stand in the place of `stale`, with what they teach."""
    # all at once, for two images that share some of their weights must not wait for each other
    touched = {key for row in rows for key in keys[cast(UUID, row.asset_id)]}
    notebook = Notebook(rows[0].team_id, touched | learning.evidence_keys(row.pk for row in stale))
    gone = [_snapshot(row) for row in stale]
    _remove(notebook, stale)
    for row in rows:
        signal = optimisation.signal_of(cast("optimisation.Kind", row.kind), row.rating)
        row.moved = [move.to_json() for move in notebook.learn(row.pk, keys[cast(UUID, row.asset_id)], signal)]
    Feedback.objects.bulk_create(rows)
    act = LearningAct.objects.create(
        team_id=rows[0].team_id,
        owner=actor,
        kind=ActKind.GIVE,
        about=_about(rows[0].kind, len(rows)),
        said=[_snapshot(row) for row in rows],
        unsaid=gone,
    )
    notebook.close(act)
    _tell(rows, given=True)
    return act


def _about(kind: str, number: int) -> str:
    return kind if number == 1 else f"{kind} on {number} images"


def _said(actor: User, asset: Asset, kind: str, rating: int | None, text: str) -> Feedback:
    return Feedback(
        team_id=asset.team_id,
        owner=actor,
        generation_id=cast(UUID, asset.generation_id),
        asset=asset,
        kind=kind,
        rating=rating if kind == FeedbackKind.RATING else None,
        text=text.strip() if kind == FeedbackKind.COMMENT else "",
    )


def _snapshot(row: Feedback) -> dict[str, Any]:
    """The whole row, so that it can come back as it was."""
    return {
        "id": str(row.pk),
        "owner": str(row.owner_id),
        "generation": str(row.generation_id),
        "asset": str(row.asset_id),
        "kind": row.kind,
        "rating": row.rating,
        "text": row.text,
        "moved": row.moved,
        "created_at": row.created_at.isoformat(),
    }


def _remove(notebook: Notebook, rows: Iterable[Feedback]) -> None:
    """Delete feedback; what it taught stands no longer."""
    ids = [row.pk for row in rows]
    _stand(notebook, ids, stands=False)
    Feedback.objects.filter(pk__in=ids).delete()


def _stand(notebook: Notebook, ids: Sequence[UUID | str], *, stands: bool) -> None:
    Evidence.objects.filter(feedback__in=list(ids)).update(stands=stands)
    notebook.refold(learning.evidence_keys(ids))


@transaction.atomic
def withdraw_feedback(*, actor: User, asset_id: UUID, kind: str) -> LearningAct:
    """Take one's own feedback back, with all that it moved. Raises Missing when there is none."""
    asset = subject(actor, asset_id)
    row = Feedback.objects.filter(owner=actor, asset=asset, kind=kind).first()
    if row is None:
        raise Missing(message="You said no such thing of this image.", remedy="Reload the page.")
    notebook = Notebook(asset.team_id, learning.evidence_keys([row.pk]))
    gone = _snapshot(row)
    _tell([row], given=False)
    _remove(notebook, [row])
    act = LearningAct.objects.create(
        team_id=asset.team_id, owner=actor, kind=ActKind.WITHDRAW, about=kind, unsaid=[gone]
    )
    notebook.close(act)
    return act


def toggle_feedback(*, actor: User, asset_id: UUID, kind: str, rating: int | None = None) -> None:
    """Give feedback; the same again takes it back. What was meant is what stood there at the click: of two equal ones
    at once, both mean to give or both to take back, so that together they are one."""
    said = Feedback.objects.filter(owner=actor, asset_id=asset_id, kind=kind).first()
    if said is None or said.rating != rating:
        give_feedback(actor=actor, asset_id=asset_id, kind=kind, rating=rating)
        return
    with contextlib.suppress(Missing):  # its twin was here first
        withdraw_feedback(actor=actor, asset_id=asset_id, kind=kind)


def last_act(actor: User) -> LearningAct | None:
    """The newest thing this person said or took back that was not undone."""
    kinds = [ActKind.GIVE, ActKind.WITHDRAW]
    rows = LearningAct.objects.visible_to(actor).filter(owner=actor, kind__in=kinds, undone_by=None)
    return rows.order_by("-created_at", "-id").first()


def last_act_on(actor: User, asset_id: UUID) -> LearningAct | None:
    """That newest act, if it was about this image."""
    act = last_act(actor)
    told = [row["asset"] for row in (*act.said, *act.unsaid)] if act else []
    return act if str(asset_id) in told else None


@transaction.atomic
def undo(*, actor: User, act_id: UUID | None = None) -> LearningAct:
    """Take one's last feedback back, or the act named: a revert, or an undo itself. All stands as it stood before it.

    Raises Missing, Forbidden, or Conflict when it was undone already or something newer stands in its way.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two undos of one person follow one another
    act = _undoable(actor, act_id)
    back, gone = _coming_back(act), _going(act)
    undone = LearningAct(team=act.team, owner=actor, kind=ActKind.UNDO, undoes=act, about=act.about)
    ids = [row["id"] for row in (*act.said, *act.unsaid)]
    flipped = Evidence.objects.filter(pk__in=[*act.reverted, *act.restored]).values_list("key", flat=True)
    notebook = Notebook(act.team_id, learning.evidence_keys(ids) | set(flipped))
    undone.unsaid = [_snapshot(row) for row in gone]
    _tell(gone, given=False)
    _stand(notebook, [row["id"] for row in act.said], stands=False)
    Feedback.objects.filter(pk__in=[row.pk for row in gone]).delete()
    undone.said = [_snapshot(row) for row in _bring_back(notebook, back)]
    undone.reverted, undone.restored = act.restored, act.reverted
    learning.flip_reverted(notebook, reverted=act.restored, restored=act.reverted)
    undone.save()
    notebook.close(undone)
    if undone.reverted or undone.restored:
        learning.announce(undone)
    return undone


def _undoable(actor: User, act_id: UUID | None) -> LearningAct:
    """The act to undo, locked."""
    if act_id is None:
        last = last_act(actor)
        if last is None:
            raise Conflict("nothing_to_undo", "There is nothing of yours to undo.", remedy="Say something first.")
        act_id = last.pk
    LearningAct.objects.see(actor, act_id)
    act: LearningAct = LearningAct.objects.select_for_update(no_key=True).get(pk=act_id)
    if act.owner_id != actor.pk and (act.said or act.unsaid or not allowed(actor, "edit_all_work", act.team)):
        raise Forbidden(message="Only who did this can undo it.", remedy="Ask them.")
    if not allowed(actor, "edit_own_work", act.team):
        raise Forbidden(message="Your role lets you look, not judge.", remedy="Ask an owner or admin of the team.")
    if LearningAct.objects.filter(undoes=act).exists():
        raise Conflict("already_undone", "This was undone already.", remedy="Reload the page.")
    return act


def _going(act: LearningAct) -> list[Feedback]:
    """The feedback that the act gave and that still stands. Raises Conflict when newer feedback took its place."""
    rows = {str(row.pk): row for row in Feedback.objects.filter(pk__in=[said["id"] for said in act.said])}
    lost = [said for said in act.said if said["id"] not in rows]
    if Asset.objects.filter(pk__in=[said["asset"] for said in lost]).exists():  # else the image itself is gone
        raise _newer()
    return list(rows.values())


def _coming_back(act: LearningAct) -> list[Feedback]:
    """The feedback that the act took away, of images that are still there. Raises Conflict when others replace it."""
    there = set(Asset.objects.filter(pk__in=[row["asset"] for row in act.unsaid]).values_list("id", flat=True))
    rows = [_restored(act, row) for row in act.unsaid if UUID(row["asset"]) in there]
    own = {said["id"] for said in act.said}  # these make room
    rivals = Feedback.objects.filter(owner__in={row.owner_id for row in rows}, asset__in={row.asset_id for row in rows})
    stand = set(rivals.exclude(pk__in=own).values_list("owner", "asset", "kind"))
    for row in rows:
        kinds = {row.kind, OPPOSITES.get(row.kind, row.kind)}
        if any((row.owner_id, row.asset_id, kind) in stand for kind in kinds):
            raise _newer()
    return rows


def _newer() -> Conflict:
    return Conflict(
        "changed_since", "You said something newer of this image.", remedy="Undo that first, or say what you mean."
    )


def _restored(act: LearningAct, said: dict[str, Any]) -> Feedback:
    return Feedback(
        id=UUID(said["id"]),
        team_id=act.team_id,
        owner_id=UUID(said["owner"]),
        generation_id=UUID(said["generation"]),
        asset_id=UUID(said["asset"]),
        kind=said["kind"],
        rating=said["rating"],
        text=said["text"],
        moved=said["moved"],
        created_at=datetime.fromisoformat(said["created_at"]),
    )


def _bring_back(notebook: Notebook, rows: Sequence[Feedback]) -> Sequence[Feedback]:
    """Feedback as it was, with the time at which it was given: what it taught has faded since as if it never left."""
    given = {row.pk: row.created_at for row in rows}
    Feedback.objects.bulk_create(rows)  # which writes the time of now
    for row in rows:
        row.created_at = given[row.pk]
    Feedback.objects.bulk_update(rows, ["created_at"])
    _stand(notebook, [row.pk for row in rows], stands=True)
    _tell(rows, given=True)
    return rows


def _tell(rows: Sequence[Feedback], *, given: bool) -> None:
    """Of feedback of one team."""
    facts = [
        (
            f"generation:{row.generation_id}",
            FEEDBACK_CHANGED,
            {"asset": str(row.asset_id), "kind": row.kind, "given": given},
        )
        for row in rows
    ]
    if rows:
        record_each(facts, team_id=rows[0].team_id)


def move_shown(move: dict[str, Any]) -> dict[str, Any]:
    """One moved weight in words: what it is about, and whether it rose."""
    before, after = Posterior.from_json(move["before"]), Posterior.from_json(move["after"])
    return {
        "label": learning.label_of(move["key"]),
        "up": after.mean > before.mean,
        "before": before.mean,
        "after": after.mean,
    }
