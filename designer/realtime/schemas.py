"""Payload types as JSON Schema, and the check of a payload against its own."""

from types import NoneType, UnionType
from typing import Any, Final, NotRequired, Union, get_args, get_origin, get_type_hints

import jsonschema

Schema = dict[str, Any]
PLAIN: Final[dict[Any, Schema]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
}


def schema_of(kind: Any) -> Schema:
    """The JSON Schema of a TypedDict or of what its fields may be. Raises TypeError for any other type."""
    if kind in PLAIN:
        return PLAIN[kind]
    if get_origin(kind) is NotRequired:
        return schema_of(get_args(kind)[0])
    if get_origin(kind) is list:
        return {"type": "array", "items": schema_of(get_args(kind)[0])}
    if get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": schema_of(get_args(kind)[1])}
    if get_origin(kind) in (Union, UnionType):
        return {"anyOf": [schema_of(each) for each in get_args(kind)]}
    if not hasattr(kind, "__required_keys__"):
        raise TypeError(f"{kind!r} has no JSON Schema here.")
    fields = {name: schema_of(each) for name, each in get_type_hints(kind).items()}
    said: Schema = {"type": "object", "description": kind.__doc__ or "", "properties": fields}
    return {**said, "required": sorted(kind.__required_keys__)} if kind.__required_keys__ else said


def fault_of(kind: Any, data: Any) -> str:
    """What is wrong with a payload of this type; '' if nothing is."""
    problem = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema_of(kind)).iter_errors(data))
    return "" if problem is None else f"{problem.json_path}: {problem.message}"
