"""Python client of Designer BFF: `DesignerBFF`, and `AsyncDesignerBFF` with the same calls for asyncio."""

from designer_bff._async.client import AsyncDesignerBFF
from designer_bff._async.pages import AsyncPages
from designer_bff._async.watch import AsyncWatch
from designer_bff._sync.client import DesignerBFF
from designer_bff._sync.pages import Pages
from designer_bff._sync.watch import Watch
from designer_bff.errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    DesignerBFFError,
    ForbiddenError,
    InvalidRequestError,
    NetworkError,
    NotFoundError,
    RateLimitError,
    ServerError,
)
from designer_bff.events import LiveEvent
from designer_bff.payloads import payload
from designer_bff.saying import UNSET, etag_of

__version__ = "0.3.0"
__all__ = [
    "UNSET",
    "ApiError",
    "AsyncDesignerBFF",
    "AsyncPages",
    "AsyncWatch",
    "AuthenticationError",
    "ConflictError",
    "DesignerBFF",
    "DesignerBFFError",
    "ForbiddenError",
    "InvalidRequestError",
    "LiveEvent",
    "NetworkError",
    "NotFoundError",
    "Pages",
    "RateLimitError",
    "ServerError",
    "Watch",
    "__version__",
    "etag_of",
    "payload",
]
