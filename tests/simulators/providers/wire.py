"""What a vendor module of the simulator is given and gives back: calls, answers, routes, charges, pictures."""

from __future__ import annotations

import base64
import colorsys
import io
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from PIL import Image, ImageDraw

BEHAVIOURS: Final = (
    "ok", "bad_field", "unauthorized", "moderated", "moderated_output", "retired", "unprocessable", "rate_limited",
    "quota", "error_500", "unavailable", "slow", "drip", "cut", "html", "empty", "corrupt", "huge_json",
    "deep_json",
    "invalid_base64", "wrong_media_type", "no_images", "fewer_images", "wrong_size",
)  # fmt: skip
# what becomes of work that a service took into its queue: of the vendors in `works` only
WORKS: Final = (
    "failed_work", "too_large_work", "stopped_work", "endless_work", "lost_work", "output_corrupt", "output_huge",
    "output_elsewhere", "output_gone",
)  # fmt: skip
SECRETS: Final = ("authorization", "x-api-key", "x-goog-api-key", "api-key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field of a multipart form; `filename` is empty for a plain field."""

    name: str
    data: bytes
    filename: str = ""
    media_type: str = "text/plain"

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")


@dataclass(slots=True, kw_only=True)
class Call:
    """One request to a vendor. `path` begins after the vendor's name; header names are lower case.

    `args`: the named groups of the route; `state`: what the vendor remembers until the reset; `root`: its own address.
    """

    vendor: str
    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    args: Mapping[str, str] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    root: str = ""
    number: int = 0
    at: float = field(default_factory=time.monotonic)
    status: int = 0
    behaviour: str | None = None
    seen: object = None  # its line in the weather's log

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; {} if it is none."""
        try:
            read = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    def form(self) -> list[Part]:
        """The parts of a multipart body; [] if it is none."""
        return parts_of(self.headers.get("content-type", ""), self.body)

    def fields(self) -> dict[str, str]:
        """The plain fields of the form by name: the last of a name counts."""
        return {part.name: part.text for part in self.form() if not part.filename}

    def files(self, name: str) -> list[Part]:
        """The files sent under `name` or `name[]`."""
        return [part for part in self.form() if part.filename and part.name.removesuffix("[]") == name]

    def key(self) -> str:
        """The API key, from whichever header the vendors know."""
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
        return bearer or self.headers.get("x-api-key", "") or self.headers.get("x-goog-api-key", "")

    def told(self) -> dict[str, Any]:
        """The call as JSON for whoever asks the simulator; keys are left out."""
        return {
            "number": self.number, "vendor": self.vendor, "method": self.method, "path": self.path,
            "query": dict(self.query), "behaviour": self.behaviour, "bytes": len(self.body), "json": self.json(),
            "fields": self.fields(), "headers": {k: v for k, v in self.headers.items() if k not in SECRETS},
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What the vendor would bill for a call: images and tokens by the house's names (text_in, image_out ...)."""

    model: str
    images: int = 0
    usage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the vendor sends back, and what it bills for it (None = nothing)."""

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    charge: Charge | None = None


Handle = Callable[[Call, str | None, dict[str, Any]], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """`pattern` is a regular expression for the whole path after the vendor's name.

    A planned behaviour is used up only by routes with `plans`: set it to False for polls and probes.
    """

    method: str
    pattern: str
    handle: Handle
    plans: bool = True

    def match(self, method: str, path: str) -> Mapping[str, str] | None:
        found = re.fullmatch(self.pattern, path) if method == self.method else None
        return found.groupdict() if found else None


def answer(data: object, status: int = 200, *, charge: Charge | None = None, **headers: str) -> Answer:
    """A JSON answer; `x_request_id="a"` becomes the header x-request-id."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, body=json.dumps(data).encode(), headers=named, charge=charge)


def parts_of(content_type: str, body: bytes) -> list[Part]:
    """The parts of a multipart/form-data body (RFC 7578), bytes untouched; [] for any other body."""
    found = re.search(r'multipart/form-data;.*boundary="?([^";]+)', content_type)
    if not found:
        return []
    pieces = body.split(b"--" + found[1].encode("latin-1"))[1:-1]
    return [part for piece in pieces if (part := _part(piece)) is not None]


def _part(piece: bytes) -> Part | None:
    head, gap, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    text = head.decode("utf-8", "replace")
    name, file = re.search(r'[ ;]name="([^"]*)"', text), re.search(r'filename="([^"]*)"', text)
    kind = re.search(r"(?i)^content-type: *([^;\r\n]+)", text, re.MULTILINE)
    if not gap or name is None:
        return None
    return Part(
        name=name[1],
        data=data.removesuffix(b"\r\n"),
        filename=file[1] if file else "",
        media_type=kind[1] if kind else "text/plain",
    )


@lru_cache(maxsize=64)
def picture(width: int, height: int, seed: int = 0, kind: str = "PNG") -> bytes:
    """A colourful encoded picture of width x height pixels, another for each seed; the same for the same."""
    hue = (seed * 0.618034) % 1.0
    warm, cold = (_rgb(hue + shift) for shift in (0.0, 0.45))
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    image = Image.composite(Image.new("RGB", (width, height), warm), Image.new("RGB", (width, height), cold), across)
    draw, third = ImageDraw.Draw(image), min(width, height) // 3
    for number in range(3):
        left, top = (seed * 37 + number * width // 3) % max(1, width - third), number * (height - third) // 3
        draw.ellipse((left, top, left + third, top + third), fill=_rgb(hue + 0.2 * (number + 1)))
    out = io.BytesIO()
    image.save(out, kind, **({"compress_level": 1} if kind == "PNG" else {}))
    return out.getvalue()


def _rgb(hue: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, 0.65, 0.9)
    return round(red * 255), round(green * 255), round(blue * 255)


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
