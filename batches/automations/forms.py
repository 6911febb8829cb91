"""What the page of an automation asks for. Its fields bear the names that refusals know, but for the recipe, which is a
preset or a size in one list, and the source, which is a collection or a batch."""

from typing import Any, cast
from uuid import UUID

from django import forms

from batches.automations.models import NAME_LENGTH, Automation, Scope, Target
from batches.automations.services import GONE, Plan
from batches.models import Batch
from enhancement import presets, rights
from teams.accounts.forms import RefusalsShown
from teams.accounts.models import User
from teams.base.errors import Refused
from teams.membership.models import Team
from teams.review.collections.models import NAME_LENGTH as COLLECTION_NAME
from teams.review.collections.models import Collection

CHOICES = 200  # collections or batches that a list offers
NEW = "new"
FIELDS = {"preset": "recipe", "target": "recipe", "scope": "source", "collection": "into"}


class AutomationForm(RefusalsShown):
    name = forms.CharField(
        label="Name",
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Approved to 4K"}),
    )
    source = forms.ChoiceField(label="When this is approved", required=False)
    recipe = forms.ChoiceField(
        label="Enhance it", required=False, help_text="With a recipe of the team or the studio, or to a size."
    )
    into = forms.ChoiceField(label="Put the result into", required=False)
    new_collection = forms.CharField(
        label="Name of the new collection",
        max_length=COLLECTION_NAME,
        required=False,
        help_text="Only for a new one.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tells_webhooks = forms.BooleanField(
        label="Tell the team's webhooks",
        required=False,
        help_text="Those that chose automation.delivered hear of each image.",
    )
    tells_people = forms.BooleanField(
        label="Tell people", required=False, help_text="Who asked for the review, and the owners of the team."
    )

    def __init__(self, *args: Any, user: User, team: Team, row: Automation | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _said(row) if row else {"recipe": f"size:{Target.K4}", "tells_people": True})
        super().__init__(*args, **kwargs)
        kept = Collection.objects.visible_to(user).kept().filter(team=team).order_by("-updated_at")[:CHOICES]
        named = [(str(each.pk), each.name) for each in kept]
        batches = Batch.objects.visible_to(user).filter(team=team).only("pk", "title").order_by("-created_at")[:CHOICES]
        listed = [(str(each.pk), each.title or "Batch without a title") for each in batches]
        self._offer("source", [("", Scope.TEAM.label), *_group("Images of a collection", "collection", named)])
        self._offer("source", _group("Images of a batch", "batch", listed))
        self._offer("recipe", [("", "Not at all: deliver it as it is")])
        self._offer("recipe", _group("To a size", "size", list(Target.choices)))
        found = [each for each in presets.choices(user, team.pk) if not rights.needs_declaration(each.operations)]
        own = [(str(each.pk), each.name) for each in found if not each.starter]
        studio = [(str(each.pk), each.name) for each in found if each.starter]
        self._offer("recipe", _group("Recipes of the team", "preset", own))
        self._offer("recipe", _group("Recipes of the studio", "preset", studio))
        self._offer("into", [("", "No collection"), (NEW, "A new collection"), *_group("Collections", "", named)])
        if row is not None:
            self._keep(row)

    def _keep(self, row: Automation) -> None:
        """What it has now is always among the choices: else a browser would put the first one in its place, and who
        only renames an automation of one collection would have it take every image. What is gone is refused when it is
        saved."""
        names = {
            "source": str(row.scope_collection or row.scope_batch or f"The {row.scope} that is gone"),
            "recipe": f"{row.preset_name or 'The recipe'} (gone, or not for automations)",
            "into": str(row.collection or "The collection that is gone"),
        }
        for name, said in _said(row).items():
            if name in names and said not in _values(cast("forms.ChoiceField", self.fields[name]).choices):
                self._offer(name, [(said, names[name])])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [*cast("list[Any]", field.choices), *choices]

    def plan(self) -> Plan:
        said = self.cleaned_data
        scope, _, source = said["source"].partition(":")
        kind, _, recipe = said["recipe"].partition(":")
        into = said["into"]
        new = said["new_collection"].strip()
        return Plan(
            name=said["name"],
            scope=scope or Scope.TEAM,
            source=UUID(source) if source else None,
            preset=UUID(recipe) if kind == "preset" else None,
            target=recipe if kind == "size" else "",
            collection=UUID(into) if into not in ("", NEW) else None,
            new_collection=new if into == NEW else "",
            tells_webhooks=said["tells_webhooks"],
            tells_people=said["tells_people"],
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("into") == NEW and not said.get("new_collection", "").strip():
            self.add_error("new_collection", "Give the new collection a name.")
        return said

    def refuse(self, refused: Refused) -> None:
        refused.field = FIELDS.get(refused.field or "", refused.field)
        super().refuse(refused)


def _group(title: str, kind: str, choices: list[Any]) -> list[Any]:
    marked = [(f"{kind}:{value}" if kind else value, words) for value, words in choices]
    return [(title, marked)] if marked else []


def _values(choices: Any) -> set[str]:
    """Of a list, those in groups too."""
    return {value for each, words in choices for value, _ in (words if isinstance(words, list) else [(each, words)])}


def _said(row: Automation) -> dict[str, Any]:
    source = row.scope_collection_id or row.scope_batch_id or GONE
    recipe = f"preset:{row.preset}" if row.preset else f"size:{row.target}" if row.target else ""
    return {
        "name": row.name,
        "source": f"{row.scope}:{source}" if row.scope != Scope.TEAM else "",
        "recipe": recipe,
        "into": str(row.collection_id or GONE) if row.collects else "",
        "tells_webhooks": row.tells_webhooks,
        "tells_people": row.tells_people,
    }
