"""The services by name, each made once with the key and address that the environment gives."""

from __future__ import annotations

from functools import cache
from typing import Final

from designer.providers.registry import config_of
from enhancement.remote.base import Service
from enhancement.remote.fal import Fal
from enhancement.remote.replicate import Replicate

SERVICES: Final[dict[str, type[Service]]] = {each.name: each for each in (Replicate, Fal)}


@cache
def service(name: str) -> Service:
    """The service of that name, ready or not. Raises KeyError."""
    return SERVICES[name](config_of(name))


def is_ready(name: str) -> bool:
    return service(name).is_ready()


def forget() -> None:
    """Make them anew at the next call: another key or address was set."""
    service.cache_clear()
