"""The shipped networks against plain resampling, on pictures they have never seen."""

import pytest
from PIL import Image

from tests.benchmarks.bench_quality import EXACT, by_name, resampled, score
from tests.benchmarks.metrics import set5_pairs

from .conftest import shared_data


@pytest.mark.parametrize(("scale", "gain"), [(2, 1.5), (4, 0.8)])
def test_the_shipped_network_beats_lanczos_clearly(scale, gain):
    pairs, ours = set5_pairs(shared_data("set5"), scale), by_name(f"designer-compact-x{scale}", EXACT)
    assert ours is not None
    decibels, similarity, _ = score(ours, pairs, scale)
    plain, plain_similarity, _ = score(resampled(Image.Resampling.LANCZOS, scale), pairs, scale)
    assert decibels > plain + gain
    assert similarity > plain_similarity
