"""The little markup of comments: bold, italic, code, links, lists and names. Pure.

Text is data: everything is escaped, and only what is listed here becomes an element. There is no HTML, no picture, and
a link leads to http or https alone. Each pattern stops at the first sign that ends it, so that the time taken grows
with the length of the text alone.
"""

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Final

from django.utils.safestring import SafeString, mark_safe

ADDRESS: Final = r"https?://[^\s<>\"'`()\[\]*\x00-\x1f]{1,1000}"
INLINE: Final = re.compile(
    r"`(?P<code>[^`\n]+)`"
    rf"|\[(?P<words>[^\[\]\n]{{1,200}})\]\((?P<to>{ADDRESS})\)"
    rf"|(?P<bare>{ADDRESS})"
    r"|\*\*(?P<bold>[^*\s](?:[^*\n]*[^*\s])?)\*\*"
    r"|\*(?P<slant>[^*\s](?:[^*\n]*[^*\s])?)\*"
    r"|(?<!\w)_(?P<slanted>[^_\s](?:[^_\n]*[^_\s])?)_(?!\w)"
    r"|(?<![\w@])@(?P<at>(?=\w))",
    re.IGNORECASE,
)
LIST: Final = re.compile(r"\s{0,3}(?:(?P<dot>[-*•])|(?P<number>\d{1,3})[.)])\s+(?=\S)")
TAIL: Final = ".,;:!?"  # ends a sentence, not an address


def rendered(text: str, names: Iterable[str] = ()) -> SafeString:
    """`text` as safe HTML. names: whom it mentions, as written behind the @, the longest of two that fit wins."""
    known = sorted(set(names), key=len, reverse=True)
    blocks = groupby(text.replace("\r\n", "\n").split("\n"), key=_kind)
    return mark_safe("".join(_block(kind, list(lines), known) for kind, lines in blocks))  # noqa: S308  all is escaped


def _kind(line: str) -> str:
    found = LIST.match(line)
    return "p" if found is None else "ul" if found["dot"] else "ol"


def _block(kind: str, lines: list[str], names: list[str]) -> str:
    if kind == "p":
        paragraphs = (list(part) for blank, part in groupby(lines, key=lambda line: not line.strip()) if not blank)
        return "".join(f'<p dir="auto">{"<br>".join(_inline(line, names) for line in part)}</p>' for part in paragraphs)
    items = "".join(f'<li dir="auto">{_inline(LIST.sub("", line, count=1), names)}</li>' for line in lines)
    first = LIST.match(lines[0])
    start = f' start="{int(first["number"])}"' if first and first["number"] and int(first["number"]) != 1 else ""
    return f"<{kind}{start}>{items}</{kind}>"


def _inline(text: str, names: list[str]) -> str:
    return "".join(_pieces(text, names))


def _pieces(text: str, names: list[str]) -> Iterator[str]:
    at = 0
    while found := INLINE.search(text, at):
        yield escape(text[at : found.start()])
        piece, at = _element(found, text, names)
        yield piece
    yield escape(text[at:])


def _element(found: "re.Match[str]", text: str, names: list[str]) -> tuple[str, int]:
    """The element that was found, and where the text goes on behind it."""
    kind, end = str(found.lastgroup), found.end()
    if kind == "code":
        return f"<code>{escape(found[kind])}</code>", end
    if kind == "to":
        return _link(found["to"], escape(found["words"])), end
    if kind == "bare":
        address = found["bare"].rstrip(TAIL)
        return _link(address, escape(address)), found.start() + len(address)
    if kind == "at":
        return _name(text, end, names)
    tag = "strong" if kind == "bold" else "em"
    return f"<{tag}>{_inline(found[kind], names)}</{tag}>", end


def _link(address: str, words: str) -> str:
    return f'<a href="{escape(address)}" rel="nofollow noopener">{words}</a>'


def _name(text: str, at: int, names: list[str]) -> tuple[str, int]:
    for name in names:
        if text.startswith(name, at) and not _goes_on(text, at + len(name)):
            return f'<span class="mention">@{escape(name)}</span>', at + len(name)
    return "@", at


def _goes_on(text: str, at: int) -> bool:
    return at < len(text) and (text[at].isalnum() or text[at] == "_")
