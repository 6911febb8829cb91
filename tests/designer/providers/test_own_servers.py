"""ComfyUI and the WebUI on machines of one's own: found again after a break, stopped, and their failures told."""

import json
import time
from dataclasses import replace

import pytest

from designer.providers.a1111 import WebUI
from designer.providers.base import Cancelled, ImageRequest, InvalidRequest, ProviderConfig, ProviderDown, TimedOut
from designer.providers.comfyui import WORKFLOW, ComfyUI

WISH = ImageRequest(prompt="a coat", negative_prompt="fur", model="workflow", width=512, height=680, seeds=(7,))


def comfy(simulator, **options: str) -> ComfyUI:
    return ComfyUI(ProviderConfig(base_url=simulator.url("comfyui"), options=options))


def asked(provider, wish=WISH, key="k-1", cancelled=lambda: False):
    shown: list[float] = []
    made = provider.generate(wish, idempotency_key=key, cancelled=cancelled, progress=shown.append)
    return made, shown


def queued(simulator) -> list[dict]:
    return [call.json() for call in simulator.calls if call.path == "/prompt"]


def test_a_call_that_broke_off_is_found_again_and_never_queued_twice(simulator):
    first, _ = asked(comfy(simulator))
    again = comfy(simulator)
    assert again.look_up("k-1").images[0].data == first.images[0].data
    assert again.look_up("k-2") is None
    repeated, _ = asked(again)
    assert repeated.images[0].data == first.images[0].data
    assert len(queued(simulator)) == 1 == len(simulator.charges)


def test_the_workflow_holds_the_words_the_seed_and_the_size_as_they_are(simulator):
    words = 'a "coat" {seed} \\n'
    made, shown = asked(comfy(simulator), replace(WISH, prompt=words, quality="draft"))
    graph = queued(simulator)[0]["prompt"]
    assert graph["6"]["inputs"]["text"] == words and graph["7"]["inputs"]["text"] == "fur"
    assert (graph["3"]["inputs"]["seed"], graph["3"]["inputs"]["steps"]) == (7, 12)
    assert (made.images[0].width, made.images[0].height) == (512, 680)
    assert shown == sorted(shown) and shown[-1] == 1.0


def test_a_workflow_of_one_s_own_is_filled_in(simulator, tmp_path):
    own = {**WORKFLOW, "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "{prompt}", "clip": ["4", 1], "x": 1}}}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(own))
    asked(comfy(simulator, workflow=str(path), checkpoint="juggernaut.safetensors"))
    graph = queued(simulator)[0]["prompt"]
    assert graph["6"]["inputs"]["x"] == 1 and graph["4"]["inputs"]["ckpt_name"] == "juggernaut.safetensors"


@pytest.mark.parametrize("text", ["no json", "[]", None])
def test_a_workflow_that_cannot_be_read_names_its_setting(simulator, tmp_path, text):
    path = tmp_path / "mine.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InvalidRequest) as refused:
        asked(comfy(simulator, workflow=str(path)))
    assert (refused.value.field, "COMFYUI_WORKFLOW" in refused.value.remedy) == ("model", True)
    assert queued(simulator) == []


def test_a_node_that_fails_is_told_with_its_reason(simulator):
    simulator.plan("comfyui", "ok", fails="CUDA out of memory")
    with pytest.raises(ProviderDown, match="CUDA out of memory"):
        asked(comfy(simulator))


def test_a_stop_takes_the_work_out_of_the_queue(simulator):
    with pytest.raises(Cancelled):
        asked(comfy(simulator), cancelled=lambda: bool(queued(simulator)))
    assert {call.path for call in simulator.calls if call.method == "POST"} == {"/prompt", "/queue", "/interrupt"}
    assert comfy(simulator).look_up("k-1") is None


def test_work_that_is_not_done_in_time_is_stopped_and_its_outcome_unknown(simulator, monkeypatch):
    monkeypatch.setattr("tests.simulators.providers.vendors.comfyui.LOOKS", 10_000)
    with pytest.raises(TimedOut):
        asked(comfy(simulator), replace(WISH, timeout_s=1.2))
    assert any(call.path == "/interrupt" for call in simulator.calls)


def webui(simulator) -> WebUI:
    return WebUI(ProviderConfig(base_url=simulator.url("a1111"), api_key="me:secret"))


def test_the_webui_is_told_to_stop_while_it_draws(simulator):
    simulator.plan("a1111", "slow", seconds=2, path="txt2img")
    begun = time.monotonic()
    wish = replace(WISH, model="checkpoint", timeout_s=20)
    asked(webui(simulator), wish, cancelled=lambda: time.monotonic() - begun > 0.3)
    assert [call.path for call in simulator.calls if call.path.endswith("interrupt")] == ["/sdapi/v1/interrupt"]


def test_the_webui_says_which_checkpoint_drew_and_with_which_seed(simulator):
    made, shown = asked(webui(simulator), replace(WISH, model="checkpoint"))
    assert (made.model, made.images[0].seed) == ("checkpoint:sd_xl_base_1.0", 7)
    assert simulator.calls[0].headers["authorization"].startswith("Basic ")
    assert shown[-1] == 1.0
