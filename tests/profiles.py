"""ICC profiles made here: as small as the standard allows, matrix and one gamma curve."""

import struct

import numpy as np

from enhancement.operations.spaces import _SRGB_TO_D50, BRADFORD, D50

D65 = np.array([0.95047, 1.0, 1.08883])


def _fixed(values):
    return struct.pack(f">{len(values)}i", *(round(float(value) * 65536) for value in values))


def _text(words: str) -> bytes:
    coded = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(coded), 28) + coded


def _profile(kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    start, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04300000, b"mntr", kind, b"XYZ ")
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + _fixed(D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def matrix_profile(primaries, *, gamma=2.2, words="made here"):
    """An RGB profile of three chromaticities under D65 and a power curve."""
    xyz = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    share = np.linalg.lstsq(xyz, D65, rcond=None)[0]
    adapt = np.linalg.inv(BRADFORD) @ np.diag((BRADFORD @ D50) / (BRADFORD @ D65)) @ BRADFORD
    columns = adapt @ (xyz * share)
    curve = b"para\0\0\0\0\0\0\0\0" + _fixed([gamma])
    tags = {b"desc": _text(words), b"wtpt": b"XYZ \0\0\0\0" + _fixed(D50)}
    for place, channel in enumerate(b"rgb"):
        tags[bytes([channel]) + b"XYZ"] = b"XYZ \0\0\0\0" + _fixed(columns[:, place])
        tags[bytes([channel]) + b"TRC"] = curve
    return _profile(b"RGB ", tags)


DISPLAY_P3 = matrix_profile([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)], words="Display P3, made here")
ADOBE = matrix_profile([(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)], gamma=563 / 256, words="Wide RGB, made here")
GREY = _profile(
    b"GRAY",
    {
        b"desc": _text("Grey 2.2, made here"),
        b"wtpt": b"XYZ \0\0\0\0" + _fixed(D50),
        b"kTRC": b"para\0\0\0\0\0\0\0\0" + _fixed([2.2]),
    },
)


def _tables() -> bytes:
    """An RGB profile of one table from the corners of the cube to XYZ, as scanners have them: light is even."""
    corners = [np.array([red, green, blue]) for red in (0, 1) for green in (0, 1) for blue in (0, 1)]
    xyz = np.array([_SRGB_TO_D50 @ corner for corner in corners])
    cube = np.round(xyz * 32768).astype(">u2").tobytes()
    straight = struct.pack(">6H", *(0, 65535) * 3)
    lut = b"mft2\0\0\0\0" + bytes([3, 3, 2, 0]) + _fixed(np.eye(3).ravel()) + struct.pack(">2H", 2, 2)
    tags = {b"desc": _text("Tables, made here"), b"wtpt": b"XYZ \0\0\0\0" + _fixed(D50)}
    return _profile(b"RGB ", {**tags, b"A2B0": lut + straight + cube + straight})


TABLES = _tables()
