"""The client's calls, written from the API description: one typed method for each operation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from codegen import names
from codegen.annotations import (
    Schema,
    annotation,
    component,
    docstring,
    identifier,
    needed,
    reference,
    referred,
    typed_dict,
    union,
)

VERBS: Final = ("get", "post", "put", "patch", "delete")
MADE: Final = "# Written by `manage.py write_contracts` from the API description. Change that, not this.\n"
IMPORTS: Final = """
from pathlib import Path
from typing import Any, Literal, Unpack

from designer_bff import types
from designer_bff._async.http import Caller
from designer_bff._async.pages import AsyncPages
from designer_bff.saying import UNSET, StrPath, Unset, quoted, said
"""


@dataclass(frozen=True)
class Operation:
    """One operation of the description. `answer` is the schema of its JSON, None where it has none."""

    method: str
    verb: str
    path: str
    area: str
    said: str
    places: dict[str, str]  # the path's own name of each part -> the argument's
    query: dict[str, Schema]
    required: set[str]
    body: dict[str, Schema]
    needed: list[str]
    by_version: bool
    answer: Schema | None
    is_file: bool

    @property
    def wish(self) -> str:
        return "".join(part.capitalize() for part in self.method.split("_")) + "Wish"

    @property
    def first(self) -> list[str]:
        """Fields of the body that are arguments of their own: what must be said, and what mostly is."""
        chosen = names.FIRST.get(self.method, [])
        return [
            *(each for each in chosen if each in self.needed),
            *(each for each in self.needed if each not in chosen),
            *(each for each in chosen if each not in self.needed),
        ]

    @property
    def more(self) -> dict[str, Schema]:
        return {name: schema for name, schema in self.body.items() if name not in self.first}


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """All operations of an API description, in its order. Raises ValueError where two would have one name."""
    found: dict[str, Operation] = {}
    for path, verbs in document["paths"].items():
        for verb, said in verbs.items():
            if verb in VERBS:
                each = _operation(path, verb, said, document["components"]["schemas"])
                if each.method in found:
                    remedy = "Name one of them in sdk/python/codegen/names.py."
                    raise ValueError(f"{verb.upper()} {path} would be called {each.method!r} too. {remedy}")
                found[each.method] = each
    return list(found.values())


def _operation(path: str, verb: str, said: Schema, components: Mapping[str, Schema]) -> Operation:
    method = names.method_of(said["operationId"], verb, path)
    arguments = said.get("parameters", [])
    as_json = method in names.AS_JSON
    left_out = {"cursor"} | (names.OF_TABLES if as_json else set())
    in_query = [each for each in arguments if each["in"] == "query" and each["name"] not in left_out]
    in_path = sorted((each["name"] for each in arguments if each["in"] == "path"), key=path.index)
    content = said.get("requestBody", {}).get("content", {})
    body = _resolved(next((each["schema"] for each in content.values()), {}), components)
    answers: Schema = next(each for code, each in said["responses"].items() if code.startswith("2")).get("content", {})
    return Operation(
        method=method,
        verb=verb.upper(),
        path=path.removeprefix("/api"),
        area=names.area_of(path),
        said=said.get("description", ""),
        places={name: names.argument_of(method, name, path) for name in in_path},
        query={each["name"]: each["schema"] for each in in_query} if verb in ("get", "delete") else {},
        required={each["name"] for each in in_query if each.get("required")},
        body=dict(body.get("properties", {})),
        needed=[name for name in body.get("properties", {}) if name in body.get("required", [])],
        by_version=any(each["in"] == "header" and each["name"] == "If-Match" for each in arguments),
        answer=answers.get("application/json", {}).get("schema"),
        is_file=bool(set(answers) - {"application/json"}) and not as_json,
    )


def _resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    named = reference(schema)
    return components[named] if named else schema


def item_of(operation: Operation, components: Mapping[str, Schema]) -> Schema | None:
    """What a list that comes in pages is a list of; None for any other answer."""
    if operation.answer is None or operation.verb != "GET" or operation.method in names.WHOLE:
        return None
    fields = _resolved(operation.answer, components).get("properties", {})
    return dict(fields["results"]["items"]) if {"results", "next"} <= fields.keys() else None


def source(operation: Operation, components: Mapping[str, Schema]) -> str:
    """The method's text."""
    item = item_of(operation, components)
    signature = ", ".join(["self", *_arguments(operation)])
    answer = "None" if operation.answer is None else annotation(operation.answer, "types.")
    place = operation.path
    for name, argument in operation.places.items():
        place = place.replace("{" + name + "}", "{quoted(" + argument + ")}")
    call = [repr(operation.verb), f'{"f" if operation.places else ""}"{place}"']
    call += [f"query={_packed(operation.query)}"] if operation.query else []
    said = [f"        {docstring(operation.said, ' ' * 8)}"] if operation.said else []
    if item is not None:
        page = annotation(item, "types.")
        head = f"    def {operation.method}({signature}) -> AsyncPages[{page}]:"
        return "\n".join([head, *said, f"        return AsyncPages(self, {', '.join(call[1:])})"]) + "\n"
    if operation.is_file:
        head = f"    async def {operation.method}({signature}) -> Path:"
        return "\n".join([head, *said, f"        return await self.save(target, {', '.join(call[1:])})"]) + "\n"
    call += _sent(operation)
    head = f"    async def {operation.method}({signature}) -> {answer}:"
    made = f"await self.call({', '.join(call)})"
    end = (
        [f"        {made}"]
        if operation.answer is None
        else [f"        answer: {answer} = {made}", "        return answer"]
    )
    return "\n".join([head, *said, *end]) + "\n"


def _arguments(operation: Operation) -> Iterator[str]:
    yield from (f"{name}: str" for name in operation.places.values())
    if operation.is_file:
        yield "target: StrPath"
    for name in operation.first:
        kind = annotation(operation.body[name], "types.")
        yield f"{name}: {kind}" if name in operation.needed else f"{name}: {union([kind, 'Unset'])} = UNSET"
    yield from (f"{identifier(name)}: {_query_kind(operation.query[name])}" for name in sorted(operation.required))
    optional = [
        f"{identifier(name)}: {_query_kind(kind)} | None = None"
        for name, kind in operation.query.items()
        if name not in operation.required
    ]
    optional += ["if_match: str"] if operation.by_version else []
    optional += ["idempotency_key: str | None = None"] if operation.verb == "POST" else []
    if optional:
        yield "*"
        yield from optional
    if operation.more:
        yield f"**more: Unpack[types.{operation.wish}]"


def _query_kind(schema: Schema) -> str:
    return annotation(schema, "types.").removesuffix(" | None")


def _packed(query: Mapping[str, Schema]) -> str:
    return "{" + ", ".join(f'"{name}": {identifier(name)}' for name in query) + "}"


def _sent(operation: Operation) -> Iterator[str]:
    """The arguments that send the body, and what goes with it."""
    if operation.body:
        packed = [*(f'"{name}": {name}' for name in operation.first), *(["**more"] if operation.more else [])]
        yield f"body=said({{{', '.join(packed)}}})"
    if operation.by_version:
        yield "if_match=if_match"
    if operation.verb == "POST":
        yield "idempotency_key=idempotency_key"


def types_module(document: Mapping[str, Any]) -> str:
    """Every answer's shape, and for each call what may be said beside its first arguments."""
    components = document["components"]["schemas"]
    wanted = [each for each in operations(document) if each.method not in names.BY_HAND]
    roots = {name for each in wanted for name in referred([each.answer or {}, each.body, each.query])}
    for each in operations(document):
        roots |= set(referred(each.answer or {}))
        item = item_of(each, components)
        if item is not None and reference(each.answer or {}):
            roots.discard(str(reference(each.answer or {})))
            roots |= set(referred(item))
    parts = [
        MADE,
        '"""What the studio answers, and what it may be told, as types."""\n',
        "from __future__ import annotations\n",
        "from typing import Any, Literal, TypeAlias, TypedDict\n",
    ]
    aliases: list[str] = []
    classes: list[str] = []
    for name in sorted(needed(roots, components)):
        (classes if "properties" in components[name] else aliases).append(component(name, components[name]))
    wishes = [typed_dict(each.wish, each.more, total=False) for each in wanted if each.more]
    return "\n".join([*parts, *aliases, *classes, *wishes])


def area_modules(document: Mapping[str, Any]) -> dict[str, str]:
    """The text of each area's module: a class of its calls, over `Caller`."""
    components = document["components"]["schemas"]
    areas: dict[str, list[Operation]] = {}
    for each in operations(document):
        if each.method not in names.BY_HAND:
            areas.setdefault(each.area, []).append(each)
    return {area: _module(area, rows, components) for area, rows in sorted(areas.items())}


def _module(area: str, rows: list[Operation], components: Mapping[str, Schema]) -> str:
    """With every import that a call may want: the formatter takes out those that none does."""
    body = "\n".join(source(each, components) for each in rows)
    head = f"{MADE}\n{docstring(f'Calls of the API: {area}.')}\n{IMPORTS}\n"
    return f"{head}\nclass {area.capitalize()}Calls(Caller):\n{body}"
