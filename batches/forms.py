"""The batch builder's form: lists as people type them, and the plan that they mean. It knows shapes, not rules."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from batches.parts import MAX_ITEMS
from batches.services import MOST_AT_ONCE, TITLE, USUAL_AT_ONCE, BatchWish
from designer.catalogue.ready import ready_models
from designer.generations.forms import UUID_WORD
from designer.generations.wishes import MAX_BRIEF, MAX_IMAGES, QUALITIES, RATIOS, STRATEGIES
from designer.personas.models import Persona
from teams.accounts.models import User
from teams.base.errors import Refused
from teams.membership.ownership import visible_teams
from teams.membership.permissions import may

LINES: Final = 400_000  # characters of a pasted list
NAMED: Final = 8  # items of one fault
NOW, LATER, REPEATED = "now", "later", "repeated"


def lines_of(text: str) -> list[str]:
    """The lines that say something, trimmed."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def words_of(text: str) -> list[str]:
    """What stands between commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def slots_of(text: str) -> dict[str, list[str]]:
    """`garment: coat, dress`, a slot per line. Raises ValidationError naming the line that is none."""
    slots: dict[str, list[str]] = {}
    for place, line in enumerate(lines_of(text), start=1):
        name, colon, values = line.partition(":")
        if not colon or not words_of(values):
            raise forms.ValidationError(
                f"Line {place} is no slot. Write a name, a colon and its values: fabric: wool, silk."
            )
        slots.setdefault(name.strip().strip("{}").strip(), []).extend(words_of(values))
    return slots


def told_together(refused: Refused) -> list[str]:
    """What is wrong with which items, each cause once: `Items 1, 2, 3: …`. One line where it is about no item."""
    causes: dict[str, list[str]] = {}
    for line in refused.facts.get("lines", []):
        item, colon, cause = line["message"].partition(": ")
        of_item = colon and item.startswith("Item ")  # a recipe's lines name no item
        cause = cause if of_item else line["message"]
        causes.setdefault(cause, []).extend([item[5:]] if of_item else [])
    told = [
        f"Item{'s' * (len(items) > 1)} {_listed(items)}: {cause}" if items else cause for cause, items in causes.items()
    ]
    return told or [f"{refused.message} {refused.remedy}".strip()]


def _listed(items: list[str]) -> str:
    return ", ".join(items[:NAMED]) + (" …" if len(items) > NAMED else "")


class BatchForm(forms.Form):
    """What to make, in how many ways, for how much and when."""

    title = forms.CharField(
        label="Title", required=False, max_length=TITLE, help_text="Empty: the brief's first words."
    )
    team = forms.ChoiceField(label="Team", required=False)
    brief = forms.CharField(
        label="Brief", required=False, max_length=MAX_BRIEF, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="With {slots} in it, if you like: {garment} in {fabric}.",
    )  # fmt: skip
    slots = forms.CharField(
        label="Slots", required=False, max_length=LINES, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One per line, its values with commas between.",
    )  # fmt: skip
    prompts = forms.CharField(
        label="List of briefs", required=False, max_length=LINES, strip=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text="One per line; each takes the brief's place.",
    )  # fmt: skip
    sheet = forms.CharField(required=False, widget=forms.HiddenInput)
    models = forms.MultipleChoiceField(
        label="Models", required=False, help_text="None: chosen for each item.", widget=forms.CheckboxSelectMultiple
    )
    personas = forms.MultipleChoiceField(label="Personas", required=False, widget=forms.CheckboxSelectMultiple)
    palettes = forms.CharField(
        label="Palettes", required=False, max_length=LINES, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One per line: rust, moss, cream.",
    )  # fmt: skip
    aspect_ratios = forms.MultipleChoiceField(
        label="Formats", choices=[(r, r) for r in RATIOS], required=False, widget=forms.CheckboxSelectMultiple
    )
    variations = forms.IntegerField(label="Variations of each", min_value=1, max_value=MAX_ITEMS, required=False)
    n = forms.IntegerField(label="Images per item", min_value=1, max_value=MAX_IMAGES, required=False)
    quality = forms.ChoiceField(
        label="How finely", choices=[(q, q.capitalize()) for q in QUALITIES], initial="standard", required=False
    )
    strategy = forms.ChoiceField(
        label="Choose the model by",
        choices=[
            ("", "As the team has it"),
            *((s, s.capitalize().replace("_", " ")) for s in STRATEGIES if s != "custom"),
        ],
        required=False,
    )
    seed = forms.IntegerField(label="Seed", min_value=0, required=False, help_text="Empty: a new one each.")
    exact = forms.BooleanField(label="Use my words exactly", required=False)
    sample = forms.IntegerField(
        label="Draw only so many", min_value=1, max_value=MAX_ITEMS, required=False,
        help_text="Empty: all combinations. With a seed the same draw again.",
    )  # fmt: skip
    duplicates = forms.ChoiceField(
        label="The same item twice", required=False,
        choices=[("", "Say so, and make nothing"), ("drop", "Make it once"), ("keep", "Make it again")],
        help_text="Two lines or rows that come to the same. To make several of all, use variations.",
    )  # fmt: skip
    arm_a = forms.ChoiceField(label="A", required=False)
    arm_b = forms.ChoiceField(label="B", required=False)
    budget = forms.CharField(
        label="Budget, in USD", required=False, max_length=40, help_text="The batch pauses before it would cost more."
    )
    parallelism = forms.IntegerField(
        label="At once", min_value=1, max_value=MOST_AT_ONCE, initial=USUAL_AT_ONCE, required=False
    )
    priority = forms.IntegerField(
        label="Priority",
        min_value=0,
        max_value=9,
        initial=5,
        required=False,
        help_text="Among your team's batches; 0 is the most urgent.",
    )
    when = forms.ChoiceField(
        label="Start", required=False, initial=NOW,
        choices=[(NOW, "Now"), (LATER, "At a time"), (REPEATED, "Again and again")],
    )  # fmt: skip
    run_at = forms.DateTimeField(
        label="Time", required=False, help_text="In your own time zone.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )  # fmt: skip
    cron = forms.CharField(
        label="Cron expression", required=False, max_length=120,
        help_text="30 2 * * 1-5 is half past two on working days, in the team's time zone (Settings > Teams).",
    )  # fmt: skip

    AXES = ("slots", "prompts", "models", "personas", "palettes", "aspect_ratios", "variations", "sample", "duplicates")
    EACH = ("n", "quality", "strategy", "seed", "exact")
    RUN = ("title", "team", "budget", "parallelism", "priority", "when", "run_at", "cron")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        teams = [team for team in visible_teams(actor).order_by("-personal", "name") if may(actor, "create_work", team)]
        self._choices("team", [(str(team.pk), team.name) for team in teams])
        several = len(teams) > 1
        if not several:
            self.fields["team"].widget = forms.HiddenInput()
        people = Persona.objects.visible_to(actor).filter(team__in=teams).select_related("team").order_by("name")
        self._choices("personas", [(str(p.pk), f"{p.name} ({p.team.name})" if several else p.name) for p in people])
        # no item is an edit, so none can be recoloured
        models = [(model.model, model.title) for model, can in ready_models() if not can.recolours]
        self._choices("models", models)
        for arm in ("arm_a", "arm_b"):
            self._choices(arm, [("", "No A/B"), *models])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (narrows the type)
        field.choices = choices

    @property
    def axes(self) -> list[forms.BoundField]:
        return [self[name] for name in self.AXES]

    @property
    def each(self) -> list[forms.BoundField]:
        return [self[name] for name in self.EACH]

    @property
    def run(self) -> list[forms.BoundField]:
        return [self[name] for name in self.RUN if not self[name].is_hidden]

    def clean_slots(self) -> dict[str, list[str]]:
        return slots_of(self.cleaned_data["slots"])

    def clean_sheet(self) -> str:
        said: str = self.cleaned_data["sheet"]
        return said if UUID_WORD.fullmatch(said) else ""

    def clean_run_at(self) -> datetime | None:
        """The moment that a clock on the asker's wall means."""
        said: datetime | None = self.cleaned_data["run_at"]
        return said and said.replace(tzinfo=ZoneInfo(self.actor.timezone))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if bool(said.get("arm_a")) != bool(said.get("arm_b")):
            self.add_error("arm_b", "An A/B batch compares two models. Choose both, or none.")
        if said.get("when") == LATER and not said.get("run_at") and "run_at" not in self.errors:
            self.add_error("run_at", "Say when it starts.")
        if said.get("when") == REPEATED and not said.get("cron"):
            self.add_error("cron", "Say when it repeats: 30 2 * * 1-5.")
        return said

    def plan(self) -> dict[str, Any]:
        """The plan as docs/batches.md has it. Call after `is_valid`."""
        said = self.cleaned_data
        base = {name: said[name] for name in self.EACH if said[name] not in (None, "", False)}
        lists = {name: said[name] for name in ("models", "personas", "aspect_ratios") if said[name]}
        typed = {
            "slots": said["slots"],
            "prompts": lines_of(said["prompts"]),
            "palettes": [words_of(line) for line in lines_of(said["palettes"])],
            "sheet": said["sheet"],
            "variations": said["variations"],
            "duplicates": said["duplicates"],
        }
        plan = {"base": base | ({"brief": said["brief"]} if said["brief"] else {}), **lists}
        plan |= {name: value for name, value in typed.items() if value}
        if said["arm_a"]:
            plan["arms"] = {"a": {"model": said["arm_a"]}, "b": {"model": said["arm_b"]}}
        if said["sample"]:
            plan |= {"mode": "sampled", "sample": said["sample"], "seed": said["seed"] or 0}
        return plan

    def wish(self, *, start: bool = True) -> BatchWish:
        """What was typed, as a wish. Call after `is_valid`."""
        said = self.cleaned_data
        return BatchWish(
            plan=self.plan(),
            team=UUID(said["team"]) if said["team"] else None,
            title=said["title"],
            budget=said["budget"].strip() or None,
            parallelism=said["parallelism"] or USUAL_AT_ONCE,
            priority=5 if said["priority"] is None else said["priority"],
            run_at=said["run_at"] if said["when"] == LATER else None,
            cron=said["cron"].strip() if said["when"] == REPEATED else "",
            start=start,
        )

    def refuse(self, refused: Refused) -> None:
        """Show a refusal at the field it is about, or above the form."""
        field = (refused.field or "").removeprefix("plan.").removeprefix("base.").partition("[")[0].partition(".")[0]
        known = {"arms": "arm_b"}.get(field, field)
        shown = known if known in self.fields and not self[known].is_hidden else None
        self.add_error(shown, told_together(refused)[:20])
