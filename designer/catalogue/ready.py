"""Which of the catalogue's models can really be called here: an adapter knows them and is set up."""

import logging
from typing import Final

from django.conf import settings
from django.utils import timezone

from designer.catalogue.models import ModelKind, ModelProfile
from designer.catalogue.services import usable_models
from designer.providers.base import Capabilities, ProviderError
from designer.providers.registry import config_of, image_provider, language_provider

log = logging.getLogger(__name__)
KEYS: Final = {
    "openai": "OPENAI_API_KEY",
    "google": "GOOGLE_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "stability": "STABILITY_API_KEY",
    "comfyui": "COMFYUI_URL",
    "a1111": "A1111_URL",
    "diffusers": "DIFFUSERS_FOLDER",
    "replicate": "REPLICATE_API_TOKEN",
    "fal": "FAL_KEY",
}


def ready_models() -> list[tuple[ModelProfile, Capabilities]]:
    """The image models that the catalogue allows today, this studio may use, and an adapter is set up for."""
    found = ((profile, capabilities_of(profile)) for profile in usable_models(today=timezone.now().date()))
    return [(profile, can) for profile, can in found if can is not None]


def ready_services() -> list[ModelProfile]:
    """The models of services that enhance pictures, as far as the catalogue allows them and their service has a key."""
    rows = usable_models(today=timezone.now().date(), kind=ModelKind.ENHANCEMENT)
    return [profile for profile in rows if profile.provider in KEYS and is_set_up(profile.provider)]


def capabilities_of(profile: ModelProfile) -> Capabilities | None:
    """What the model can do; None when it cannot be called here."""
    if settings.IMAGE_PROVIDERS and profile.provider not in settings.IMAGE_PROVIDERS:
        return None
    try:
        adapter = image_provider(profile.provider)
        return adapter.capabilities(profile.model) if adapter.is_ready() else None
    except ProviderError as error:  # a row of the catalogue that no adapter knows
        log.debug("model_without_adapter", extra={"model": str(profile), "reason": error.message})
        return None


def is_callable(profile: ModelProfile) -> bool:
    """Whether this studio can call the model, of whatever kind."""
    if profile.kind == ModelKind.ENHANCEMENT:
        return is_set_up(profile.provider)
    if profile.kind == ModelKind.IMAGE:
        return capabilities_of(profile) is not None
    try:
        reads = settings.LANGUAGE_PROVIDER in ("", profile.provider)
        return reads and language_provider(profile.provider).is_ready()
    except ProviderError:  # a row of the catalogue that no adapter knows
        return False


def is_set_up(provider: str) -> bool:
    """Whether a service that needs a key has one; what needs none is always there."""
    return provider not in KEYS or bool(config_of(provider).api_key)


def why_not(provider: str, kind: str = ModelKind.IMAGE, *, model: str = "") -> str:
    """What an admin has to do so that a provider can be called for its models of that kind, or for that model."""
    if kind == ModelKind.LANGUAGE and settings.LANGUAGE_PROVIDER not in ("", provider):
        return f"Set LANGUAGE_PROVIDER to {provider}, or leave it empty."
    if kind == ModelKind.IMAGE and settings.IMAGE_PROVIDERS and provider not in settings.IMAGE_PROVIDERS:
        return f"Add {provider} to IMAGE_PROVIDERS."
    if kind == ModelKind.IMAGE and (said := _adapters_word(provider, model)):
        return said
    return f"Set {KEYS[provider]}." if provider in KEYS else f"No adapter is installed for {provider}."


def _adapters_word(provider: str, model: str) -> str:
    """What the adapter itself misses, where it says more than that there is no key."""
    try:
        adapter = image_provider(provider)
    except ProviderError:
        return ""
    if model and adapter.is_ready():
        try:
            adapter.capabilities(model)
        except ProviderError as error:
            return error.remedy
    ask = getattr(adapter, "why_not", None)
    return str(ask()) if ask else ""
