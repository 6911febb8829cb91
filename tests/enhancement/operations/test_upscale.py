import dataclasses
import gc
import hashlib
import json
import shutil
import subprocess
import sys
import weakref

import numpy as np
import pytest
import torch
from PIL import Image

from enhancement.engine import choosing, manifest, own, stock, trying, warm, weights
from enhancement.engine.errors import EngineCancelled, EngineError, InvalidWeights, MissingWeights
from enhancement.fidelity import compared
from enhancement.operations import registry, upscale
from enhancement.operations.base import ParameterError
from tests.enhancement.engine.conftest import shared_data

GENERAL = "realesr-general-x4v3"


def run(image, *, progress=lambda share: None, cancelled=lambda: False, **params):
    return registry.get("upscale").run(image, params, progress=progress, cancelled=cancelled)


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_a_picture_becomes_that_many_times_as_large_and_stays_itself(picture, scale):
    result = run(picture, scale=scale)
    assert result.image.size == (24 * scale, 16 * scale)
    plain = picture.resize(result.image.size, Image.Resampling.BICUBIC)
    assert np.abs(np.asarray(plain, int) - np.asarray(result.image, int)).mean() < 4


def test_the_facts_say_what_was_done_and_fit_into_json(picture):
    facts = run(picture, scale=2).facts
    assert json.loads(json.dumps(facts)) == facts
    assert facts["model"] == "designer-compact-x2"
    assert facts["device"] == "cpu float32"
    assert (facts["width"], facts["height"]) == (48, 32)
    assert facts["seconds"] > 0


def test_the_wish_is_filled_with_defaults_and_numbers_may_be_text():
    operation = registry.get("upscale")
    assert operation.validate({}) == {each.name: each.default for each in operation.parameters}
    assert operation.validate({})["scale"] == 2
    assert operation.validate({"scale": "4"})["scale"] == 4


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"scale": 3}, "scale"),
        ({"scale": True}, "scale"),
        ({"scale": None}, "scale"),
        ({"scale": [2]}, "scale"),
        ({"model": "unknown"}, "model"),
        ({"scale": 4, "model": "designer-compact-x2"}, "model"),
        ({"backend": "abacus"}, "backend"),
        ({"mode": "hasty"}, "mode"),
        ({"sharpness": 1}, "sharpness"),
        ({"denoise": 2}, "denoise"),
        ({"denoise": 0.5, "model": "designer-compact-x2"}, "denoise"),
        ({"denoise": 0.5, "scale": 4, "model": "realesr-general-x4v3", "backend": "realesrgan"}, "denoise"),
    ],
)
def test_a_wish_that_cannot_be_met_names_the_parameter_and_a_remedy(wish, field):
    with pytest.raises(ParameterError) as refusal:
        registry.get("upscale").validate(wish)
    assert refusal.value.field == field
    assert refusal.value.message
    assert refusal.value.remedy


def test_the_estimate_tells_the_size_and_grows_with_the_picture():
    operation = registry.get("upscale")
    small, large = operation.estimate(100, 50, {"scale": 4}), operation.estimate(1000, 500, {"scale": 4})
    assert (small.width, small.height) == (400, 200)
    assert 0 < small.seconds < large.seconds < 60
    deep = operation.estimate(1000, 500, {"scale": 4, "model": "RealESRGAN_x4plus"})
    assert deep.seconds > 10 * large.seconds


def test_a_result_that_would_be_too_large_is_refused_before_any_work():
    operation = registry.get("upscale")
    assert operation.estimate(2000, 2000, {"scale": 4}).width == 8000
    for refused in (operation.estimate, lambda w, h, p: run(Image.new("L", (w, h)), **p)):
        with pytest.raises(ParameterError, match="64 is the limit") as refusal:
            refused(2001, 2000, {"scale": 4})
        assert refusal.value.field == "scale"


def test_cancelling_stops_and_leaves_the_source_alone(picture):
    before = picture.tobytes()
    with pytest.raises(EngineCancelled):
        run(picture, cancelled=lambda: True)
    assert picture.tobytes() == before


def test_a_cancel_is_heard_while_a_machine_first_tries_its_ways(picture, tmp_path, monkeypatch):
    """They take a minute for a deep network; what was measured in part is kept nowhere."""
    for name in ("BACKEND", "DTYPE"):
        monkeypatch.delenv(f"DESIGNER_ENGINE_{name}")
    monkeypatch.setenv("DESIGNER_ENGINE_CACHE", str(tmp_path / "tables"))
    trying_now, real = [], trying._measured

    def measured(*given):
        trying_now.append(True)
        return real(*given)

    monkeypatch.setattr(trying, "_measured", measured)
    with pytest.raises(EngineCancelled):
        run(picture, scale=2, cancelled=lambda: bool(trying_now))
    assert trying_now == [True] and not (tmp_path / "tables").exists()
    run(picture, scale=2)
    assert len(list((tmp_path / "tables").iterdir())) == 1


def test_what_is_only_made_smaller_is_told_and_stopped_on_its_way(monkeypatch):
    monkeypatch.setattr("enhancement.operations.strips.STRIP", 3000 * 20)
    wide, wish = Image.linear_gradient("L").resize((3000, 300)), {"target": "2K", "smaller": "reduce"}
    whole = run(wide, **wish)
    told: list[float] = []
    assert run(wide, **wish, progress=told.append).image.tobytes() == whole.image.tobytes()
    assert told == sorted(told) and len(told) > 10 and told[-1] == 1
    told.clear()
    with pytest.raises(EngineCancelled):
        run(wide, **wish, progress=told.append, cancelled=lambda: bool(told) and told[-1] > 0.4)
    assert told[-1] < 0.6


def test_progress_ends_at_one(picture):
    seen: list[float] = []
    run(picture, progress=seen.append)
    assert seen[-1] == 1.0


@pytest.fixture
def downloads(tmp_path, monkeypatch):
    """A models folder with Real-ESRGAN general in it."""
    shutil.copy(shared_data("weights/realesr-general-x4v3.pth"), tmp_path)
    monkeypatch.setenv("DESIGNER_MODELS_DIR", str(tmp_path))
    return tmp_path


def test_auto_takes_the_general_model_for_four_times_where_it_is_installed(picture, downloads):
    assert run(picture, scale=4).facts["model"] == "realesr-general-x4v3"
    assert run(picture, scale=2).facts["model"] == "designer-compact-x2"


def test_the_sharp_model_is_drawn_back_to_the_colours_of_the_picture_unless_asked_not_to(downloads):
    photo = Image.open(shared_data("set5/image_SRF_4/img_002_SRF_4_LR.png")).convert("RGB")
    true, free = (run(photo, scale=4, faithful=wish) for wish in (True, False))
    assert (true.facts["model"], true.facts["faithful"], free.facts["faithful"]) == (GENERAL, True, False)
    kept, moved = (compared(photo, made.image)[0] for made in (true, free))
    assert (kept["faithful"], moved["faithful"]) == (True, False)
    assert kept["delta_e_mean"] < moved["delta_e_mean"] / 3


def test_auto_takes_our_own_where_nothing_is_installed(picture):
    assert run(picture, scale=4).facts["model"] == "designer-compact-x4"


def tamper(folder):
    file = folder / "realesr-general-x4v3.pth"
    file.chmod(0o600)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def test_auto_leaves_weights_alone_that_were_tampered_with_and_says_so(picture, downloads):
    tamper(downloads)
    facts = run(picture, scale=4).facts
    assert facts["model"] == "designer-compact-x4"
    assert "realesr-general-x4v3 was refused" in facts["notes"][0]


def test_a_model_asked_for_by_name_is_refused_if_it_was_tampered_with(picture, downloads):
    tamper(downloads)
    with pytest.raises(InvalidWeights):
        run(picture, scale=4, model="realesr-general-x4v3")


def test_a_model_that_is_not_installed_says_where_to_get_it(picture):
    with pytest.raises(MissingWeights) as refusal:
        run(picture, scale=4, model="RealESRGAN_x4plus")
    assert str(manifest.entries()["RealESRGAN_x4plus"].url) in refusal.value.remedy


def test_a_model_of_four_times_can_be_asked_for_two(picture, downloads):
    result = run(picture, scale=2, model="realesr-general-x4v3")
    assert result.image.size == (48, 32)


@pytest.mark.skipif(not stock.available(), reason="basicsr and realesrgan are not installed")
def test_the_stock_backend_gives_the_pixels_of_our_own(picture):
    ours, theirs = (np.asarray(run(picture, backend=name).image, int) for name in ("torch", "realesrgan"))
    assert np.abs(ours - theirs).max() <= 1


def test_every_failure_of_the_engine_has_a_code_of_its_own():
    kinds = EngineError.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert {"invalid_weights", "missing_weights", "out_of_memory", "invalid_parameter"} <= {kind.code for kind in kinds}


def test_the_first_of_two_networks_is_let_go_before_the_second_is_made_ready(picture, monkeypatch):
    made: list[weakref.ref] = []
    alive: list[list[bool]] = []
    real = weights.load

    def load(name, **ways):
        warm._kept.clear()
        gc.collect()
        alive.append([module() is not None for module in made])
        network = real(name, **ways)
        made.append(weakref.ref(network.module))
        return network

    monkeypatch.setattr(weights, "load", load)
    assert run(picture, scale=8).facts["model"].count("designer") == 2
    assert alive == [[], [False]]


@pytest.mark.parametrize("mode", ["faithful", "fast"])
def test_how_near_the_quickest_way_must_come_is_the_designers_to_say(mode, picture, monkeypatch):
    asked, real = [], weights.load

    def load(name, **ways):
        asked.append(ways["mode"])
        return real(name, **ways)

    monkeypatch.setattr(weights, "load", load)
    assert run(picture, scale=2, mode=mode).facts["mode"] == mode
    assert set(asked) == {mode} and mode in choosing.MODES


def test_checking_a_wish_loads_no_torch():
    code = (
        "import sys; from enhancement.operations import registry; "
        "registry.get('upscale').estimate(10, 10, {'scale': 4}); "
        "sys.exit('torch' in sys.modules or 'django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_limit_is_what_the_network_makes_not_only_what_is_kept(monkeypatch):
    monkeypatch.setattr(upscale, "LARGEST_OUTPUT", 24 * 16 * 4)  # pixels
    operation = registry.get("upscale")
    assert operation.estimate(24, 16, {"scale": 2}).width == 48
    with pytest.raises(ParameterError):
        operation.estimate(24, 16, {"scale": 2, "model": "realesr-general-x4v3"})


@pytest.mark.parametrize(("target", "side"), [("2K", 2048), ("4K", 3840), ("8K", 7680)])
def test_a_named_size_is_met_exactly_and_keeps_the_proportions(target, side):
    told = registry.get("upscale").estimate(1000, 40, {"target": target})
    assert (told.width, told.height) == (side, round(40 * side / 1000))
    made = run(Image.linear_gradient("L").resize((1000, 40)), target=target)
    assert made.image.size == (told.width, told.height)
    assert made.facts["target"] == target


def test_a_long_side_may_stand_upright():
    assert registry.get("upscale").estimate(40, 1000, {"target": "2K"}).height == 2048


@pytest.mark.parametrize(
    ("paper", "size"),
    [
        ({"print_width": 2.54, "dpi": 300}, (300, 200)),
        ({"print_height": 2, "unit": "in", "dpi": 72}, (216, 144)),
        ({"print_width": 3, "print_height": 1, "unit": "in", "dpi": 100}, (150, 100)),
    ],
)
def test_a_print_has_the_dots_of_its_paper_and_says_how_many_to_the_inch(paper, size):
    source = Image.linear_gradient("L").resize((120, 80))
    made = run(source, target="print", **paper).image
    assert made.size == size
    assert made.info["dpi"] == (paper["dpi"], paper["dpi"])


def test_a_print_of_no_size_is_refused():
    with pytest.raises(ParameterError, match="width or a height") as refusal:
        registry.get("upscale").validate({"target": "print"})
    assert refusal.value.field == "print_width"


def test_a_target_that_is_not_larger_is_refused_unless_a_reduction_is_wanted():
    operation, source = registry.get("upscale"), Image.linear_gradient("L").resize((4000, 30)).convert("RGB")
    with pytest.raises(ParameterError, match="would not be larger") as refusal:
        operation.estimate(4000, 30, {"target": "4K"})
    assert (refusal.value.field, "reduce" in refusal.value.remedy) == ("target", True)
    reduced = run(source, target="4K", smaller="reduce")
    assert reduced.image.size == (3840, 29)
    assert "model" not in reduced.facts
    plain = np.asarray(source.resize((3840, 29), Image.Resampling.LANCZOS))
    assert np.array_equal(np.asarray(reduced.image), plain)


@pytest.mark.parametrize(
    ("size", "wish", "field", "limit"),
    [
        ((10_000, 2_500), {"target": "8K"}, "target", "would not be larger"),
        ((10_000, 2_500), {"scale": 2}, "scale", "64 is the limit"),
        ((10_000, 200), {"scale": 2}, "scale", "16384 on a side"),
        ((100, 100), {"target": "2K"}, "target", "8 times is the limit"),
        ((7_000, 7_000), {"target": "8K"}, "target", "128 is the limit"),
        ((1, 1), {"target": "8K"}, "target", "8 times is the limit"),
        ((500, 500), {"target": "print", "print_width": 50, "dpi": 600}, "print_width", "64 is the limit"),
        ((500, 500), {"target": "2K", "model": "designer-compact-x2"}, "model", "enlarges 2 times"),
    ],
)
def test_a_size_beyond_a_limit_is_refused_by_field_with_the_limit(size, wish, field, limit):
    with pytest.raises(ParameterError, match=limit) as refusal:
        registry.get("upscale").estimate(size[0], size[1], wish)
    assert refusal.value.field == field
    assert refusal.value.remedy


def test_no_step_on_the_way_makes_more_than_the_limit_for_a_large_picture():
    told = registry.get("upscale").estimate(3000, 3000, {"target": "8K"})
    assert told.width == 7680  # four times at once would make 144 million pixels; twice two does not


@pytest.mark.parametrize(("size", "scale"), [((1, 1), 2), ((1, 1), 8), ((1, 4000), 4), ((4000, 1), 2)])
def test_a_picture_of_one_pixel_or_one_row_becomes_larger_too(size, scale):
    made = run(Image.new("RGB", size, (200, 30, 40)), scale=scale).image
    assert made.size == (size[0] * scale, size[1] * scale)
    assert np.abs(np.asarray(made, int) - (200, 30, 40)).max() <= 3


def test_progress_over_two_networks_never_goes_back(picture):
    seen: list[float] = []
    run(picture, scale=8, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_eight_times_names_both_models(picture):
    assert run(picture, scale=8).facts["model"] == "designer-compact-x4, designer-compact-x2"


def test_transparency_lends_no_colour_to_a_reduced_edge():
    cut = Image.new("RGBA", (100, 100), (255, 255, 255, 255))
    cut.paste((0, 0, 0, 0), (50, 0, 100, 100))
    made = np.asarray(run(cut, target="print", print_width=1, unit="in", dpi=157).image)
    assert made[made[..., 3] > 40][:, :3].min() > 240


@pytest.fixture
def twin(downloads, monkeypatch):
    """The general model's twin, which is here the same network with weaker weights."""
    known = dict(manifest.catalogue())
    plain = known["realesr-general-x4v3"]
    state = weights.read_state(plain)
    torch.save({"params": {key: value * 0.9 for key, value in state.items()}}, downloads / "twin.pth")
    digest = hashlib.sha256((downloads / "twin.pth").read_bytes()).hexdigest()
    twin = dataclasses.replace(known[str(plain.twin)], file="twin.pth", sha256=(digest,))
    for place in ("enhancement.engine.manifest.catalogue", "enhancement.engine.weights.catalogue"):
        monkeypatch.setattr(place, lambda: {**known, twin.name: twin})


def test_less_denoising_keeps_more_grain(twin):
    grain = Image.effect_noise((24, 16), 60).convert("RGB")
    strong, middle, weak = (np.asarray(run(grain, scale=4, denoise=strength).image, int) for strength in (1, 0.5, 0))
    assert np.abs(strong - weak).mean() > np.abs(strong - middle).mean() > 0.1


@pytest.mark.parametrize(
    ("wish", "whole"),
    [
        ({"mode": "fast"}, True),
        ({}, False),
        ({"mode": "fast", "denoise": 0.5}, False),
        ({"mode": "fast", "scale": 2}, False),
    ],
)
def test_fast_takes_whole_numbers_for_the_general_model_and_never_for_a_blend(twin, picture, monkeypatch, wish, whole):
    pytest.importorskip("openvino")
    for name in ("BACKEND", "DTYPE"):
        monkeypatch.delenv(f"DESIGNER_ENGINE_{name}", raising=False)

    def tries(_network, ways, _computed):
        return [trying.Try(way=way, seconds=1 - 0.1 * place, decibels=60 - place) for place, way in enumerate(ways)]

    monkeypatch.setattr(trying, "tries", tries)
    facts = run(picture, **{"scale": 4, **wish}).facts
    assert (facts["device"] == choosing.INTEGERS) is whole


@pytest.mark.parametrize(
    ("size", "most"), [((10_000, 1_600), "1.63"), ((8_000, 500), "2.04"), ((8_200, 500), "1.99"), ((100, 100), "8")]
)
def test_the_most_that_a_refusal_promises_is_within_every_limit(size, most):
    wish = {"target": "print", "print_width": 1000, "dpi": 1200}
    with pytest.raises(ParameterError) as refusal:
        registry.get("upscale").estimate(size[0], size[1], wish)
    assert f"{most} times as large at most" in refusal.value.remedy


def test_a_strength_that_autos_model_does_not_have_is_said(picture):
    assert "no strength of denoising" in run(picture, scale=2, denoise=0.3).facts["notes"][0]


def test_a_model_of_ones_own_can_be_chosen_as_soon_as_it_is_there(monkeypatch):
    mine = dataclasses.replace(manifest.entries()["RealESRGAN_x4plus"], name="own-weave", own=True)
    assert "own-weave" not in choices()
    monkeypatch.setattr(own, "entries", lambda: {"own-weave": mine})
    assert "own-weave" in choices()
    assert registry.get("upscale").validate({"scale": 4, "model": "own-weave"})["model"] == "own-weave"


def choices():
    return next(row for row in registry.get("upscale").describe() if row["name"] == "model")["choices"]
