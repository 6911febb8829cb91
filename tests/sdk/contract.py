"""What both clients are held against: the API's operations, and what the socket understands."""

import sys

import jsonschema
from drf_spectacular.generators import SchemaGenerator

from designer.realtime import asyncapi
from tests.stack import ROOT

sys.path.insert(0, str(ROOT / "sdk" / "python"))
from codegen.operations import Operation, operations
from codegen.typescript import camel
from codegen.unasync import synced

__all__ = ["OPERATIONS", "Operation", "camel", "synced", "understood"]

OPERATIONS = operations(SchemaGenerator().get_schema(request=None, public=True))


def understood(said: list[dict]) -> None:
    """Fails for what the AsyncAPI description does not have; its ids are UUIDs, ours here are not."""
    messages = asyncapi.document()["components"]["messages"]
    for each in said:
        schema = messages[f"say.{each['type']}"]["payload"]
        jsonschema.validate({**each, "channel": "system"} if "channel" in each else each, schema)
        assert set(each) <= set(schema["properties"])
