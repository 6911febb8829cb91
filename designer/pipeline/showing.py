"""The words with which a model may say how a garment is shown without having been given them.

The list is closed: whatever else a model writes must stand in the brief or be known. It holds framing, light, backdrop,
rendering and cloth, and is chosen so that no person, body, age, name, brand, place, thing or writing can be told with
it. A word that could help to do so ("full", "shoulder", "portrait") stands only within a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, product
from typing import Final

from designer.pipeline import taxonomy
from designer.pipeline.prompting import ONE_EACH, SETTINGS, VIEWS
from designer.pipeline.taxonomy import Token

_JOINTS: Final = """
a an the and or with in on of for to from at by as its it is are that which so while into onto over across along
against under beneath above below around throughout between within toward upon beside both all each every
more very slightly where
"""
_QUALITIES: Final = """
soft gentle even clean clear crisp sharp fine delicate subtle natural neutral plain simple uncluttered seamless quiet
calm tonal muted warm cool bright pale dim low high deep shallow wide narrow close medium long hard directional diffuse
ambient indirect overcast north south east west facing morning afternoon evening reflected bounced filtered raking
grazing angled lateral overhead backlit sidelit lit balanced controlled consistent accurate faithful true precise
detailed considered editorial professional spacious generous symmetrical centrally vertical horizontal upright level
straight smooth rich matte white grey gray black charcoal beige slow single clearly softly gently evenly cleanly
sharply subtly naturally accurately faithfully optical realistic lifelike photographic tactile visible unobstructed
complete ample diffused blurred photorealistic hyperrealistic ultra
"""
_SCENES: Final = """
light lighting daylight sunlight shadow highlight shade glow softbox reflector falloff gradient backdrop background
studio setting cyclorama framing frame composition view shot angle perspective viewpoint camera lens focus depth
sharpness resolution detail clarity exposure contrast tonality tone balance rendering fidelity precision photograph
photography photo image picture presentation lookbook catalogue packshot pose stance centre center space margin
symmetry movement motion quality aperture bokeh blur rendition 35mm 50mm 85mm 100mm
"""
_BACKDROPS: Final = "backdrop background studio cyclorama sweep setting"
_CLOTHS: Final = """
cloth fabric textile material garment look seam stitch stitching fold drape hem texture surface weave fibre fiber
thread grain edge outline silhouette proportion shape volume line construction colour color hue
"""
_VERBS: Final = """
show shown see seen keep kept set fill frame centre center catch caught render capture captured photograph fall
emphasise emphasize define trace follow feature pose focus light lit highlight
"""
# what of a quality is the cut or make of the garment where a part of it is next to it: "wide sleeves", "hem low"
_SHAPES: Final = "wide narrow low high long short straight deep shallow"
_MAKES: Final = "light soft hard sharp fine delicate plain simple level horizontal vertical symmetrical smooth rich"
_PARTS: Final = """
bodice hood leg sleeve collar neckline lapel cuff hem waist waistband panel lining pocket strap trim shoulder yoke skirt
"""
_WHOLES: Final = "cloth fabric textile material garment look outfit fold silhouette outline edge line shape volume seam"
_PHRASES: Final = """
full garment in, full garment visible, full garment shown, full garment view, full look, full outfit, whole look,
whole garment, entire garment, entire look, full view, cut in, cut from, made in, made of, made from, full length
three quarter view, full length three quarter pose, full frame, three quarter view, three quarter angle, three quarter
pose, three quarter shot, front view, back view, side view, rear view, from behind, from the front, from the side,
from the back, one side, both sides, left side, right side, hem to shoulder, shoulder to hem, head to toe, head to
hem, top to bottom, eye level, close up, macro detail, wide angle, flat lay, depth of field, rule of thirds, negative
space, breathing room, golden hour, soft focus, selective focus, deep focus, edge to edge, window light, light
through, drape of, colour and drape, color and drape, fluid drape, north light, studio light, key light, fill light,
rim light, open shade, frontal light, blue hour, light source, light falloff, high key, low key, seamless paper, paper
backdrop, paper background, paper sweep, backdrop paper, infinity cove, studio floor, portrait orientation, portrait
lens, prime lens, long lens, white balance, colour accuracy, color accuracy, true to life, true to colour, true to
color, high resolution, high detail, high fidelity, well exposed, evenly exposed, dynamic range, editorial fashion
photography, fashion photography, fashion photograph, fashion editorial, fashion presentation, product photography,
product shot, studio shot, mid step, mid stride, standing pose, relaxed pose, seated pose, still pose, shown full
length, shown at full length, shown in full length, shown in full, seen full length, seen at full length, framed full
length, framed at full length, gentle fold, soft fold, smooth fold, natural drape, soft drape, gentle drape, crisp
stitching, crisp seam, crisp edge, crisp weave, from the left, from the right, from the upper left, from the upper
right, to the left, to the right, front facing, facing the camera, side lighting, minimalist backdrop, minimalist
background, minimalist setting, minimalist studio, minimal backdrop, minimal background, minimal setting, minimal
studio, high end editorial, high end fashion, high quality, lookbook style photography, lookbook style photograph,
catalogue style photography, editorial style photography, editorial style photograph, fashion photo, fashion image,
fashion shoot, fashion lookbook
"""
_SHOTS: Final = "view shot framing composition pose photograph photo photography image picture"
_KINDS: Final = "studio editorial fashion lookbook catalogue front side back rear"
LOOKED_AHEAD: Final = 3  # words from a quality to what it is one of: "crisp natural morning light"
PAUSE: Final = re.compile(r"[,.()]")
_CLOSED: Final = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")  # "fit", "crop": the last letter is doubled


def inflected(word: str) -> set[str]:
    """The word, and what it becomes as a verb or an adjective: "frame", "framed", "framing"."""
    if word.endswith("e"):
        return {word, f"{word}d", f"{word[:-1]}ing", f"{word[:-1]}y"}
    stem = word + word[-1] if _CLOSED.fullmatch(word) else word
    return {word, f"{stem}ed", f"{stem}ing", f"{stem}y"}


def _words(text: str) -> frozenset[str]:
    return frozenset(_run(text))


def _run(text: str) -> tuple[str, ...]:
    return tuple(token.word for token in taxonomy.tokens(text))


JOINTS: Final = _words(_JOINTS)
SCENES: Final = _words(_SCENES)
BACKDROPS: Final = _words(_BACKDROPS)
CLOTHS: Final = _words(_CLOTHS)
SHAPES: Final = _words(_SHAPES)
MAKES: Final = _words(_MAKES)
PARTS: Final = _words(_PARTS)
WHOLES: Final = _words(_WHOLES)
# of nouns and qualities no others are made: "lined", "edgy" and "draped" tell of the garment
LEXICON: Final = JOINTS.union(SCENES, CLOTHS, _words(_QUALITIES), *map(inflected, _words(_VERBS)))


@cache
def phrases() -> frozenset[tuple[str, ...]]:
    """Those of the list, and those that the studio itself puts into a prompt."""
    own = chain(chain.from_iterable(SETTINGS), VIEWS, (ONE_EACH,))
    full = (
        f"full {extent} {kind} {shot}"
        for extent, kind, shot in product(("length", "body"), ("", *_KINDS.split()), _SHOTS.split())
    )
    return frozenset(map(_run, chain(_PHRASES.split(","), own, full)))


def in_phrases(words: Sequence[str]) -> set[int]:
    """The places of the words that stand within a phrase of the list."""
    longest = max(map(len, phrases()))
    found: set[int] = set()
    for at in range(len(words)):
        for size in range(min(longest, len(words) - at), 1, -1):
            if tuple(words[at : at + size]) in phrases():
                found.update(range(at, at + size))
                break
    return found


def stands_alone(words: Sequence[str]) -> bool:
    """Whether words that were parted from others still tell something: a noun, and no loose end."""
    whole = bool(words) and words[-1] not in JOINTS
    return whole and (not (SCENES | CLOTHS).isdisjoint(words) or bool(in_phrases(words)))


def is_of_showing(text: str, tokens: Sequence[Token], places: Iterable[int], attribute: str) -> bool:
    """Whether what the taxonomy takes for a fact about the garment tells of the picture here: the "crisp" of "crisp
    focus" is no mood, the "drape" of "the drape of the cloth" no construction. `places`: of its words in `tokens`."""
    words, mine = [token.word for token in tokens], sorted(places)
    if in_phrases(words).issuperset(mine):
        return True
    if not LEXICON.issuperset(words[at] for at in mine):
        return False
    last = mine[-1]
    if words[last] in SCENES and _ends_there(text, tokens, last):
        return True
    nouns, shown = BACKDROPS if attribute == "colours" else SCENES, in_phrases(words)
    for at in range(last + 1, min(last + 1 + LOOKED_AHEAD, len(words))):
        if PAUSE.search(text[tokens[at - 1].end : tokens[at].start]):
            return False
        if words[at] not in LEXICON - JOINTS - CLOTHS and at not in shown:
            return False
        if words[at] in nouns:
            return True
    return False


def shapes(text: str, tokens: Sequence[Token]) -> Iterator[range]:
    """The places where the garment is given a cut or a make: "wide sleeves", "a light cloth", "the hem low"."""
    words = [token.word for token in tokens]
    shown = in_phrases(words)
    for at in range(len(words) - 1):
        pair = range(at, at + 2)
        if shown.intersection(pair) or PAUSE.search(text[tokens[at].end : tokens[at + 1].start]):
            continue
        first, second = words[at], words[at + 1]
        before = (first in SHAPES | MAKES and second in PARTS) or (first in SHAPES | {"light"} and second in _things())
        after = second in SHAPES and first in PARTS | _things() and _ends_there(text, tokens, at + 1)
        if before or after:
            yield pair


@cache
def _things() -> frozenset[str]:
    """The garment and its cloth, by whatever name."""
    named = (phrase[0] for phrase, terms in taxonomy.index().items() if len(phrase) == 1 and _is_thing(terms))
    return WHOLES.union(named)


def _is_thing(terms: Iterable[taxonomy.Term]) -> bool:
    return any(term.attribute in ("garment", "fabric") for term in terms)


def _ends_there(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether the word is the last of what it belongs to: "light on silk", not "light silk"."""
    if at + 1 == len(tokens):
        return True
    return tokens[at + 1].word in JOINTS or bool(PAUSE.search(text[tokens[at].end : tokens[at + 1].start]))
