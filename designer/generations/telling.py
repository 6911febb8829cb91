"""What a brief says of the order itself (how many, by which model), under the names that this catalogue knows; and what
of it can be meant in two ways."""

from dataclasses import replace
from functools import cache
from typing import Any, Final

from django.utils import timezone

from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.services import fitting, is_family
from designer.generations import readers
from designer.generations.wishes import MAX_IMAGES, GenerationWish
from designer.pipeline import command
from designer.pipeline.doubts import Beside, Doubt, doubts, garments_beside
from designer.pipeline.words import attributes_of, parse

Json = dict[str, Any]
SHOWN: Final = 60  # letters of a brief that is told of as a whole
LATER: Final = "reading"  # a brief of another language that a model will read
SPOKEN: Final = {"nano banana": "Gemini", "dalle": "DALL-E"}  # families as people call them too
VENDORS: Final = ("google", "open ai", "stability ai", "comfyui", "a1111", "automatic1111")
MOST_UNKNOWN: Final = 4  # names that are told as not understood, and garments beside the one


def heard(wish: GenerationWish) -> tuple[GenerationWish, list[Json]]:
    """The wish with what its brief orders, where no field says otherwise; and each order, with whether it counts.

    The words themselves stay as they are.
    """
    said = _told_by(wish.brief)
    count, (provider, model) = min(said.count or 0, MAX_IMAGES), _named(said)
    heeded = wish.unsaid - wish.just_words
    facts: Json = {}
    if count and "count" in heeded:
        facts["n"] = count
    if model and "model" in heeded:
        facts |= {"provider": provider, "model": model}
    if count > 1 and "one_each" in heeded and "count" not in wish.just_words:
        facts["one_each"] = True
    made = replace(wish, **facts)
    told = {"count": (count, made.n), "model": (_plain(provider, model), _plain(made.provider, made.model))}
    rows = [_row(name, phrase, *told[name], wish, said) for name, phrase in said.phrases.items()]
    missed = [_unknown(name, made) for name in said.unknown[:MOST_UNKNOWN]]
    if said.mentioned and not (made.model or made.provider):
        missed.append(_mentioned(said.mentioned))
    # exact mode reads nothing out of the words
    return made, rows + missed + ([] if wish.exact else _read_out(wish))


READ_LATER: Final = (
    "reads it when you make images. Until then nothing is understood of it here, and what your team and persona like "
    "is not added."
)
NOT_READ: Final = (
    "which is not read here. The prompt holds these words as they are, and what your team and persona like is not "
    "added, for it may contradict them. Write in English to have it read, or set the attributes yourself."
)


def _told_by(brief: str) -> command.Command:
    """`model` is "provider/model", or "/family" for the best of a family, or of those of it that bear a word or
    version; gone ones too, which the wish refuses."""
    rows = list(ModelProfile.objects.filter(kind=ModelKind.IMAGE))
    names: dict[str, str] = {}
    for row in rows:
        own = f"{row.provider}/{row.model}"
        names |= {name: f"/{row.family}" for name in (row.family, *_spoken(row.family)) if name}
        # "core" and "workflow" are words of any brief: alone they name a model only behind an @
        alone = f"@{row.model}" if row.model.isalpha() else row.model
        names |= dict.fromkeys((row.title, alone, own), own)
    families = sorted({row.family for row in rows if row.family})
    today = timezone.now().date()

    @cache
    def stands_for(said: str) -> str | None:
        if any(is_family(said, family) for family in families):
            return ""
        found = fitting(said, rows, today)
        if len(found) == 1:
            return f"{found[0].provider}/{found[0].model}"
        return f"/{' '.join(said.split())}" if found else None

    return command.read(brief, names, stands_for, VENDORS)


def _spoken(family: str) -> list[str]:
    return [name for name, meant in SPOKEN.items() if meant == family]


def _named(said: command.Command) -> tuple[str | None, str | None]:
    provider, _, model = said.model.partition("/")
    return provider or None, model or None


def _plain(provider: str | None, model: str | None) -> str:
    return " ".join(filter(None, (provider, model)))


def _row(name: str, phrase: str, value: Any, counts: Any, wish: GenerationWish, said: command.Command) -> Json:
    """One order in words. `counts` is what holds in the end."""
    plain, note = name in wish.just_words, ""
    if not plain and value != counts:
        note = f"You chose {counts or 'another provider'}, which counts."
    elif not plain and name == "count" and (said.count or 0) > MAX_IMAGES:
        note = f"{said.count} need a batch; {MAX_IMAGES} are the most at once."
    return {"name": name, "phrase": phrase, "value": value, "used": not plain and value == counts, "note": note}


def _unknown(phrase: str, made: GenerationWish) -> Json:
    """A name that no model here bears. Nothing follows from it."""
    tail = "." if made.model or made.provider else "; the router chooses."
    note = f"There is no model called {phrase.removeprefix('@')} here{tail}"
    return {"name": "unknown", "phrase": phrase, "value": "", "used": False, "note": note}


def _mentioned(phrase: str) -> Json:
    """A model's or vendor's name that orders none as it stands. Nothing follows from it."""
    note = "This neither chooses nor excludes a model: the router decides. Those that can draw stand under Options."
    return {"name": "mentioned", "phrase": phrase, "value": "", "used": False, "note": note}


def _read_out(wish: GenerationWish) -> list[Json]:
    """What is to be told of the words that the attributes are read from."""
    said = attributes_of(parse(wish.brief)).get("garment")
    taken = wish.corrections.get("garment") or (said.value if said else None)
    name = taken if isinstance(taken, str) else ""
    others = garments_beside(wish.brief, name) if name else []
    language = readers.unread(wish)
    unread = [_of_language(wish.brief, language, readers.will_read(wish))] if language else []
    return [*unread, *map(_doubted, doubts(wish.brief)), *(_beside(each, name) for each in others[:MOST_UNKNOWN])]


def settled(wish: GenerationWish, told: list[Json], *, asked: bool) -> list[Json]:
    """The same once it is known whether a model has read the brief: if it has, nothing is left to tell of that; where
    it was to and could not, nobody has."""
    rest = [each for each in told if each["name"] != LATER]
    return (
        rest
        if asked
        else [*(_of_language(wish.brief, each["value"], "") for each in told if each["name"] == LATER), *rest]
    )


def _of_language(brief: str, language: str, reader: str) -> Json:
    """Words that are not read here. `reader`: who reads them once images are made; "" = nobody, and they are sent as
    they are, alone."""
    note = f"{reader} {READ_LATER}" if reader else f"This seems to be {language}, {NOT_READ}"
    said = brief if len(brief) <= SHOWN else f"{brief[:SHOWN].rstrip()}…"
    return {
        "name": LATER if reader else "language",
        "phrase": said,
        "value": language,
        "used": bool(reader),
        "note": note,
    }


def _beside(other: Beside, taken: str) -> Json:
    """A garment that the attributes do not describe. Its words are sent like all others."""
    name = taken.replace("_", " ")
    note = (
        f"The attributes describe one garment, the {name}. These words stay in the prompt beside it; for pictures of "
        "its own, send it as another brief."
    )
    return {
        "name": "garment",
        "phrase": other.phrase,
        "value": other.garment.replace("_", " "),
        "used": False,
        "note": note,
    }


def _doubted(doubt: Doubt) -> Json:
    """Which of two meanings was taken, and how to say the other."""
    wanted, others = " or ".join(doubt.wanted), ", ".join(f"no {each}" for each in (doubt.refused, *doubt.wanted))
    note = f"To avoid {wanted} as well, write “{others}”."
    return {
        "name": "doubt",
        "phrase": doubt.phrase,
        "value": f"no {doubt.refused}, but {wanted}",
        "used": True,
        "note": note,
    }
