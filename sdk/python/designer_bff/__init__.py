"""Python client of Designer BFF."""

from designer_bff.client import ApiError, DesignerBFF
from designer_bff.live import LiveEvent

__all__ = ["ApiError", "DesignerBFF", "LiveEvent"]
