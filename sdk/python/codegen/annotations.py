"""Schemas of the API description as Python types: a TypedDict for an object, a Literal for a closed list of words."""

import keyword
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]
PLAIN: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
WIDTH: Final = 112
REF: Final = "#/components/schemas/"


def reference(schema: Schema) -> str | None:
    """The component that a schema names, alone or wrapped in an `allOf` of one."""
    only = schema.get("allOf") or [schema]
    return str(only[0]["$ref"]).removeprefix(REF) if len(only) == 1 and "$ref" in only[0] else None


def annotation(schema: Schema, prefix: str = "") -> str:
    """A schema as the text of a type. `prefix` goes before the names of components."""
    named = reference(schema)
    if named:
        found = f"{prefix}{named}"
    elif "oneOf" in schema or "anyOf" in schema:
        found = union(annotation(each, prefix) for each in schema.get("oneOf") or schema["anyOf"])
    elif "enum" in schema:
        found = f"Literal[{', '.join(repr(each) for each in schema['enum'])}]"
    elif isinstance(schema.get("type"), list):
        found = union(annotation({**schema, "type": each}, prefix) for each in schema["type"])
    elif schema.get("type") == "array":
        found = f"list[{annotation(schema.get('items', {}), prefix)}]"
    elif schema.get("type") == "object":
        inner = schema.get("additionalProperties") or {}
        found = f"dict[str, {annotation(inner if isinstance(inner, Mapping) else {}, prefix)}]"
    else:
        found = PLAIN.get(schema.get("type", ""), "Any")
    return union([found, "None"]) if schema.get("nullable") else found


def union(parts: Iterator[str] | list[str]) -> str:
    """Each once, None last; Any takes in all."""
    found = list(dict.fromkeys(part for each in parts for part in each.split(" | ")))
    if "Any" in found:
        return "Any"
    return " | ".join(sorted(found, key=lambda part: part == "None"))


def referred(schema: Any) -> Iterator[str]:
    """The components named anywhere inside a schema."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield str(schema["$ref"]).removeprefix(REF)
        for each in schema.values():
            yield from referred(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from referred(each)


def needed(names: set[str], components: Mapping[str, Schema]) -> set[str]:
    """The named components and all that they name in turn."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= set(referred(components[name])) - found
    return found


def identifier(name: str) -> str:
    """A field's name as an argument's: `as` is `as_`."""
    plain = re.sub(r"\W", "_", name)
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def typed_dict(name: str, fields: Mapping[str, Schema], described: str = "", *, total: bool = True) -> str:
    """A class for an object of these fields; the other spelling where a field's name is no identifier."""
    more = "" if total else ", total=False"
    if any(keyword.iskeyword(field) or not field.isidentifier() for field in fields):
        inner = ", ".join(f"{field!r}: {_quoted(annotation(schema))}" for field, schema in fields.items())
        return f"{name} = TypedDict({name!r}, {{{inner}}}{more})\n"
    lines = [f"class {name}(TypedDict{more}):"]
    lines += [f"    {docstring(described, '    ')}", ""] if described else []
    lines += [f"    {field}: {annotation(schema)}" for field, schema in fields.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return repr(text)  # a name that may be defined further down


def docstring(text: str, indent: str = "") -> str:
    """A description as a docstring, without the first line's indent; broken into lines where it is long."""
    words = re.sub(r"\s+", " ", text).strip().replace("\\", "\\\\").replace('"""', "'''")
    words += " " if words.endswith('"') else ""
    lines = textwrap.wrap(words, WIDTH - len(indent))
    if len(lines) < 2:
        return f'"""{words}"""'
    return f"\n{indent}".join([f'"""{lines[0]}', *lines[1:], '"""'])


def component(name: str, schema: Schema) -> str:
    """The definition of one component."""
    if schema.get("type") == "object" and "properties" in schema:
        return typed_dict(name, schema["properties"], schema.get("description", ""))
    return f"{name}: TypeAlias = {annotation(schema)}\n"
