"""The colours that a picture's numbers mean: linear light, OKLab and CIELAB by its own ICC profile, and back.

A profile with a matrix and curves (sRGB, Display P3, Adobe RGB, ProPhoto, grey) is read exactly, in floating point.
One made of tables is converted to sRGB by LittleCMS, and that is said. Without a profile, or with a broken one, it is
sRGB, as viewers take it.
Sources: ICC.1:2022 (tags, para and curv types), Ottosson 2020 (OKLab), CIE 15:2004 (CIELAB), Lindbloom (Bradford).
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from enhancement.operations.pictures import REDUCED, Picture, Samples

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

D50: Final = np.array([0.9642, 1.0, 0.8249])
BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_SRGB_TO_D50: Final = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
_D50_TO_D65: Final = np.array(
    [[0.9555766, -0.0230393, 0.0631636], [-0.0282895, 1.0099416, 0.0210077], [0.0122982, -0.0204830, 1.3299098]]
)
_XYZ_TO_LMS: Final = np.array(
    [
        [0.8189330101, 0.3618667424, -0.1288597137],
        [0.0329845436, 0.9293118715, 0.0361456387],
        [0.0482003018, 0.2643662691, 0.6338517070],
    ]
)
_LMS_TO_OKLAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FINE: Final = 16384  # steps of the way back to 8 bits, even in the root of the light: some 60 for each of the 256
_DEEP: Final = np.arange(256) * 257.0  # the 16-bit values that are whole in 8 bits
_PARAMETERS: Final = (1, 3, 4, 5, 7)  # of the five kinds of parametric curve


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """An RGB space: `curves` (256, 3) from 8 bits to linear light 0..1, `to_xyz` (3, 3) from light to XYZ under D50."""

    curves: Floats
    to_xyz: NDArray[np.float64]
    back: Pixels  # (_FINE + 1, 3): 8 bits for even steps of the root of the light

    def linear(self, samples: Samples) -> Floats:
        """Linear light of RGB (..., 3); 16 bits lie on straight lines between the 256 points of the curves."""
        if samples.dtype == np.uint8:
            return np.stack([self.curves[samples[..., channel], channel] for channel in range(3)], axis=-1)
        curved = [np.interp(samples[..., each], _DEEP, self.curves[:, each]) for each in range(3)]
        return np.stack(curved, axis=-1).astype(np.float32)

    def encoded(self, light: Floats, *, deep: bool = False) -> Samples:
        """RGB of linear light (..., 3) in 8 bits, or deep in 16; what lies outside 0..1 is clipped."""
        if deep:
            back = [np.interp(light[..., each], self.curves[:, each], _DEEP) for each in range(3)]
            whole: Samples = np.rint(np.stack(back, axis=-1)).astype(np.uint16)
            return whole
        step = (np.sqrt(np.clip(light, 0, 1)) * _FINE + 0.5).astype(np.int32)
        return np.stack([self.back[step[..., channel], channel] for channel in range(3)], axis=-1)

    def oklab(self, light: Floats) -> Floats:
        """OKLab of linear light (..., 3): lightness 0..1, and two axes of colour."""
        return _rooted(light @ self._to_lms().T) @ _LMS_TO_OKLAB.T.astype(np.float32)

    def from_oklab(self, lab: Floats) -> Floats:
        """Linear light of OKLab (..., 3); outside 0..1 where this space cannot show the colour."""
        back: Floats = (lab @ np.linalg.inv(_LMS_TO_OKLAB).T.astype(np.float32)) ** 3
        return back @ np.linalg.inv(self._to_lms()).T

    def lab(self, light: Floats) -> Floats:
        """CIELAB under D50 of linear light (..., 3)."""
        xyz = light @ (self.to_xyz / D50[:, None]).T.astype(np.float32)
        root = np.where(xyz > 216 / 24389, np.cbrt(np.maximum(xyz, 0)), (24389 / 27 * xyz + 16) / 116)
        x, y, z = root[..., 0], root[..., 1], root[..., 2]
        return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)

    def adapted(self, white: NDArray[np.float64]) -> Floats:
        """(3, 3) to linear light as if `white`, a linear RGB, had been neutral. Source: Bradford, by Lindbloom."""
        neutral = self.to_xyz @ np.ones(3)
        seen = self.to_xyz @ (white / np.dot(self.to_xyz[1], white))
        scale = np.diag((BRADFORD @ neutral) / (BRADFORD @ seen))
        adapt = np.linalg.inv(BRADFORD) @ scale @ BRADFORD
        return np.asarray(np.linalg.inv(self.to_xyz) @ adapt @ self.to_xyz, np.float32)

    def _to_lms(self) -> Floats:
        return np.asarray(_XYZ_TO_LMS @ _D50_TO_D65 @ self.to_xyz, np.float32)


def _rooted(values: Floats) -> Floats:
    return np.cbrt(values)


def _space(curves: NDArray[np.float64], to_xyz: NDArray[np.float64]) -> Space:
    """Raises ValueError for curves that turn back or primaries that span nothing."""
    if abs(np.linalg.det(to_xyz)) < 1e-3 or (np.diff(curves, axis=0) < 0).any() or (curves[-1] < 0.5).any():
        raise ValueError("This profile cannot be turned round.")
    light = np.linspace(0, 1, _FINE + 1) ** 2
    back = [np.interp(light, curves[:, channel], np.arange(256)) for channel in range(3)]
    return Space(curves.astype(np.float32), to_xyz, np.round(np.stack(back, axis=-1)).astype(np.uint8))


@cache
def srgb() -> Space:
    """IEC 61966-2-1."""
    share = np.arange(256) / 255
    curve = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return _space(np.repeat(curve[:, None], 3, axis=1), _SRGB_TO_D50)


def of(picture: Picture) -> tuple[Picture, Space, str]:
    """The picture, its space, and the space's name. The picture is another one where it had to become sRGB."""
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture, srgb(), "sRGB (assumed)"
    try:
        return picture, parse(profile), _name(profile)
    except _Tables:
        return _converted(picture, profile)
    except (ValueError, struct.error, IndexError):
        picture.notes.append("The colour profile could not be read; the colours were taken for sRGB.")
        return picture, srgb(), "sRGB (assumed)"


class _Tables(Exception):
    """The profile is made of tables."""


def _name(profile: bytes) -> str:
    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).strip()[:80]
    except (ImageCms.PyCMSError, OSError):
        return "unnamed"


def _converted(picture: Picture, profile: bytes) -> tuple[Picture, Space, str]:
    target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    flat = Image.fromarray(np.ascontiguousarray(picture.pixels[..., :3]))
    try:
        made = ImageCms.profileToProfile(flat, ImageCms.ImageCmsProfile(io.BytesIO(profile)), target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        picture.notes.append("The colour profile could not be applied; the colours were taken for sRGB.")
        return picture, srgb(), "sRGB (assumed)"
    pixels = np.dstack([np.asarray(made), picture.pixels[..., 3:]])
    notes = [*picture.notes, f"The profile {_name(profile)} is made of tables; the picture was converted to sRGB."]
    notes += [REDUCED] if picture.samples.dtype == np.uint16 else []  # LittleCMS is asked for 8
    info: dict[str, Any] = {**picture.info, "icc_profile": target.tobytes()}
    return Picture(pixels, grey=picture.grey, info=info, notes=notes), srgb(), "sRGB"


def parse(profile: bytes) -> Space:
    """The space of an ICC profile with curves. Raises _Tables for one made of tables, ValueError for a broken one."""
    kind, tags = profile[16:20], _tags(profile)
    if kind == b"GRAY" and b"kTRC" in tags:
        return _space(np.repeat(_curve(tags[b"kTRC"])[:, None], 3, axis=1), _SRGB_TO_D50)
    if kind != b"RGB ":
        raise ValueError("This profile is not for RGB.")
    if not {b"rTRC", b"gTRC", b"bTRC", b"rXYZ", b"gXYZ", b"bXYZ"} <= tags.keys():
        raise _Tables
    curves = np.stack([_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC")], axis=-1)
    columns = [np.array(struct.unpack(">3i", tags[name][8:20])) / 65536 for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    return _space(curves, np.stack(columns, axis=-1))


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    if count > 200:
        raise ValueError("This profile is broken.")
    rows = [struct.unpack_from(">4sII", profile, 132 + 12 * row) for row in range(count)]
    return {name: profile[start : start + size] for name, start, size in rows}


def _curve(tag: bytes) -> NDArray[np.float64]:
    """Linear light for each of the 256 values. Raises ValueError."""
    share = np.arange(256) / 255
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return share
        if count == 1:
            return np.asarray(share ** (struct.unpack_from(">H", tag, 12)[0] / 256))
        values = np.frombuffer(tag, ">u2", count, 12) / 65535
        return np.asarray(np.interp(share, np.linspace(0, 1, count), values))
    if tag[:4] != b"para":
        raise ValueError("This curve is of no known kind.")
    (kind,) = struct.unpack_from(">H", tag, 8)
    numbers = np.array(struct.unpack_from(f">{_PARAMETERS[kind]}i", tag, 12)) / 65536
    return np.clip(_parametric(share, kind, numbers), 0, 1)


def _parametric(x: NDArray[np.float64], kind: int, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    g, a, b, c, d, e, f = np.pad(numbers, (0, 7 - len(numbers))).tolist()
    if kind == 0:
        return np.asarray(x**g)
    power = np.maximum(a * x + b, 0) ** g
    if kind in (1, 2):
        return np.asarray(np.where(x >= -b / a, power + c, c))
    return np.asarray(np.where(x >= d, power + e, c * x + f))
