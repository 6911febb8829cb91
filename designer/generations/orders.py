"""What the provider is asked for, written down before the first call: a retry sends the very same again."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Self

IMAGE_STEP: Final = "image-"  # how the names of the purchases of images begin; those of reading have others
NOT_SUPPORTED: Final = "not supported"  # in an image's record: the model takes no such thing and was sent none


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who draws, what, how large. One image per seed; `unit_price` in USD is what the estimate was made with."""

    provider: str
    model: str
    prompt: str
    negative_prompt: str
    width: int
    height: int
    seeds: tuple[int, ...]
    attributes: dict[str, Any]
    unit_price: Decimal
    most: Decimal | None = None  # USD that the bill for one may come to; None = its price
    aspect_ratio: str = "3:4"
    quality: str = "standard"
    variety: tuple[str, ...] = ()  # what each image has besides the prompt, so that they are not all alike
    of_photos: str = ""  # what a model that is sent several photos is to take from which
    turn: int = 0  # how often another model had to step in

    def to_json(self) -> dict[str, Any]:
        facts = {name: getattr(self, name) for name in self.__slots__}
        return {
            **facts,
            "seeds": list(self.seeds),
            "variety": list(self.variety),
            "unit_price": str(self.unit_price),
            "most": None if self.most is None else str(self.most),
        }

    def prompt_at(self, place: int, *, photos: int) -> str:
        """The prompt of the image at `place`, for a model that is sent so many photos."""
        own = self.variety[place] if place < len(self.variety) else ""
        return ", ".join(filter(None, (self.prompt, own, self.of_photos if photos > 1 else "")))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        rows = {name: tuple(data.get(name, ())) for name in ("seeds", "variety")}  # older orders have no variety
        most = Decimal(data["most"]) if data.get("most") else None
        return cls(**{**data, **rows, "unit_price": Decimal(data["unit_price"]), "most": most})
