"""The frame of the provider simulator, spoken to over a bare HTTP connection."""

import http.client
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from tests.simulators.providers.server import Answer, Call, Charge, Route, Simulator, answer, picture
from tests.simulators.providers.wire import parts_of

SAID = {"said": "x" * 5_000}


def speak(call: Call, behaviour: str | None, details: dict[str, Any]) -> Answer:
    """A vendor of one word, which bills one image for every word it says."""
    if behaviour == "error_500":
        return answer({"error": details.get("why", "")}, 500)
    call.state["spoken"] = call.state.get("spoken", 0) + 1
    return answer(SAID | {"spoken": call.state["spoken"], "arg": call.args.get("word", "")}, charge=Charge(model="m"))


@pytest.fixture
def probe() -> Iterator[Simulator]:
    with Simulator() as simulator:
        routes = (Route("POST", "/v1/(?P<word>[a-z]+)", speak), Route("GET", "/v1/state", speak, plans=False))
        simulator.routes["probe"] = routes
        yield simulator


def ask(
    simulator: Simulator, method: str, path: str, body: bytes = b"", timeout: float = 10, **headers: str
) -> tuple[int, bytes]:
    link = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=timeout)
    try:
        link.request(method, path, body, headers)
        said = link.getresponse()
        return said.status, said.read()
    finally:
        link.close()


def test_a_call_is_answered_noted_and_billed(probe: Simulator) -> None:
    status, body = ask(probe, "POST", "/probe/v1/hello?deep=1", b'{"a": 1}', Authorization="Bearer k")
    assert (status, json.loads(body)["arg"]) == (200, "hello")
    call = probe.calls[0]
    assert (call.path, call.query, call.json(), call.key()) == ("/v1/hello", {"deep": "1"}, {"a": 1}, "k")
    assert [(line.vendor, line.path, line.number) for line in probe.charges] == [("probe", "/v1/hello", 1)]


def test_a_plan_befalls_as_many_calls_as_it_says_and_only_those_of_its_path(probe: Simulator) -> None:
    probe.plan("probe", "error_500", times=2, path="/a", why="tired")
    answers = [ask(probe, "POST", f"/probe/v1/{word}")[0] for word in ("b", "a", "a", "a")]
    assert answers == [200, 500, 500, 200]
    assert [call.behaviour for call in probe.calls] == [None, "error_500", "error_500", None]
    assert len(probe.charges) == 2


def test_a_poll_does_not_use_up_what_is_planned(probe: Simulator) -> None:
    probe.plan("probe", "error_500")
    assert [ask(probe, "GET", "/probe/v1/state")[0], ask(probe, "POST", "/probe/v1/a")[0]] == [200, 500]


def test_plans_made_to_last_hold_until_the_reset_which_forgets_everything(probe: Simulator) -> None:
    probe.plan("probe", "error_500", times=0)
    assert [ask(probe, "POST", "/probe/v1/a")[0] for _ in range(3)] == [500, 500, 500]
    probe.reset()
    assert json.loads(ask(probe, "POST", "/probe/v1/a")[1])["spoken"] == 1
    assert (len(probe.calls), len(probe.charges)) == (1, 1)


@pytest.mark.parametrize("at", ["start", "body"])
def test_a_cut_breaks_the_connection_after_the_vendor_billed(at: str, probe: Simulator) -> None:
    probe.plan("probe", "cut", at=at)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        ask(probe, "POST", "/probe/v1/a")
    assert len(probe.charges) == 1


def test_a_slow_answer_outlasts_the_callers_patience_and_was_billed_all_the_same(probe: Simulator) -> None:
    probe.plan("probe", "slow")
    with pytest.raises(TimeoutError):
        ask(probe, "POST", "/probe/v1/a", timeout=0.2)
    assert len(probe.charges) == 1


def test_a_dripping_answer_comes_byte_by_byte_and_never_ends(probe: Simulator) -> None:
    probe.plan("probe", "drip", seconds=0.2, pause=0.01)
    link = http.client.HTTPConnection("127.0.0.1", probe.port, timeout=5)
    link.request("POST", "/probe/v1/a")
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        link.getresponse().read()
    link.close()


def test_a_gateways_page_costs_nothing_and_a_broken_body_costs_as_a_good_one(probe: Simulator) -> None:
    for behaviour in ("html", "empty", "corrupt", "huge_json", "deep_json"):
        probe.plan("probe", behaviour)
    page, empty, corrupt, huge, deep = (ask(probe, "POST", "/probe/v1/a") for _ in range(5))
    assert (page[0], page[1][:15]) == (502, b"<!doctype html>")
    assert (empty, corrupt[0], huge[0]) == ((200, b""), 200, 200)
    with pytest.raises(ValueError):
        json.loads(corrupt[1])
    assert len(huge[1]) > 16 << 20
    with pytest.raises(RecursionError):
        json.loads(deep[1])
    assert len(probe.charges) == 4


def test_it_is_told_and_asked_over_http_without_giving_keys_away(probe: Simulator) -> None:
    plan = {"vendor": "probe", "behaviour": "error_500", "times": 1, "why": "x"}
    assert ask(probe, "POST", "/_control/plan", json.dumps(plan).encode())[0] == 200
    assert ask(probe, "POST", "/probe/v1/a", b"{}", Authorization="Bearer secret")[0] == 500
    calls = ask(probe, "GET", "/_control/calls")[1]
    assert (json.loads(calls)[0]["behaviour"], b"secret" in calls) == ("error_500", False)
    assert json.loads(ask(probe, "GET", "/_control/charges")[1]) == []
    assert ask(probe, "POST", "/_control/reset")[0] == 200
    assert probe.calls == []


@pytest.mark.parametrize(
    "plan",
    [b'{"vendor": "nobody", "behaviour": "ok"}', b'{"vendor": "probe", "behaviour": "odd"}', b"{}", b"[1]", b"no json"],
)
def test_a_plan_that_cannot_be_played_is_refused(plan: bytes, probe: Simulator) -> None:
    assert ask(probe, "POST", "/_control/plan", plan)[0] == 400


def test_a_form_gives_its_files_back_byte_by_byte() -> None:
    data = bytes(range(256)) + b"\r\n--no\r\n"
    head = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n%s\r\n'
    body = head % (b"prompt", b"", b"") + b"a dress\r\n"
    body += head % (b"image[]", b'; filename="a.png"', b"Content-Type: image/png\r\n") + data + b"\r\n--b--\r\n"
    call = Call(
        vendor="v", method="POST", path="/", body=body, headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert call.fields() == {"prompt": "a dress"}
    assert [(part.data, part.media_type) for part in call.files("image")] == [(data, "image/png")]
    assert parts_of("application/json", body) == []


def test_pictures_are_real_colourful_and_differ_by_seed() -> None:
    image = Image.open(io.BytesIO(picture(96, 128, 1)))
    assert (image.format, image.size) == ("PNG", (96, 128))
    assert len(set(image.get_flattened_data())) > 50
    assert picture(96, 128, 1) == picture(96, 128, 1) != picture(96, 128, 2)
