"""Whether a brief is written in a language that is not read here: the taxonomy knows English alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from designer.pipeline import lexicon, taxonomy
from designer.pipeline.words import clean, parse

_ENGLISH: Final = "a an the and or with without in of for on to by from at as is like very no not"
ENGLISH: Final = frozenset(_ENGLISH.split())
OTHER: Final = "another language"
# small words, and garments and cloths that are no English words; what several languages share counts for each
_MARKS: Final = {
    "German": (
        "ein eine einen einem einer und mit aus ohne für der das den dem im ist nicht sehr kein keine kleid "
        "kleider bluse hemd jacke mantel hosenanzug anzug rock seide leinen wolle baumwolle samt spitze lange "
        "langes kurzes rotes schwarz schwarze schwarzer schwarzes grün grüne grüner grünes blau blaue blaues weiß "
        "weißes weiße"
    ),
    "French": (
        "un une des le la les et avec sans en du au aux pour dans petite robe jupe manteau veste chemise pantalon "
        "soie laine lin coton velours dentelle rouge noire"
    ),
    "Spanish": (
        "un una unos unas el la los las y con sin en del para por vestido falda abrigo chaqueta camisa seda lino "
        "lana algodon algodón terciopelo encaje rojo negro"
    ),
    "Italian": (
        "un una uno il lo gli la e con senza di del della per vestito abito gonna cappotto giacca camicia "
        "pantaloni seta lino lana cotone velluto pizzo rosso nero"
    ),
    "Portuguese": (
        "um uma uns umas com sem de do da em para e vestido saia casaco camisa seda linho lã la algodão veludo "
        "renda vermelho preto"
    ),
    "Dutch": ("een met van en zonder voor het op jurk jas broek zijde linnen wol katoen fluweel kant rode zwarte"),
    "Turkish": (
        "bir ve ile için olan kadar uzun kısa kirmizi kırmızı siyah beyaz yeşil mavi elbise etek ceket gömlek "
        "pantolon ipek keten yün pamuk kadife dantel dantelli abiye"
    ),
    "Polish": (
        "z ze w na do i bez dla oraz jest sukienka suknia spódnica płaszcz kurtka koszula bluzka spodnie jedwab "
        "jedwabiu lnu wełny bawełny koronka koronki aksamit czerwona czarna zielona biała długa krótka"
    ),
    "Swedish": (
        "en ett och med av utan för i till klänning kjol kappa jacka skjorta blus byxor siden linne ull bomull "
        "sammet spets röd svart grön blå vit lång kort"
    ),
    "Danish or Norwegian": (
        "en et ei og med af av uden uten til i kjole nederdel skjørt frakke kåpe jakke skjorte bluse bukser silke "
        "hør lin uld ull bomuld bomull fløjl fløyel blonder rød sort svart grøn grønn blå hvid hvit lang"
    ),
    "Finnish": (
        "ja mekko hame takki pusero paita housut silkki silkkiä pellava villa puuvilla sametti pitsi punainen "
        "musta vihreä sininen valkoinen pitkä lyhyt"
    ),
    "Czech": (
        "z ze s se v na do bez pro šaty sukně kabát bunda košile halenka kalhoty hedvábí lnu vlny bavlny samet "
        "krajka červené černé zelené bílé modré dlouhé krátké"
    ),
    "Hungarian": (
        "egy és az nélkül ruha szoknya kabát dzseki ing blúz nadrág selyem selyemből len gyapjú pamut bársony "
        "csipke piros fekete zöld kék fehér hosszú rövid estélyi"
    ),
    "Romanian": (
        "o un cu din de și si fără pentru în rochie rochia fustă palton jachetă cămașă bluză pantaloni mătase in "
        "lână bumbac catifea dantelă roșie neagră verde albă lungă scurtă"
    ),
    "Vietnamese": (
        "một và với có không cho màu váy đầm áo quần lụa vải len nhung ren đỏ đen xanh trắng dài ngắn dạ tay cổ"
    ),
    "Indonesian": (
        "dengan dan dari tanpa untuk yang warna gaun rok jaket mantel kemeja celana sutra linen wol katun beludru "
        "renda merah hitam hijau putih biru panjang pendek pesta"
    ),
}
MARKS: Final[Mapping[str, frozenset[str]]] = {name: frozenset(words.split()) for name, words in _MARKS.items()}
ALL_MARKS: Final = frozenset().union(*MARKS.values())
SHARED: Final = ALL_MARKS & ENGLISH  # "in", "of", "for": they tell nothing
SURE: Final = 2  # words of a language that are enough beside ones that are read
SURE_BESIDE_GARMENT: Final = 3  # and beside an English garment: cloths have foreign names ("crêpe de chine")
UNKNOWN: Final = 0.6  # of the words, if no English lexicon has them
UNKNOWN_TELLING: Final = 0.5  # where a letter or an ending tells besides
MOST_READ: Final = 60  # words of a brief that are looked up: a language shows in its first ones
# no loan word or name that English briefs use often has these
LETTERS: Final = re.compile(r"[ßąćęłńśźżıİşğåøæőűțșăřěůďťľđơưāēīū\u1ea0-\u1ef9]")  # re.I would take i for ı
COMPOUND: Final = re.compile(
    r"\w{3,}(?:kleid(?:er|es)?|mantel|jacke|bluse|hose|hosen|anzug|hemd|weste|seide|lang(?:es|er|en?)|los(?:es|er|en?)|"
    r"farben(?:es|er|e)?|grün(?:es|er|e)?|rotes|roter|blaues|blauer)",
    re.I,
)
NORTHERN: Final = re.compile(r"\w{3,}(?:kjole|frakke|jakke|jacka|skjorte|klänning|kappa|mekko|takki|ruha)", re.I)
ENGLISH_HOSE: Final = frozenset({"pantyhose", "pantihose"})
# "Oscar de la Renta", "Comme des Garçons", "Dolce e Gabbana": whatever the small words of a name are, it is a name
_CAPITAL: Final = r"[A-ZÀ-ÖØ-Þ][\w'’-]*"
_PARTICLE: Final = r"(?:de|del|della|di|da|do|dos|du|des|von|van|der|den|la|le|les|el|e|y|et)"
NAME: Final = re.compile(rf"\b{_CAPITAL}(?:[ ]+(?:{_PARTICLE}[ ]+){{0,2}}{_CAPITAL})*")
MODEL: Final = re.compile(r"@\S+")  # a model's name is of no language
SCRIPT: Final = 0.5  # of the letters


def unread_language(brief: str) -> str:
    """The language that the brief seems to be in where that is not English: its name, "another script" for letters
    that are not Latin, "another language" for one that has no name here, "" for English and for what cannot be told."""
    text = clean(brief)
    letters = [letter for letter in text if letter.isalpha()]
    foreign = [letter for letter in letters if not unicodedata.name(letter, "").startswith("LATIN")]
    if letters and len(foreign) > SCRIPT * len(letters):
        return "another script"
    mentions = parse(text).mentions
    read = any(each.attribute == "garment" and not each.negated for each in mentions)
    text = MODEL.sub(" ", text)
    said = NAME.sub(" ", text) if read else text
    told = _words(said)
    language, number = max(((name, len(told & marks)) for name, marks in MARKS.items()), key=lambda pair: pair[1])
    rivals = len(told & ENGLISH - MARKS[language])
    enough = SURE_BESIDE_GARMENT if read else SURE if mentions else 1
    if number > rivals and number >= enough and _is_apart(told, language):
        return language
    if not _is_strange(said, read=read):
        return ""
    if number and number > rivals:
        return language
    return "German" if any(COMPOUND.fullmatch(word) and word not in ENGLISH_HOSE for word in told) else OTHER


def _words(text: str) -> set[str]:
    return {token.word for token in taxonomy.tokens(text)} | set(re.findall(r"[^\W\d_]+", text.lower()))


def _is_apart(told: set[str], language: str) -> bool:
    """Whether a word of the language is none of English: some are of both ("a", "in", "robe")."""
    return not told & MARKS[language] <= lexicon.words() | lexicon.SMALL


def _is_english(word: str) -> bool:
    """A word of another language is none that was mistyped: "noire" is no "noise"."""
    return lexicon.is_english(word) and (word in lexicon.words() or word not in ALL_MARKS)


def _is_strange(text: str, *, read: bool) -> bool:
    """Whether most of it is no English. Beside an English garment more words must be strange, for cloths and crafts
    have foreign names; a letter that English lacks, or a garment's name at the end of a word, makes up for one."""
    tokens = [each for each in taxonomy.tokens(text)[:MOST_READ] if each.word not in SHARED]
    strange = [token for token in tokens if not _is_english(token.word)]
    marked = any(LETTERS.search(text[token.start : token.end].lower()) for token in strange)
    compound = any(each.fullmatch(text[token.start : token.end]) for token in strange for each in (COMPOUND, NORTHERN))
    telling = marked or compound
    least = (SURE_BESIDE_GARMENT if read else SURE) - telling
    share = UNKNOWN_TELLING if telling and not read else UNKNOWN
    return len(strange) >= least and len(strange) >= share * len(tokens)
