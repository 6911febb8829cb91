"""Reads a PDF as far as tests look at it: pages, the text on them, and what is told of pictures."""

import re
import zlib
from typing import Final

OBJECT: Final = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.S)
STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
SHOWN: Final = re.compile(rb"/(\S+) [\d.]+ Tf|<([0-9a-fA-F]*)>|(ET)")


class Read:
    def __init__(self, data: bytes) -> None:
        found = [(int(number), body) for number, body in OBJECT.findall(data)]
        packed = [body for _, body in found if b"/ObjStm" in body[:300]]
        self.objects = {number: body for number, body in found if body not in packed}
        for body in packed:
            self._unpack(body)
        self.flat = b"\n".join(_plain(body) for body in self.objects.values())

    def _unpack(self, body: bytes) -> None:
        """Objects that stand in a packed stream."""
        first, count = (int(re.search(rb"/%b (\d+)" % name, body)[1]) for name in (b"First", b"N"))
        text = _plain(body)
        places = list(map(int, text[:first].split()))[: 2 * count]
        pairs = list(zip(places[::2], places[1::2], strict=True))
        ends = [place for _, place in pairs[1:]] + [len(text) - first]
        for (number, place), end in zip(pairs, ends, strict=True):
            self.objects.setdefault(number, text[first + place : first + end])

    def has(self, pattern: bytes) -> bool:
        return re.search(pattern, self.flat) is not None

    @property
    def pages(self) -> int:
        return len(re.findall(rb"/Type /Page\b(?!s)", self.flat))

    @property
    def alternatives(self) -> list[str]:
        """What is told of each picture."""
        return [_text(each) for each in re.findall(rb"/Alt (\((?:\\.|[^\\)])*\)|<[0-9a-fA-F]+>)", self.flat)]

    @property
    def text(self) -> str:
        """All of it, in the order in which it is drawn, with single spaces."""
        faces = self._faces()
        parts = []
        for body in self.objects.values():
            drawn = _plain(body)
            if b" Tf" not in drawn:
                continue
            face: dict[int, str] = {}
            for name, glyphs, ends in SHOWN.findall(drawn):
                if name:
                    face = faces.get(name, {})
                parts += [face.get(int(glyphs[at : at + 4], 16), "") for at in range(0, len(glyphs) - 3, 4)]
                parts += [" "] if ends else []
        return " ".join("".join(parts).split())

    def _faces(self) -> dict[bytes, dict[int, str]]:
        """By the name of a font what its glyphs mean."""
        found = {}
        for name, number in re.findall(rb"/([\w-]+) (\d+) 0 R", self.flat):
            body = self.objects.get(int(number), b"")
            means = re.search(rb"/ToUnicode (\d+) 0 R", body)
            if means:
                pairs = re.findall(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>", _plain(self.objects[int(means[1])]))
                told = {int(glyph, 16): bytes.fromhex(said.decode()).decode("utf-16-be") for glyph, said in pairs}
                found[name] = told
        return found


def _plain(body: bytes) -> bytes:
    stream = STREAM.search(body)
    if stream is None:
        return body
    try:
        return zlib.decompress(stream[1]) if b"/FlateDecode" in body[: stream.start()] else stream[1]
    except zlib.error:
        return b""


def _text(said: bytes) -> str:
    data = bytes.fromhex(said[1:-1].decode()) if said.startswith(b"<") else said[1:-1]
    return data.decode("utf-16") if data.startswith((b"\xfe\xff", b"\xff\xfe")) else data.decode("latin-1")
