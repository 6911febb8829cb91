"""What works on a photo: Stability's control services and its recolouring, ComfyUI's workflows that load one."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from designer.generations.models import Generation
from designer.providers import registry
from designer.providers.base import ImageRequest, ImageResult, InvalidRequest, ProviderConfig, ProviderDown
from designer.providers.comfyui import ComfyUI, places_of
from designer.providers.stability import Stability
from tests import images
from tests.contract.adapters import PHOTO
from tests.designer.generations.test_flow import ask
from tests.simulators.providers.server import KEY, Simulator, picture
from tests.work import work_off

WISH = ImageRequest(
    prompt="A midi dress", model="", width=768, height=1024, seeds=(11,), references=(PHOTO,), timeout_s=20
)
RECOLOUR = "make the dress navy"
SERVICES = {
    "control-sketch": ("control/sketch", {"control_strength": "0.7"}),
    "control-structure": ("control/structure", {"control_strength": "0.7"}),
    "control-style": ("control/style", {"fidelity": "0.5", "aspect_ratio": "4:5"}),
    "search-and-recolor": ("edit/search-and-recolor", {"select_prompt": "trench coat"}),
}
KONTEXT = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "{reference_1}"}},
    "2": {"class_type": "LoadImage", "inputs": {"image": "{reference_2}"}},
    "3": {"class_type": "ReferenceLatent", "inputs": {"latent": ["1", 0]}},
    "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "{prompt}"}},
    "5": {"class_type": "KSampler", "inputs": {"seed": "{seed}", "steps": "{steps}"}},
    "6": {"class_type": "SaveImage", "inputs": {"filename_prefix": "designer", "images": ["5", 0]}},
}

WORDS = {name: node for name, node in KONTEXT.items() if node["class_type"] not in ("LoadImage", "ReferenceLatent")}


def drawn(provider: Any, wish: ImageRequest) -> ImageResult:
    return provider.generate(wish, idempotency_key="k-1", cancelled=lambda: False, progress=lambda share: None)


@pytest.fixture
def stability(simulator: Simulator) -> Stability:
    return Stability(ProviderConfig(api_key=KEY, base_url=simulator.url("stability")))


@pytest.fixture
def comfyui(simulator: Simulator, tmp_path) -> object:
    """The adapter, with those workflows in files."""

    def made(**workflows: object) -> ComfyUI:
        for kind, graph in workflows.items():
            (tmp_path / kind).write_text(graph if isinstance(graph, str) else json.dumps(graph))
        options = {kind: str(tmp_path / kind) for kind in workflows}
        return ComfyUI(ProviderConfig(base_url=simulator.url("comfyui"), options=options))

    return made


def graph_sent(simulator: Simulator) -> dict[str, Any]:
    return next(call.json()["prompt"] for call in reversed(simulator.calls) if call.path == "/prompt")


@pytest.mark.parametrize("model", SERVICES)
def test_each_service_is_asked_in_its_own_form(model: str, stability: Stability, simulator: Simulator) -> None:
    wish = replace(WISH, model=model, aspect_ratio="4:5", height=960, attributes={"garment": "trench_coat"})
    made = drawn(stability, wish)
    path, said = SERVICES[model]
    (call,) = simulator.calls
    assert call.path == f"/v2beta/stable-image/{path}"
    form = call.fields()
    assert {name: form[name] for name in said} == said
    assert (made.model, made.images[0].seed, len(call.files("image"))) == (model, 11, 1)
    assert made.images[0].width / made.images[0].height == pytest.approx(4 / 5, rel=0.03)
    assert [charge.model for charge in simulator.charges] == [model]


@pytest.mark.parametrize("model", SERVICES)
def test_without_its_photo_nothing_is_asked(model: str, stability: Stability, simulator: Simulator) -> None:
    with pytest.raises(InvalidRequest) as caught:
        drawn(stability, replace(WISH, model=model, aspect_ratio="4:5", references=()))
    assert (caught.value.field, simulator.calls) == ("references", [])


def test_a_garment_that_nobody_knows_is_looked_for_as_clothing(stability: Stability, simulator: Simulator) -> None:
    drawn(stability, replace(WISH, model="search-and-recolor", aspect_ratio="4:5"))
    assert simulator.calls[0].fields()["select_prompt"] == "clothing"


def test_comfyui_begins_from_the_photo_that_it_was_sent(comfyui, simulator: Simulator) -> None:
    made = drawn(comfyui(), replace(WISH, model="workflow", references=(picture(900, 300, 4),)))
    graph = graph_sent(simulator)
    (name,) = [node["inputs"]["image"] for node in graph.values() if node["class_type"] == "LoadImage"]
    upload = next(call for call in simulator.calls if call.path == "/upload/image")
    sent = Image.open(io.BytesIO(upload.files("image")[0].data))
    assert name == f"designer/{upload.files('image')[0].filename}"
    assert sent.size == (768, 1024) == (made.images[0].width, made.images[0].height)
    sampler = next(node["inputs"] for node in graph.values() if node["class_type"] == "KSampler")
    assert 0 < sampler["denoise"] < 1
    assert not any(node["class_type"] == "EmptyLatentImage" for node in graph.values())


def test_the_words_of_a_brief_are_no_place_for_a_photo(comfyui, simulator: Simulator) -> None:
    drawn(comfyui(), replace(WISH, model="workflow", prompt="{reference}"))
    texts = [
        node["inputs"]["text"] for node in graph_sent(simulator).values() if node["class_type"] == "CLIPTextEncode"
    ]
    assert "{reference}" in texts


def test_a_workflow_for_edits_takes_as_many_photos_as_it_loads(comfyui, simulator: Simulator) -> None:
    provider = comfyui(edit_workflow=KONTEXT)
    can = provider.capabilities("edit")
    assert (can.edits, can.min_references, can.max_references) == (True, 1, 2)
    wish = replace(WISH, model="edit", prompt="make the sleeves longer", references=(PHOTO, picture(64, 80, 5)))
    made = drawn(provider, wish)
    first, second = (graph_sent(simulator)[node]["inputs"]["image"] for node in "12")
    assert first != second and graph_sent(simulator)["4"]["inputs"]["text"] == "make the sleeves longer"
    assert made.model == "edit"
    assert provider.look_up("k-1").model == "edit", "who looks later is told the same"


def test_one_photo_fills_every_place_of_a_workflow(comfyui, simulator: Simulator) -> None:
    drawn(comfyui(edit_workflow=KONTEXT), replace(WISH, model="edit"))
    assert graph_sent(simulator)["1"]["inputs"] == graph_sent(simulator)["2"]["inputs"]


@pytest.mark.parametrize("workflow", [None, "no json", [], {"1": {"class_type": "SaveImage", "inputs": {}}}])
def test_a_workflow_for_edits_that_loads_no_photo_is_none_and_the_setting_is_named(
    workflow: object, comfyui, simulator: Simulator
) -> None:
    provider = comfyui(**({} if workflow is None else {"edit_workflow": workflow}))
    with pytest.raises(InvalidRequest) as caught:
        provider.capabilities("edit")
    assert (caught.value.field, "COMFYUI_EDIT_WORKFLOW" in caught.value.remedy) == ("model", True)


def test_a_workflow_of_ones_own_takes_photos_where_one_for_photos_is_set(comfyui, simulator: Simulator) -> None:
    assert comfyui(workflow=WORDS).capabilities("workflow").max_references == 0
    both = comfyui(workflow=WORDS, photo_workflow=KONTEXT)
    assert both.capabilities("workflow").max_references == 2
    drawn(both, replace(WISH, model="workflow"))
    assert graph_sent(simulator)["1"]["inputs"]["image"].startswith("designer/")


@pytest.mark.parametrize(
    ("workflows", "photos", "setting"),
    [
        ({"workflow": KONTEXT}, (), "COMFYUI_PHOTO_WORKFLOW"),
        ({"photo_workflow": WORDS}, (PHOTO,), "COMFYUI_PHOTO_WORKFLOW"),
        ({"photo_workflow": "no json"}, (PHOTO,), "COMFYUI_PHOTO_WORKFLOW"),
    ],
)
def test_a_workflow_that_does_not_fit_what_is_sent_is_named_before_anything_is_queued(
    workflows: dict[str, Any], photos: tuple[bytes, ...], setting: str, comfyui, simulator: Simulator
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        drawn(comfyui(**workflows), replace(WISH, model="workflow", references=photos))
    assert setting in caught.value.remedy
    assert not any(call.method == "POST" for call in simulator.calls)


@pytest.mark.parametrize(
    ("value", "photos"),
    [("{reference}", 1), ("{reference_1}", 1), ("{reference_3}", 3), ("{reference_0}", 0), ("a/{reference}.png", 0)],
)
def test_only_a_whole_value_is_a_place_for_a_photo(value: str, photos: int) -> None:
    assert max(places_of({"1": {"inputs": {"image": value}}}).values(), default=-1) + 1 == photos


def test_a_photo_that_cannot_be_put_there_leaves_no_doubt_whether_anything_was_drawn(
    comfyui, simulator: Simulator
) -> None:
    simulator.plan("comfyui", "empty", path="/upload")
    with pytest.raises(ProviderDown) as caught:
        drawn(comfyui(), replace(WISH, model="workflow"))
    assert not caught.value.outcome_unknown and not any(call.path == "/prompt" for call in simulator.calls)


class TestThroughTheStudio:
    """What a designer sees of it."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def set_up(self, simulator: Simulator, settings) -> Iterator[object]:
        def make(**options: object) -> None:
            settings.IMAGE_PROVIDERS, settings.LANGUAGE_PROVIDER = list(options), "local"
            registry.configure({
                name: ProviderConfig(api_key=KEY, base_url=simulator.url(name), options=said)
                for name, said in options.items()
            })  # fmt: skip

        yield make
        registry.configure(settings.PROVIDERS)

    def wish(self, client, **more: object) -> dict[str, Any]:
        file = SimpleUploadedFile("photo.png", images.encoded("PNG"), "image/png")
        photo = client.post("/api/assets", {"file": file}, format="multipart").json()["id"]
        return {"brief": "a navy dress", "n": 1, "references": [photo], "aspect_ratio": "1:1", **more}

    def edit(self, client, brief: str, **more: object) -> dict[str, Any]:
        wish = self.wish(client, brief=brief, mode="edit", **more)
        return {**wish, "source": wish["references"][0]}

    def made(self, client, wish: dict[str, Any]) -> Generation:
        said = ask(client, **wish)
        assert said.status_code == 202, said.content
        work_off("interactive")
        return Generation.objects.get(pk=said.json()["id"])

    def test_another_colour_is_an_edit_that_stability_can_make(self, client_of, set_up, simulator: Simulator) -> None:
        set_up(stability={})
        client = client_of("editor")
        row = self.made(client, self.edit(client, RECOLOUR, aspect_ratio="3:4"))
        assert (row.status, row.model) == ("succeeded", "search-and-recolor")
        assert RECOLOUR in simulator.calls[-1].fields()["prompt"]

    def test_another_edit_is_not(self, client_of, set_up, simulator: Simulator) -> None:
        set_up(stability={})
        client = client_of("editor")
        refused = ask(client, **self.edit(client, "make the sleeves longer"))
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["field"]) == (422, "mode")
        assert "nothing else" in error["message"]
        more = ask(client, **self.edit(client, RECOLOUR, added_words="add a belt"))
        assert (more.status_code, more.json()["errors"][0]["field"]) == (422, "mode")
        drawing = ask(client, **self.wish(client, model="search-and-recolor"))
        assert (drawing.status_code, drawing.json()["errors"][0]["field"]) == (422, "model")
        assert simulator.calls == []

    def test_who_names_it_is_warned_and_gets_it(self, client_of, set_up) -> None:
        set_up(stability={})
        client = client_of("editor")
        wish = self.edit(client, "ein tiefes Burgunderrot", model="search-and-recolor")
        said = client.post("/api/generations/preview", wish, format="json").json()["estimate"]
        assert any("nothing else" in each for each in said["warnings"])
        assert self.made(client, wish).model == "search-and-recolor"

    def test_an_outline_is_kept_for_who_names_it_only(self, client_of, set_up, simulator: Simulator) -> None:
        set_up(stability={})
        client = client_of("editor")
        routed = client.post("/api/generations/preview", self.wish(client), format="json").json()["estimate"]
        assert routed["model"] in ("ultra", "sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium")
        assert any("by name" in each["reason"] for each in routed["excluded"] if each["model"] == "control-style")
        row = self.made(client, self.wish(client, model="control-structure"))
        assert (row.status, row.model) == ("succeeded", "control-structure")

    def test_one_that_begins_from_a_photo_is_refused_without_one(self, client_of, set_up) -> None:
        set_up(stability={})
        refused = ask(client_of("editor"), brief="a navy dress", n=1, model="control-sketch", aspect_ratio="1:1")
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["field"]) == (422, "references")

    def test_an_edit_goes_to_the_workflow_for_edits(self, client_of, set_up, tmp_path, simulator: Simulator) -> None:
        (tmp_path / "edit.json").write_text(json.dumps(KONTEXT))
        set_up(comfyui={"edit_workflow": str(tmp_path / "edit.json")})
        client = client_of("editor")
        row = self.made(client, self.edit(client, "make the sleeves longer"))
        assert (row.status, row.model) == ("succeeded", "edit")
        looked_at = self.wish(client)  # a photo to look at is none to be changed
        for wish in (looked_at, {**looked_at, "references": []}):
            plain = client.post("/api/generations/preview", wish, format="json").json()
            assert plain["estimate"]["model"] == "workflow"

    def test_the_catalogue_says_what_is_to_be_set(self, client_of, set_up) -> None:
        set_up(comfyui={})
        rows = client_of("editor").get("/api/models", {"provider": "comfyui"}).json()["results"]
        (edit,) = [each for each in rows if each["model"] == "edit"]
        assert not edit["available"] and "COMFYUI_EDIT_WORKFLOW" in edit["remedy"]
        refused = ask(client_of("editor"), brief="a coat", n=1, model="edit", provider="comfyui")
        assert (refused.status_code, refused.json()["code"]) == (422, "not_set_up")
        assert "COMFYUI_EDIT_WORKFLOW" in refused.content.decode()
