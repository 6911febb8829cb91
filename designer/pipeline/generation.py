"""Stage 6, its pure part: how large, with which seeds, and whether what came back is a picture."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import Final

import numpy as np
from PIL import Image, UnidentifiedImageError

RATIOS: Final = {
    "1:1": (1, 1), "3:4": (3, 4), "4:3": (4, 3), "2:3": (2, 3), "3:2": (3, 2),
    "4:5": (4, 5), "9:16": (9, 16), "16:9": (16, 9),
}  # fmt: skip
MAX_EDGE: Final = 1024  # pixels of the longer side, unless asked otherwise
STEP: Final = 8  # models want both sides to be multiples of this
SEEDS: Final = 2**31  # seeds lie in 0..SEEDS - 1, which every known model takes
MAX_PIXELS: Final = 64_000_000
BLANK: Final = 1.5  # standard deviation of luminance, 0..255, under which a picture shows nothing


class InvalidPlan(ValueError):
    """A wish for images that cannot be; `field`, `message` and `remedy` are for the person who asked."""

    def __init__(self, field: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.field, self.message, self.remedy = "out_of_range", field, message, remedy


def size_of(aspect_ratio: str, *, max_edge: int = MAX_EDGE) -> tuple[int, int]:
    """(width, height) in pixels, multiples of STEP, the longer side at most `max_edge`. Raises InvalidPlan."""
    if aspect_ratio not in RATIOS:
        raise InvalidPlan("aspect_ratio", "There is no such ratio.", f"Use one of: {', '.join(RATIOS)}.")
    if max_edge < STEP * 8:
        raise InvalidPlan("max_edge", "The images would be too small.", f"Use at least {STEP * 8} pixels.")
    across, down = RATIOS[aspect_ratio]
    longest = max_edge // STEP * STEP
    shorter = max(STEP, round(longest * min(across, down) / max(across, down) / STEP) * STEP)
    return (longest, shorter) if across >= down else (shorter, longest)


def seeds_for(seed: int, n: int) -> tuple[int, ...]:
    """`n` distinct seeds in 0..2^31-1, the same for the same `seed`; a longer row begins with the shorter one."""
    if n < 1:
        raise InvalidPlan("n", "At least one image must be asked for.", "Ask for one or more.")
    found: dict[int, None] = {}
    turn = 0
    while len(found) < n:
        digest = hashlib.blake2b(f"{seed}:{turn}".encode(), digest_size=8).digest()
        found[int.from_bytes(digest) % SEEDS] = None
        turn += 1
    return tuple(found)


def check_image(data: bytes, expected: tuple[int, int] | None = None) -> tuple[str, ...]:
    """What is wrong with an encoded picture, in sentences; () if nothing is. `expected`: (width, height) in pixels."""
    if not data:
        return ("The file is empty.",)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _problems(data, expected)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return ("The file is no picture that can be read.",)
    except (OSError, ValueError, SyntaxError, EOFError):
        return ("The picture is cut off or damaged.",)


def _problems(data: bytes, expected: tuple[int, int] | None) -> tuple[str, ...]:
    with Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > MAX_PIXELS:
            return (f"The picture has {image.width} x {image.height} pixels, too many to keep.",)
        image.load()
        return check_pixels(image, expected)


def check_pixels(image: Image.Image, expected: tuple[int, int] | None = None) -> tuple[str, ...]:
    """As `check_image`, of a picture that is decoded already."""
    found = []
    if expected and image.size != expected:
        found.append(f"The picture is {image.width} x {image.height}, not {expected[0]} x {expected[1]} pixels.")
    if _is_blank(image):
        found.append("The picture is blank.")
    return tuple(found)


def _is_blank(image: Image.Image) -> bool:
    """One even tone, or wholly transparent. Looks at a reduced copy: a lone speck is blank too."""
    small = image.convert("RGBA")
    small.thumbnail((256, 256), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float32)
    seen = pixels[..., 3] > 8
    return not seen.any() or (float(pixels[..., :3][seen].std(axis=0).max()) < BLANK and bool(seen.all()))
