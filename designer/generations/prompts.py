"""The briefs and prompts of the past, and which of them a person keeps as favourites."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from designer.assets.models import Asset
from designer.generations.models import Generation, GenerationQuerySet, Mode, PromptFavourite
from designer.generations.wishes import GenerationWish
from teams.accounts.models import User
from teams.membership.permissions import check_awake


def history_of(user: User) -> GenerationQuerySet:
    """What this person may see, with `favourite`: whether they keep it; without what was drawn from photos alone."""
    kept = PromptFavourite.objects.filter(owner=user, generation=OuterRef("pk"))
    rows: GenerationQuerySet = Generation.objects.visible_to(user).kept().exclude(brief="")
    return rows.annotate(favourite=Exists(kept))


def models_of(rows: GenerationQuerySet) -> list[str]:
    """The models that drew any of them, by name."""
    return sorted(name for name in rows.values_list("model", flat=True).distinct() if name)


def found(rows: GenerationQuerySet, *, words: str = "", favourite: bool = False, model: str = "") -> GenerationQuerySet:
    """Those whose brief or prompt holds every word, that are favourites, that this model drew."""
    for word in words.split():
        rows = rows.filter(Q(brief__icontains=word) | Q(prompt__icontains=word))
    rows = rows.filter(Q(favourite=True)) if favourite else rows
    return rows.filter(model=model) if model else rows


@transaction.atomic
def set_favourite(*, actor: User, generation_id: UUID, kept: bool) -> None:
    """Keep a prompt, or let it go; doing so twice is harmless. Raises Missing, or Conflict in an archived team."""
    row: Generation = Generation.objects.see(actor, generation_id)
    check_awake(row.team_id)
    if kept:
        PromptFavourite.objects.get_or_create(owner=actor, generation=row, defaults={"team_id": row.team_id})
    else:
        PromptFavourite.objects.filter(owner=actor, generation=row).delete()


def use_again(actor: User, generation_id: UUID) -> GenerationWish:
    """The same words, photos that are still there and options, to be changed before they are sent; but a new seed, and
    the team's usual for what follows. Raises Missing."""
    return wish_again(actor, Generation.objects.see(actor, generation_id))


def wish_again(actor: User, row: Generation) -> GenerationWish:
    """As `use_again`, of a generation that is known to be theirs to see. As in the form, the words of the brief may
    order what no option says, unless that was turned off. An edit or a remix stays one while its image is there."""
    said, photos = row.settings, _photos_left(actor, row)
    stays = row.mode in (Mode.EDIT, Mode.REMIX) and row.source_id in photos
    chosen = said.get("model") or said.get("provider")
    return GenerationWish(
        brief=row.brief,
        references=photos,
        source=row.source_id if stays else None,
        mode=row.mode if stays else "",
        team=row.team_id,
        persona=row.persona_id,
        n=said.get("n", 1),
        best_of=said.get("best_of"),
        aspect_ratio=said.get("aspect_ratio", "3:4"),
        strategy=said.get("strategy", "balanced"),
        weights=said.get("weights", {}),
        min_quality=said.get("min_quality"),
        quality=said.get("quality", "standard"),
        fallback=said.get("fallback", True),
        provider=said.get("provider"),
        model=said.get("model"),
        max_cost=Decimal(said["max_cost"]) if said.get("max_cost") else None,
        exact=bool(said.get("exact")),
        corrections=row.corrections,
        part_edits=said.get("part_edits", {}),
        added_words=said.get("added_words", ""),
        one_each=bool(said.get("one_each")),
        unsaid=frozenset({"one_each"} if chosen else {"one_each", "model"}),
        just_words=_just_words(said.get("told", [])),
    )


def _photos_left(actor: User, row: Generation) -> tuple[UUID, ...]:
    """The photos that can still be sent, in the order they were wished in: a model may take only the first."""
    left = set(Asset.objects.visible_to(actor).kept().filter(used_in=row).values_list("pk", flat=True))
    return tuple(pk for pk in map(UUID, row.settings.get("references", [])) if pk in left)


def _just_words(told: list[dict[str, Any]]) -> frozenset[str]:
    """The orders in the brief that were turned off; one that an option overruled has a note that says so."""
    return frozenset(each["name"] for each in told if not each["used"] and not each["note"])
