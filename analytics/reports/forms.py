"""What the pages of reports ask for. Fields bear the names that refusals know."""

from calendar import day_name
from typing import Any, Final
from uuid import UUID

from django import forms

from analytics.reports import recipients, templates
from analytics.reports.models import Cadence, Costs, Kind, ReportTemplate, Schedule, Section
from analytics.reports.schedules import ScheduleWish
from analytics.reports.services import ReportWish
from analytics.reports.templates import TemplateWish
from teams.accounts.forms import RefusalsShown
from teams.accounts.models import User
from teams.accounts.services import time_zones
from teams.membership.models import Team
from teams.membership.permissions import may

WEEKDAYS: Final = [(number, str(name)) for number, name in enumerate(day_name, 1)]
AHEAD: Final = {
    Kind.DAILY: "Yesterday",
    Kind.WEEKLY: "Last week, from Monday",
    Kind.MONTHLY: "Last month",
    Kind.CUSTOM: "From one day to another",
}


class ToWhom(RefusalsShown):
    """What both forms ask: of which template, or with which sections, and who gets it."""

    template = forms.TypedChoiceField(label="Template", required=False, coerce=UUID, empty_value=None)
    sections = forms.MultipleChoiceField(
        label="What is in it",
        choices=Section.choices,
        initial=list(Section.values),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    members = forms.MultipleChoiceField(
        label="Mail it to", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Members who may see all of it: the team's costs are for owners and admins.",
    )  # fmt: skip
    addresses = forms.CharField(
        label="And to addresses outside of the team", required=False, max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "placeholder": "name@example.com"}),
        help_text="One on each line. Each is asked by mail first whether it wants reports, and can stop them later.",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: User, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        told = Costs.TEAM if may(actor, "view_billing", team) else Costs.OWN
        people = recipients.choices(team, (told, Costs.NONE), actor)
        self.fields["members"].choices = people  # type: ignore[attr-defined]
        kept = ReportTemplate.objects.filter(team=team).order_by("name")
        named = [(row.pk, f"{row.name}: {row.sections_said}") for row in kept]
        self.fields["template"].choices = [("", "None"), *named]  # type: ignore[attr-defined]
        self.fields["sections"].help_text = "The key figures are always there."
        if not named:
            del self.fields["template"]
        else:
            self.fields["sections"].help_text += " With a template what it says counts, not this."
        if not may(actor, "change_team", team):
            del self.fields["addresses"]

    def to(self) -> dict[str, Any]:
        said = self.cleaned_data
        template = said.get("template")
        return {
            "team": self.team.pk,
            "template": template,
            "sections": None if template else said["sections"],
            "members": [UUID(pk) for pk in said["members"]],
            "addresses": [line for line in said.get("addresses", "").replace(",", "\n").splitlines() if line.strip()],
        }


class ReportForm(ToWhom):
    kind = forms.ChoiceField(label="Of which days", choices=list(AHEAD.items()), initial=Kind.WEEKLY)
    first = forms.DateField(
        label="First day", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Only where you choose the days yourself.",
    )  # fmt: skip
    last = forms.DateField(label="Last day, included", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ["kind", "first", "last", "template", "sections", "members", "addresses"]

    def wish(self) -> ReportWish:
        said = self.cleaned_data
        chosen = said["kind"] == Kind.CUSTOM  # what stands in the days counts only then
        first, last = (said["first"], said["last"]) if chosen else (None, None)
        return ReportWish(kind=said["kind"], first=first, last=last, **self.to())

    def refuse(self, refused: Any) -> None:
        refused.field = {"from": "first", "to": "last"}.get(refused.field, refused.field)
        super().refuse(refused)


class ScheduleForm(ToWhom):
    cadence = forms.ChoiceField(label="How often", choices=Cadence.choices, initial=Cadence.WEEKLY)
    weekday = forms.TypedChoiceField(
        label="On which weekday", choices=WEEKDAYS, coerce=int, initial=1, help_text="Of a weekly one."
    )
    day = forms.TypedChoiceField(
        label="On which day of the month", choices=[(n, str(n)) for n in range(1, 32)], coerce=int, initial=1,
        help_text="Of a monthly one; a shorter month has it on its last day.",
    )  # fmt: skip
    hour = forms.TypedChoiceField(
        label="At which hour", choices=[(n, f"{n:02}:00") for n in range(24)], coerce=int, initial=8
    )
    timezone = forms.ChoiceField(label="By the clock of")
    field_order = ["cadence", "weekday", "day", "hour", "timezone", "template", "sections", "members", "addresses"]

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = self.fields["timezone"]
        zones.choices = [(each, each.replace("_", " ")) for each in time_zones()]  # type: ignore[attr-defined]
        zones.initial = zone

    @classmethod
    def said_of(cls, row: Schedule) -> dict[str, Any]:
        """As it stands."""
        names = ("cadence", "weekday", "day", "hour", "sections", "members")
        told = {name: getattr(row, name) for name in names}
        return told | {"timezone": row.zone, "addresses": "\n".join(row.addresses), "template": row.template_id}

    def wish(self) -> ScheduleWish:
        said = self.cleaned_data
        rhythm = {name: said[name] for name in ("cadence", "weekday", "day", "hour")}
        return ScheduleWish(zone=said["timezone"], **rhythm, **self.to())

    def change(self) -> dict[str, Any]:
        said = self.cleaned_data
        told = {name: said[name] for name in ("cadence", "weekday", "day", "hour")}
        return told | {"zone": said["timezone"]} | {name: value for name, value in self.to().items() if name != "team"}


class TemplateForm(RefusalsShown):
    name = forms.CharField(label="Name", max_length=templates.LONGEST_NAME, help_text="As it is chosen by.")
    title = forms.CharField(
        label="Title", required=False, max_length=templates.LONGEST_TITLE,
        help_text="Stands on the report in the place of the team's name.",
    )  # fmt: skip
    introduction = forms.CharField(
        label="Introduction", required=False, max_length=templates.LONGEST_INTRODUCTION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Stands before the figures. The words of mails to the outside leave it out.",
    )  # fmt: skip
    sections = forms.MultipleChoiceField(
        label="What is in it", choices=Section.choices, initial=list(Section.values),
        widget=forms.CheckboxSelectMultiple, help_text="The key figures are always there.",
    )  # fmt: skip
    cover = forms.BooleanField(label="Begin with a cover", required=False, initial=True)

    def wish(self, team: Team) -> TemplateWish:
        return TemplateWish(team=team.pk, **self.cleaned_data)
