"""The words of fashion by attribute: value -> other ways to say it. A value's own words (a_line: "a line") are implied.

Phrases are lower case, without hyphens, singular; taxonomy.py folds a brief's words in the same way.
"""

from __future__ import annotations

from typing import Final


def _rows(text: str) -> dict[str, tuple[str, ...]]:
    """'value: phrase, phrase' lines; a line without a colon goes on with the one before."""
    rows: dict[str, str] = {}
    name = ""
    for line in text.strip().splitlines():
        head, colon, rest = line.rpartition(":")
        name = head.strip() if colon else name
        rows[name] = f"{rows.get(name, '')} {rest.strip()}"
    return {key: tuple(word.strip() for word in rest.split(",") if word.strip()) for key, rest in rows.items()}


# words that name a value only beside others are written as phrases ("square neck"), never alone ("square")
VOCABULARY: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "garment": _rows("""
        dress: gown, frock, sundress, shirt dress, shirtdress, slip dress, sweater dress, t shirt dress, coat
            dress, kaftan, caftan, pinafore, blazer dress, minidress, maxidress, ballgown, coatdress,
            shirtwaister, shirtwaist
        skirt: miniskirt, kilt, sarong, skort
        shirt: button down, button up, dress shirt, oxford shirt, polo shirt, overshirt, buttondown
        blouse: tunic
        t_shirt: tee, tshirt, tee shirt, t shirt
        top: tank top, camisole, cami, crop top, tank, bodysuit, bustier, halter top, tube top, bralette
        trousers: trouser, pant, pants, slacks, chino, culotte, palazzo, legging, jogger, sweatpant, cargo pant,
            dress pants, jegging
        jeans: jean
        shorts: bermuda, bermuda short, hot pant
        coat: overcoat, trench, trench coat, trenchcoat, parka, peacoat, pea coat, duffle coat, raincoat, mac,
            topcoat, puffer coat, cape coat, anorak, tailcoat, coatigan
        jacket: bomber, bomber jacket, biker jacket, windbreaker, puffer jacket, blouson,
            windcheater, trucker jacket, shacket
        blazer: sport coat, sports jacket, suit jacket, tuxedo jacket, dinner jacket
        sweater: jumper, pullover, hoodie, hoody, sweatshirt, knit sweater, turtleneck sweater
        cardigan: cardi
        jumpsuit: playsuit, romper, overall, dungaree, boiler suit, boilersuit, catsuit, onesie
        vest: waistcoat, gilet
        hat: beanie, fedora, beret, baseball cap, bucket hat, cloche, bonnet, sun hat, straw hat
        shoes: shoe, boot, ankle boot, sneaker, trainer, sandal, heel, high heel, loafer, pump, mule,
            espadrille, brogue, dress shoe, stiletto, to the heel, over the shoe, on the shoe
    """),
    "silhouette": _rows("""
        a_line: aline, fit and flare
        straight: column, shift, straight cut, straight leg, h line
        fitted: bodycon, figure hugging, close fitting, form fitting, sheath, body skimming, second skin
        oversized: oversize, over sized
        boxy: box cut, square cut
        flared: flare, swing, circle, full skirt, trumpet, skater, fluted
        pencil:
        wide_leg: wide legged, palazzo, culotte
        tapered: carrot, peg leg
        wrap: wraparound, wrap around, wrapped
        empire: empire waist, empire line
        mermaid: fishtail
        cocoon: egg shape, balloon
        peplum:
        pleated: accordion pleat, knife pleat, box pleat, sunray pleat
        tiered: tier, ruffle tier
        skinny: legging
        bootcut: boot cut, boot leg
    """),
    "fit": _rows("""
        slim: slim fit, slim fitting, narrow fit, tight, tight fitting, bodycon
        regular: regular fit, classic fit, standard fit
        relaxed: relaxed fit, loose, loose fit, loose fitting, easy fit, slouchy, roomy, comfort fit
        oversized: oversize, over sized, extra large fit
    """),
    "length": _rows("""
        cropped: crop, cropped length
        hip: hip length, hip grazing
        mini: miniskirt, minidress, mini length, thigh length, above the knee
        knee: knee length, to the knee, knee grazing
        midi: midi length, mid calf, calf length, tea length, below the knee
        maxi: maxidress, maxi length
        ankle: ankle length, ankle grazing
        floor: floor length, floor sweeping, to the floor, floor grazing, ballgown, heel length, heel
            grazing, to the heel
        full: full length, over the shoe, on the shoe
    """),
    "neckline": _rows("""
        crew: crew neck, crewneck, round neck, round neckline, jewel neck
        v_neck: v neckline, vneck, plunging, plunging neckline, deep v
        scoop: scoop neck, scooped neck, scoop neckline
        boat: boat neck, bateau, bateau neck, boat neckline
        square: square neck, square neckline
        halter: halter neck, halterneck, halter top
        turtleneck: turtle neck, roll neck, rollneck, polo neck, mock neck, high neck, funnel neck
        off_shoulder: off the shoulder, bardot, bare shoulder
        sweetheart: sweetheart neckline, sweetheart neck
        shirt_collar: collared, shirt collar, button down collar, pointed collar, spread collar
        lapel: notch lapel, notched lapel, peak lapel, shawl lapel, shawl collar, revers, notched collar
        cowl: cowl neck, draped neck
        strapless: bandeau, tube top
        peter_pan: peter pan collar, round collar
        hooded: hood, hoodie, hoody
    """),
    "sleeves": _rows("""
        sleeveless: no sleeve, without sleeve, sleeve free, tank, tank top
        strap: spaghetti strap, thin strap, strappy, shoulder strap, slip dress, camisole, cami
        cap: cap sleeve, capped sleeve
        short: short sleeve, short sleeved
        elbow: elbow sleeve, elbow length sleeve, half sleeve
        three_quarter: three quarter sleeve, 3 4 sleeve, bracelet sleeve
        long: long sleeve, long sleeved, full sleeve, longsleeve
        bishop: bishop sleeve, poet sleeve, balloon sleeve
        puff: puff sleeve, puffed sleeve, puffy sleeve, leg of mutton sleeve, juliet sleeve
        bell: bell sleeve, flared sleeve, trumpet sleeve, fluted sleeve
        raglan: raglan sleeve
    """),
    "fabric": _rows("""
        cotton: poplin, percale, chino, canvas, seersucker, oxford cloth, broderie anglaise, gingham cotton
        linen: flax, linen blend
        silk: habotai, silk twill, mulberry silk, raw silk, dupion
        satin: sateen, charmeuse, duchess satin, silk satin
        denim: chambray denim, selvedge, stonewashed denim
        wool: merino, flannel, gabardine, worsted, felt, loden, melton, boiled wool, woollen, woolen
        tweed: boucle, bouclé, harris tweed
        knit: knitted, rib knit, ribbed, cable knit, knitwear, chunky knit, crochet
        velvet: velour, velveteen, devore
        lace: guipure, chantilly, eyelet lace, lacy
        leather: suede, nappa, faux leather, vegan leather, patent leather, leatherette
        chiffon: georgette, voile
        jersey: stretch jersey, sweatshirting, fleece
        organza: gazar
        corduroy: cord, needlecord
        cashmere: pashmina
        tulle: net, netting
        crepe: crêpe, crepe de chine
    """),
    "fabric_weight": _rows("""
        light: lightweight, light weight, featherweight, feather light, gossamer, airy, floaty, weightless
        medium: medium weight, mid weight, midweight
        heavy: heavyweight, heavy weight, thick, weighty, chunky, chunky knit
    """),
    "texture": _rows("""
        plain_weave: poplin, canvas, percale
        twill: gabardine, twilled, silk twill, diagonal weave
        denim: selvedge
        knit: knitted, rib knit, ribbed, cable knit, chunky knit, crochet
        satin: sateen, charmeuse, duchess satin, silk satin
        velvet: velour, velveteen
        lace: guipure, chantilly, lacy
        tweed: boucle, bouclé, harris tweed
        corduroy: needlecord
        leather: nappa
        sheer: see through, transparent, translucent, voile, gauze, mesh
    """),
    "finish": _rows("""
        matte: mat finish, matt, flat finish
        sheen: lustrous, lustre, luster, satiny, pearlescent, subtle shine, soft sheen
        glossy: gloss, shiny, high shine, lacquered, patent, patent leather, wet look, vinyl, metallic
        brushed: brushed finish, peached, napped
    """),
    "pattern": _rows("""
        solid: plain, plain coloured, unpatterned, solid colour, solid color, monochrome, without print, no
            print, without pattern, no pattern, one colour
        stripe: striped, pinstripe, pin stripe, pinstriped, breton, candy stripe, stripy
        plaid: tartan, madras, glen check, prince of wales, glen plaid
        houndstooth: dogtooth, dog tooth, hounds tooth, pied de poule
        floral: flower print, flowery, flowered, botanical, ditsy, rose print, blossom print, flower
        polka_dot: polka, dotted, spot, spotted, dot
        check: checked, checkered, chequered, gingham, windowpane, checkerboard
        geometric: geo print, chevron, zigzag, zig zag, argyle, art deco print, diamond print
        animal: animal print, leopard, leopard print, zebra, zebra print, snake print, snakeskin, tiger print,
            cheetah
        abstract: abstract print, painterly, tie dye, watercolour print, watercolor print, marble print,
            brushstroke, ikat
        paisley:
        herringbone: herring bone
    """),
    "construction": _rows("""
        pleats: pleat, pleated, pin tuck, pintuck, knife pleat, box pleat
        darts: dart, darted
        pockets: pocket, patch pocket, cargo pocket, welt pocket
        belt: belted, sash, tie belt, tie waist, obi
        ruffles: ruffle, ruffled, frill, frilled, flounce
        buttons: button, buttoned, button front, button down, button through
        zip: zipper, zipped, exposed zip
        embroidery: embroidered, needlework, beaded embroidery
        beading: bead, beaded, sequin, sequined, sequinned, crystal, rhinestone
        slit: side slit, thigh slit, split hem, vent
        draping: drape, draped
        ruching: ruched, gathered, gather, shirring, shirred
        smocking: smocked
        quilting: quilted, padded, puffer
        fringe: fringed, tassel
        bow: bow detail, pussy bow, tie neck
        double_breasted: double breasted
        single_breasted: single breasted
        asymmetric: asymmetrical, asymmetry, one shoulder
        raw_hem: raw edge, frayed, distressed, frayed hem
        topstitching: topstitch, topstitched, top stitch, top stitched, top stitching, contrast stitching
        corset: corseted, boning, boned, bustier
        cutout: cut out, keyhole
        layered: layer, layering
        cuffs: cuff, cuffed, turn up
        elastic_waist: elasticated waist, elastic waist, drawstring
        high_waist: high waisted, high rise, highwaisted
        low_rise: low waisted, hip hugger
        shoulder_pads: padded shoulder, strong shoulder, power shoulder, shoulder pad, structured shoulder
        patchwork: patched
        applique: appliqué, appliqued
        scalloped: scallop, scalloped edge, scalloped hem
        epaulettes: epaulette, epaulet
    """),
    "aesthetic": _rows("""
        minimalist: minimal, pared back, pared down, clean lined, clean line, understated
        maximalist: maximal, over the top
        bohemian: boho, hippie, hippy
        romantic: feminine, poetic, fairytale, cottagecore, whimsical
        streetwear: street style, urban, skater style, hip hop
        classic: timeless, traditional, heritage, preppy, ivy league, old money
        avant_garde: avantgarde, deconstructed, sculptural, experimental, conceptual, architectural
        vintage: retro, thrifted, 1950s, 1960s, 1970s, 1980s, 1990s, 50s, 60s, 70s, 80s, 90s, y2k
        sporty: athletic, athleisure, sport luxe, activewear, tennis
        edgy: punk, grunge, rock, gothic, goth, rebellious
        glamorous: glam, glamour, hollywood, red carpet, opulent, luxe
        utilitarian: utility, workwear, military, cargo, safari
        coastal: nautical, seaside, riviera, resort wear, beachy
        futuristic: space age, cyber, techwear, sci fi
        western: cowboy, prairie, rodeo
        tailored: tailoring, sartorial, suiting, sharply cut
        scandinavian: nordic, scandi
        japanese: kimono inspired, wabi sabi
    """),
    "mood": _rows("""
        calm: serene, quiet, tranquil, peaceful, gentle, soft mood
        playful: fun, cheerful, joyful, lighthearted, quirky, whimsical
        dramatic: bold, striking, theatrical, powerful, intense
        elegant: elegance, graceful, refined, sophisticated, polished, chic
        dreamy: ethereal, otherworldly, hazy
        confident: empowered, assertive, strong
        sensual: sexy, seductive, sultry
        moody: dark mood, brooding, melancholic, mysterious
        fresh: crisp, breezy, sunny
        cosy: cozy, comfy, comfortable, snug
        nostalgic: wistful
    """),
    "season": _rows("""
        spring: spring summer, springtime
        summer: summery, summertime, high summer, hot weather
        autumn: autumnal, fall winter, autumn winter, fall collection, fall season, fall
        winter: wintry, wintertime, cold weather, snow
        all_season: all year, year round, trans seasonal, transseasonal, transitional
    """),
    "occasion": _rows("""
        wedding: bridal, bride, bridesmaid, wedding guest, civil ceremony
        evening: evening wear, eveningwear, night out, dinner
        cocktail: cocktail party, drinks party
        party: festive, celebration, clubbing, birthday, new year
        office: work, workplace, business, boardroom, corporate
        everyday: daily, day to day, daytime, errands
        beach: poolside, resort, pool, holiday, vacation
        travel: travelling, traveling, airport
        gala: ball, opera, award show, awards
        sport: gym, workout, running, yoga
        graduation: prom
        outdoor: hiking, festival, garden party, picnic
    """),
    "formality": _rows("""
        casual: laid back, laidback, informal, off duty
        smart_casual: business casual
        business: business formal, professional
        semi_formal: dressy, semiformal
        formal: black tie, white tie, ceremonial, couture
    """),
    "background": _rows("""
        white_studio: white background, plain white background, on white, white backdrop
        grey_studio: grey background, gray background, grey backdrop, gray backdrop
        black_studio: black background, dark background, black backdrop
        studio: studio background, seamless backdrop, studio shot, in studio, studio
        street: city street, street background, on the street, urban background
        beach: on a beach, on the beach, beach background, by the sea
        garden: in a garden, meadow, in a field, park background
        runway: catwalk, on the runway
        interior: living room, hotel lobby, loft
    """),
    "pose": _rows("""
        flat_lay: flatlay, laid flat, lying flat, knolling
        ghost_mannequin: invisible mannequin, hollow man
        mannequin: on a mannequin, dress form
        on_model: on a model, worn by a model, full body model, model wearing, on model
        hanger: on a hanger, hanging
        walking: in motion, mid stride, striding
        front: front view, facing camera
        back: back view, from behind, rear view
        side: side view, in profile, profile view
        detail: close up, closeup, macro, detail shot
    """),
    "light": _rows("""
        soft: soft light, diffused light, soft lighting, softbox, even light
        natural: natural light, daylight, window light
        golden_hour: sunset light, warm evening light, golden light
        hard: hard light, harsh light, direct flash, flash photography
        dramatic: dramatic lighting, low key, chiaroscuro, moody lighting
        high_key: bright lighting, high key lighting
        backlit: back light, rim light, backlighting
        neon: neon light, neon lighting
    """),
    "style": _rows("""
        editorial: fashion editorial, editorial style, editorial shoot, magazine spread, magazine cover, cover story
        lookbook: look book
        catalogue: catalog, ecommerce, e commerce, packshot, pack shot, product shot, product photo
        campaign: ad campaign, advertising campaign, advertisement, billboard
        candid: reportage, documentary, snapshot, paparazzi
    """),
}

# photography is one attribute with these keys
PHOTOGRAPHY: Final = ("background", "pose", "light", "style")

# values whose own name says nothing when it stands alone: "square", "long", "light", "work" and so on need a neighbour
NEEDS_CONTEXT: Final[dict[str, frozenset[str]]] = {
    "neckline": frozenset({"square", "boat", "crew", "scoop", "lapel", "cowl"}),
    "sleeves": frozenset(
        {"strap", "cap", "short", "elbow", "long", "bell", "bishop", "raglan", "puff", "three_quarter"}
    ),
    "fit": frozenset({"regular", "slim"}),
    "length": frozenset({"hip", "knee", "ankle", "floor", "full"}),
    "fabric_weight": frozenset({"light", "medium", "heavy"}),
    "silhouette": frozenset({"empire", "straight"}),
    "texture": frozenset({"plain_weave"}),
    "background": frozenset({"street", "beach", "garden", "interior"}),
    "pose": frozenset({"front", "back", "side", "detail", "hanger", "on_model"}),
    "light": frozenset({"soft", "natural", "hard", "dramatic", "neon"}),
}

# the words that give those values sense when they follow; @ stands for any word of that attribute ("light wool")
CONTEXT: Final[dict[str, tuple[str, ...]]] = {
    "neckline": ("neck", "neckline", "collar"),
    "sleeves": ("sleeve", "sleeved"),
    "fit": ("fit", "fitting", "cut", "@garment"),
    "length": ("length", "grazing"),
    "fabric_weight": ("weight", "@fabric"),
    "silhouette": ("waist", "line", "leg", "cut", "silhouette", "@garment"),
    "texture": ("weave",),
    "background": ("background", "backdrop", "setting"),
    "pose": ("view", "shot", "pose"),
    "light": ("light", "lighting"),
}

# a cloth that is a texture by its nature; nothing else about a fabric is taken to follow from its name
TEXTURE_OF: Final = {
    "denim": "denim", "knit": "knit", "satin": "satin", "velvet": "velvet", "lace": "lace", "tweed": "tweed",
    "corduroy": "corduroy", "leather": "leather", "chiffon": "sheer", "organza": "sheer", "tulle": "sheer",
}  # fmt: skip

# words that the name of a garment before them only describes: parts of a garment, maybe with a word between ("a jacket
# style collar"), and what else a garment has or is like ("coat buttons", "a shoe print", "jacket weather")
_PARTS: Final = (
    "bodice hood leg sleeve collar neck neckline lapel cuff hem waist waistband panel front back lining pocket strap "
    "trim shoulder yoke like style"
)
PARTS: Final = tuple(_PARTS.split())
_FEATURES: Final = (
    "tail stitch stitches stitching loop placket inset insert buckle button zip slit toe flap fly facing band print "
    "motif graphic pattern detail fabric cloth material weight shape silhouette length grazing pin inspired weather "
    "season"
)
FEATURES: Final = tuple(_FEATURES.split())

# which garments an attribute can be asked of; attributes not named here suit every garment
WITHOUT: Final[dict[str, frozenset[str]]] = {
    "neckline": frozenset({"skirt", "trousers", "jeans", "shorts", "hat", "shoes"}),
    "sleeves": frozenset({"skirt", "trousers", "jeans", "shorts", "vest", "hat", "shoes"}),
    "length": frozenset({"hat", "shoes"}),
    "silhouette": frozenset({"hat", "shoes"}),
    "fit": frozenset({"hat", "shoes"}),
}
LEGS: Final = frozenset({"trousers", "jeans", "shorts", "jumpsuit"})
LEG_SHAPES: Final = frozenset({"wide_leg", "tapered", "skinny", "bootcut"})
SKIRTED: Final = frozenset({"dress", "skirt"})
SKIRT_SHAPES: Final = frozenset({"a_line", "pencil", "empire", "mermaid", "tiered", "pleated"})
# the lengths that a garment commonly has; one that is asked for may be any
_ON_TOP: Final = frozenset({"cropped", "hip"})
_OF_SKIRTS: Final = frozenset({"mini", "knee", "midi", "maxi", "ankle", "floor"})
_OF_LEGS: Final = frozenset({"cropped", "ankle", "full", "floor"})
LENGTHS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(("shirt", "blouse", "t_shirt", "top", "sweater", "cardigan", "vest", "jacket", "blazer"), _ON_TOP),
    **dict.fromkeys(SKIRTED, _OF_SKIRTS),
    **dict.fromkeys(LEGS, _OF_LEGS),
    "shorts": frozenset({"mini", "knee"}),
    "coat": (_OF_SKIRTS - {"mini"}) | {"hip"},
}
