"""The Python client and the API description say the same, and its two halves are one."""

import inspect
import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from io import StringIO
from pathlib import Path
from typing import get_args, get_overloads, get_type_hints

import designer_bff
import httpx2
import pytest
from designer_bff import AsyncDesignerBFF, DesignerBFF, LiveEvent, payload
from designer_bff.following import Follower, Place
from django.core.management import call_command

from designer.realtime import asyncapi
from designer.realtime.events import PAYLOADS, SHOWN
from tests.sdk.contract import OPERATIONS, Operation, synced, understood
from tests.stack import ROOT


def test_what_is_generated_is_up_to_date():
    call_command("write_contracts", check=True, stdout=StringIO())


def arguments(operation: Operation, call: object, target: Path) -> tuple[list[object], dict[str, object]]:
    """Something for every argument that must be said."""
    target.write_bytes(b"something")
    asked: list[object] = [target] if operation.method == "import_portfolio" else []
    for name, facts in inspect.signature(call).parameters.items():
        if facts.kind == facts.POSITIONAL_OR_KEYWORD and facts.default is facts.empty:
            asked.append(target if name in ("target", "photo", "sheet", "picture") else f"the {name}")
    return asked, {"if_match": '"1"'} if operation.by_version else {}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.method)
def test_every_operation_of_the_api_is_reached_by_a_method_of_its_name(operation: Operation, tmp_path: Path):
    said: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        said.append(request)
        return httpx2.Response(200, json={"results": [], "next": None})

    with DesignerBFF("https://studio.example", "t", transport=httpx2.MockTransport(answer)) as studio:
        call = getattr(studio, operation.method)
        asked, named = arguments(operation, call, tmp_path / "file")
        found = call(*asked, **named)
        if hasattr(found, "all"):
            found.all()
    place = "/api" + operation.path
    for name, argument in operation.places.items():
        place = place.replace("{" + name + "}", f"the%20{argument}")
    assert [(each.method, each.url.raw_path.decode().partition("?")[0]) for each in said] == [(operation.verb, place)]
    assert ("Idempotency-Key" in said[0].headers) == (operation.verb == "POST")
    assert said[0].headers.get("If-Match") == ('"1"' if operation.by_version else None)


def test_both_halves_have_the_same_methods_with_the_same_arguments():
    halves = [{name for name in dir(half) if not name.startswith("_")} for half in (DesignerBFF, AsyncDesignerBFF)]
    assert halves[0] == {synced(name) for name in halves[1]}
    for name in halves[0] - {"close"}:
        pair = [getattr(half, name) for half in (DesignerBFF, AsyncDesignerBFF)]
        if callable(pair[0]):
            shown = [str(inspect.signature(each)).replace("_async", "_sync").replace("Async", "") for each in pair]
            assert shown[0] == shown[1], name


def test_every_type_can_be_resolved():
    from designer_bff import types

    hints = [get_type_hints(each) for each in vars(types).values() if isinstance(each, type)]
    assert len(hints) > 100 and get_type_hints(types.Generation)["assets"] == list[types.Asset]


def test_every_event_of_the_studio_has_its_type():
    events = {name for name in PAYLOADS if name not in SHOWN}
    known = {name for each in get_overloads(payload) for name in get_args(get_type_hints(each)["names"])}
    assert known == events
    done = LiveEvent("generation:complete", {"assets": ["1"]}, 4, "generation:1")
    assert payload(done, "generation:complete") == {"assets": ["1"]} and payload(done, "batch:item") is None


def test_the_client_says_nothing_that_the_socket_does_not_understand():
    follower = Follower({"generation:1": Place(7, "an epoch")})
    follower.opened()
    follower.heard('{"type": "subscribed", "channel": "generation:1", "seq": 7, "head": 7, "epoch": "e"}', 1.0)
    for kind in ("presence", "cursor", "reaction"):
        follower.show(kind, "generation:1", {"x": 1})
    follower.wake(2.0)
    follower.remove("generation:1")
    said = [json.loads(text) for text in follower.outbox]
    understood(said)
    assert {each["type"] for each in said} == set(asyncapi.SAID) - {"auth"}  # it signs in by a header


def test_the_wheel_carries_its_types_and_its_command_works_where_it_is_installed(tmp_path: Path):
    copy = tmp_path / "source"
    subprocess.run(["cp", "-r", ROOT / "sdk" / "python", copy], check=True)
    code = "import setuptools.build_meta as made, sys; print(made.build_wheel(sys.argv[1]))"
    built = subprocess.run([sys.executable, "-c", code, tmp_path], cwd=copy, capture_output=True, text=True, check=True)
    wheel = tmp_path / built.stdout.strip().splitlines()[-1]
    with zipfile.ZipFile(wheel) as file:
        held = {name for name in file.namelist() if name.startswith("designer_bff/")}
    source = ROOT / "sdk" / "python"
    wanted = {str(path.relative_to(source)) for path in (source / "designer_bff").rglob("*.py")}
    assert held == wanted | {"designer_bff/py.typed"}
    place = tmp_path / "fresh"
    venv.create(place, with_pip=False)
    pip = [sys.executable, "-m", "pip", f"--python={place}", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True, capture_output=True, timeout=120)
    (packages,) = place.glob("lib/*/site-packages")
    (packages / "beside.pth").write_text(sysconfig.get_path("purelib"))  # its two dependencies, without a download
    told = subprocess.run(
        [place / "bin" / "designer-bff", "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert told.stdout == f"designer-bff {designer_bff.__version__}\n", told.stderr
