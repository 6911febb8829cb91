"""One line per log record: JSON in production, plain text on a developer's machine. No secret, no forged line."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

WORDS: Final = r"token|secret|password|passwd|api_?key|signature|sessionid|code"
SECRETS: Final = [
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (re.compile(r"\b(dbff[is]?|sk|whsec|ghp)_[\w-]{8,}"), r"\1_***"),
    (re.compile(rf"(?i)([?&;\s]|^)(\w*(?:{WORDS}))=[^\s&;\"']+"), r"\1\2=***"),
    (re.compile(r"(\w+://[^\s/:@]*):[^\s/@]+@"), r"\1:***@"),
]
SECRET_NAME: Final = re.compile(r"(?i)(password|secret|token|authorization|cookie|api_?key)")
UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
IN_TRACE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # but line ends
LONGEST: Final = 4000
Record = MutableMapping[str, Any]


def masked(text: str) -> str:
    """Without passwords, tokens and keys that a URL, a header or a message may hold."""
    for pattern, shown in SECRETS:
        text = pattern.sub(shown, text)
    return text


def one_line(text: str, pattern: re.Pattern[str] = UNPRINTABLE) -> str:
    """Line ends, terminal colours and other control characters as \\x escapes: no value can begin a line of its own."""
    return pattern.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def cleaned(value: Any, name: str = "") -> Any:
    if SECRET_NAME.search(name) and isinstance(value, str | bytes):
        return "***"
    if isinstance(value, str):
        trace = name in ("exception", "stack")
        text = masked(value) if trace else masked(value[:LONGEST])
        return one_line(text, IN_TRACE if trace else UNPRINTABLE)
    if isinstance(value, dict):
        return {key: cleaned(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(inner) for inner in value]
    return value


def clean(_logger: Any, _method: str, record: Record) -> Record:
    """structlog processor: every value of the record, masked and on one line."""
    for name in list(record):
        if not name.startswith("_"):
            record[name] = cleaned(record[name], name)
    return record


CHAIN: Final[list[Any]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
]

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def formatter(as_json: bool) -> logging.Formatter:
    """A formatter for the standard library's handlers that renders structlog's and plain records alike."""
    last = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            clean,
            last,
        ],
        foreign_pre_chain=CHAIN,
    )
