"""The admin of the designer floor: each room registers its own models."""

from importlib import import_module
from importlib.util import find_spec

from designer.wiring import ROOMS

for room in ["web", *ROOMS]:
    if find_spec(f"designer.{room}.admin"):
        import_module(f"designer.{room}.admin")
