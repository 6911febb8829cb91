"""Every event that the product tells has a type, the types are what is told, and the documents say the same."""

import re
from typing import Any

import pytest
import yaml

from designer.realtime import asyncapi, events, limits, payloads
from designer.realtime.models import Event
from designer.realtime.protocol import CODES, KINDS
from designer.realtime.schemas import fault_of, schema_of
from tests.designer.generations.test_flow import made
from tests.stack import ROOT

CONSTANT = re.compile(r'^[A-Z_]+: Final = "([a-z_]+:[a-z_]+)"$', re.MULTILINE)
SAID = re.compile(r'\b(?:record|tick|announce)\([^)]*?"([a-z_]+:[a-z_]+)"')
REFUSED = re.compile(r'\b(?:Malformed|error)\(\s*"(\w+)"')
ROOMS = ("teams", "designer", "enhancement", "batches", "analytics")


def test_every_name_of_an_event_has_a_payload():
    names = CONSTANT.findall((ROOT / "designer" / "realtime" / "events.py").read_text())
    assert len(names) > 20 and set(names) == set(events.PAYLOADS)


def test_no_room_tells_an_event_by_a_name_of_its_own():
    own = {
        (str(path.relative_to(ROOT)), name)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for name in SAID.findall(path.read_text())
    }
    assert not own


def test_a_payload_unlike_its_type_is_refused_where_that_is_asked_for(settings):
    settings.CHECK_EVENTS = True
    events.checked_event(events.COST_UPDATED, {"subject": "generation:1", "amount": "0.04", "simulated": False})
    with pytest.raises(ValueError, match=r"cost:updated: .*amount"):
        events.checked_event(events.COST_UPDATED, {"subject": "generation:1", "amount": 0.04, "simulated": False})
    with pytest.raises(ValueError, match="required"):
        events.checked_event(events.COST_UPDATED, {})
    with pytest.raises(ValueError, match="does not know it"):
        events.checked_event("cost:forgotten", {})


@pytest.mark.django_db(transaction=True)
def test_what_a_generation_and_its_feedback_tell_is_what_their_types_say(client_of, settings):
    settings.CHECK_EVENTS = True
    client = client_of("editor")
    done = made(client)
    assert done["status"] == "succeeded", done["error"]
    client.post(f"/api/generations/{done['id']}/feedback", {"kind": "like"}, format="json")
    asset = f"/api/assets/{done['assets'][0]['id']}"
    assert (client.delete(asset).status_code, client.post(f"{asset}/restore").status_code) == (204, 200)
    told = set(Event.objects.values_list("event", flat=True))
    wanted = {"generation:stage", "generation:complete", "cost:updated", "feedback:changed", "asset:trashed"}
    assert wanted <= told <= set(events.PAYLOADS)


def test_schemas_know_what_may_be_missing_or_null():
    assert schema_of(payloads.BatchItemEnded)["properties"]["error"] == {
        "anyOf": [{"type": "object", "additionalProperties": {}}, {"type": "null"}]
    }
    assert fault_of(payloads.Progress, {"stage": "tiles", "percent": 3}) == ""
    assert fault_of(payloads.Progress, {"percent": 3}) != ""
    with pytest.raises(TypeError):
        schema_of(set)


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        inner = [one for value in node.values() for one in references(value)]
        return [*inner, node["$ref"]] if isinstance(node.get("$ref"), str) else inner
    return [one for value in node for one in references(value)] if isinstance(node, list) else []


def test_the_description_of_the_socket_is_whole():
    written = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())
    assert written == asyncapi.document() and written["asyncapi"] == "3.0.0"
    for reference in references(written):
        place: Any = written
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert place
    assert set(asyncapi.SAID) == KINDS


def test_every_code_with_which_the_socket_refuses_or_closes_is_written_down():
    realtime = ROOT / "designer" / "realtime"
    said = {code for path in realtime.glob("*.py") for code in REFUSED.findall(path.read_text())}
    assert said | {"not_found"} == set(CODES)
    page = (ROOT / "docs" / "realtime.md").read_text()
    closing = [str(code) for name, code in vars(limits).items() if name.startswith("CLOSE_")]
    assert [code for code in [*(f"`{code}`" for code in CODES), *closing] if code not in page] == []
