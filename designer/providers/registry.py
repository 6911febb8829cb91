"""The providers by name. Each adapter files its class here when it is imported; a second of a name stops it."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Final, TypeVar

from designer.providers.base import ImageProvider, InvalidRequest

P = TypeVar("P", bound=ImageProvider)
PROVIDERS: Final[dict[str, type[ImageProvider]]] = {}
NOT_ADAPTERS: Final = {"base", "registry", "drawing"}


def register(provider: type[P]) -> type[P]:
    """Class decorator: file an adapter under its `name`. Raises ValueError for a second of the same name."""
    if PROVIDERS.get(provider.name, provider) is not provider:
        raise ValueError(f"There are two providers named {provider.name!r}: rename one.")
    PROVIDERS[provider.name] = provider
    return provider


@cache
def discover() -> tuple[str, ...]:
    """Import every adapter module once; the names found."""
    package = import_module("designer.providers")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in NOT_ADAPTERS:
            import_module(f"designer.providers.{module.name}")
    return tuple(sorted(PROVIDERS))


@cache
def image_provider(name: str) -> ImageProvider:
    """The adapter of that name. Raises InvalidRequest if there is none."""
    known = discover()
    if name not in PROVIDERS:
        raise InvalidRequest(f"There is no provider {name!r}.", f"Use one of: {', '.join(known)}.", field="provider")
    return PROVIDERS[name]()
