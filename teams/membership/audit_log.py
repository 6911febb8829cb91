"""What a team's audit log tells those who manage it, and its export."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncDate

from teams.accounts.models import User
from teams.audit.models import AuditEntry
from teams.base.cells import BOM, csv_line
from teams.base.errors import Forbidden
from teams.membership.ownership import visible_team
from teams.membership.permissions import may

MOST_WORDS: Final = 8  # of a search
COLUMNS: Final = ("number", "at", "action", "subject", "actor", "actor_name", "facts", "previous_digest", "digest")
WORDS: Final = {  # of actions, behind the name of who did it
    "team.created": "made the team",
    "team.renamed": "renamed the team",
    "team.setting_changed": "changed a setting",
    "team.slug_changed": "changed the team's address",
    "team.avatar_changed": "changed the team's picture",
    "team.archived": "archived the team",
    "team.archive_refused": "could not archive the team",
    "team.unarchived": "brought the team back",
    "team.unarchive_refused": "could not bring the team back",
    "team.deleted": "deleted the team",
    "team.delete_refused": "could not delete the team",
    "team.restored": "restored the team",
    "team.restore_refused": "could not restore the team",
    "team.handed_over": "handed the team over",
    "team.hand_over_refused": "could not hand the team over",
    "team.exported": "exported the team",
    "team.export_refused": "could not export the team",
    "member.invited": "invited",
    "member.invited_again": "invited again",
    "member.invitation_refused": "could not invite",
    "member.invitation_revoked": "took back the invitation of",
    "member.joined": "joined",
    "member.role_changed": "changed the role of",
    "member.role_refused": "could not change the role of",
    "member.removed": "removed",
    "member.removal_refused": "could not remove",
    "member.left": "left",
    "budget.set": "set a budget",
    "approval.requested": "asked for a review",
    "approval.answered": "answered a review",
    "approval.withdrawn": "withdrew a review",
    "approval.settled": "settled a review",
    "automation.created": "made an automation",
    "automation.changed": "changed an automation",
    "automation.switched_on": "switched an automation on",
    "automation.switched_off": "switched an automation off",
    "automation.deleted": "deleted an automation",
    "automation.runs_cancelled": "cancelled what an automation had under way",
    "automation.runs_tried_again": "had an automation try again",
    "share.made": "shared",
    "share.changed": "changed a share",
    "share.revoked": "took back a share",
    "share.refused": "could not share",
    "share.locked": "locked a share after too many wrong passwords",
}
OWN: Final = {"member.joined", "member.left"}  # done to oneself: the subject says nothing more


def entries_of(actor: User, team_id: UUID) -> QuerySet[AuditEntry]:
    """The team's entries, the newest first. Raises Missing, Forbidden for those who do not manage it."""
    team = visible_team(actor, team_id)
    if not may(actor, "manage_members", team):
        raise Forbidden(message="Your role does not show you this team's audit log.", remedy="Ask an owner or admin.")
    return AuditEntry.objects.filter(team_id=team_id, number__isnull=False).order_by("-number")


def found(
    rows: QuerySet[AuditEntry],
    *,
    search: str = "",
    action: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    """Of these rows those of an action, of days (UTC, both included), by, about or with something that is sought."""
    if action:
        rows = rows.filter(action=action)
    rows = rows.alias(day=TruncDate("created_at", tzinfo=UTC))
    if since:
        rows = rows.filter(day__gte=since)
    if until:
        rows = rows.filter(day__lte=until)
    for word in search.split()[:MOST_WORDS]:
        people = User.objects.filter(Q(name__icontains=word) | Q(email__icontains=word))
        subjects = people.annotate(subject=Concat(Value("user:"), Cast("pk", CharField()))).values("subject")
        said = Q(action__icontains=word) | Q(subject__icontains=word) | Q(facts__icontains=word)
        rows = rows.filter(said | Q(subject__in=subjects) | Q(actor_id__in=people.values("pk")))
    return rows


def actions_of(rows: QuerySet[AuditEntry]) -> list[str]:
    """The actions that occur in these rows."""
    return list(rows.order_by("action").values_list("action", flat=True).distinct())


def names_in(rows: Iterable[AuditEntry]) -> dict[str, str]:
    """The names of the people that these rows are by and about, by id."""
    ids = {str(row.actor_id) for row in rows if row.actor_id}
    ids |= {row.subject.removeprefix("user:") for row in rows if row.subject.startswith("user:")}
    return {str(user.pk): user.shown_name for user in User.objects.filter(pk__in=ids)}


def told(row: AuditEntry, names: dict[str, str]) -> dict[str, str]:
    """The entry in words: who, did what, to whom, with what."""
    kind, _, subject = row.subject.partition(":")
    whom = names.get(subject, "somebody who is gone") if kind == "user" and row.action not in OWN else ""
    said = sorted(row.facts.items(), key=lambda fact: fact[0] == "to")  # JSON in the database keeps no order
    facts = ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in said)
    return {
        "who": names.get(str(row.actor_id), "somebody who is gone") if row.actor_id else "The studio",
        "did": WORDS.get(row.action, row.action.replace(".", " ").replace("_", " ")),
        "whom": whom,
        "facts": facts,
    }


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def as_csv(rows: QuerySet[AuditEntry]) -> Iterator[bytes]:
    """A line an entry, guarded against formulas."""
    yield BOM.encode()
    yield csv_line(COLUMNS)
    for facts in _facts(rows):
        yield csv_line(
            [facts[name] if name != "facts" else json.dumps(facts[name], ensure_ascii=False) for name in COLUMNS]
        )


def as_json(rows: QuerySet[AuditEntry]) -> Iterator[bytes]:
    """An object a line (JSON Lines)."""
    for facts in _facts(rows):
        yield f"{json.dumps(facts, ensure_ascii=False)}\n".encode()


def _facts(rows: QuerySet[AuditEntry]) -> Iterator[dict[str, Any]]:
    names: dict[str, str] = {}
    for row in rows.order_by("number").iterator(chunk_size=1000):
        who = str(row.actor_id or "")
        if who and who not in names:
            names |= {who: "", **names_in([row])}
        yield {
            "number": row.number,
            "at": row.created_at.isoformat(),
            "action": row.action,
            "subject": row.subject,
            "actor": who or None,
            "actor_name": names.get(who, ""),
            "facts": row.facts,
            "previous_digest": row.previous_digest,
            "digest": row.digest,
        }
