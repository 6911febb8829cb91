"""Diffusion in this process, with a real pipeline of tiny random networks: no download, the library's whole path."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from designer.providers.base import Cancelled, ImageRequest, InvalidRequest, ProviderConfig, ProviderDown, TimedOut
from designer.providers.diffusers import LocalDiffusion, loaded
from tests import images

pytest.importorskip("diffusers", reason="diffusers is not installed: requirements/diffusion.in")
pytest.importorskip("transformers", reason="transformers is not installed: requirements/diffusion.in")
WISH = ImageRequest(prompt="a coat", negative_prompt="fur", model="pipeline", width=64, height=88, seeds=(3,))
NORM = {"norm_num_groups": 4, "block_out_channels": (8, 16)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text-to-image pipeline of random weights, as `save_pretrained` writes it."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)
    root = tmp_path_factory.mktemp("pipeline")
    tokenizer = tokens(root)
    sides = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    ends = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1, "max_position_embeddings": 77}
    text = CLIPTextModel(CLIPTextConfig(vocab_size=len(tokenizer), **sides, **ends))
    unet = UNet2DConditionModel(
        sample_size=8, layers_per_block=1, in_channels=4, out_channels=4, cross_attention_dim=16, attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        **NORM,
    )  # fmt: skip
    blocks = {"down_block_types": ["DownEncoderBlock2D"] * 2, "up_block_types": ["UpDecoderBlock2D"] * 2}
    vae = AutoencoderKL(in_channels=3, out_channels=3, latent_channels=4, **blocks, **NORM)
    parts = {"unet": unet, "vae": vae, "text_encoder": text, "tokenizer": tokenizer, "scheduler": DDIMScheduler()}
    pipeline = StableDiffusionPipeline(
        **parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )
    pipeline.save_pretrained(root / "saved", safe_serialization=True)
    return root / "saved"


def tokens(root: Path):
    """A tokenizer that knows the letters."""
    from transformers import CLIPTokenizer

    words = [
        "<|startoftext|>",
        "<|endoftext|>",
        *(f"{c}{end}" for c in "abcdefghijklmnopqrstuvwxyz" for end in ("", "</w>")),
    ]
    (root / "vocab.json").write_text(json.dumps({word: place for place, word in enumerate(words)}))
    (root / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(root / "vocab.json"), str(root / "merges.txt"), model_max_length=77)


def drawn(folder: Path | str, wish: ImageRequest = WISH, cancelled=lambda: False):
    shown: list[float] = []
    provider = LocalDiffusion(ProviderConfig(options={"folder": str(folder), "device": "cpu"}))
    made = provider.generate(wish, idempotency_key="k", cancelled=cancelled, progress=shown.append)
    return made, shown


def pixels(made) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(made.images[0].data)))


def test_a_seed_gives_one_picture_of_the_size_asked_for_and_progress_never_goes_back(folder):
    made, shown = drawn(folder)
    again, _ = drawn(folder)
    other, _ = drawn(folder, replace(WISH, seeds=(4,)))
    assert pixels(made).shape == (88, 64, 3) and made.images[0].seed == 3
    assert (pixels(made) == pixels(again)).all() and (pixels(made) != pixels(other)).any()
    assert shown == sorted(shown) and shown[0] == 0.0 and shown[-1] == 1.0 and len(shown) > 20


def test_words_and_what_to_avoid_both_count(folder):
    plain, _ = drawn(folder)
    for changed in (replace(WISH, prompt="a dress"), replace(WISH, negative_prompt="zippers")):
        assert (pixels(plain) != pixels(drawn(folder, changed)[0])).any()


def test_a_reference_photo_is_where_the_picture_begins(folder):
    photo = images.encoded("PNG", images.photo((90, 120)))
    made, shown = drawn(folder, replace(WISH, references=(photo,)))
    assert pixels(made).shape == (88, 64, 3) and shown[-1] == 1.0
    assert (pixels(made) != pixels(drawn(folder)[0])).any()


def test_it_stops_between_two_steps(folder):
    steps: list[int] = []

    def stop() -> bool:
        steps.append(1)
        return len(steps) > 3

    with pytest.raises(Cancelled):
        drawn(folder, cancelled=stop)
    assert len(steps) < 10


def test_it_does_not_draw_for_ever(folder):
    with pytest.raises(TimedOut):
        drawn(folder, replace(WISH, timeout_s=0.0))


def test_a_pickle_is_never_loaded(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    loaded.cache_clear()
    with pytest.raises(ProviderDown):
        drawn(copy)


def test_what_is_missing_is_said(tmp_path):
    bare = LocalDiffusion(ProviderConfig())
    assert not bare.is_ready() and "DIFFUSERS_FOLDER" in bare.why_not()
    empty = LocalDiffusion(ProviderConfig(options={"folder": str(tmp_path)}))
    assert not empty.is_ready() and "model_index.json" in empty.why_not()
    with pytest.raises(ProviderDown, match=r"model_index\.json"):
        drawn(tmp_path)


def test_a_reference_that_is_no_picture_names_its_field(folder):
    with pytest.raises(InvalidRequest) as refused:
        drawn(folder, replace(WISH, references=(b"no picture",)))
    assert refused.value.field == "references"
