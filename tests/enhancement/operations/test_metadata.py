"""What a picture carries beside its pixels, through an enlargement and into the file: the matrix of the benchmark."""

import pytest

from tests.benchmarks.bench_metadata import Case, everything, kept, through


@pytest.mark.parametrize("private", [True, False], ids=["kept", "left out"])
@pytest.mark.parametrize("case", [each for each in everything() if each.possible], ids=lambda case: f"{case}")
def test_what_a_file_says_is_kept_or_left_out_as_set(case: Case, private: bool):
    assert not [name for name, right in kept(case, private=private).items() if not right]


@pytest.mark.parametrize("private", [True, False], ids=["kept", "left out"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_what_the_camera_wrote_goes_through_the_studio_as_set(kind: str, private: bool):
    assert not [name for name, right in through(Case(kind, "sRGB"), private=private).items() if not right]
