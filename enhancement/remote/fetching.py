"""Fetches what a service made: from its own hosts only, by the checked client, and looks at it in the sandbox.

An address that the environment names for the service is trusted as the service is, outputs included; any other comes
from an answer, which somebody else wrote.
"""

from __future__ import annotations

import base64
import binascii
import io
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from PIL import Image

from designer import outbound
from designer.assets import sandbox
from designer.assets.images import ImageRefused
from designer.outbound import OutboundFailed, OutboundRefused
from designer.paper import shallow
from designer.providers.base import Garbled, ProviderDown
from enhancement.remote.base import BadOutput, Service, WorkGone

MOST_BYTES: Final = 128 << 20  # a result of 64 million pixels as PNG has some 100 MB
WHOLE_S: Final = 120.0
REMEDY: Final = "It was paid for. Try again, choose another service, or do it on this machine."


def picture(service: Service, url: str) -> Image.Image:
    """The picture at `url`, decoded by the sandbox. Raises BadOutput, WorkGone, ProviderDown (try again)."""
    data = fetched(service, url)
    try:
        taken = sandbox.run(data, max_pixels=settings.UPLOAD_MAX_PIXELS, max_side=settings.UPLOAD_MAX_SIDE, keep=True)
    except ImageRefused as error:
        if error.status >= 500:
            raise ProviderDown(error.message, error.remedy) from error
        raise BadOutput(f"{service.title} sent no picture that can be used: {error.message}", REMEDY) from error
    image: Image.Image = Image.open(io.BytesIO(taken.data))
    image.load()
    return shallow(image)


def fetched(service: Service, url: str) -> bytes:
    """The bytes at `url`. Raises BadOutput for an address that is not called, WorkGone, ProviderDown."""
    if not url:
        raise BadOutput(f"{service.title} says that it is done, and names no picture.", REMEDY)
    if url.startswith("data:"):
        return _inline(service, url)
    if _origin(url) == _origin(service.root):
        return _from_own(service, url)
    host = (urlsplit(url).hostname or "").lower()
    if not any(host == known or host.endswith(f".{known}") for known in service.output_hosts):
        raise BadOutput(f"{service.title} names a picture at {host[:80] or 'no host'}: none of its own.", REMEDY)
    try:
        answer = outbound.call("GET", url, timeout_s=WHOLE_S, max_bytes=MOST_BYTES)
    except OutboundRefused as error:
        raise BadOutput(f"The picture's address is not called: {error.message}", REMEDY) from error
    except OutboundFailed as error:
        raise _absent(service, error.message) from error
    if answer.cut:
        raise _huge(service)
    return _good(service, answer.status, answer.body)


def _from_own(service: Service, url: str) -> bytes:
    """From the address that the environment gave the service; without the key."""
    from designer.providers.remote.client import bounded_client

    try:
        with bounded_client(service.title, timeout_s=WHOLE_S, max_bytes=MOST_BYTES) as http:
            said = http.get(url)
    except Garbled as error:
        raise BadOutput(error.message, REMEDY) from error
    return _good(service, said.status_code, said.content)


def _inline(service: Service, url: str) -> bytes:
    head, _, text = url.partition(",")
    if len(text) > MOST_BYTES * 4 // 3:
        raise _huge(service)
    try:
        return base64.b64decode(text, validate=True) if head.endswith(";base64") else b""
    except (binascii.Error, ValueError) as error:
        raise BadOutput(f"{service.title} sent a picture that is no base64.", REMEDY) from error


def _good(service: Service, status: int, body: bytes) -> bytes:
    if status in (403, 404, 410):
        raise WorkGone(f"{service.title} no longer has the picture that it made.", REMEDY)
    if status != 200:
        raise _absent(service, f"status {status}.")
    return body


def _absent(service: Service, why: str) -> ProviderDown:
    return ProviderDown(f"The picture of {service.title} did not come: {why}", "It is tried again by itself.")


def _huge(service: Service) -> BadOutput:
    return BadOutput(f"{service.title} sent more than {MOST_BYTES >> 20} MB.", REMEDY)


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", "", None
