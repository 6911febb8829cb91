"""The review of an image as a part of its page: read, requested, answered and withdrawn there."""

from datetime import datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models.functions import Lower
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_date

from teams.accounts.models import User
from teams.accounts.people import person
from teams.base.errors import Missing, Refused
from teams.base.ids import id_of, named, words_of
from teams.membership.defaults import said_by
from teams.membership.models import Membership, Role
from teams.membership.permissions import CODES
from teams.review.approvals import services
from teams.review.approvals.models import ABLE, Approval, Policy, Status, Verdict

SHOWN: Final = 200  # members to choose from; others are named by their address
DONE: Final = {
    Verdict.APPROVE: "You approve it.",
    Verdict.CHANGES_REQUESTED: "You ask for changes.",
    Verdict.REJECT: "You reject it.",
}


def review_facts(user: User, asset: Any, *, may_edit: bool) -> dict[str, Any]:
    """What `teams/approvals/_panel.html` needs of an image, as `user` may act on it. may_edit: whether they may change
    the image."""
    rows: Any = Approval.objects.visible_to(user).filter(asset=asset.pk).told()
    row: Approval | None = rows.order_by("-created_at", "-pk").first()
    standing = row if row and row.status != Status.WITHDRAWN else None
    held = Membership.objects.filter(user=user, team=asset.team_id).values_list("role", "team__archived_at").first()
    role = held[0] if held and held[1] is None else ""  # in an archived team nobody has anything to do here
    kept = asset.trashed_at is None
    open_to_new = standing is None or standing.status in (Status.CHANGES_REQUESTED, Status.REJECTED)
    may_request = may_edit and kept and open_to_new
    return {
        "asset": asset,
        "approval": standing,
        "seats": list(standing.reviewers.all()) if standing else [],
        "may_answer": bool(standing) and kept and _may_answer(user, role, standing),
        "may_withdraw": bool(standing) and _may_withdraw(user, role, standing),
        "may_request": may_request,
        "withdrawn": row is not None and standing is None,
        **(_choices(user, asset) if may_request else {}),
    }


def _may_answer(user: User, role: str, row: Approval | None) -> bool:
    if row is None or not row.is_pending or role not in ABLE or row.requester_id == user.pk:
        return False
    asked = any(seat.user_id == user.pk for seat in row.reviewers.all())
    return asked or (row.policy == Policy.OWNER_LAST and role == Role.OWNER)


def _may_withdraw(user: User, role: str, row: Approval | None) -> bool:
    codes = CODES.get(role, frozenset())
    own = row is not None and row.requester_id == user.pk
    return "edit_all_work" in codes or (own and "edit_own_work" in codes)


def _choices(user: User, asset: Any) -> dict[str, Any]:
    """Who may be asked, owners first, and how."""
    able = Membership.objects.filter(team=asset.team_id, role__in=ABLE, user__is_active=True).exclude(user=user)
    people = list(able.select_related("user").order_by("-role", "user__name", "user__email")[: SHOWN + 1])
    return {
        "people": people[:SHOWN],
        "more_people": len(people) > SHOWN,
        "policies": Policy.choices,
        "usual_policy": said_by(asset.team, services.POLICY),
        "lengths": {"note": services.NOTE, "lines": services.LINES, "line": services.LINE, "people": services.MOST},
    }


def act(request: HttpRequest, asset: Any) -> str:
    """Do what the form says in `act`; what was done, in words. Raises Refused."""
    said, actor = request.POST, person(request)
    what = said.get("act", "")
    if what == "request":
        type(asset).objects.for_edit(actor, asset.pk)  # who may not ask learns nothing of the addresses they send
        services.request_approval(actor=actor, team_id=asset.team_id, wish=_wish(said, actor, asset))
        return "The reviewers are asked. You hear of it when they answer."
    if what == "withdraw":
        pk = _of(said, asset)
        was_locked = Approval.objects.filter(pk=pk, status=Status.APPROVED).exists()
        services.withdraw(actor=actor, approval_id=pk)
        return f"The review is withdrawn.{' The image can be moved to the trash again.' if was_locked else ''}"
    if what in Verdict.values:
        checked = [int(place) for place in said.getlist("checked") if place.isdecimal() and len(place) < 4]
        note = said.get("answer_note", "")
        services.answer(actor=actor, approval_id=_of(said, asset), verdict=what, note=note, checked=checked)
        return DONE[Verdict(what)]
    raise Refused("unknown_act", "There is no such act.", field="act", remedy="Use the buttons of the page.")


def _of(said: QueryDict, asset: Any) -> UUID:
    pk = named(said.get("approval", ""))
    if not Approval.objects.filter(pk=pk, asset=asset.pk).exists():
        raise Missing(message="There is no such review of this image.", remedy="Reload the page.")
    return pk


def _wish(said: QueryDict, actor: User, asset: Any) -> services.Request:
    lines = [line.strip() for line in said.get("checklist", "").splitlines()]
    return services.Request(
        asset=asset.pk,
        reviewers=_named_people(said, asset),
        policy=said.get("policy", ""),
        due_at=_end_of(said.get("due", ""), actor),
        checklist=[line for line in lines if line],
        note=said.get("note", ""),
    )


def _named_people(said: QueryDict, asset: Any) -> list[UUID]:
    """Those ticked, and those named by their addresses."""
    ticked = [pk for word in words_of(said.getlist("reviewer")) if (pk := id_of(word))]
    addresses = {address.lower(): address for address in words_of([said.get("addresses", "")])}
    if len(addresses) > services.MOST:
        message, remedy = f"{len(addresses)} reviewers are too many.", f"Name {services.MOST} at most."
        raise Refused("too_many", message, field="reviewers", remedy=remedy)
    rows = Membership.objects.filter(team=asset.team_id).annotate(address=Lower("user__email"))
    found = dict(rows.filter(address__in=list(addresses)).values_list("address", "user_id")) if addresses else {}
    for lower, address in addresses.items():
        if lower not in found:
            message = f"{address} is no member of this team."
            raise Missing(message=message, field="reviewers", remedy="Check the address.")
    return [*ticked, *(found[lower] for lower in addresses)]


def _end_of(day: str, actor: User) -> datetime | None:
    """The end of that day where `actor` lives; None for no day."""
    if not day.strip():
        return None
    try:
        found = parse_date(day.strip())
    except ValueError:  # the 31st of February
        found = None
    if found is None:
        raise Refused("no_date", "This is no date.", field="due_at", remedy="Write it like 2027-03-31.")
    return datetime.combine(found, time(23, 59), ZoneInfo(actor.timezone))
