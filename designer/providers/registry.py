"""The providers by name. Each adapter files its class here when it is imported; a second of a name stops it."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, TypeVar

from designer.providers.base import ImageProvider, InvalidRequest, LanguageProvider, ProviderConfig

P = TypeVar("P", bound=ImageProvider)
L = TypeVar("L", bound=LanguageProvider)
PROVIDERS: Final[dict[str, type[ImageProvider]]] = {}
LANGUAGES: Final[dict[str, type[LanguageProvider]]] = {}
NOT_ADAPTERS: Final = {"base", "registry"}
_configs: dict[str, ProviderConfig] = {}


def configure(configs: Mapping[str, ProviderConfig]) -> None:
    """How each provider is reached, by its name; one that is not named gets an empty configuration."""
    _configs.clear()
    _configs.update(configs)
    image_provider.cache_clear()
    language_provider.cache_clear()


def config_of(name: str) -> ProviderConfig:
    """How the provider of that name is reached."""
    return _configs.get(name, ProviderConfig())


def register(provider: type[P]) -> type[P]:
    """Class decorator: file an image adapter under its `name`. Raises ValueError for a second of the same name."""
    _file(PROVIDERS, provider)
    return provider


def register_language(provider: type[L]) -> type[L]:
    """Class decorator: file a language adapter under its `name`. Raises ValueError for a second of the same name."""
    _file(LANGUAGES, provider)
    return provider


def _file(kinds: dict[str, Any], provider: Any) -> None:
    if kinds.get(provider.name, provider) is not provider:
        raise ValueError(f"There are two providers named {provider.name!r}: rename one.")
    kinds[provider.name] = provider


@cache
def discover() -> tuple[str, ...]:
    """Import every adapter module once; the names of the image providers found."""
    package = import_module("designer.providers")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in NOT_ADAPTERS and not module.ispkg:
            import_module(f"designer.providers.{module.name}")
    return tuple(sorted(PROVIDERS))


@cache
def image_provider(name: str) -> ImageProvider:
    """The adapter of that name, ready or not. Raises InvalidRequest if there is none."""
    known = discover()
    if name not in PROVIDERS:
        raise InvalidRequest(f"There is no provider {name!r}.", f"Use one of: {', '.join(known)}.", field="provider")
    return PROVIDERS[name](config_of(name))


@cache
def language_provider(name: str) -> LanguageProvider:
    """The language adapter of that name, ready or not. Raises InvalidRequest if there is none."""
    discover()
    if name not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES)) or "none is installed"
        raise InvalidRequest(f"There is no language provider {name!r}.", f"Use one of: {known}.", field="provider")
    return LANGUAGES[name](config_of(name))
