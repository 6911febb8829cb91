"""Templates of reports: what a team wants to stand in them again and again, under a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from analytics.reports.models import ReportTemplate, Section
from teams.accounts.models import User
from teams.audit import services as audit
from teams.base.errors import Conflict, Forbidden, Missing, Refused
from teams.base.preconditions import require_match
from teams.base.text import one_line, plain_text
from teams.membership.models import Team
from teams.membership.ownership import working_team
from teams.membership.permissions import allowed, check_awake

MOST: Final = 20  # of a team
LONGEST_NAME: Final = 60
LONGEST_TITLE: Final = 80
LONGEST_INTRODUCTION: Final = 1000
FIELDS: Final = ("name", "title", "introduction", "sections", "cover")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateWish:
    name: str
    team: UUID | None = None
    title: str = ""
    introduction: str = ""
    sections: Sequence[str] = tuple(Section.values)
    cover: bool = True


@transaction.atomic
def create(*, actor: User, wish: TemplateWish) -> ReportTemplate:
    """Raises Missing, Forbidden, Refused by the field at fault, Conflict where there are too many and while the team is
    archived."""
    team = _held(actor, working_team(actor, wish.team))
    if ReportTemplate.objects.filter(team=team).count() >= MOST:
        raise Conflict("too_many_templates", f"This team has {MOST} templates.", remedy="Delete one of them.")
    row = ReportTemplate(team=team, owner=actor)
    _fill(row, {name: getattr(wish, name) for name in FIELDS})
    row.save()
    _note(actor, "report.template_made", row)
    return row


@transaction.atomic
def change(*, actor: User, template_id: UUID, if_match: str | None, said: dict[str, Any]) -> ReportTemplate:
    """Change what is said, if `if_match` names the present version. Reports that were asked for stay as they are. Those
    of schedules follow, but in what is in them: who gets costs was answered for there. Raises as `create`, and Refused
    (428, 412)."""
    row = _changeable(actor, template_id)
    require_match(if_match, row)
    _fill(row, said)
    row.save()
    _note(actor, "report.template_changed", row)
    return row


@transaction.atomic
def delete(*, actor: User, template_id: UUID) -> None:
    """The reports that were made of it stay as they are. Raises Missing, Forbidden, Conflict while schedules use it."""
    row = _changeable(actor, template_id)
    if used := row.schedules.count():
        shown = f"{used} schedule{'s use' if used > 1 else ' uses'} this template."
        raise Conflict("template_in_use", shown, remedy="Choose another one there first.")
    _note(actor, "report.template_deleted", row)
    row.delete()


def chosen(team: Team, template_id: UUID | None, sections: Sequence[str] | None) -> ReportTemplate | None:
    """The template that is named, if one is. Raises Refused for one of another team, and where sections are named
    beside it."""
    if template_id is None:
        return None
    row: ReportTemplate | None = ReportTemplate.objects.filter(team=team, pk=template_id).first()
    if row is None:
        remedy = "Name one of this team, or none."
        raise Refused("unknown_template", "This team has no such template.", field="template", remedy=remedy)
    if sections is not None:
        remedy = "Leave out the sections, or the template."
        raise Refused("template_says", "The template says what is in it.", field="sections", remedy=remedy)
    return row


def checked_sections(said: Sequence[str]) -> list[str]:
    """In their own order, each once. Raises Refused for one that there is not, and for none."""
    unknown = [each for each in said if each not in Section.values]
    if unknown or not said:
        shown = f"There is no section {unknown[0][:40]!r}." if unknown else "Choose at least one section."
        raise Refused("unknown_section", shown, field="sections", remedy=f"Use {', '.join(Section.values)}.")
    return [each for each in Section.values if each in said]


def _changeable(actor: User, pk: UUID) -> ReportTemplate:
    """Locked behind its team."""
    seen = ReportTemplate.objects.see(actor, pk)
    _held(actor, seen.team)
    held: ReportTemplate | None = (
        ReportTemplate.objects.select_for_update(of=("self",)).select_related("team").filter(pk=pk).first()
    )
    if held is None:
        raise Missing(message="Somebody has just deleted this template.", remedy="Choose another one.")
    return held


def _held(actor: User, team: Team) -> Team:
    """The team, which nobody archives from here on, and of which two at once do not count too few."""
    if not allowed(actor, "change_team", team):
        raise Forbidden(message="Only owners and admins of the team change its templates.", remedy="Ask one of them.")
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    check_awake(team.pk)
    return team


def _fill(row: ReportTemplate, said: dict[str, Any]) -> None:
    for name in FIELDS:
        if name in said:
            setattr(row, name, said[name])
    row.name = one_line(row.name, field="name", longest=LONGEST_NAME)
    row.title = one_line(row.title, field="title", longest=LONGEST_TITLE, empty=True)
    if row.introduction.strip():
        row.introduction = plain_text(row.introduction, field="introduction", longest=LONGEST_INTRODUCTION)
    else:
        row.introduction = ""
    row.sections = checked_sections(row.sections)
    named = ReportTemplate.objects.annotate(low=Lower("name")).filter(team=row.team_id, low=Lower(Value(row.name)))
    if named.exclude(pk=row.pk).exists():
        shown = "This team has a template of this name."
        raise Refused("name_taken", shown, field="name", remedy="Choose another name.")


def _note(actor: User, action: str, row: ReportTemplate) -> None:
    audit.write(actor, action, f"template:{row.pk}", {"name": row.name, "sections": row.sections}, row.team_id)
