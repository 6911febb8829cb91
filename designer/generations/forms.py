"""The composer's form. It knows shapes; what may be asked is decided by the wish and the services."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from designer.assets.models import Asset
from designer.catalogue.ready import ready_models
from designer.generations import follow_ups
from designer.generations.understanding_forms import value_of
from designer.generations.wishes import (
    DRAW_RANGE,
    DRAW_REMEDY,
    MAX_BRIEF,
    MAX_IMAGES,
    MAX_PART,
    MODES,
    QUALITIES,
    RATIOS,
    STRATEGIES,
    STRATEGY,
    USUAL,
    WEIGHTS,
    GenerationWish,
)
from designer.personas.keeping import default_persona
from designer.personas.models import Persona
from teams.accounts.models import User
from teams.membership.ownership import visible_teams
from teams.membership.permissions import may

PART = re.compile(r"part-was-\d+$")
UUID_WORD = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NOTHING = "none"
OPTIONS = [
    "team",
    "n",
    "best_of",
    "aspect_ratio",
    "persona",
    "strategy",
    "model",
    "quality",
    "min_quality",
    "seed",
    "max_cost",
    "exact",
    "auto_enhance",
    "fallback",
]


def _follow_up(said: str) -> dict[str, Any] | None:
    """The wish that a choice means: the team's usual, nothing, or a preset."""
    if not said:
        return None
    return {"operations": []} if said == NOTHING else {"preset": said}


def _models() -> list[tuple[str, str]]:
    """Each family with more than one model that can be called, then each model."""
    models = [model for model, _ in ready_models()]
    families = Counter(model.family for model in models)
    several = [
        (f"/{family}", f"{family}: the best of its models") for family in sorted(families) if families[family] > 1
    ]
    return [*several, *((f"{model.provider}/{model.model}", model.title) for model in models)]


class ComposerForm(forms.Form):
    """A brief with its options, as typed on the Studio page."""

    brief = forms.CharField(required=False, max_length=MAX_BRIEF, strip=False)
    references = forms.CharField(required=False)
    team = forms.ChoiceField(label="Team", required=False)
    n = forms.IntegerField(
        label="Images",
        min_value=1,
        max_value=MAX_IMAGES,
        required=False,
        help_text=f"Empty: as many as the brief says, else {USUAL}.",
    )
    best_of = forms.IntegerField(
        label="Best of",
        min_value=1,
        max_value=8,
        required=False,
        help_text="Make and pay for this many, show the best. Empty: just those you see.",
    )
    aspect_ratio = forms.ChoiceField(label="Format", choices=[(r, r) for r in RATIOS], initial="3:4", required=False)
    persona = forms.ChoiceField(label="Persona", required=False)
    strategy = forms.ChoiceField(
        label="Choose the model by",
        choices=[("", "As the team has it"), *((s, s.capitalize().replace("_", " ")) for s in STRATEGIES)],
        required=False,
    )
    model = forms.ChoiceField(label="Model", required=False)
    seed = forms.IntegerField(label="Seed", min_value=0, required=False, help_text="Empty for a new one.")
    max_cost = forms.DecimalField(
        label="At most, in USD", min_value=Decimal(0), max_digits=12, decimal_places=6, required=False
    )
    quality = forms.ChoiceField(
        label="How finely", choices=[(q, q.capitalize()) for q in QUALITIES], initial="standard", required=False
    )
    min_quality = forms.FloatField(
        label="Quality at least",
        min_value=0,
        max_value=1,
        required=False,
        help_text="From 0 to 1: no model below it is chosen. Empty for any.",
    )
    exact = forms.BooleanField(label="Use my words exactly", required=False)
    auto_enhance = forms.ChoiceField(label="Enhance when done", required=False)
    fallback = forms.BooleanField(
        label="Another model may step in",
        required=False,
        initial=True,
        help_text="When the chosen one is out of order, for no more than was shown. Never for a model you named.",
    )
    weight_quality = forms.FloatField(label="Quality", min_value=0, max_value=10, initial=5, required=False)
    weight_cost = forms.FloatField(label="Cost", min_value=0, max_value=10, initial=3, required=False)
    weight_speed = forms.FloatField(label="Speed", min_value=0, max_value=10, initial=1, required=False)
    weight_success = forms.FloatField(label="Reliability", min_value=0, max_value=10, initial=1, required=False)

    source = forms.UUIDField(required=False, widget=forms.HiddenInput)
    mode = forms.ChoiceField(required=False, choices=[(mode, mode or "-") for mode in MODES], widget=forms.HiddenInput)

    # these stand in what the preview shows
    added_words = forms.CharField(required=False, max_length=MAX_PART)
    draw = forms.IntegerField(required=False, error_messages={"invalid": f"{DRAW_RANGE} {DRAW_REMEDY}"})

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.uploaded: tuple[UUID, ...] = ()  # photos that came with the form itself
        teams = [team for team in visible_teams(actor).order_by("-personal", "name") if may(actor, "create_work", team)]
        self._choices("team", [(str(team.pk), team.name) for team in teams])
        several = len(teams) > 1
        if not several:
            self.fields["team"].widget = forms.HiddenInput()
        people = Persona.objects.visible_to(actor).filter(team__in=teams).select_related("team").order_by("name")
        named = ((str(p.pk), f"{p.name} ({p.team.name})" if several else p.name) for p in people)
        self._choices("persona", [("", "None"), *named])
        begun = default_persona(actor, teams[0]) if teams and not self.is_bound else None
        self.initial.setdefault("persona", str(begun.pk) if begun else "")
        self._choices("model", [("", "Automatic"), *self._with_own(_models())])
        ways = [("", "As the team has it"), (NOTHING, "Nothing"), *follow_ups.choices(actor)]
        self._choices("auto_enhance", ways)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (narrows the type)
        field.choices = choices

    def _with_own(self, models: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The choices with the one that is made: it may name a family of one model, or a provider and no model."""
        chosen = str((self.data if self.is_bound else self.initial).get("model") or "")
        provider, parted, model = chosen.partition("/")
        if not parted or chosen == "/" or chosen in dict(models):
            return models
        return [*models, (chosen, f"{model or 'Any model'} by {provider}" if provider else model)]

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[f"weight_{name}"] for name in WEIGHTS]

    @property
    def options(self) -> list[forms.BoundField]:
        return [self[name] for name in OPTIONS if not self[name].is_hidden]

    @property
    def team_id(self) -> UUID | None:
        """The team that is worked in; None is the personal one. For use before the form is known to be valid."""
        said = str(self.data.get("team", ""))
        return UUID(said) if UUID_WORD.fullmatch(said) else None

    @property
    def reference_ids(self) -> tuple[UUID, ...]:
        begun = [str(pk) for pk in self.initial.get("references", [])]
        raw = self.data.getlist("references") if self.is_bound and hasattr(self.data, "getlist") else begun
        return (*(UUID(word) for word in raw if UUID_WORD.fullmatch(word)), *self.uploaded)

    @property
    def reference_assets(self) -> list[Asset]:
        ids = list(self.reference_ids)
        found = Asset.objects.visible_to(self.actor).kept().filter(pk__in=ids)
        return sorted(found, key=lambda asset: ids.index(asset.pk))  # a model may take only the first of them

    def corrections(self) -> dict[str, Any]:
        """The chips that the designer changed: now, or before the last preview, which then came without a `was-`."""
        return {
            name[4:]: value_of(name[4:], str(value).replace("\x00", "").strip())
            for name, value in self.data.items()
            if name.startswith("fix-") and value != self.data.get(f"was-{name[4:]}")
        }

    def part_edits(self) -> dict[str, str]:
        """The parts of the prompt that read otherwise than they were composed."""
        pairs = ((self.data[name], self.data.get(f"part-now-{name[9:]}", "")) for name in self.data if PART.match(name))
        return {was: now.strip() for was, now in pairs if was.strip() != now.strip()}

    def wish(self) -> GenerationWish:
        """What was typed, as a wish. Call after `is_valid`."""
        said = self.cleaned_data
        provider, _, model = said["model"].partition("/")
        unsaid = {
            "count": not said["n"],
            "model": not said["model"],
            "one_each": True,
            "strategy": not said["strategy"],
        }
        strategy, photos = said["strategy"] or STRATEGY, self.reference_ids
        # who takes the first image out of a remix lets the next one give the shape; without any it is a wish in words
        source = next(iter(photos), None) if said["mode"] == "remix" else said["source"]
        return GenerationWish(
            brief=said["brief"],
            references=photos,
            team=UUID(said["team"]) if said["team"] else None,
            persona=UUID(said["persona"]) if said["persona"] else None,
            n=said["n"] or USUAL,
            best_of=said["best_of"],
            aspect_ratio=said["aspect_ratio"] or "3:4",
            strategy=strategy,
            weights={name: said[f"weight_{name}"] or 0.0 for name in WEIGHTS} if strategy == "custom" else {},
            quality=said["quality"] or "standard",
            fallback=said["fallback"],
            provider=provider or None,
            model=model or None,
            seed=said["seed"],
            draw=said["draw"],
            max_cost=said["max_cost"],
            min_quality=said["min_quality"],
            exact=said["exact"],
            auto_enhance=_follow_up(said["auto_enhance"]),
            corrections=self.corrections(),
            source=source,
            mode=said["mode"] if source else "",
            part_edits=self.part_edits(),
            added_words=said["added_words"],
            unsaid=frozenset(name for name, is_open in unsaid.items() if is_open),
            just_words=frozenset(name for name in ("count", "model") if self.data.get(f"plain-{name}")),
        )
