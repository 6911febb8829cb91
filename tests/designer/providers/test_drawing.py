"""What a viewer of a flat must see: every word of the brief, in the shape or in the cloth."""

import io
from itertools import combinations, pairwise

import numpy as np
import pytest
from PIL import Image

from designer.pipeline.vocabulary import VOCABULARY
from designer.providers.drawing import flat, spec
from designer.providers.drawing.fabrics import MATERIALS
from designer.providers.drawing.palette import distance, hexed
from designer.providers.drawing.patterns import PAINTERS
from tests.designer.providers.flats import COLOURS, HIGH, SAGE, WIDE, change, drawn, mask_of, overlap, reach

GARMENTS = list(VOCABULARY["garment"])
FABRICS, PATTERNS = list(VOCABULARY["fabric"]), list(VOCABULARY["pattern"])
DRESSES = ["a_line", "straight", "fitted", "oversized", "flared", "wrap", "empire", "mermaid", "cocoon", "peplum"]
DRESSES += ["pleated", "tiered"]
SKIRTS = ["a_line", "straight", "pencil", "flared", "wrap", "mermaid", "cocoon", "peplum", "pleated", "tiered"]
LEGS = ["straight", "skinny", "tapered", "bootcut", "flared", "wide_leg"]
CLOTH = {"silhouette": "flared", "sleeves": "short", "neckline": "crew", "length": "midi"}


def pairs(names: list[str]) -> list[tuple[str, str]]:
    return list(combinations(names, 2))


def test_sketchbook_knows_the_whole_vocabulary():
    assert set(spec.GARMENTS) == set(GARMENTS)
    assert set(MATERIALS) == set(FABRICS)
    assert set(PAINTERS) | {"solid"} == set(PATTERNS)


@pytest.mark.parametrize("garment", [*GARMENTS, ""])
def test_every_garment_fills_a_sensible_share_of_the_page_and_stays_within_it(garment):
    for seed in range(3):
        mask = mask_of(drawn(garment, seed=seed))
        assert 0.07 < mask.mean() < 0.6
        assert not mask[:4].any() and not mask[-20:].any() and not mask[:, :4].any() and not mask[:, -4:].any()


def test_no_two_garments_have_the_same_shape():
    worn_alike = {frozenset({"trousers", "jeans"}), frozenset({"jacket", "blazer"}), frozenset({"shirt", "blouse"})}
    for one, other in pairs(GARMENTS):
        if frozenset({one, other}) not in worn_alike:
            assert overlap(drawn(one), drawn(other)) < 0.97, (one, other)


@pytest.mark.parametrize(("garment", "names"), [("dress", DRESSES), ("skirt", SKIRTS), ("trousers", LEGS)])
def test_each_silhouette_is_a_shape_of_its_own(garment, names):
    words = {"neckline": "crew", "sleeves": "sleeveless", "length": "midi"} if garment == "dress" else {}
    flats = {name: drawn(garment, silhouette=name, **words) for name in names}
    for one, other in pairs(names):
        assert overlap(flats[one], flats[other]) < 0.985, (one, other)


@pytest.mark.parametrize(
    ("garment", "lengths"),
    [
        ("dress", ["mini", "knee", "midi", "maxi", "floor"]),
        ("skirt", ["mini", "knee", "midi", "maxi", "floor"]),
        ("coat", ["mini", "knee", "midi", "maxi"]),
        ("trousers", ["knee", "cropped", "ankle", "full"]),
        ("sweater", ["cropped", "hip", "mini"]),
    ],
)
def test_a_longer_garment_is_longer_for_its_width(garment, lengths):
    words = {"silhouette": "straight", **({"sleeves": "short"} if garment in ("coat", "sweater") else {})}
    shares = []
    for length in lengths:
        wide, high = reach(drawn(garment, length=length, **words))
        shares.append(high / wide)
    assert all(after > before * 1.02 for before, after in pairwise(shares)), shares


def test_each_sleeve_is_seen():
    names = list(VOCABULARY["sleeves"])
    flats = {name: drawn("dress", sleeves=name, neckline="v_neck", silhouette="a_line") for name in names}
    for one, other in pairs(names):
        if {one, other} != {"long", "raglan"}:  # one outline, another seam
            assert overlap(flats[one], flats[other]) < 0.985, (one, other)
    assert change(flats["long"], flats["raglan"]) > 1.0


def test_longer_sleeves_reach_farther():
    names = ["cap", "short", "elbow", "three_quarter", "long"]
    areas = [
        mask_of(drawn("t_shirt", sleeves=name)).sum() / reach(drawn("t_shirt", sleeves=name))[0] ** 2 for name in names
    ]
    assert areas == sorted(areas, reverse=True)


def test_each_neckline_is_seen():
    names = list(VOCABULARY["neckline"])
    flats = {name: drawn("top", neckline=name, sleeves="sleeveless", silhouette="straight") for name in names}
    for one, other in pairs(names):
        seen = overlap(flats[one], flats[other]) < 0.985 or change(flats[one], flats[other]) > 1.5
        assert seen, (one, other)


@pytest.mark.parametrize("garment", ["shirt", "dress", "coat", "trousers"])
def test_a_looser_fit_is_wider(garment):
    shares = [reach(drawn(garment, fit=fit, silhouette="straight")) for fit in ("slim", "regular", "oversized")]
    ratios = [wide / high for wide, high in shares]
    assert ratios == sorted(ratios)
    assert ratios[-1] > ratios[0] * 1.04


def test_each_fabric_is_another_cloth_on_the_same_shape():
    flats = {name: drawn("dress", fabric=name, **CLOTH) for name in FABRICS}
    for one, other in pairs(FABRICS):
        if {one, other} != {"wool", "cashmere"}:  # the softer of one kind
            assert change(flats[one], flats[other]) > 0.8, (one, other)


@pytest.mark.parametrize("texture", ["twill", "denim", "knit", "lace", "tweed", "corduroy", "sheer", "velvet"])
def test_a_texture_is_seen_on_a_cloth_that_does_not_have_it(texture):
    plain = drawn("dress", fabric="cotton", **CLOTH)
    assert change(plain, drawn("dress", fabric="cotton", texture=texture, **CLOTH)) > 0.8


def test_satin_shines_more_than_cotton_and_matte_takes_the_shine_away():
    def brightest(**words: str) -> float:
        drawing = drawn("dress", **CLOTH, **words)
        inside = np.asarray(drawing.picture.convert("L"), dtype=np.float64)[mask_of(drawing)]
        return float(np.percentile(inside, 99))

    assert brightest(fabric="satin") > brightest(fabric="cotton") + 3
    assert brightest(fabric="satin", finish="matte") < brightest(fabric="satin") - 3


def test_each_pattern_is_another_cloth_on_the_same_shape():
    flats = {name: drawn("dress", pattern=name, **CLOTH) for name in PATTERNS}
    for one, other in pairs(PATTERNS):
        assert overlap(flats[one], flats[other]) > 0.99
        assert change(flats[one], flats[other]) > 3, (one, other)


def main_colour(drawing: flat.Drawing) -> str:
    inside = np.asarray(drawing.picture, dtype=np.float64)[mask_of(drawing)] / 255
    return hexed(np.median(inside, axis=0))


@pytest.mark.parametrize("colour", ["#b3202a", "#1f3a5f", "#f4efe4", "#151515", "#2e7d4f", "#d9a441"])
@pytest.mark.parametrize("garment", ["dress", "coat", "trousers", "sweater"])
def test_the_named_colour_is_what_one_sees(garment, colour):
    named = {"garment": garment, "colours": [{"name": "named", "hex": colour, "coverage": 1.0}]}
    found = main_colour(flat.draw(spec.read(named, seed=3), WIDE, HIGH))
    others = [c for c in ("#b3202a", "#1f3a5f", "#f4efe4", "#151515", "#2e7d4f", "#d9a441") if c != colour]
    assert distance(found, colour) < 26
    assert distance(found, colour) < min(distance(found, other) for other in others)


def photo(middle: str, around: str) -> bytes:
    picture = Image.new("RGB", (300, 400), around)
    picture.paste(middle, (80, 60, 220, 360))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def test_without_named_colours_the_photo_lends_its_own():
    photos = (b"no photo at all", photo("#8c2f39", "#e8e8e8"))
    found = main_colour(flat.draw(spec.read({"garment": "dress"}, seed=3, references=photos), WIDE, HIGH))
    assert distance(found, "#8c2f39") < 26


def test_named_colours_go_before_those_of_the_photo():
    wish = {"garment": "dress", "colours": COLOURS}
    found = main_colour(flat.draw(spec.read(wish, seed=3, references=(photo("#8c2f39", "#fff"),)), WIDE, HIGH))
    assert distance(found, SAGE) < 26


def test_seeds_vary_what_the_words_leave_open():
    flats = [flat.draw(spec.read({"garment": "dress"}, seed=seed), WIDE, HIGH) for seed in range(6)]
    differences = [
        np.abs(np.asarray(a.picture, dtype=int) - np.asarray(b.picture, dtype=int)).mean()
        for a, b in combinations(flats, 2)
    ]
    assert min(differences) > 2.0
    assert sum(overlap(a, b) < 0.9 for a, b in combinations(flats, 2)) > 7


def test_the_words_of_the_brief_name_a_garment_that_no_attribute_names():
    assert spec.read({}, seed=1, prompt="A pair of loose pants").garment == "trousers"
    assert spec.read({"silhouette": "mermaid"}, seed=1).garment == "dress"
    assert spec.read({}, seed=1, prompt="something blue").garment == ""


@pytest.mark.parametrize(
    ("garment", "detail"),
    [
        *(("dress", name) for name in ("belt", "buttons", "zip", "ruching", "fringe", "ruffles", "scalloped", "slit")),
        *(("dress", name) for name in ("asymmetric", "beading", "embroidery", "patchwork", "bow", "corset")),
        *(("coat", name) for name in ("quilting", "epaulettes", "shoulder_pads")),
        *(("trousers", name) for name in ("cuffs", "elastic_waist", "high_waist", "low_rise", "belt")),
    ],
)
def test_a_detail_of_the_making_is_seen(garment, detail):
    wish = {"garment": garment, "colours": COLOURS, "silhouette": "a_line" if garment == "dress" else "straight"}
    wish |= {"sleeves": "long"} if garment == "coat" else {"neckline": "v_neck", "sleeves": "short"}
    plain, made = (
        flat.draw(spec.read({**wish, "construction": names}, seed=7), WIDE, HIGH) for names in ([], [detail])
    )
    pixels = [np.asarray(drawing.picture, dtype=int) for drawing in (plain, made)]
    changed = np.abs(pixels[0] - pixels[1]).max(axis=2) > 24
    assert changed.sum() > 25
