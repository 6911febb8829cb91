"""The socket as an AsyncAPI 3.0 document, written from the names and payloads that the code itself uses."""

import json
from typing import Any, Final

from designer.realtime import limits
from designer.realtime.events import PAYLOADS, SHOWN, UUID_FORM
from designer.realtime.protocol import CODES, SHOWING, VERSION
from designer.realtime.schemas import Schema, schema_of

CHANNEL: Final[Schema] = {"type": "string", "pattern": rf"^([a-z][a-z_]{{0,23}}:{UUID_FORM}|system)$"}
SEQ: Final[Schema] = {"type": "integer", "minimum": 0}
TEXT: Final[Schema] = {"type": "string"}
TIME: Final[Schema] = {"type": "string", "format": "date-time"}
STATE: Final[Schema] = {"description": f"At most {limits.MAX_STATE} bytes of JSON; null says goodbye."}
ASKED: Final[Schema] = {
    "type": "object",
    "properties": {"version": {"const": VERSION, "description": "Of this protocol; without it the first is meant."}},
}
SAID: Final[dict[str, tuple[str, Schema, tuple[str, ...]]]] = {
    "subscribe": (
        "Watch a channel: from its present truth, or from what followed `after`.",
        {"channel": CHANNEL, "after": SEQ, "epoch": TEXT},
        ("channel",),
    ),
    "unsubscribe": ("Watch it no more.", {"channel": CHANNEL}, ("channel",)),
    "presence": ("Show the others where you are.", {"channel": CHANNEL, "state": STATE}, ("channel", "state")),
    "cursor": ("Show the others where you point.", {"channel": CHANNEL, "state": STATE}, ("channel", "state")),
    "reaction": ("Show the others what you think, once.", {"channel": CHANNEL, "state": STATE}, ("channel", "state")),
    "auth": ("A token, as the first message, within 5 s.", {"token": TEXT}, ("token",)),
    "ping": ("Answered by pong.", {}, ()),
}
TOLD: Final[dict[str, tuple[str, Schema, tuple[str, ...]]]] = {
    "authenticated": ("The token is good.", {"user": TEXT}, ("user",)),
    "subscribed": (
        "The truth now; events follow from `seq` + 1, and the snapshot knows all up to `head`.",
        {
            "channel": CHANNEL,
            "seq": SEQ,
            "head": SEQ,
            "epoch": TEXT,
            "resumed": {"type": "boolean"},
            "here": {"type": "array", "items": TEXT, "description": "The sockets of those who are known to be there."},
            "snapshot": {"type": "object"},
        },
        ("channel", "seq", "head", "epoch", "resumed", "here", "snapshot"),
    ),
    "unsubscribed": (
        "You watch it no more; with code access_lost because the right is gone.",
        {"channel": CHANNEL, "code": {"const": "access_lost"}},
        ("channel",),
    ),
    "resync": (
        "Forget what you have: a fresh subscribed follows.",
        {"channel": CHANNEL, "reason": {"enum": ["expired", "epoch", "ahead"]}, "epoch": TEXT},
        ("channel", "reason"),
    ),
    "pinged": (
        "Every 10 s (its type is ping): a client behind a head subscribes again with `after`.",
        {"heads": {"type": "object", "additionalProperties": SEQ}, "at": TIME},
        ("heads", "at"),
    ),
    "pong": ("The answer to ping.", {"at": TIME}, ("at",)),
    "error": (
        "A message was refused; the socket lives on.",
        {
            "code": {"enum": list(CODES)},
            "message": TEXT,
            "channel": TEXT,
            "kind": {"enum": list(SHOWING), "description": "What was refused, if it is one of these."},
        },
        ("code", "message"),
    ),
}
CLOSED: Final[tuple[str, Schema, tuple[str, ...]]] = (
    "The end of a stream, with the code that a socket would be closed with.",
    {"code": {"type": "integer"}, "reason": TEXT},
    ("code", "reason"),
)
TYPES: Final = {"pinged": "ping"}


def document() -> dict[str, Any]:
    """The whole description."""
    to_server = {f"say.{name}": _message(name, *facts) for name, facts in SAID.items()}
    only_listening = {"hear.closed": _message("closed", *CLOSED)}
    to_client = {f"hear.{name}": _message(TYPES.get(name, name), *facts) for name, facts in TOLD.items()}
    to_client |= {f"event.{event.replace(':', '.')}": _event(event) for event in PAYLOADS}
    payloads = {kind.__name__: schema_of(kind) for kind in PAYLOADS.values()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Designer BFF, live",
            "version": VERSION,
            "description": "Events as they happen. docs/realtime.md says what is promised, and how to sign in.",
        },
        "defaultContentType": "application/json",
        "servers": {"studio": {"host": "studio.example", "protocol": "wss", "description": "Your own studio."}},
        "channels": {
            "socket": {
                "address": "/ws/",
                "description": "One socket per client, many channels, JSON text.",
                "bindings": {"ws": {"query": ASKED}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in [*to_server, *to_client]},
            },
            "stream": {
                "address": "/api/events/stream",
                "description": "The same frames as Server-Sent Events; `channel` 1 to 20 times in the address.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in [*to_client, *only_listening]},
            },
        },
        "operations": {
            "say": _operation("receive", to_server, "What a client says to the studio."),
            "hear": _operation("send", to_client, "What the studio says to its clients."),
            "listen": _operation("send", {**to_client, **only_listening}, "What a stream carries.", "stream"),
        },
        "components": {
            "messages": {**to_server, **to_client, **only_listening},
            "schemas": dict(sorted(payloads.items())),
        },
    }


def _operation(action: str, messages: dict[str, Any], summary: str, channel: str = "socket") -> dict[str, Any]:
    refs = [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages]
    return {"action": action, "summary": summary, "channel": {"$ref": f"#/channels/{channel}"}, "messages": refs}


def _message(kind: str, summary: str, fields: Schema, required: tuple[str, ...]) -> dict[str, Any]:
    properties = {"type": {"const": kind}, **fields}
    payload = {"type": "object", "properties": properties, "required": ["type", *required]}
    return {"name": kind, "summary": summary, "payload": payload}


def _event(event: str) -> dict[str, Any]:
    """A fact (with `seq`) or a tick of this name. Presence and cursors stand in the message itself."""
    kind = PAYLOADS[event]
    if event in SHOWN:
        fields = {"channel": CHANNEL, **schema_of(kind)["properties"], "at": TIME}
        return _message(SHOWN[event], kind.__doc__, fields, tuple(fields))
    data = {"$ref": f"#/components/schemas/{kind.__name__}"}
    fields = {"channel": CHANNEL, "event": {"const": event}, "seq": SEQ, "data": data, "at": TIME}
    return {**_message("event", kind.__doc__, fields, ("channel", "event", "data", "at")), "name": event}


def typescript() -> str:
    """The payloads as TypeScript: each event's name with what its `data` holds."""
    lines = ["// Written by `manage.py write_contracts`. Change designer/realtime/payloads.py, not this.", ""]
    lines += ["/** Each event's name, and what its `data` holds. */", "export interface EventPayloads {"]
    for event, kind in PAYLOADS.items():
        if event not in SHOWN:
            lines += [f"  /** {kind.__doc__} */", f"  {json.dumps(event)}: {_typescript(schema_of(kind))};"]
    return "\n".join([*lines, "}", ""])


def _typescript(schema: Schema) -> str:
    if "anyOf" in schema:
        return " | ".join(_typescript(each) for each in schema["anyOf"])
    kind = schema.get("type")
    if kind == "array":
        return f"{_typescript(schema['items'])}[]"
    if kind == "object" and "properties" in schema:
        required = schema.get("required", [])
        fields = [
            f"{name}{'' if name in required else '?'}: {_typescript(each)}"
            for name, each in schema["properties"].items()
        ]
        return f"{{ {'; '.join(fields)} }}" if fields else "Record<string, never>"
    if kind == "object":
        return f"Record<string, {_typescript(schema['additionalProperties'])}>"
    return {"integer": "number", None: "unknown"}.get(kind, str(kind))
