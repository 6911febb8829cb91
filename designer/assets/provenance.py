"""How a picture came to be, written into its file and read from it. Pure: bytes in, bytes out; no pixel is touched.

What is written is one XMP packet (ISO 16684-1): IPTC's DigitalSourceType and AISystemUsed (IPTC Photo Metadata 2025.1),
the program, the picture it was made from, and the hash of the prompt: the words themselves stay in the studio. It goes
where the formats want it: PNG in iTXt "XML:com.adobe.xmp", JPEG in APP1, WebP in its XMP chunk.

What other programs wrote is read before it is taken out of an upload: DigitalSourceType, the texts of well-known
generators, and whether Content Credentials (C2PA) were there.
"""

from __future__ import annotations

import html
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from designer.assets import rows
from designer.assets.containers import jpeg_heads, leads_jpeg, png_chunks, webp_chunks, webp_of

SOURCE_TYPES: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED: Final = f"{SOURCE_TYPES}trainedAlgorithmicMedia"
DRAWN: Final = f"{SOURCE_TYPES}algorithmicMedia"
COMPOSITE: Final = f"{SOURCE_TYPES}compositeWithTrainedAlgorithmicMedia"
EDITED: Final = f"{SOURCE_TYPES}humanEdits"
BY_AI: Final = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"})
PROGRAM: Final = "Designer BFF"

KEYWORD: Final = b"XML:com.adobe.xmp"  # of PNG's iTXt chunk
APP1: Final = b"http://ns.adobe.com/xap/1.0/\0"
CREDENTIALS: Final = b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"  # how every C2PA store begins
SPACES: Final = {
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "bff": "http://designer-bff.example/ns/provenance/1.0/",
}
FIELDS: Final = {
    "digital_source_type": "Iptc4xmpExt:DigitalSourceType",
    "model": "Iptc4xmpExt:AISystemUsed",
    "program": "xmp:CreatorTool",
    "prompt_sha256": "bff:PromptSha256",
    "parent": "bff:Parent",
    "operations": "bff:Operations",
}
GENERATORS: Final = {  # texts in a file that only these programs write
    "parameters": "Stable Diffusion web UI",
    "workflow": "ComfyUI",
    "invokeai_metadata": "InvokeAI",
    "sd-metadata": "InvokeAI",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is written. `digital_source_type` is IPTC's address; `parent`: id of the picture that this one began from;
    `prompt_sha256`: of the prompt in UTF-8; `operations`: names, joined by ", ". Empty = not known."""

    digital_source_type: str = ""
    model: str = ""
    prompt_sha256: str = ""
    parent: str = ""
    operations: str = ""
    program: str = PROGRAM

    @classmethod
    def of(cls, provenance: Mapping[str, Any]) -> Facts:
        """From what the studio keeps of a picture."""
        provider, model = provenance.get("provider"), provenance.get("model")
        steps = [str(step.get("name", "")) for step in provenance.get("operations") or []]
        return cls(
            digital_source_type=str(provenance.get("digital_source_type") or ""),
            model=f"{provider}/{model}" if provider and model else str(model or ""),
            prompt_sha256=str(provenance.get("prompt_sha256") or ""),
            parent=str(provenance.get("parent") or provenance.get("source") or ""),
            operations=", ".join(filter(None, steps)),
        )


def source_type_after(before: str, *, trained: bool) -> str:
    """The type of a picture made from one of type `before` (empty = a photo of which nothing is known).

    What a model has made stays a model's picture; anything else that a trained network has changed is a composite.
    """
    if before == TRAINED:
        return TRAINED
    if trained:
        return COMPOSITE
    return before or EDITED


def embed(data: bytes, media_type: str, facts: Facts) -> bytes:
    """`data` with the facts in it, in place of any XMP that was there. Raises ValueError for what is no such file."""
    packet = _packet(facts)
    try:
        if media_type == "image/png":
            return _png_with(data, packet)
        if media_type == "image/jpeg":
            return _jpeg_with(data, packet)
        if media_type == "image/webp":
            return _webp_with(data, packet)
    except (struct.error, IndexError) as error:
        raise ValueError("This file cannot be written into.") from error
    raise ValueError(f"{media_type} takes no provenance here.")


def read(data: bytes, media_type: str) -> Facts | None:
    """The facts in a file that this program wrote; None where there are none, or others'."""
    packet = _packet_of(data, media_type)
    if packet is None:
        return None
    said = {field: _said(packet, name) for field, name in FIELDS.items()}
    return Facts(**said) if said["program"] == PROGRAM else None


def origin_of(data: bytes, info: Mapping[Any, Any]) -> dict[str, Any]:
    """What a foreign file says of its own making; {} where it says nothing. `info`: Pillow's, of the opened file.

    No free text is kept: `source_type` is one of IPTC's words, `generator` one of GENERATORS; `ai` is True when the
    file says that a model took part.
    """
    packet = _text(info.get("xmp") or info.get(KEYWORD.decode()) or b"")
    word = re.search(r"DigitalSourceType.{0,200}?newscodes/digitalsourcetype/([A-Za-z]{3,60})", packet, re.DOTALL)
    found: dict[str, Any] = {"source_type": word[1]} if word else {}
    generator = next((name for key, name in GENERATORS.items() if isinstance(info.get(key), str)), "")
    if generator:
        found["generator"] = generator
    if CREDENTIALS in data:
        found["content_credentials"] = True
    if generator or (word and word[1] in BY_AI):
        found["ai"] = True
    return found


def _text(packet: Any) -> str:
    raw = packet if isinstance(packet, bytes) else str(packet).encode("utf-8", "replace")
    return raw[: 1 << 20].decode("utf-8", "replace")


def _packet(facts: Facts) -> bytes:
    """The XMP packet, without padding: the file is not changed in place."""
    spaces = " ".join(f'xmlns:{name}="{address}"' for name, address in SPACES.items())
    said = " ".join(
        f"{name}={quoteattr(value)}" for field, name in FIELDS.items() if (value := _plain(getattr(facts, field)))
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {spaces} {said}/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def _plain(value: str) -> str:
    """Without what XML 1.0 has no place for, and short enough for a JPEG segment."""
    return "".join(letter for letter in value if letter.isprintable() and not "\ud800" <= letter <= "\udfff")[:1000]


def _said(packet: str, name: str) -> str:
    """A property, as an attribute or as an element; '' where it is missing."""
    found = re.search(rf"""{name}\s*=\s*(?:"([^"]*)"|'([^']*)')""", packet) or re.search(rf"<{name}>([^<]*)<", packet)
    return html.unescape(next((part for part in found.groups() if part is not None), "")) if found else ""


def _packet_of(data: bytes, media_type: str) -> str | None:
    try:
        if media_type == "image/png":
            return _png_packet(data)
        if media_type == "image/jpeg":
            return _jpeg_packet(data)
        return _webp_packet(data) if media_type == "image/webp" else None
    except (struct.error, IndexError, ValueError):
        return None


def _is_png_xmp(name: bytes, chunk: bytes) -> bool:
    return name == b"iTXt" and chunk[8:].startswith(KEYWORD + b"\0")


def _png_with(data: bytes, packet: bytes) -> bytes:
    body = KEYWORD + b"\0\0\0\0\0" + packet  # not compressed, no language, no translated keyword
    kept = [each for name, each in png_chunks(data) if not _is_png_xmp(name, each)]
    return data[:8] + kept[0] + rows.chunk(b"iTXt", body) + b"".join(kept[1:])  # after IHDR, before all else


def _png_packet(data: bytes) -> str | None:
    for name, chunk in png_chunks(data):
        if _is_png_xmp(name, chunk):
            compressed, rest = chunk[8 + len(KEYWORD) + 1], chunk[8 + len(KEYWORD) + 3 : -4]
            text = rest.split(b"\0", 2)[2]
            return _text(text) if not compressed else None
    return None


def _jpeg_with(data: bytes, packet: bytes) -> bytes:
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(APP1) + len(packet)) + APP1 + packet
    heads, place = jpeg_heads(data)
    kept = [head for head in heads if not head[4:].startswith(APP1)]
    first = next((at for at, head in enumerate(kept) if not leads_jpeg(head)), len(kept))
    return b"\xff\xd8" + b"".join([*kept[:first], segment, *kept[first:]]) + data[place:]


def _jpeg_packet(data: bytes) -> str | None:
    heads, _ = jpeg_heads(data)
    return next((_text(head[4 + len(APP1) :]) for head in heads if head[4:].startswith(APP1)), None)


def _webp_with(data: bytes, packet: bytes) -> bytes:
    kept = [(name, body) for name, body in webp_chunks(data) if name != b"XMP "]
    return webp_of([*kept, (b"XMP ", packet)])


def _webp_packet(data: bytes) -> str | None:
    return next((_text(body) for name, body in webp_chunks(data) if name == b"XMP "), None)
