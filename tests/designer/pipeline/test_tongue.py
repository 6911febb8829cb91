"""Which briefs are in a language that is not read here."""

import pytest

from designer.pipeline.tongue import unread_language

ENGLISH = """
a red dress
LBD
lehenga
a lehenga with gota patti and zardozi embroidery
salwar kameez in raw silk
broderie anglaise blouse
an Issey Miyake style plissé dress
crêpe de chine blouse, ivory
toile de jouy sundress
peau de soie wedding gown with a cathedral train
an Oscar de la Renta style ball gown
Comme des Garçons style deconstructed jacket
Maison Margiela inspired trench coat
sari in kanjivaram silk, maroon and gold
a saree blouse with mirrorwork
cheongsam in jade brocade
qipao, red, knee length
kimono jacket with sashiko stitching
hanbok inspired two piece
ao dai in white silk
dirndl with a velvet bodice
sherwani for a groom, ivory
anarkali suit in georgette
a boubou in bazin fabric
kente cloth bomber jacket
batik shirt for men
ikat caftan
a djellaba in striped wool
Ankara print peplum top
guayabera in white linen
bouclé jacket with fringe trim
guipure lace midi dress
dévoré velvet slip
duchesse satin column gown
moiré taffeta opera coat
matelassé cocktail dress
macramé beach cover-up
Loden coat, horn buttons
Harris tweed blazer
Fair Isle sweater
an emrald silk dres
navy pinstripe suit, double breasted
boxy cropped denim jacket
cottagecore prairie dress, puff sleeves
Y2K low rise cargo pants
gorpcore shell jacket
bias cut slip dress, champagne
oversized hoodie with kangaroo pocket
cable knit cardigan
wide leg palazzo trousers
halter neck jumpsuit, backless
tulle ballgown with 3D flowers
sequinned flapper dress
tailored bermuda shorts
quilted gilet
ruched bodycon mini
asymmetric drape one shoulder gown
Scandinavian minimalist wool coat
houndstooth cape
no sleeves, no lace, just a plain black column
something for a rooftop party in Lisbon
Elsa Schiaparelli surrealist evening jacket
robe manteau style coat dress
faux fur stole, oyster
abaya with tonal embroidery
sleeveless turtleneck, ecru
dress like a peony
vintage Levi's 501 jeans
"""
FOREIGN = """
Ein langes rotes Kleid aus Seide
Schwarzer Hosenanzug
Grüner Mantel
Bodenlanges Abendkleid, smaragdgrün
Sommerkleid mit Blumen
Blaue Bluse, weit geschnitten
Weißes Hemd, tailliert
Ärmelloses Etuikleid
une robe longue en soie rouge
jupe plissée bleu marine
manteau en laine camel
robe de mariée en dentelle
Petite robe noire
vestido largo de seda roja
falda plisada azul marino
abrigo de lana negro
blusa blanca sin mangas
un abito lungo di seta
gonna a pieghe blu
cappotto di lana cammello
um vestido longo de seda vermelha
saia midi plissada azul
een lange rode jurk van zijde
blauwe wollen jas
kırmızı ipek elbise
Uzun siyah abiye elbise
yeşil keten ceket
dantelsiz beyaz gelinlik
bordo kadife elbise
czerwona sukienka z jedwabiu
długa czarna suknia wieczorowa
zielony płaszcz wełniany
biała koszula lniana
granatowa marynarka
en lång röd klänning i siden
svart kappa av ull
blommig sommarklänning
vit skjorta utan krage
en lang rød kjole i silke
sort uldfrakke
grøn silkekjole
hvit bluse med blonder
blå dongerijakke
dlouhé červené šaty z hedvábí
černý vlněný kabát
zelená sukně
bílá košile
egy hosszú piros selyemruha
fekete gyapjú kabát
zöld nyári ruha
fehér csipke blúz
o rochie lungă din mătase roșie
palton negru din lână
fustă verde plisată
cămașă albă fără mâneci
váy dài màu đỏ bằng lụa
áo khoác len đen
đầm dạ hội xanh ngọc
áo sơ mi trắng
gaun panjang merah dari sutra
jaket hitam tanpa lengan
kemeja putih katun
gaun pesta hijau
vihreä silkkimekko
musta villakangastakki
красное платье
緑のシルクのドレス
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def test_english_briefs_with_foreign_words_are_english_and_foreign_ones_are_told_as_such() -> None:
    assert min(len(lines(ENGLISH)), len(lines(FOREIGN))) >= 60
    taken = {brief: unread_language(brief) for brief in lines(ENGLISH)}
    shunned = {brief: language for brief, language in taken.items() if language}
    missed = [brief for brief in lines(FOREIGN) if not unread_language(brief)]
    told = f"{len(shunned)} of {len(taken)} English briefs are not read: {shunned}; "
    told += f"{len(missed)} of {len(lines(FOREIGN))} foreign ones are taken for English: {missed}"
    assert not shunned and not missed, told


@pytest.mark.parametrize(
    ("brief", "language"),
    [
        ("Schwarzer Hosenanzug", "German"),
        ("Bodenlanges Abendkleid, smaragdgrün", "German"),
        ("kırmızı ipek elbise", "Turkish"),
        ("czerwona sukienka z jedwabiu", "Polish"),
        ("en lång röd klänning i siden", "Swedish"),
        ("dlouhé červené šaty z hedvábí", "Czech"),
        ("egy hosszú piros selyemruha", "Hungarian"),
        ("o rochie lungă din mătase roșie", "Romanian"),
        ("váy dài màu đỏ bằng lụa", "Vietnamese"),
        ("gaun panjang merah dari sutra", "Indonesian"),
        ("mėlyna vilnonė suknelė", "another language"),
        ("красное платье", "another script"),
        ("", ""),
        ("5", ""),
    ],
)
def test_a_language_is_told_by_its_name_where_it_has_one_here(brief: str, language: str) -> None:
    assert unread_language(brief) == language
