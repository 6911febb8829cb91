"""What an image really costs: the least, the usual and the most of it, for a vendor's bill may differ from the price.

A model that is priced by tokens bills what it counts: the words and photos that are sent, its own thoughts, a larger
picture than was asked for. The catalogue's price, with what is usually counted for the photos, is what is expected and
shown; the most is what ceilings and budgets are held to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from functools import cached_property
from typing import Final

from django.utils import timezone

from designer.assets.models import Asset
from designer.catalogue.models import WORK_UNITS, ModelKind, ModelPrice, ModelProfile
from designer.generations.models import Generation, Stage, StageRun
from designer.ledger.models import EntryKind, LedgerEntry
from designer.providers.base import Capabilities
from teams.membership.models import Team

BEFORE: Final = "before"  # in a stage's output: USD that it had cost when it was planned anew
RECENT: Final = 200  # charges that say what a model priced by tokens really costs
ENOUGH: Final = 20
PROMPT_TOKENS: Final = 600  # the most that what is added to the designer's words comes to
PHOTO_TOKENS: Final = 1536  # the most of a photo, but of a strip: 32 x 32 patches; a reader is sent 1024 x 1024 at most
EARLIER_PHOTO_TOKENS: Final = 1500  # so many where a row does not say how many it was set aside by
BYTES_PER_TOKEN: Final = 2  # the fewest: two to four letters of English, two thirds of a sign of Chinese
OWN_SIZE: Final = Decimal("1.6")  # 1024 x 1536 for 1024 x 1024, and what a vendor rounds
SQUARE, MILLION = 1024 * 1024, 1_000_000
MICRO: Final = Decimal("0.000001")
Key = tuple[str, str]  # provider and model
Size = tuple[int, int]  # pixels across and down


@dataclass(frozen=True, slots=True)
class Range:
    """USD for an image: nearly always between `low` and `high`, never above `most`."""

    low: Decimal
    high: Decimal
    most: Decimal

    @classmethod
    def fixed(cls, price: Decimal) -> "Range":
        return cls(price, price, price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a call for one image sends and asks for. `photos`: how large each is, None = not known; `photo_most`: tokens
    that one of them is held to come to at most, unless its size says more."""

    width: int
    height: int
    letters: int  # of the designer's words, in bytes
    photos: tuple[Size | None, ...]
    photo_most: int = PHOTO_TOKENS

    def most_of(self, tokens: int) -> int:
        """What a photo is held to come to at most that is expected to come to so many tokens."""
        return self.photo_most if tokens <= PHOTO_TOKENS else tokens


def sizes_of(photos: Iterable[Asset]) -> tuple[Size, ...]:
    return tuple((photo.width, photo.height) for photo in photos)


class Ranges:
    """What the image models cost one team; remembers what it has asked."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self._seen: dict[Key, tuple[Decimal, Decimal] | None] = {}

    def usual(self, profile: ModelProfile, can: Capabilities, price: Decimal, sent: Sent) -> Decimal:
        """USD that one image is expected to cost: its price, and what is usually counted for the photos sent along."""
        tokens = sum(can.tokens_of(photo) for photo in sent.photos[: can.max_references])
        return price + (tokens * self._rate(profile, "image_in") / MILLION).quantize(MICRO, ROUND_UP)

    def of(self, profile: ModelProfile, can: Capabilities, price: Decimal, sent: Sent) -> Range:
        """By what this team's images have cost, in any size and fineness, where there were enough; the most is what can
        be counted beforehand."""
        expected, key = self.expected(profile, can, price, sent), (profile.provider, profile.model)
        if profile.pk not in self._tokens:
            return expected
        if key not in self._seen:
            self._seen[key] = self._measured(*key)
        low, high = self._seen[key] or (expected.low, expected.high)
        usual = self.usual(profile, can, price, sent)
        return Range(min(low, usual), min(max(high, usual), expected.most), expected.most)

    def expected(self, profile: ModelProfile, can: Capabilities, price: Decimal, sent: Sent) -> Range:
        """Of a model that this team hardly knows: at least its pixels' share of the price, which is for a square of
        1,024 (nobody's tokens grow faster than the pixels), at most that of the largest picture that it may draw
        instead of the size asked for, and then the words and photos that are sent along."""
        if profile.pk not in self._tokens:
            return Range.fixed(price)
        words = PROMPT_TOKENS + sent.letters // BYTES_PER_TOKEN
        drawn = price * (1 if can.exact_size else OWN_SIZE)
        tokens = sum(sent.most_of(can.tokens_of(photo)) for photo in sent.photos[: can.max_references])
        photos = tokens * self._rate(profile, "image_in")
        most = drawn + (words * self._rate(profile, "text_in") + photos) / MILLION
        most = most.quantize(MICRO, ROUND_UP)  # what is shown of it is enough as a ceiling
        return Range(price * min(Decimal(1), Decimal(sent.width * sent.height) / SQUARE), most, most)

    def _rate(self, profile: ModelProfile, unit: str) -> Decimal:
        return self._tokens.get(profile.pk, {}).get(unit, Decimal(0))

    @cached_property
    def _tokens(self) -> Mapping[object, Mapping[str, Decimal]]:
        """USD per million tokens of each sort, by model: the newest price that holds today."""
        today = timezone.now().date()
        rows = ModelPrice.objects.filter(model__kind=ModelKind.IMAGE, valid_from__lte=today).exclude(
            unit__in=WORK_UNITS
        )
        found: dict[object, dict[str, Decimal]] = {}
        for model, unit, amount in rows.order_by("valid_from").values_list("model_id", "unit", "amount"):
            found.setdefault(model, {})[unit] = amount
        return found

    def _measured(self, provider: str, model: str) -> tuple[Decimal, Decimal] | None:
        """What nine of ten of its images have cost this team; None for too few charges."""
        facts = {"team": self.team, "kind": EntryKind.GENERATION, "provider": provider, "model": model}
        rows = LedgerEntry.objects.filter(**facts, quantity__gt=0)  # a refused prompt brings none, and some tokens
        amounts = sorted(rows.order_by("-created_at").values_list("unit_price", flat=True)[:RECENT])
        if len(amounts) < ENOUGH:
            return None
        return amounts[len(amounts) // 20], amounts[-1 - len(amounts) // 20]


def still_to_come(row: Generation) -> Decimal:
    """The most that may still be billed, which is set aside: all of it less what was spent, but no less than what the
    missing images and what follows them may come to, for failed calls may have been billed out of theirs."""
    said, following = row.settings, Decimal(row.settings.get("following", 0))
    most, spent = Decimal(said.get("most") or row.estimate or 0), Decimal(row.cost or 0)  # older rows: the estimate
    if not spent:
        return most
    run = StageRun.objects.filter(generation=row, name=Stage.GENERATION).first()
    wished = said.get("best_of") or said["n"]
    missing = wished - len(run.output.get("made", []) if run else [])
    needed: Decimal = Decimal(said.get("for_images") or most - following) * missing / wished + following
    return max(most - spent, needed.quantize(MICRO, ROUND_UP))


def photo_most(row: Generation) -> int:
    """What the most of a photo was reckoned by when the row was priced: by more, what was set aside then would be too
    little now, and a ceiling that had room for it would refuse it."""
    return int(row.settings.get("photo_most", EARLIER_PHOTO_TOKENS))


def left_for_images(row: Generation) -> Decimal | None:
    """The most that may still be billed for images: of the designer's ceiling what is left of it, else what was set
    aside for them, less what they have cost. None for an older row without a ceiling: what its images may come to was
    never worked out, and only the budgets hold them."""
    ceiling = left_of_ceiling(row)
    return ceiling if ceiling is not None or "for_images" not in row.settings else left_of_shown(row)


def left_of_ceiling(row: Generation) -> Decimal | None:
    """What the designer's own ceiling leaves to images, what follows them put by; None where there is none."""
    said = row.settings
    if not said.get("max_cost"):
        return None
    spent = Generation.objects.values_list("cost", flat=True).get(pk=row.pk) or Decimal(0)
    return max(Decimal(0), Decimal(said["max_cost"]) - Decimal(said.get("following", 0)) - spent)


def left_of_shown(row: Generation) -> Decimal | None:
    """What is left of that which was shown for the images, at most or in an older row at all; None where a ceiling of
    the designer's own counts instead, or nothing is known: older rows were shown nothing for their photos."""
    said = row.settings
    if said.get("max_cost") or row.estimate is None or (said.get("references") and "for_images" not in said):
        return None
    expected = row.estimate - Decimal(said.get("following", 0)) - Decimal(said.get("reading", 0))
    run = StageRun.objects.filter(generation=row, name=Stage.GENERATION).first()
    drawn = run.cost - Decimal(run.output.get(BEFORE, 0)) if run else Decimal(0)
    return max(Decimal(0), Decimal(said.get("for_images", expected)) - drawn)
