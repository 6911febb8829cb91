"""The models an empty database begins with. Rows are only added: what an admin changed stays changed.

Prices in USD; an image is priced at up to 1024 x 1024 pixels unless a row says more. Each says in `ModelPrice.source`
where it was read in November 2026. What begins with UNVERIFIED was read nowhere: have it checked before you rely on it;
docs/providers.md lists these.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q

from designer.catalogue.models import Lifecycle, LimitsScope, ModelKind, ModelPrice, ModelProfile, PriceUnit

RATIOS: Final = ["1:1", "3:4", "4:3", "2:3", "3:2", "4:5", "9:16", "16:9"]
PRICED: Final = date(2026, 1, 1)
MEGAPIXEL: Final = 1_100_000
UNVERIFIED: Final = "not verified"
UNTOLD: Final = ("", "the studio's list of November 2026")  # what prices said that were written before they told more
LITELLM: Final = "price file of litellm 1.109.1"
READ: Final = f"{LITELLM}, read on 29 November 2026"
FAL: Final = "fal's rows in the price file of litellm 1.109.1, not the vendor's own"
LIKE_2_5: Final = f"{UNVERIFIED}: as those of GPT Image 2.5"
OPENAI_PAGE: Final = "developers.openai.com, page of gpt-image-2.6-sunburst"
FLARE_RESOLD: Final = "docs.apiyi.com and docs.laozhang.ai, 5 November 2026: resold at the vendor's price"
GOOGLE_PAGE: Final = "ai.google.dev/gemini-api/docs/pricing, as api-evangelist quotes it on 7 October 2026"
HAIKU_PAGE: Final = "platform.claude.com/docs, page of Haiku 5.5: up to 100,000 tokens a call"
RESOLD: Final = "vercel.com/ai-gateway, page of the model: resold at the vendor's price"
UNREAD: Final = f"{UNVERIFIED}: from memory"
OPENAI_TOKENS: Final = {"text_in": "5", "image_in": "8", "image_out": "30"}
OLDER_TOKENS: Final = {"text_in": "5", "image_in": "10", "image_out": "40"}
MINI_TOKENS: Final = {"text_in": "2", "image_in": "2.50", "image_out": "8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """One row of the catalogue. `prices`: USD per image by quality; `tokens`: USD per million by sort, `later` those
    from a day on that the vendor announced; `units`: USD per megapixel or second. `source`: where these were read;
    `sources`: of a quality or unit that was read elsewhere."""

    provider: str
    model: str
    family: str
    title: str
    kind: str = ModelKind.IMAGE
    quality: float = 0.5
    seconds: float = 8.0
    max_pixels: int = 1_600_000
    prices: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    up_to: int | None = None
    ends_on: date | None = None
    successor: str = ""
    later: dict[date, dict[str, str]] = field(default_factory=dict)
    source: str
    sources: dict[str, str] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    limits_scope: str = LimitsScope.MODEL


def _gpt(model: str, title: str, quality: float, prices: tuple[str, str, str], **more: Any) -> Starter:
    """`source` of the prices per image; `tokens_read`: of those per token."""
    low, medium, high = prices
    read = more.pop("tokens_read", LITELLM)
    more["sources"] = {**dict.fromkeys(OPENAI_TOKENS, read), **more.get("sources", {})}
    facts: dict[str, Any] = {"prices": {"low": low, "medium": medium, "high": high}, "tokens": OPENAI_TOKENS}
    facts |= {"provider": "openai", "family": "GPT Image", "up_to": MEGAPIXEL, "max_pixels": 8_294_400}
    return Starter(model=model, title=title, quality=quality, seconds=20.0, **{**facts, **more})


def _dalle(model: str, title: str) -> Starter:
    end: dict[str, Any] = {"ends_on": date(2026, 5, 12), "successor": "gpt-image-2.6-flare"}
    price = {"standard": "0.04" if model == "dall-e-3" else "0.02"}
    return Starter(provider="openai", model=model, family="DALL-E", title=title, prices=price, source=UNREAD, **end)


def _imagen(model: str, title: str, price: str) -> Starter:
    end: dict[str, Any] = {"ends_on": date(2026, 8, 17), "successor": "gemini-3.1-flash-image"}
    prices = {"standard": price}
    return Starter(provider="google", model=model, family="Imagen", title=title, prices=prices, source=FAL, **end)


def _gemini(
    model: str, title: str, price: str, quality: float, seconds: float, per_million: tuple[str, str, str], **more: Any
) -> Starter:
    """`price`: what the tokens of one image of 1K come to; `per_million`: USD for tokens sent (words and photos alike),
    words written or thought, and pictures drawn; `drawn_read`: where the last was read."""
    sent, words, drawn = per_million
    tokens = {"text_in": sent, "image_in": sent, "text_out": words, "image_out": drawn}
    facts: dict[str, Any] = {"provider": "google", "family": "Gemini", "max_pixels": 2_400_000}
    facts["sources"] = {**dict.fromkeys(tokens, READ), "image_out": more.pop("drawn_read", READ)}
    facts |= {"prices": {"standard": price}, "tokens": tokens}
    return Starter(model=model, title=title, quality=quality, seconds=seconds, **{**facts, **more})


def _stability(model: str, title: str, price: str, quality: float, seconds: float) -> Starter:
    prices, family = {"standard": price}, "Stable Diffusion"
    return Starter(
        provider="stability", model=model, family=family, title=title, prices=prices, quality=quality, seconds=seconds,
        source=LITELLM,
        limits={"requests_per_minute": 900}, limits_scope=LimitsScope.ACCOUNT,  # 150 in 10 s are published
    )  # fmt: skip


def _stability_photo(model: str, family: str, title: str, quality: float) -> Starter:
    """A service that works on a photo, each a family of its own: none does what another does. litellm's file has a
    tenth of this price, and $0.07 in its rows of Bedrock."""
    made = _stability(model, title, "0.05", quality, 8.0)
    return replace(made, family=family, source=f"{UNVERIFIED}: 5 credits, as clients of the vendor's say")


def _own(provider: str, model: str, title: str) -> Starter:
    """A model on the studio's own machines: free until an admin says what an image costs there."""
    free = dict.fromkeys(("draft", "standard", "high"), "0")
    said: dict[str, Any] = {"prices": free, "source": "your own machine: set what an image costs you"}
    return Starter(
        provider=provider, model=model, family="Stable Diffusion", title=title, quality=0.55, seconds=15.0, **said
    )


def _language(provider: str, model: str, title: str, text_in: str, text_out: str, **more: Any) -> Starter:
    """A model that reads and writes words."""
    facts: dict[str, Any] = {"kind": ModelKind.LANGUAGE, "family": title.rpartition(" ")[0], "seconds": 3.0, **more}
    return Starter(provider=provider, model=model, title=title, tokens=_reads(text_in, text_out), **facts)


def _reads(text_in: str, text_out: str) -> dict[str, str]:
    """These vendors count a picture's tokens at the price of words."""
    return {"text_in": text_in, "image_in": text_in, "text_out": text_out}


STARTERS: Final = (
    Starter(
        provider="sketchbook", model="sketchbook-1", family="Sketchbook", title="Sketchbook (offline)",
        quality=0.4, seconds=2.0, max_pixels=4_200_000, prices={"standard": "0.01"},
        source="the studio's own, so that budgets can be tried; its charges are simulated",
    ),
    Starter(
        provider="local", model="super-resolution", family="Local super-resolution", kind=ModelKind.ENHANCEMENT,
        title="Super-resolution on this machine", quality=0.6, seconds=10.0, max_pixels=64_000_000,
        prices={"standard": "0"}, source="your own machine: set what a step costs you",
    ),
    _gpt(
        "gpt-image-2.6-sunburst", "GPT Image 2.6 Sunburst", 0.86, ("0.006", "0.013", "0.053"),
        source=LIKE_2_5, tokens_read=OPENAI_PAGE,
    ),
    _gpt(
        "gpt-image-2.6-flare", "GPT Image 2.6 Flare", 0.8, ("0.006", "0.013", "0.053"),
        source=LIKE_2_5, tokens_read=FLARE_RESOLD,
    ),
    _gpt("gpt-image-2.5-sunburst", "GPT Image 2.5 Sunburst", 0.83, ("0.006", "0.013", "0.053"), source=FAL),
    _gpt("gpt-image-2.5-flare", "GPT Image 2.5 Flare", 0.77, ("0.006", "0.013", "0.053"), source=FAL),
    _gpt("gpt-image-2", "GPT Image 2", 0.84, ("0.006", "0.053", "0.211"), source=FAL),
    _gpt(
        "gpt-image-1.5", "GPT Image 1.5", 0.74, ("0.009", "0.034", "0.133"), source=LITELLM, tokens_read=READ,
        tokens={**OPENAI_TOKENS, "image_out": "32"}, ends_on=date(2026, 12, 1), successor="gpt-image-2.6-flare",
    ),
    _gpt(
        "gpt-image-1-mini", "GPT Image 1 mini", 0.6, ("0.005", "0.011", "0.036"), tokens=MINI_TOKENS,
        source=LITELLM, sources={"high": UNREAD}, tokens_read=READ,
        ends_on=date(2026, 12, 1), successor="gpt-image-2.6-flare",
    ),
    _gpt(
        "gpt-image-1", "GPT Image 1", 0.7, ("0.011", "0.042", "0.167"), tokens=OLDER_TOKENS,
        source=READ, tokens_read=READ, ends_on=date(2026, 10, 23), successor="gpt-image-2.6-sunburst",
    ),
    _dalle("dall-e-3", "DALL-E 3"),
    _dalle("dall-e-2", "DALL-E 2"),
    _gemini(
        "gemini-3-pro-image", "Gemini 3 Pro Image", "0.1344", 0.9, 22.0, ("2", "12", "120"),
        source="1,120 tokens of $120 a million; the price file of litellm 1.109.1 has 0.134", drawn_read=GOOGLE_PAGE,
    ),
    _gemini(
        "gemini-3.1-flash-image", "Gemini 3.1 Flash Image", "0.0672", 0.82, 10.0, ("0.50", "3", "60"),
        source=f"Vertex in the {LITELLM}; its row of the Gemini API has 0.045", drawn_read=LITELLM,
    ),
    _gemini(
        "gemini-3.1-flash-lite-image", "Gemini 3.1 Flash-Lite Image", "0.0336", 0.72, 6.0, ("0.25", "1.50", "30"),
        source=LITELLM,
    ),
    _gemini(
        "gemini-2.5-flash-image", "Gemini 2.5 Flash Image", "0.0387", 0.7, 8.0, ("0.30", "2.50", "30"),
        source="1,290 tokens of $30 a million; the price file of litellm 1.109.1 has 0.039",
        ends_on=date(2027, 3, 15), successor="gemini-3.1-flash-image",
    ),
    _imagen("imagen-4.0-ultra-generate-001", "Imagen 4 Ultra", "0.06"),
    _imagen("imagen-4.0-generate-001", "Imagen 4", "0.04"),
    _imagen("imagen-4.0-fast-generate-001", "Imagen 4 Fast", "0.02"),
    _stability("ultra", "Stable Image Ultra", "0.08", 0.78, 9.0),
    _stability("core", "Stable Image Core", "0.03", 0.62, 5.0),
    _stability("sd3.5-large", "Stable Diffusion 3.5 Large", "0.065", 0.7, 8.0),
    _stability("sd3.5-large-turbo", "Stable Diffusion 3.5 Large Turbo", "0.04", 0.64, 4.0),
    _stability("sd3.5-medium", "Stable Diffusion 3.5 Medium", "0.035", 0.6, 6.0),
    _stability_photo("control-sketch", "Stable Image Sketch", "Stable Image from a sketch", 0.68),
    _stability_photo("control-structure", "Stable Image Structure", "Stable Image in a photo's outline", 0.68),
    _stability_photo("control-style", "Stable Image Style", "Stable Image in a photo's style", 0.66),
    _stability_photo("search-and-recolor", "Stable Image Recolour", "Stable Image, recoloured", 0.66),
    _language("google", "gemini-3.1-flash-lite", "Gemini 3.1 Flash-Lite", "0.25", "1.50", source=RESOLD),
    _language(
        "google", "gemini-3.8-flash", "Gemini 3.8 Flash", "0.75", "3.75", quality=0.7,
        source=GOOGLE_PAGE, later={date(2027, 1, 1): _reads("1.50", "7.50")},
    ),
    _language("openai", "gpt-5.4-mini", "GPT-5.4 mini", "0.75", "4.50", source=RESOLD),
    _language("anthropic", "claude-haiku-5-5", "Claude Haiku 5.5", "0.10", "0.50", source=HAIKU_PAGE),
    _own("comfyui", "workflow", "ComfyUI"),
    _own("comfyui", "edit", "ComfyUI, own workflow for edits"),
    _own("a1111", "checkpoint", "Stable Diffusion WebUI"),
    _own("diffusers", "pipeline", "Diffusers on this machine"),
)  # fmt: skip


def ensure_models(**_: Any) -> None:
    """Add the starter models that are missing. Safe to run again."""
    made = {row.model: starter for starter in STARTERS if (row := add_starter(starter)) is not None}
    for model, starter in made.items():
        after = ModelProfile.objects.filter(kind=starter.kind, provider=starter.provider, model=starter.successor)
        ModelProfile.objects.filter(kind=starter.kind, provider=starter.provider, model=model).update(
            successor=after.first()
        )
    _ensure_sources()
    _ensure_later()


def add_starter(starter: Starter) -> ModelProfile | None:
    """The new row with its prices, or None if there was one. Also for the operations of a higher floor."""
    facts = {
        "family": starter.family,
        "title": starter.title,
        "lifecycle": _lifecycle(starter.ends_on),
        "ends_on": starter.ends_on,
        "ratios": RATIOS if starter.kind == ModelKind.IMAGE else [],
        "max_pixels": starter.max_pixels,
        "quality": starter.quality,
        "latency_seconds": starter.seconds,
        "limits": starter.limits,
        "limits_scope": starter.limits_scope,
    }
    key = {"kind": starter.kind, "provider": starter.provider, "model": starter.model}
    profile, made = ModelProfile.objects.get_or_create(**key, defaults=facts)
    if not made:
        return None
    ModelPrice.objects.bulk_create(
        ModelPrice(
            model=profile, valid_from=PRICED, unit=unit, quality=quality, max_pixels=most, amount=usd, source=said
        )
        for (unit, quality, most), (usd, said) in _prices_of(starter).items()
    )
    return profile


def _prices_of(starter: Starter) -> dict[tuple[str, str, int | None], tuple[Decimal, str]]:
    """By unit, quality and largest size: USD, and where that was read."""
    found: dict[tuple[str, str, int | None], tuple[Decimal, str]] = {}
    for quality, amount in starter.prices.items():
        said = starter.sources.get(quality, starter.source)
        found[PriceUnit.IMAGE, quality, starter.up_to] = Decimal(amount), said
    for unit, usd in {**starter.tokens, **starter.units}.items():
        found[PriceUnit(unit), "standard", None] = Decimal(usd), starter.sources.get(unit, starter.source)
    return found


def _ensure_sources() -> None:
    """Have the starter's prices that say nothing yet say where they were read; one that an admin set has its own."""
    starters = {(each.kind, each.provider, each.model): each for each in STARTERS}
    untold = Q(source__in=UNTOLD) | Q(source__startswith=UNVERIFIED)  # what was not may have been read since
    rows = list(ModelPrice.objects.filter(untold, valid_from=PRICED).select_related("model"))
    for row in rows:
        starter = starters.get((row.model.kind, row.model.provider, row.model.model))
        known = _prices_of(starter) if starter else {}
        usd, said = known.get((row.unit, row.quality, row.max_pixels), (None, ""))
        row.source = said if usd == row.amount else row.source
    ModelPrice.objects.bulk_update(rows, ["source"])


def _ensure_later() -> None:
    """Add the prices that vendors announced, also to older catalogues; not where an admin set one since."""
    for starter in STARTERS:
        key = {"kind": starter.kind, "provider": starter.provider, "model": starter.model}
        for model in ModelProfile.objects.filter(**key) if starter.later else ():
            if not ModelPrice.objects.filter(model=model, valid_from__gt=PRICED).exists():
                ModelPrice.objects.bulk_create(
                    ModelPrice(model=model, valid_from=day, unit=unit, amount=Decimal(usd), source=starter.source)
                    for day, tokens in starter.later.items()
                    for unit, usd in tokens.items()
                )


def _lifecycle(ends_on: date | None) -> str:
    """A model with a published end is deprecated; whether it is over is told by the day (`ModelProfile.is_over`)."""
    return Lifecycle.DEPRECATED if ends_on else Lifecycle.ACTIVE
