"""The sync half of the client from its async one: word for word, but for the words of waiting."""

import re
from pathlib import Path
from typing import Final

HEAD: Final = "# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.\n"
BY_HAND: Final = {"waiting.py"}  # what truly differs: how each half sleeps, connects and reads
WORDS: Final = [
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\b_async\b", "_sync"),
    (r"\bAsync(DesignerBFF|Pages|Stream|Watch)\b", r"\1"),
    (r"\bhttpx2\.AsyncClient\b", "httpx2.Client"),
    (r"\benter_async_context\b", "enter_context"),
    (r"\bAsync(Iterator|Iterable|ExitStack)\b", r"\1"),
    (r"\bAbstractAsyncContextManager\b", "AbstractContextManager"),
    (r"\b__a(iter|next|enter|exit)__\b", r"__\1__"),
    (r"\ba(close|read|iter_bytes|iter_text)\b", r"\1"),
    (r"\bwebsockets\.asyncio\b", "websockets.sync"),
]


def synced(text: str) -> str:
    """The text of an async module as its sync twin's."""
    for pattern, instead in WORDS:
        text = re.sub(pattern, instead, text)
    return text


def sync_modules(folder: Path) -> dict[str, str]:
    """Name -> text of the sync twin of every module of the `_async` folder."""
    return {
        path.name: HEAD + synced(path.read_text().removeprefix(_made(path.read_text())))
        for path in sorted(folder.glob("*.py"))
        if path.name not in BY_HAND
    }


def _made(text: str) -> str:
    """A note at the head that says the module itself was written by a program."""
    first = text.split("\n", 1)[0]
    return first + "\n" if first.startswith("# Written by") else ""
