"""Whether a brief is written in a language that is not read here: the taxonomy knows English alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from designer.pipeline import taxonomy
from designer.pipeline.words import clean, parse

_ENGLISH: Final = "a an the and or with without in of for on to by from at as is like very no not"
ENGLISH: Final = frozenset(_ENGLISH.split())
# small words, and garments and cloths that are no English words; what several languages share counts for each
_MARKS: Final = {
    "German": (
        "ein eine einen einem einer und mit aus ohne für fur der das den dem im ist nicht sehr kein keine "
        "kleid kleider bluse hemd jacke seide leinen wolle baumwolle samt spitze lange langes kurzes rotes"
    ),
    "French": (
        "un une des le la les et avec sans en du au aux pour dans jupe manteau veste chemise pantalon soie laine "
        "lin coton velours dentelle rouge noire"
    ),
    "Spanish": (
        "un una unos unas el la los las y con sin en del para por vestido falda abrigo chaqueta camisa seda lino lana "
        "algodon algodón terciopelo encaje rojo negro"
    ),
    "Italian": (
        "un una uno il lo gli la e con senza di del della per vestito abito gonna cappotto giacca camicia pantaloni "
        "seta lino lana cotone velluto pizzo rosso nero"
    ),
    "Portuguese": (
        "um uma uns umas com sem de do da em para e vestido saia casaco camisa seda linho lã la algodão veludo renda "
        "vermelho preto"
    ),
    "Dutch": ("een met van en zonder voor het op jurk jas broek zijde linnen wol katoen fluweel kant rode zwarte"),
}
MARKS: Final[Mapping[str, frozenset[str]]] = {name: frozenset(words.split()) for name, words in _MARKS.items()}
SURE: Final = 2  # words of a language that are enough beside ones that are read
SURE_BESIDE_GARMENT: Final = 3  # and beside an English garment: cloths have foreign names ("crêpe de chine")
# "Oscar de la Renta", "Comme des Garçons", "Dolce e Gabbana": whatever the small words of a name are, it is a name
_CAPITAL: Final = r"[A-ZÀ-ÖØ-Þ][\w'’-]*"
_PARTICLE: Final = r"(?:de|del|della|di|da|do|dos|du|des|von|van|der|den|la|le|les|el|e|y|et)"
NAME: Final = re.compile(rf"\b{_CAPITAL}(?:[ ]+(?:{_PARTICLE}[ ]+){{0,2}}{_CAPITAL})*")
SCRIPT: Final = 0.5  # of the letters


def unread_language(brief: str) -> str:
    """The language that the brief seems to be in where that is not English: its name, "another script" for letters
    that are not Latin, "" for English and for what cannot be told."""
    text = clean(brief)
    letters = [letter for letter in text if letter.isalpha()]
    foreign = [letter for letter in letters if not unicodedata.name(letter, "").startswith("LATIN")]
    if letters and len(foreign) > SCRIPT * len(letters):
        return "another script"
    mentions = parse(text).mentions
    read = any(each.attribute == "garment" and not each.negated for each in mentions)
    said = NAME.sub(" ", text) if read else text
    told = {token.word for token in taxonomy.tokens(said)} | set(said.lower().split())
    language, number = max(((name, len(told & marks)) for name, marks in MARKS.items()), key=lambda pair: pair[1])
    rivals = len(told & ENGLISH - MARKS[language])
    if number <= rivals or number < (SURE_BESIDE_GARMENT if read else SURE if mentions else 1):
        return ""
    return language
