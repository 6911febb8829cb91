"""What events tell, as Python types, written from the AsyncAPI description."""

import keyword
from collections.abc import Mapping
from typing import Any, Final

from codegen.annotations import Schema, annotation, docstring

MADE: Final = "# Written by `manage.py write_contracts` from the AsyncAPI description. Change that, not this.\n"
HEAD: Final = '''
"""What events tell, as types: `payload(event, "generation:complete")` is its data, or None of another event."""

from typing import Any, Literal, NotRequired, TypedDict, cast, overload

from designer_bff.events import LiveEvent

'''
TAIL: Final = '''

def payload(event: LiveEvent, *names: str) -> Any:
    """The data of an event of one of these names, fact or tick; None for any other."""
    return cast(Any, event.data) if event.name in names else None
'''


def payloads_module(document: Mapping[str, Any]) -> str:
    """A TypedDict for each payload, and `payload`, which knows which event has which."""
    parts = [_typed_dict(name, schema) for name, schema in document["components"]["schemas"].items()]
    names: dict[str, list[str]] = {}
    for key, message in document["components"]["messages"].items():
        data = message["payload"]["properties"].get("data")
        if key.startswith("event.") and data:
            names.setdefault(data["$ref"].rpartition("/")[2], []).append(message["name"])
    parts += [_overload(kind, events) for kind, events in sorted(names.items())]
    return MADE + HEAD + "\n".join(parts) + TAIL


def _typed_dict(name: str, schema: Schema) -> str:
    must = schema.get("required", [])
    fields = {
        field: annotation(kind) if field in must else f"NotRequired[{annotation(kind)}]"
        for field, kind in schema.get("properties", {}).items()
    }
    if any(map(keyword.iskeyword, fields)):
        inner = ", ".join(f"{field!r}: {kind}" for field, kind in fields.items())
        return f"{name} = TypedDict({name!r}, {{{inner}}})\n"
    said = f"    {docstring(schema.get('description', ''), '    ')}\n"
    return "\n".join(
        [f"class {name}(TypedDict):", said, *(f"    {field}: {kind}" for field, kind in fields.items()), ""]
    )


def _overload(kind: str, events: list[str]) -> str:
    known = ", ".join(map(repr, events))
    return f"@overload\ndef payload(event: LiveEvent, *names: Literal[{known}]) -> {kind} | None: ...\n"
