"""Which words are English where garments are described: enough of them to tell an English brief from one that is not.

The words of the taxonomy and the colour list, the commonest others of briefs, what people make of them by an ending or
by writing two as one, and the foreign names that English has for garments and cloths.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Final

from designer.pipeline import taxonomy

_SMALL: Final = """
a about above across after again against all almost along also always am among an and any are around as at away back
be because been before behind being below beneath beside besides between beyond both but by can cannot could did do
does doesn don done down dozen during each eight eighteen either eleven else enough ever every few first five for four
from get give had has have he her here hers him his how hundred i if in into is isn it its just least less let like
made make makes making many may maybe me might mine more most much must my near need needs neither never new nine no
non none nor not nothing now of off often on one only onto or other others our out over own per please quite rather
really same second seven shall she should show since six so some something still such ten than that the their them
then there these they thing things third thirty this those though thousand three through thus to together too toward
towards twelve twenty two under until up upon us use used using very via want wants was we were what when where which
while who whose why will with within without would yes yet you your
"""
_PLAIN: Final = """
above-knee absolutely accent accentuate acetate acorn acrylic actress actually add address adjust adult africa african
afternoon age airy alice allergy allover alone alpaca alpine alternate american amount angle angora animal anime ankle
anniversary annual antique apparel appear apple apricot aqua arab arabic arm armor armour arrow art artist ash asian
asymmetry athleisure attached audience austrian autumn autumnal avant awards aware baby babyshower bag balance ball
ballet balloon ballroom bamboo banana band barbecue barbie bare baroque barrel bartender base basic basket bath
batwing bauhaus beach bead bear beaten beautiful beauty bedroom bee beehive belgian bell belt bend berry best better
bias bib big biker bird birthday bishop bit black blackberry blaze bleach blend bling block blossom blouson blow
blueberry blur board boat bodice body bodycon bold bolero bolivian bomber bonded bone boned book boot boss bottom
bouncy bound bow box boy braid branch brass brazilian breast breeze bridal bride bridesmaid bridge bright british
broad brocade broderie brooch brunch brush bubble bubblegum buckle budget build bulky business bust bustier bustle
butter butterfly button byzantine cactus cafe calf camisole camp campaign cap cape capelet capri care career cargo
carnation carnival carpet cascade cast casual cat cathedral catsuit cave celebrate celtic ceo ceremony chain chair
chambray champion channel chapel charm check chef chelsea chemise cherry chest chevron chic child children chin
chinese chino choice choices choose christening christmas church cigarette cinch circle city clash clasp classic clean
clear clever client cling clip close cloth clothes clothing cloud clover club clubbing cluster clutch coast coatdress
cocktail cocktails cold collar collect collection college colombian color colored colorful colour coloured colourful
column combat combine comfort comfortable commission common company complete completely complex concept concert
conference contemporary contour contrast cool copper coral cord corner corset corseted costume cottagecore counter
country couple court couture cover cowboy cowl craft crane crease create creative crisp criss cross crossover crowd
crown cruise crush crystal cuban cuff cuirass culotte culture cummerbund cup cupro curl curve cushion customer cut
cutaway cute cutout cyber cyberpunk dad dada daily daisy damask dance dancer dark date daughter day daytime debut
decade deco deep deer delicate demi denim dense depth design designer desk detach detachable detail diagonal diamond
different digital dinner dior dip dirty disco dislike display distress doctor dolman dolphin donegal dot double
downtown dragon dragonfly drama drape draw drawing drawn dream dress dresses dressing dressy drip drop dropped dry
duchess duffle dusk dust duster dutch dye dyed eagle early earth earthy easy eco edge edgy edition editor edwardian
egyptian elaborate elastane elastic elbow elegance elegant elevate elizabethan embellish embellishment embossed
embroider embroidered emphasis empire empty end engagement engineer english enjoy ensemble entire epaulette era
especially ethical ethnic european eve evening event everyday exact exactly exaggerate exclusive exhibition expecting
expensive expose exposed extra extreme extremely eye eyelash eyelet fabric face facing fade fairisle fairly fairy fall
family fan fancy fantasy fashion fashionable fast fastening father faux favour favourite feather feel felt female
feminine fern festival festivals festive fiber fibre field figure film final fine finger finish fire fish fishtail fit
fitted fitting flannel flap flapper flare flash flat flatter fleece flesh flight float flock floor flora floral
flounce flouncy flow flower flowing fluid flutter fly foil fold folk follow foot forest forever form formal forward
foulard fox frame france frayed free french fresh friend friendly frill fringe frock frog front frost fruit full fully
fun funeral funnel fur furry future futurist gabardine gaberdine gala galaxy gallant gallery garden garment gather
gathered gatsby gauze gauzy gem gentle geo georgette georgian german germany giant gift gild gingham girl girly glam
glamour glass glaze glen glitter glitzy glossy glove glow god goddess godet going gold golden good gored gorpcore
gossamer goth gothic gown grace graceful grad gradient graduate graduation grain grand grandad grandma grandmother
granny grape graph graphic great grecian greece greek grid grosgrain ground group grow grown grunge guernsey guest
guests guipure gusset gym gypsy habotai hair half halter hammer hammered hand handkerchief handle handmade hang
hanging happy hard harem harness harrington hat hate head heart heavy heel hem hemline hemp herringbone hibiscus
hidden high highly hiking hip hippie hips hobble hold holiday hollywood holy home honeycomb honeymoon hood hook hoop
hopsack horizontal horse hospital host hot houndstooth hour hourglass house hug hussar idea illusion image images
imagine imperial inch india indian inner insert inset inside inspire inspired instead intarsia interest interview
interviewing intricate inverted iridescent irish iron island italian italy item ivy jacquard japan japanese jasmine
jazz jegging jersey jet jewel jewelled jewellery job jodhpur jogger join jumper jungle junior kaftan kawaii keep kick
kid kilt kimono kind king kitten knee knickers knife knit knot know korean lab label lace laced lacquer ladder ladies
lady lame lantern lapel large laser last late latin lattice laundry law lawyer layer layered leaf leafy lean leather
leave left leg legging leggings leisure lemon lend length leopard leotard letter lettuce liberty librarian life lift
light lightweight lily line linear lined lingerie lining lion liquid little live loafer london long longline look loop
loose lotus lounge love lovely low lower lunch lunchtime lurex luster lustre luxe luxurious luxury lycra lyocell
machine mackintosh macrame magazine magic magnolia mail main man mandarin mannequin mantle marble mardi market marl
marry mask mass mat match matching material maternity matte meadow mean medallion medieval mediterranean medium
meeting melange melton men menswear merino mermaid mesh mess metal metallic metre mexican microfibre mid middle milan
military milk minimal mint mirror miss mix mixed mock mod modal mode model modern modest modesty mohair moire moleskin
mom mongolian monk monochrome monogram mood moon moroccan morocco mosaic moss mostly moth mother motif moto motorcycle
mountain move mughal mules mum muse mushroom music muslin muted mutton mystic naked name narrow nation native natural
nature nautical navajo nearly neat neck necklace neckline necktie nehru neon neoprene net netting neutral nice nicely
nigerian night nineties noble noir noise nomad nordic norfolk normal north norwegian notch notched nouveau nude number
nurse nursing nylon oak oblique occasion ocean office old olive ombre onesie opaque open openwork opera option options
opulent orange orchid order organdie organdy organic oriental ornate ottoman outdoor outdoors outer outfit outline
oval overall overcoat overlap overlay overlock oversewn overshirt oversize oversized overskirt owl oxford pad padded
page pagoda pail paint painted pair paisley pajama palazzo pale palette palm panel paneled panelled pansy pant panther
paper parachute parent paris parisian parisienne park parka parrot part partly party pashmina passion pastel patch
patent path pattern patterned peach peacoat peacock peaked pear pearl peasant pencil pendant penny peony people peplum
percale perfect perfectly perforated performance period persian person peruvian petal petite petticoat photo
photograph photos piano pick pictorial picture pictures piece pierce pierced pilates pilot pima pin pinafore pine
pineapple pinstripe pintuck pinup piped piping pique place placket plain plant plastic play playful playsuit pleat
pleated plisse plissé plunge plunging plus plush pocket poet point pointed pointelle polish polished polka polo
polyester pom poncho ponte pool pop poplin popover poppy popular porcelain portrait portuguese pose possibly post
power practical prairie pre prefer preferably pregnant prep preppy presentation presenter press pretty prim prince
princess print printed prints professional profile prom proms proportion provence puff puffed puffy pull pump punjabi
punk pure puritan pussy put pyjama quality quarter queen quickly quiet quilt quilted quinceanera rabbit race racer
racerback races rack raglan rain rainbow raincoat raised rajasthani ramie ranch raspberry rave raw rayon reach reader
ready real reception recycle red reefer reference references refine regal regency regular rehearsal relax religious
remain removable renaissance render renders reptile resort restaurant retro revere reverse reversible rhinestone rib
ribbed ribbon rich ride riding right ring ripped ripple river road robe rock rococo roll rolled roman romance romantic
romper roomy rope rose rosette rough round rounded row royal ruana rubber ruche ruched ruff ruffle ruffled rugged run
runway russian rustic sable sack safari sail sailing sailor salon sample sand sandal sandwash sari sash sateen satin
satiny saturate savage say scale scallop scandi scarf scattered scene school scoop scotland scottish sculpt sculptural
sculpture sea seam seamed seaside season seaweed seduce see seersucker self semi send sensual sequin sequined
sequinned sequins serge series set seventies sexy shacket shade shadow shantung shape shaped shark sharp shawl
shearling sheath sheer shell shift shimmer shimmering shin shine shiny shirred shirring shirt shoe shoot short shorts
shot shoulder shouldered shower showgirl shrug side signature silhouette silky silver similar simple simply singer
single sirwal sister sit sixties size skater skating sketch ski skiing skin skinny skirt skort sky slash slashed sleek
sleep sleeve sleeved slender slick slightly slim slingback slinky slip slipdress slit slouchy slub small smart smock
smocked smoke smooth snail snake snap sneaker snood snow soft soiree solid somewhat sophisticate sophisticated sort
soutache south space spaghetti spandex spanish sparkle sparkling sparkly speaker special speech spencer spiral splash
split sport spot spread spring spy square staff stage stain stand standard star start statement steampunk steel stem
step stiff stitch stole stone storm story straight straitjacket strap strappy straw strawberry street stretch stretchy
strictly stripe striped strong structure structured stud studded student studio study style styled stylish subtle
suede suit suitable suited suiting sultry summer summery sun sundress sunflower sunhat sunray sunset super sure
surface surplice surreal sustainable swallow swan sway sweat sweater swedish sweep sweet swim swimsuit swimwear swing
swirl swiss symmetry tab table taffeta tail tailor tailored tailoring take tall tank tape taper tartan tassel tea
teacher team tech technical teen teenage tell tencel tennis terry textile texture textured thai theatre theme thick
thigh thin think thread thumb tie tied tier tiered tiger tight tile time tiny tip title today toddler toe toggle toile
tokyo tonal tone top topcoat topper topstitch torso totally touch touches tough tour town track trackpants trad
traditional trail train trainer transparent trapeze travel treat tree trellis trench trend trendy triangle tribal
trilby trim trimmed trimming trip triple tropical trouser truly trumpet try tuck tucked tulip tulle tummy tunic
turkish turn turned turtle tux tuxedo tweed twenties twill twin twinset twirl twist twisted type ukrainian ulster
ultra underskirt uneven uniform unique unisex unitard universe unlined unusual upper urban utility vacation valentine
valley variation variety varsity vegan veil velour velvety vent vented versailles version versions vertical vest vibe
victorian view village vine vintage violet viscose visible vivid viyella voile volume voluminous waffle waist
waistband waistcoat waisted waiter walk walking wall wallpaper wardrobe warm warrior wash washed water watercolor
watercolour waterfall waterproof wave wavy wax waxed way wear wearable wearing weather weave webbing wedding weekday
weekend weight wellington west western wet whale wheat whimsical whimsy wide wild willow wind windbreaker window
winery wing winged wingtip winter wire wish wisteria witch wizard wolf woman womenswear wood woodland wool word work
worker working workwear world worn worsted woven wrap wrapover wrapped wrinkle wrist write yacht yarn year yellow yoga
yoke york young youth yukata zebra zero zigzag zip zipped zipper zodiac
"""
_BORROWED: Final = """
abaya agbada anarkali anglaise ankara anorak ao applique argyle atelier aubergine baju balmacaan banarasi bandana
bandeau bandhani basque batik beret bergere blanc bloc blouson bohème bordeaux boubou boucle boutonniere brocade
broderie buba burnous bustier caftan cagoule capri cashmere chador challis chanderi chantilly charmeuse charro
chemisier chenille cheongsam cheviot chic chiffon chignon chikankari chine chinoiserie choli cloque coco coiffe
corsage coupe couture cravat crepe cretonne crochet culottes dai dashiki deco decolletage decollete degas degrade
devore dhoti dirndl djellaba dolce duchesse dupatta dupioni décolletage décolleté dévoré ecru epaulet fagoting faille
fedora fichu fil flaneur fleurs froufrou furisode gabbana gamine gele geta ghagra gilet gomesi gota guayabera guipure
habesha hakama hanbok hanfu haori haute hijab himation huipil ikat intarsia isicholo jabot jacquard jamdani jellabiya
jeogori jouy kabuki kameez kanga kanjivaram kanzashi kasaya kasuri kebaya keffiyeh kente khadi khaki kimono kitenge
kurta kurti lace lame lamé lederhosen lehenga loden longyi lungi macramé maharani mantilla mantua matelasse mille
mirrorwork moiré monpe mousseline nakshi nehru nouveau obi oeil ombré organza paillette paisley palazzo pallu panne
pannier pantalon pareo pashmina passementerie patiala patola patti peau peignoir pelisse percale petite picot pierrot
pique piqué plisse plissé point pointe ponte porter pret princesse prêt qipao raffia rebozo redingote resille reticule
ruana rumal sabi sabot salwar saree sari sarong sashiko serape shalwar shantung sharara sheitel sherwani shibori
soleil sombrero souffle soutache suzani tabard tailleur tallit tanga tangzhuang thobe toile toque tricot trompe
tsumugi tutu valenciennes velours vichy voile wabi wax yukata yves zardozi zari zibeline zouave zuave
"""
COMMON: Final = frozenset((_SMALL + _PLAIN).split())
BORROWED: Final = frozenset(taxonomy.fold(word) for word in _BORROWED.split())
SMALL: Final = frozenset(_SMALL.split())
ENDINGS: Final = (
    "s", "es", "ed", "d", "ing", "ly", "y", "ies", "er", "r", "est", "ness", "less", "ful", "like", "ish", "able", "en",
    "ist", "ism", "wear", "wise", "al", "ic", "ian", "ity", "ment",
)  # fmt: skip
BEGINNINGS: Final = ("un", "re", "non", "semi", "multi", "over", "under", "bi", "anti", "ultra", "super", "pre", "half")
LEAST_STEM: Final = 3  # letters of what an ending or a second word is put to
ALIKE: Final = 0.85  # of a word that is mistyped: "emrald"
LEAST_MISTYPED: Final = 4  # letters: in shorter words one letter is another word
NUMBER: Final = re.compile(r"\d")


@cache
def words() -> frozenset[str]:
    """Every word that is English by itself, folded."""
    known = {word for phrase in taxonomy.index() for word in phrase}
    return frozenset({taxonomy.fold(word) for word in COMMON} | COMMON | known | BORROWED)


@lru_cache(maxsize=4096)  # people's words: there is no end of them
def is_english(word: str) -> bool:
    """Whether a folded word is one, is made of one, or is one mistyped."""
    if NUMBER.search(word) or len(word) == 1 or _is_made(word):
        return True
    halves = range(LEAST_STEM, len(word) - LEAST_STEM + 1)
    if any(_is_made(word[:at]) and _is_made(word[at:]) for at in halves):
        return True
    near = [each for each in _by_letter().get(word[0], ()) if abs(len(each) - len(word)) <= 1]
    return len(word) >= LEAST_MISTYPED and bool(get_close_matches(word, near, n=1, cutoff=ALIKE))


@cache
def _by_letter() -> dict[str, list[str]]:
    """The words by their first letter, which few people mistype."""
    found: dict[str, list[str]] = {}
    for word in sorted(words()):
        found.setdefault(word[0], []).append(word)
    return found


def _is_made(word: str) -> bool:
    known = words()
    if word in known:
        return True
    bare = [word.removeprefix(each) for each in BEGINNINGS if word.startswith(each)]
    stems = [each.removesuffix(end) for each in (word, *bare) for end in ENDINGS if each.endswith(end)]
    return any(len(stem) >= LEAST_STEM and not known.isdisjoint(_whole(stem)) for stem in (*bare, *stems))


def _whole(stem: str) -> set[str]:
    """What it may be the stem of: "shap" of "shape", "trimm" of "trim"."""
    doubled = {stem[:-1]} if stem[-1] == stem[-2] else set()
    return {stem, f"{stem}e", f"{stem}y"} | doubled
