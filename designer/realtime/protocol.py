"""The words spoken on the socket: what a client's message means, and the frames that answer it."""

import json
import math
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import parse_qs

from designer.realtime.limits import MAX_DEPTH, MAX_FRAME, MAX_STATE

VERSION: Final = "1"
CODES: Final = (
    "already_authenticated",
    "bad_after",
    "malformed",
    "not_found",
    "not_shared",
    "not_subscribed",
    "slow_down",
    "too_large",
    "too_many_channels",
    "unavailable",
    "unknown_type",
)
BIGGEST: Final = (1 << 63) - 1
CARRIED: Final = f"whole numbers of 64 bits, finite numbers, whole letters, {MAX_DEPTH} levels"
SHOWING: Final = ("presence", "cursor", "reaction")
KINDS: Final = {"subscribe", "unsubscribe", *SHOWING, "ping", "auth"}


class Malformed(Exception):
    """A message that cannot be understood. `code` is for programs, the text for people; `kind` is one of SHOWING."""

    def __init__(self, code: str, message: str, channel: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.code, self.channel, self.kind = code, channel, kind


@dataclass(frozen=True, slots=True)
class Message:
    """A client's message. `after` is the newest number it has seen, None to start afresh."""

    kind: str
    channel: str = ""
    after: int | None = None
    epoch: str | None = None
    state: Any = None
    token: str = ""


def foreign(query: bytes) -> str:
    """Why a client whose address names another version of this protocol is not served; '' if it is.

    Without a version the first is meant. At most 123 bytes, for a socket closes with no more.
    """
    asked = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("version", [VERSION])[0]
    return "" if asked == VERSION else f"this studio speaks version {VERSION} of the protocol, not {asked[:6]!a}"


def parse(text: str | None, user_id: str = "") -> Message:
    """What a client says. Both forms: `{"type":"subscribe","channel":…}` and `{"type":"subscribe:<kind>","id":…}`.

    Raises Malformed.
    """
    raw = _json_object(text)
    kind, _, of = _text(raw, "type").partition(":")
    if kind not in KINDS or (of and kind not in {"subscribe", "unsubscribe"}):
        raise Malformed("unknown_type", f"There is no message of this type. Known: {', '.join(sorted(KINDS))}.")
    if kind in {"ping", "auth"}:
        return Message(kind, token=_text(raw, "token") if kind == "auth" else "")
    channel = _channel(raw, of, user_id)
    return Message(
        kind, channel, _after(raw, channel), _epoch(raw, channel), _state(raw, channel, kind if kind in SHOWING else "")
    )


def _json_object(text: str | None) -> dict[str, Any]:
    if text is None or len(text) > MAX_FRAME:
        raise Malformed("malformed", f"Send JSON text of at most {MAX_FRAME} bytes.")
    try:
        raw = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("malformed", "This is not JSON.") from error
    if not isinstance(raw, dict):
        raise Malformed("malformed", "A message is a JSON object.")
    return raw


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 512 or not _is_carried(value):
        raise Malformed("malformed", f"{name!r} must be a text.")
    return value


def _channel(raw: dict[str, Any], of: str, user_id: str) -> str:
    if not of:
        return _text(raw, "channel")
    if of == "system":
        return of
    return f"{of}:{user_id if of == 'user' and 'id' not in raw else _text(raw, 'id')}"


def _after(raw: dict[str, Any], channel: str) -> int | None:
    after = raw.get("after")
    if after is None:
        return None
    if type(after) is not int or not 0 <= after <= BIGGEST:
        raise Malformed("bad_after", f"'after' must be a whole number from 0 to {BIGGEST}.", channel)
    return after


def _epoch(raw: dict[str, Any], channel: str) -> str | None:
    epoch = raw.get("epoch")
    if epoch is not None and not isinstance(epoch, str):
        raise Malformed("malformed", "'epoch' must be a text.", channel)
    return epoch


def _state(raw: dict[str, Any], channel: str, kind: str) -> Any:
    state = raw.get("state")
    if len(json.dumps(state)) > MAX_STATE:
        raise Malformed("too_large", f"'state' may be {MAX_STATE} bytes long.", channel, kind)
    if not _is_carried(state):
        raise Malformed("malformed", f"'state' holds what cannot be passed on: {CARRIED}.", channel, kind)
    return state


def _is_carried(value: Any, depth: int = 0) -> bool:
    """Whether the way to the others (MessagePack, JSON without infinities) can carry what JSON let through."""
    if isinstance(value, dict | list):
        inside = [*value, *value.values()] if isinstance(value, dict) else value
        return depth < MAX_DEPTH and all(_is_carried(each, depth + 1) for each in inside)
    if isinstance(value, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in value)  # half of a letter
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) <= BIGGEST


def frame(kind: str, /, **content: Any) -> str:
    """A message to the client, as JSON in ASCII (so that its length is its size)."""
    return json.dumps({"type": kind, **content})


def error(code: str, message: str, channel: str = "", kind: str = "") -> str:
    about = {name: value for name, value in (("channel", channel), ("kind", kind)) if value}
    return frame("error", code=code, message=message, **about)
