"""Fashion colour names, CIELAB, and the nearest name to a colour.

The list is our own: names that briefs and trade palettes use, each with one representative sRGB value. A few short
names are also things ("rose", "stone"); AMBIGUOUS holds them, so that words are read with less confidence.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_TABLE: Final = """
black 0b0b0c|jet black 050506|onyx 1a1b1e|ink 14172b|charcoal 36393e|graphite 46494d|slate 5a6570
gunmetal 2f353b|grey 8a8b8d|dark grey 4f5052|light grey c6c7c8|silver c0c2c5|ash b2b3ae|dove grey a4a2a0
heather grey 9d9ea3|pewter 8b8f92|steel grey 71797e|stone b6ab99|greige b9ad9d|taupe 8b7e72|mushroom a99a8b
smoke 847f7d|fog d2d4d3|white fbfbfa|off white f3f0e7|ivory f6f0dc|cream f4e8c9|ecru d9c9a3|pearl e9e4da
alabaster eeeae0|eggshell efe8d4|chalk f1f1ec|bone e3dac5|oatmeal d8ccb6|oat d9cdb8|vanilla f2e3b6
champagne e8d3ac|sand d2b98f|beige d9c6a5|buff d8b984|nude dfb99b|blush e8bcb4|camel b98a56|tan c19a6b
khaki a79768|biscuit d6b48a|caramel af6f3b|toffee 8c5a32|cognac 8f4a25|tobacco 6f5138|chestnut 70402c
mocha 6f5546|coffee 5a4132|espresso 3a2a22|chocolate 4a2f25|brown 6b4630|dark brown 3f2a1e|light brown a27c58
sepia 6a4a30|umber 5d4a38|sienna a0522d|terracotta bd6245|clay b0745a|brick 96402f|rust a24a22|copper b06c3f
bronze 8a6237|cinnamon a55a35|amber d08a1e|honey d9a441|ochre c08a2b|mustard c9992a|saffron e6a524|gold c9a23a
old gold a98a35|yellow f2cf2c|pale yellow f5eaa3|lemon f4e04d|canary f7e463|butter f3e5a1|sunflower f0b61e
marigold e99b1f|apricot f0b384|peach f5c3a2|melon f1a47f|coral ee7a63|salmon ee9583|tangerine ee8232
orange ea7a24|burnt orange bf5822|pumpkin d5701f|persimmon e2603a|paprika b8402a|vermilion d94429|scarlet c8202c
red c31e2e|bright red e01f2b|dark red 7d1520|crimson a81733|cherry 9e1b34|poppy d9372f|tomato d94b36|ruby 951a3c
cardinal a5192e|wine 5e1e2d|burgundy 621b2c|bordeaux 561a26|maroon 5a1a21|oxblood 4b1217|garnet 6a1a2b
merlot 541e2e|raspberry b02452|cranberry 96213c|berry 7f2149|magenta b72a7d|fuchsia cf2f86|hot pink ea4792
pink ee9ab8|pale pink f3d0d6|light pink f2c1cd|baby pink f3c7d0|dusty pink cf9ba0|rose d27c8a|dusty rose b97d80
old rose b06f74|rose gold c68a7a|powder pink ecc8c6|bubblegum f08fb4|shocking pink ee2a86|carnation ee8ca3
flamingo ee8488|watermelon e4576a|mauve a98295|dusty mauve 9d7b86|plum 5f2b50|aubergine 3b2036|eggplant 45263f
mulberry 702a4f|orchid b56ab0|heather a093a8|lilac bfa3cb|lavender c3b5dc|wisteria a693c9|violet 6f4aa0
purple 68338a|dark purple 40204f|royal purple 542a86|amethyst 8c63a9|grape 55356f|iris 6561ae|periwinkle 8f98d4
indigo 33336f|midnight blue 171d3a|midnight 161b33|navy 1d2745|dark navy 131a30|navy blue 1d2745
dark blue 1b2b5a|blue 2a55a5|royal blue 2746a6|cobalt 1f4aa8|electric blue 1d5be6|sapphire 1d3f82
ultramarine 2b36a0|french blue 4a72b0|cornflower 6c8fd6|light blue a9c8e6|pale blue c9dcec|baby blue b3d1ea
sky blue 8fc0e8|powder blue b4cbdb|ice blue d4e6ee|steel blue 4f7596|slate blue 56688a|dusty blue 8099b0
denim blue 4a6584|chambray 7b93b0|cerulean 2a86b8|azure 3d8fd6|turquoise 35b5b0|aqua 6fcfd0|cyan 2fb6cf
teal 1d6f73|dark teal 124a4f|petrol 174a5a|peacock 0f6a7a|lagoon 2a8a94|duck egg b9d3cf|seafoam a5d5bd
mint b3dfc5|mint green b3dfc5|jade 2f9a75|emerald 0f7a4d|emerald green 0f7a4d|kelly green 2b9a45|green 3a8a47
dark green 1d4a2c|light green a7d199|bright green 3fb54a|grass 58963c|forest green 22452c|forest 22452c
hunter green 27472f|bottle green 123b2a|pine 23483a|racing green 10402d|moss 6e7742|olive 6a6a35
dark olive 474826|army green 4c5230|khaki green 77754d|sage 9dab8c|sage green 9dab8c|eucalyptus 7f9a88
celadon afcfae|pistachio b9cf8f|lime b4d334|neon green 66f03a|neon yellow e6f53a|neon pink ff4fa0
chartreuse c2d130|avocado 7a8745|fern 5f8a4c|tea green cddcb4|artichoke 8c9475|verdigris 4f9088
"""
_THINGS: Final = """
rose stone sand clay rust mint olive peach cherry lemon orange honey butter pearl bone chalk ink ash smoke fog
grass forest pine fern grape plum berry heather iris poppy tomato melon coffee chocolate caramel vanilla oat
midnight gold silver copper bronze nude denim tobacco lagoon peacock brick amber jade ruby emerald sapphire
"""
AMBIGUOUS: Final = frozenset(_THINGS.split())
ALIASES: Final = {
    "gray": "grey", "dark gray": "dark grey", "light gray": "light grey", "offwhite": "off white",
    "violette": "violet", "bordo": "bordeaux", "cobalt blue": "cobalt", "sapphire blue": "sapphire",
    "teal blue": "teal", "ruby red": "ruby", "cherry red": "cherry", "wine red": "wine", "olive green": "olive",
    "moss green": "moss", "jade green": "jade", "lime green": "lime", "pine green": "pine", "lemon yellow": "lemon",
    "mustard yellow": "mustard", "tan brown": "tan", "chocolate brown": "chocolate", "coral pink": "coral",
    "fuschia": "fuchsia", "blush pink": "blush", "snow white": "white", "pastel pink": "pale pink",
    "pastel blue": "pale blue", "pastel yellow": "pale yellow", "indigo blue": "indigo", "gold toned": "gold",
    "ecru white": "ecru", "charcoal grey": "charcoal", "slate grey": "slate", "coral red": "coral",
}  # fmt: skip


def _table() -> dict[str, str]:
    cells = (cell.strip() for line in _TABLE.splitlines() for cell in line.split("|"))
    return {cell.rpartition(" ")[0]: f"#{cell.rpartition(' ')[2]}" for cell in cells if cell}


COLOURS: Final[dict[str, str]] = _table()
HEX: Final = re.compile(r"#?([0-9a-fA-F]{6})")


def rgb_of(hex_code: str) -> tuple[int, int, int]:
    """(r, g, b) in 0..255 of '#rrggbb'. Raises ValueError for anything else."""
    found = HEX.fullmatch(hex_code.strip())
    if not found:
        raise ValueError(f"{hex_code!r} is no colour: give #rrggbb.")
    digits = found.group(1)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def lab_of(rgb: Any) -> NDArray[np.float32]:
    """sRGB 0..255 of shape (..., 3) as CIELAB under D65, same shape. Source: IEC 61966-2-1 and CIE 15:2004."""
    values = np.asarray(rgb)
    xyz = (_linear()[values] if values.dtype == np.uint8 else _linear_of(values)) @ _TO_XYZ.T
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def _linear_of(rgb: Any) -> NDArray[np.float32]:
    share = np.asarray(rgb, np.float32) / 255.0
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4).astype(np.float32)


@cache
def _linear() -> NDArray[np.float32]:
    """Linear light of each of the 256 values: a power for each pixel takes most of `lab_of`."""
    return _linear_of(np.arange(256))


def rgb_from_lab(lab: Any) -> NDArray[np.uint8]:
    """CIELAB of shape (..., 3) as sRGB 0..255, clipped to what sRGB can show."""
    values = np.asarray(lab, np.float64)
    y = (values[..., 0] + 16) / 116
    root = np.stack([y + values[..., 1] / 500, y, y - values[..., 2] / 200], axis=-1)
    xyz = np.where(root**3 > 216 / 24389, root**3, (116 * root - 16) * 27 / 24389)
    linear = np.clip(xyz @ np.linalg.inv(_TO_XYZ).T, 0, 1)
    share = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    shown: NDArray[np.uint8] = np.round(share * 255).astype(np.uint8)
    return shown


# linear sRGB to XYZ, divided by the D65 white, so that white is (1, 1, 1)
_TO_XYZ: Final = (
    np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    / np.array([[0.95047], [1.0], [1.08883]])
).astype(np.float32)


def delta_e(first: Any, second: Any) -> Floats:
    """CIEDE2000 difference of CIELAB colours (..., 3), broadcast.

    Source: Sharma, Wu, Dalal 2005, doi:10.1002/col.20070.
    """
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    l1, a1, b1 = one[..., 0], one[..., 1], one[..., 2]
    l2, a2, b2 = two[..., 0], two[..., 1], two[..., 2]
    mean_c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean_c7 / (mean_c7 + 25.0**7))
    c1, c2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    h1 = np.degrees(np.arctan2(b1, a1 * stretch)) % 360
    h2 = np.degrees(np.arctan2(b2, a2 * stretch)) % 360
    return _weighted(l1, l2, c1, c2, h1, h2)


def _weighted(l1: Floats, l2: Floats, c1: Floats, c2: Floats, h1: Floats, h2: Floats) -> Floats:
    turn = (h2 - h1 + 180) % 360 - 180
    grey = c1 * c2 == 0
    turn = np.where(grey, 0.0, turn)
    hue = np.where(grey, h1 + h2, (h1 + turn / 2) % 360)
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue) + 0.32 * _cos(3 * hue + 6) - 0.20 * _cos(4 * hue - 63)
    sl = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    spin = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    squares = (dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 - spin * (dc / sc) * (dh / sh)
    difference: Floats = np.sqrt(np.maximum(squares, 0))
    return difference


def _cos(degrees: Floats) -> Floats:
    cosine: Floats = np.cos(np.radians(degrees))
    return cosine


@cache
def _known() -> tuple[tuple[str, ...], Floats]:
    return tuple(COLOURS), lab_of([rgb_of(code) for code in COLOURS.values()])


def nearest_name(lab: Any) -> tuple[str, float]:
    """The listed name nearest to one CIELAB colour (3,), and how far it is in CIEDE2000."""
    names, table = _known()
    far = delta_e(np.asarray(lab), table)
    best = int(np.argmin(far))
    return names[best], float(far[best])


def hex_of(lab: Any) -> str:
    r, g, b = (int(value) for value in rgb_from_lab(lab))
    return f"#{r:02x}{g:02x}{b:02x}"


def colour_of(name: str, hex_code: str = "") -> dict[str, Any] | None:
    """{"name", "hex"} from a name, a hex, or both; None if neither is a colour. A hex given wins over the list's."""
    if hex_code:
        try:
            rgb = rgb_of(hex_code)
        except ValueError:
            return None
        return {"name": name.strip() or nearest_name(lab_of(rgb))[0], "hex": "#{:02x}{:02x}{:02x}".format(*rgb)}
    plain = " ".join(name.lower().replace("-", " ").replace("_", " ").split())
    plain = ALIASES.get(plain, plain)
    if plain in COLOURS:
        return {"name": plain, "hex": COLOURS[plain]}
    return colour_of("", plain) if HEX.fullmatch(plain) else None
