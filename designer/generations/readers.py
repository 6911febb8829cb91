"""Which language model reads for this studio, and what it costs. Nobody is called."""

import json
from decimal import Decimal
from typing import Final, NamedTuple

from django.conf import settings
from django.utils import timezone

from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.services import cost_of, token_prices, usable_models
from designer.generations.costs import BYTES_PER_TOKEN, PHOTO_TOKENS
from designer.generations.models import Stage
from designer.generations.wishes import GenerationWish
from designer.pipeline import remixing, seeing, wording
from designer.pipeline.asking import Question
from designer.pipeline.records import Understanding
from designer.pipeline.tongue import unread_language
from designer.providers import base
from designer.providers.registry import language_provider
from designer.providers.remote import talk

ORDER: Final = ("google", "openai", "anthropic")
LETTERS_PER_TOKEN: Final = 3.5  # fewer than the four of English prose: schemas are dense
MOST_OUT: Final = talk.MAX_TOKENS  # of an answer, as every request says
OUT_TOKENS: Final = {Stage.ANALYSIS: 900, Stage.PROMPTING: 400}


class Local(Exception):
    """Read here instead; `reason` in words for the designer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Prices(NamedTuple):
    """USD: what is expected, and the most that may be billed."""

    usual: Decimal
    most: Decimal


FREE: Final = Prices(Decimal(0), Decimal(0))


def chosen_model() -> ModelProfile:
    """The language model that reads for this studio. Raises Local when there is none to be asked."""
    wanted = settings.LANGUAGE_PROVIDER
    if wanted == "local":
        raise Local("This studio reads briefs itself.")
    names = [name for name in ((wanted,) if wanted else ORDER) if _is_ready(name)]
    if not names:
        raise Local("No language model is set up." if not wanted else f"{wanted} is not set up.")
    rows = usable_models(today=timezone.now().date(), kind=ModelKind.LANGUAGE)
    mine = [row for row in rows if row.provider == names[0] and settings.LANGUAGE_MODEL in ("", row.model)]
    if not mine:
        named = settings.LANGUAGE_MODEL or "Language model"
        raise Local(f"{named} of {names[0]} is not in the catalogue, or is not called any more.")
    return min(mine, key=lambda row: (token_prices(row).get("text_out", Decimal("Infinity")), row.model))


def writes(wish: GenerationWish) -> bool:
    """Whether a model may word anew what is added to the designer's words."""
    return asks(wish, Stage.PROMPTING) and wording.has_room(wish.brief)


def asks(wish: GenerationWish, stage: Stage) -> bool:
    """Whether this stage would ask a model, as far as can be told without reading a photo."""
    try:
        chosen_model()
    except Local:
        return False
    return stage == Stage.ANALYSIS or not wish.is_worded


def unread(wish: GenerationWish, *, asked: bool | None = None) -> str:
    """The language of a brief that nobody has read: it is not English, which is read here, and no model has read it; ""
    of all others. `asked`: whether one has; None = not yet."""
    return "" if asked else unread_language(wish.brief)


def will_read(wish: GenerationWish) -> str:
    """The title of the model that reads this brief once images are made; "" where none is asked."""
    return chosen_model().title if asks(wish, Stage.ANALYSIS) else ""


def _is_ready(name: str) -> bool:
    try:
        return language_provider(name).is_ready()
    except base.ProviderError:
        return False


def costs_of(wish: GenerationWish, *, photos: int) -> Prices:
    """What reading this wish by a model costs; nothing when it is read here. Nobody is called."""
    try:
        profile = chosen_model()
    except Local:
        return FREE
    asked = remixing.question(wish.brief) if wish.is_remix else seeing.question(wish.brief)
    prices = [prices_of(profile, asked, Stage.ANALYSIS, photos=photos)]
    if not wish.is_worded and wording.has_room(wish.brief):
        prices.append(prices_of(profile, wording.question(wish.brief, Understanding()), Stage.PROMPTING))
    known = [each for each in prices if each is not None]
    return Prices(sum((each.usual for each in known), Decimal(0)), sum((each.most for each in known), Decimal(0)))


def prices_of(profile: ModelProfile, question: Question, stage: Stage, *, photos: int | None = None) -> Prices | None:
    """What one answer to `question` costs; None where the model's price is not known. `photos`: how many will be sent
    with a question that has none yet."""
    request = question.request(profile.model)
    told = request.system + request.text + json.dumps(request.schema)
    count = len(question.images) if photos is None else photos
    usage = {"text_in": round(len(told) / LETTERS_PER_TOKEN), "image_in": count * PHOTO_TOKENS}
    usual = cost_of(profile, usage | {"text_out": OUT_TOKENS[stage]})
    usage["text_in"] = len(told.encode()) // BYTES_PER_TOKEN
    most = cost_of(profile, usage | {"text_out": MOST_OUT})
    return None if usual is None or most is None else Prices(usual, most)
