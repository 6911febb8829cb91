"""The calls of the JavaScript client and their types, written from the API description."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, Final

from codegen import names
from codegen.annotations import Schema, needed, reference, referred
from codegen.operations import Operation, item_of, operations

# As index.js spells them out again; of GET also L for a list in pages, F for a file.
VERBS: Final = {"GET": "G", "POST": "P", "PATCH": "A", "PUT": "U", "DELETE": "D"}
DOES: Final = {"P": "create", "A": "change", "U": "set", "D": "delete"}
MADE: Final = "// Written by `manage.py write_contracts` from the API description. Change that, not this.\n"
PLAIN: Final = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
FILES: Final = {  # written out in index.js; of all others a file is a field of the wish
    "upload": "file: Source",
    "importRows": "file: Source",
    "importPortfolio": "files: Iterable<Source | { file: Blob; path: string }>",
}


def camel(name: str) -> str:
    """`cancel_batch` as JavaScript has it."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def calls_module(document: Mapping[str, Any]) -> str:
    """A line for each path with its calls: a letter, small if the call takes a wish, and the name where it is no other
    than index.js would guess. A browser loads all of this, so it is short.

    A path begins with how many of its segments are those of the line before.
    """
    components = document["components"]["schemas"]
    lines: dict[str, list[tuple[str, str]]] = {}
    for each in operations(document):
        if camel(each.method) not in FILES:
            kind = "L" if item_of(each, components) is not None else "F" if each.is_file else VERBS[each.verb]
            letter = kind.lower() if each.body or each.query else kind
            lines.setdefault(re.sub(r"{\w+}", "{}", each.path), []).append((letter, camel(each.method)))
    rows = [" ".join([head, *calls]) for head, calls in zip(_front_coded(lines), _guessed(lines), strict=True)]
    return f"{MADE}\nexport const CALLS = `\n" + "\n".join(rows) + "`;\n"


def _joined(first: str, second: str) -> str:
    return first + second[:1].upper() + second[1:] if first else second


def _guessed(lines: Mapping[str, list[tuple[str, str]]]) -> Iterator[list[str]]:
    """The calls of each path, without the names that index.js finds by the same rule."""
    things: dict[str, str] = {}  # a path that ends in {} -> what one such thing is called
    for path, calls in lines.items():
        owner = next((things.get(head, "") for head in re.findall(r".*{}(?=.)", path)), "")
        *_, before, last = path.split("/")
        noun = _joined(owner, before[:-1] if last == "{}" else last)
        is_list, told = False, []
        for letter, name in calls:
            kind = letter.upper()
            guess = _joined(last, owner) if kind == "P" and not is_list else _joined(DOES.get(kind, ""), noun)
            is_blind = kind == "P" and not is_list and not owner  # there it has nothing to guess from
            told.append(letter if name == guess and not is_blind else letter + name)
            if kind == "G":
                noun = things[path] = name
            if kind == "L":
                noun, is_list = name[:-1], True
        yield told


def _front_coded(paths: Iterable[str]) -> Iterator[str]:
    """Each path as the number of leading segments that the one before has too (9 at most), and its others."""
    before: list[str] = []
    for path in paths:
        segments = path.strip("/").split("/")
        alike = min(9, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, segments, strict=False))))
        yield f"{alike}{'/'.join(segments[alike:])}"
        before = segments


def types_module(document: Mapping[str, Any]) -> str:
    """Every answer and every wish as a type, and an interface of all calls."""
    components = document["components"]["schemas"]
    calls = operations(document)
    answers = needed({name for each in calls for name in referred(_answer(each, components))}, components)
    bodies = needed({name for each in calls for name in referred([each.body, each.query])}, components)
    parts = [f'{MADE}\nimport type {{ Changing, Options, Pages, Saving, Source }} from "./index.js";']
    parts += [_component(name, components[name], is_total=name in answers) for name in sorted(answers | bodies)]
    parts += [f"export interface {each.wish} {_wished(each)}" for each in calls if each.body and _fields(each)]
    parts.append("/** Every call of the API. */\nexport interface Calls {")
    for each in calls:
        parts += [f"  /** {_plain(each.said)} */"] if each.said else []
        parts += [f"  {signature}" for signature in _signatures(each, components)]
    return "\n".join([*parts, "}", ""])


def _answer(call: Operation, components: Mapping[str, Schema]) -> Schema:
    """What an answer is; of a list that comes in pages, what it is a list of."""
    item = item_of(call, components)
    return (call.answer or {}) if item is None else item


def _signatures(call: Operation, components: Mapping[str, Schema]) -> Iterator[str]:
    said = [f"{camel(argument)}: string" for argument in call.places.values()]
    said += [FILES[camel(call.method)]] if camel(call.method) in FILES else []
    said += _wish(call)
    options = "options: Changing" if call.by_version else "options?: Options"
    kind = _type(_answer(call, components)) if call.answer else "void"
    if call.is_file:
        yield f"{camel(call.method)}({', '.join([*said, 'options?: Options'])}): Promise<Blob>;"
        must = [each.replace("wish?: ", "wish: ") for each in said]
        yield f"{camel(call.method)}({', '.join([*must, 'options: Saving'])}): Promise<string>;"
    elif item_of(call, components) is not None:
        yield f"{camel(call.method)}({', '.join([*said, options])}): Pages<{kind}>;"
    else:
        yield f"{camel(call.method)}({', '.join([*said, options])}): Promise<{kind}>;"


def _fields(call: Operation) -> dict[str, Schema]:
    """What may be said in the body or the query, beside a file."""
    fields = dict(call.body or call.query)
    for name in ("file", "paths") if camel(call.method) in FILES else ():
        fields.pop(name, None)
    if call.method == "import_rows":
        fields["mapping"] = {"type": "object", "additionalProperties": {"type": "string"}}  # sent as its JSON
    return fields


def _wished(call: Operation) -> str:
    return _object(_fields(call), set(call.needed) if call.body else call.required)


def _wish(call: Operation) -> list[str]:
    """The argument with the fields of the body or of the query, where the call has any."""
    if not _fields(call):
        return []
    must = (set(call.needed) if call.body else call.required) & _fields(call).keys()
    return [f"wish{'' if must or call.by_version else '?'}: {call.wish if call.body else _wished(call)}"]


def _component(name: str, schema: Schema, *, is_total: bool) -> str:
    said = f"/** {_plain(schema['description'])} */\n" if schema.get("description") else ""
    name = names.TYPES.get(name, name)
    if "properties" not in schema:
        return f"{said}export type {name} = {_type(schema)};"
    fields = schema["properties"]
    must = set(fields) if is_total else set(schema.get("required", []))
    return f"{said}export interface {name} {_object(fields, must)}"


def _object(fields: Mapping[str, Schema], must: set[str]) -> str:
    lines = [f"{_key(name)}{'' if name in must else '?'}: {_type(kind)}" for name, kind in fields.items()]
    return "{ " + "; ".join(lines) + " }"


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)


def _type(schema: Schema) -> str:
    """A schema as the text of a type."""
    named = reference(schema)
    if named:
        found = names.TYPES.get(named, named)
    elif "oneOf" in schema:
        found = _union(_type(each) for each in schema["oneOf"])
    elif "enum" in schema:
        found = _union(json.dumps(each) for each in schema["enum"])
    elif schema.get("format") == "binary":
        found = "Source"
    elif isinstance(schema.get("type"), list):
        found = _union(_type({**schema, "type": each}) for each in schema["type"])
    elif schema.get("type") == "array":
        inner = _type(schema.get("items", {}))
        found = f"({inner})[]" if " | " in inner else f"{inner}[]"
    elif schema.get("type") == "object" and "properties" in schema:
        found = _object(schema["properties"], set(schema.get("required", [])))
    elif schema.get("type") == "object":
        values = schema.get("additionalProperties") or {}
        found = f"Record<string, {_type(values if isinstance(values, Mapping) else {})}>"
    else:
        found = PLAIN.get(schema.get("type", ""), "unknown")
    return _union([found, "null"]) if schema.get("nullable") else found


def _union(parts: Iterator[str] | list[str]) -> str:
    found = list(dict.fromkeys(parts))
    return "unknown" if "unknown" in found else " | ".join(found)


def _plain(text: str) -> str:
    """A description as one line of a comment."""
    return re.sub(r"\s+", " ", text).strip().replace("*/", "* /")
