"""How many images a brief of another language orders: "Drei knielange Kleider", "trois robes en soie".

Where one of that language's garments stands in the plural behind the number, it counts them; any other number at the
start may order as well, and is told, for each image costs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from designer.pipeline.counting import Ordered
from designer.pipeline.tongue import unread_language

# one to ten, each with its other forms behind a stroke
_NUMBERS: Final = {
    "German": "ein/eine/einen zwei drei vier fünf/fuenf sechs sieben acht neun zehn",
    "French": "un/une deux trois quatre cinq six sept huit neuf dix",
    "Spanish": "un/una dos tres cuatro cinco seis siete ocho nueve diez",
    "Italian": "un/una/uno due tre quattro cinque sei sette otto nove dieci",
    "Portuguese": "um/uma dois/duas três/tres quatro cinco seis sete oito nove dez",
    "Dutch": "een twee drie vier vijf zes zeven acht negen tien",
    "Turkish": "bir iki üç dört beş altı yedi sekiz dokuz on",
    "Polish": "jeden/jedna/jedno dwa/dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć",
    "Swedish": "en/ett två tre fyra fem sex sju åtta nio tio",
    "Danish or Norwegian": "en/et to tre fire fem seks syv/sju otte/åtte ni ti",
    "Finnish": "yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän kymmenen",
    "Czech": "jeden/jedna/jedny dva/dvě/dvoje tři/troje čtyři pět šest sedm osm devět deset",
    "Hungarian": "egy két/kettő három négy öt hat hét nyolc kilenc tíz",
    "Romanian": "un/o doi/două trei patru cinci șase șapte opt nouă zece",
    "Vietnamese": "một hai ba bốn năm sáu bảy tám chín mười",
    "Indonesian": "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh",
}
NUMBERS: Final[Mapping[str, Mapping[str, int]]] = {
    language: {word: place for place, forms in enumerate(said.split(), start=1) for word in forms.split("/")}
    for language, said in _NUMBERS.items()
}
# garments in the plural; the German and Dutch ones also as the end of a word ("Abendkleider")
PLURALS: Final = {
    "German": r"\w*(?:kleider|röcke|mäntel|jacken|blusen|hemden|hosen|anzüge|blazer|westen|pullover)",
    "French": r"robes|jupes|manteaux|vestes|chemises|chemisiers|pantalons|tailleurs|combinaisons",
    "Spanish": r"vestidos|faldas|abrigos|chaquetas|camisas|blusas|pantalones|trajes",
    "Italian": r"abiti|vestiti|gonne|cappotti|giacche|camicie|camicette|tailleur",
    "Portuguese": r"vestidos|saias|casacos|camisas|blusas|calças",
    "Dutch": r"\w*(?:jurken|rokken|jassen|broeken|blouses|pakken)",
}
BETWEEN: Final = 3  # words from the number to the garment
MOST_MEANT: Final = 12  # a larger number in digits may be a year or a size


def language_of(text: str) -> str:
    """The language of a brief that is not read here and has numbers here; "" of all others."""
    language = unread_language(text)
    return language if language in NUMBERS else ""


def ordered(text: str, language: str) -> Ordered | None:
    """How many images it asks for; None where it does not say so plainly."""
    text = text.lstrip()
    found, plurals = _opening(text, language), PLURALS.get(language)
    if found is None or plurals is None:
        return None
    behind = re.compile(rf"\s+(?:[^\W\d_]+\s+){{0,{BETWEEN}}}(?:{plurals})\b", re.I)
    number = _value(found.group(), language)
    return Ordered(number, found.group()) if number > 1 and behind.match(text, found.end()) else None


def number_of(text: str, language: str) -> str:
    """A number at the start, above one, as it stands there; "" where there is none."""
    found = _opening(text.lstrip(), language)
    return found.group() if found and _value(found.group(), language) > 1 else ""


def _opening(text: str, language: str) -> re.Match[str] | None:
    words = "|".join(sorted(NUMBERS[language], key=len, reverse=True))
    return re.compile(rf"(?:{words}|\d{{1,2}})(?=\s+[^\W\d_])", re.I).match(text)


def _value(said: str, language: str) -> int:
    number = int(said) if said.isdecimal() else NUMBERS[language][said.lower()]
    return number if number <= MOST_MEANT else 0
