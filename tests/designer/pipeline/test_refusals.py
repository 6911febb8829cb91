"""Refusals and wishes in one sentence, as designers write their briefs and people describe their taste.

Values with more than one word are written with underscores here.
"""

import pytest

from designer.pipeline.likings import preferred
from designer.pipeline.words import parse, rules_out

BRIEFS = [
    ("A linen shirt with no pockets, no buttons and a stand collar", "linen shirt", "pockets buttons"),
    ("A knee length skirt in tweed, without pleats, ruffles, or a belt", "skirt tweed knee", "pleats ruffles belt"),
    ("An evening gown in emerald satin, nothing strapless, please", "emerald satin dress evening", "strapless"),
    ("A navy blazer, but without shoulder pads or double breasted closure",
     "navy blazer", "shoulder_pads double_breasted"),
    ("A leather-free biker jacket in black denim", "jacket black denim", "leather"),
    ("Wide-leg trousers in cream rather than white", "trousers cream wide_leg", "white"),
    ("A slip dress in silk instead of satin, with lace trim", "dress silk lace", "satin"),
    ("A summer dress free of ruffles, bows and beading", "dress summer", "ruffles bow beading"),
    ("Cotton tee, any colour other than black or white", "cotton t_shirt", "black white"),
    ("A trench coat, all details except epaulettes", "coat", "epaulettes"),
    ("No colours except navy and cream, a wool peacoat", "navy cream wool coat", ""),
    ("No prints other than stripes", "stripe", ""),
    ("A cocktail dress. Skip the sequins, keep the fringe", "dress cocktail fringe", "beading"),
    ("Please avoid florals, polka dots and animal prints; a plain midi dress",
     "dress midi solid", "floral polka_dot animal"),
    ("A jumpsuit in olive cotton, not denim, with a belt", "jumpsuit olive cotton belt", "denim"),
    ("I don't want a zip, I want buttons on this cardigan", "buttons cardigan", "zip"),
    ("I do not want lace, velvet or satin on this gown", "dress", "lace velvet satin"),
    ("Don't make it black, make it burgundy: a velvet blazer", "burgundy velvet blazer", "black"),
    ("A blouse with puff sleeves and no bow, in pale pink chiffon", "blouse puff pale_pink chiffon", "bow"),
    ("Beltless trench coat in beige with pockets", "coat beige pockets", "belt"),
    ("A hoodless parka in khaki, no fur trim", "coat khaki", "hooded"),
    ("A red dress, not burgundy, not wine and definitely not pink", "red dress", "burgundy wine pink"),
    ("Denim jacket with no distressing, embroidery or patches, and a boxy cut", "denim jacket boxy", "embroidery"),
    ("a coat without a hood, a belt or a zip, with horn buttons", "coat buttons", "hooded belt zip"),
    ("a dress without sleeves or pockets and a full skirt", "dress sleeveless flared", "pockets"),
    ("a sleeveless top with no collar, a keyhole and buttons", "top sleeveless cutout buttons", ""),
    ("less volume, more drape: a silk gown", "silk dress draping", ""),
    ("a shirt with fewer buttons and more pockets", "shirt pockets", "buttons"),
    ("not a skirt but trousers in grey flannel", "trousers grey wool", "skirt"),
    ("wedding dress without lace, tulle or beading; clean crepe with a bow",
     "dress wedding crepe bow", "lace tulle beading"),
    ("a coat in navy or charcoal, never brown or beige", "coat navy charcoal", "brown beige"),
    ("no black, no grey, no navy: a dress in coral and turquoise", "dress coral turquoise", "black grey navy"),
    ("a tailored suit jacket with no visible buttons or pockets", "blazer", "buttons pockets"),
    ("anything but floral, a wrap dress in viscose", "dress wrap", "floral"),
    ("a non-leather jacket in forest green", "jacket forest_green", "leather"),
    ("a minimalist coat with no belt, buttons hidden, wide lapels", "coat minimalist buttons", "belt"),
    ("a pencil skirt that is not too tight, in black wool", "skirt pencil black wool", ""),
    ("a not too bright yellow sundress", "dress", ""),
    ("no fuss, no frills, a white cotton shirt", "white cotton shirt", "ruffles"),
    ("a quilted jacket minus the hood, plus a corduroy collar", "jacket quilting corduroy", "hooded"),
    ("cropped jeans without rips, fading or embroidery in light blue", "jeans cropped light_blue", "embroidery"),
    ("an oversized hoodie in heather grey - no logo, print or zip", "sweater heather_grey oversized", "zip"),
    ("a maxi skirt in satin and not in silk", "skirt maxi satin", "silk"),
    ("a midi dress w/ pockets, no belt & no slit", "dress midi pockets", "belt slit"),
    ("a coat with neither belt nor buttons, just a wrap front in camel", "coat wrap camel", "belt buttons"),
    ("Do not use leather, suede, or fur. A vegan tote-friendly trench in sand", "coat sand", "leather"),
    ("Avoid black. Avoid velvet. A jumpsuit in teal crepe", "jumpsuit teal crepe", "black velvet"),
    ("Avoid: ruffles; bows; beading. A clean white blouse with long sleeves",
     "blouse white long", "ruffles bow beading"),
    ("A tunic without embroidery and beading in turquoise linen", "blouse turquoise linen", "embroidery beading"),
    ("tartan kilt, no red and green, please, rather blue", "skirt plaid blue", "red green"),
    ("no more than two pockets on a cargo pant", "trousers pockets", ""),
    ("nothing too short, a midi or maxi dress", "midi maxi dress", ""),
    ("A gown in ivory silk with no train, no lace and no beading", "dress ivory silk", "lace beading"),
    ("Raincoat without a belt, but with a hood and snap buttons", "coat hooded buttons", "belt"),
    ("a cotton poplin shirt that avoids ruffles and bows", "shirt cotton", "ruffles bow"),
    ("jeans in raw denim, not skinny, not bootcut, but straight leg", "jeans denim straight", "skinny bootcut"),
    ("a wrap skirt, anything except pleats", "skirt wrap", "pleats"),
    ("Blouse with a bow and without buttons or cuffs, in peach crepe", "blouse bow peach crepe", "buttons cuffs"),
    ("A gilet free of zips and pockets in sage quilted cotton", "vest sage quilting cotton", "zip pockets"),
    ("Zip-free cardigan in oatmeal cashmere", "cardigan oatmeal cashmere", "zip"),
    ("no-frills tailored coat in charcoal", "coat charcoal tailored", "ruffles"),
    ("a sundress in yellow gingham, sleeves are not wanted and pockets are", "dress yellow check pockets", ""),
    ("a boxy top, no crop, no stripes, solid red", "top boxy red solid", "stripe cropped"),
    ("long coat in bouclé, never with a belt or epaulettes", "coat tweed", "belt epaulettes"),
    ("a dress in purple or lilac, but definitely not pink", "dress purple lilac", "pink"),
    ("a jersey t-shirt without slogans, logos, or embroidery. Pocket on the chest",
     "t_shirt jersey pockets", "embroidery"),
    ("sequinned cocktail dress without fringe and with a thigh slit", "dress beading slit", "fringe"),
    ("a coat with big pockets, no visible zip and no fur collar", "coat pockets", "zip"),
    ("evening dress, nothing backless, nothing mini, velvet in emerald", "dress velvet emerald", "mini"),
    ("a silk blouse instead of a cotton shirt", "silk blouse", "cotton shirt"),
    ("a trouser suit rather than a dress or skirt, in white crepe", "trousers white crepe", "dress skirt"),
    ("Please don't use polka dots or animal print; paisley is perfect", "paisley", "polka_dot animal"),
    ("a cape coat without buttons, a hood, or a belt", "coat", "buttons hooded belt"),
    ("a vest with neither pockets nor zip", "vest", "pockets zip"),
    ("a dress in black and white, no grey and no stripes", "dress black white", "grey stripe"),
    ("a skirt with fewer pleats, less volume and a longer hem", "skirt", "pleats"),
    ("a pleated skirt, but no belt, please, and high waisted", "skirt pleats high_waist", "belt"),
    ("bomber jacket in olive nylon excluding patches, epaulettes and embroidery",
     "jacket olive", "embroidery epaulettes"),
    ("strapless gown with no lace, tulle, or sequins and a satin bow",
     "dress strapless satin bow", "lace tulle beading"),
    ("shirt: no pockets; collar: button down; colour: light blue", "shirt light_blue", "pockets"),
    ("Not denim. Not leather. A corduroy jacket in rust", "jacket corduroy rust", "denim leather"),
    ("a velvet blazer, except no velvet on the lapels", "blazer", ""),
    ("a linen suit without darts and pleats in sand", "linen sand", "darts pleats"),
    ("no black and white stripes, a navy and white check shirt", "navy check shirt", "stripe black"),
    ("wedding guest dress that isn't white, ivory or cream", "dress wedding", "white ivory cream"),
    ("a maxi dress, light and floaty, without being sheer", "dress maxi", "sheer"),
    ("a coat, not in red or in blue", "coat", "red blue"),
    ("a coat with no buttons/zips", "coat", "buttons zip"),
    ("a coat without a hood and belt", "coat", "hooded belt"),
    ("a dress without lace and sequins, please", "dress", "lace beading"),
    ("a blouse with no ruffles, bows and lace", "blouse", "ruffles bow lace"),
    ("a blouse without ruffles and lace trim, in silk", "blouse silk", "ruffles lace"),
    ("a blouse without ruffles but lace trim", "blouse lace", "ruffles"),
    ("a coat with hardly any buttons, in wool", "coat wool", "buttons"),
    ("a coat with no belt and pockets, in camel wool", "coat camel wool", "belt pockets"),
    ("a dress with no lace and a satin bow", "dress satin bow", "lace"),
    ("a dress with no belt and long sleeves", "dress long", "belt"),
    ("a jacket with no zip and horn buttons in front", "jacket buttons", "zip"),
    ("a coat, not #ff0000, in navy", "coat navy", "#ff0000"),
]  # fmt: skip
TASTES = [
    ("Loves linen and cotton, never polyester, lace or satin", "linen cotton", "lace satin"),
    ("She wears navy, camel and cream, but never black or red", "navy camel cream", "black red"),
    ("Can't stand ruffles, bows or florals. Lives in grey wool", "wool grey", "ruffles floral"),
    ("Not into velvet, florals or pink, prefers tweed", "tweed", "velvet floral pink"),
    ("I'm allergic to wool and cashmere; I wear cotton", "cotton", "wool cashmere"),
    ("Dislikes: neon green; leopard prints; satin. Likes: linen; sage", "linen sage", "neon_green animal satin"),
    ("Dislikes: velvet; likes: tweed", "tweed", "velvet"),
    ("Avoids black in favour of navy and midnight blue", "navy midnight_blue", "black"),
    ("Dislikes satin and opts for matte crepe", "crepe matte", "satin"),
    ("Tired of beige, wants cobalt and emerald", "cobalt emerald", "beige"),
    ("I'm so over polka dots, give me stripes", "stripe", "polka_dot"),
    ("Fewer florals, more geometric prints", "geometric", "floral"),
    ("Less pink, more burgundy", "burgundy", "pink"),
    ("A minimalist who hates lace, velvet and anything shiny", "minimalist", "lace velvet glossy"),
    ("Anti-glamorous, understated and calm, linen over silk", "minimalist calm linen", "glamorous"),
    ("Prefers matte to shiny, grey over black", "matte grey", "black"),
    ("She is not fond of pink or purple and chooses green", "green", "pink purple"),
    ("Doesn't do florals; loves abstract prints in red and black", "abstract red black", "floral"),
    ("No black, no velvet, no lace. Sage, linen, coastal calm", "sage linen coastal calm", "black velvet lace"),
    ("Romantic but not fussy, soft silk, no denim or leather", "romantic silk", "denim leather"),
    ("Streetwear with heavy cotton, never tight, never shiny", "streetwear cotton heavy", "slim glossy"),
    ("I refuse to wear leather or suede, I love denim", "denim", "leather"),
    ("Elegant without lace, pleats or ruffles; wool and cashmere", "elegant wool cashmere", "lace"),
    ("My colours are navy and white, never brown", "navy white", "brown"),
    ("Won't touch animal prints, and adores tartan", "plaid", "animal"),
    ("Everything except black: coral, mint, lilac", "coral mint lilac", "black"),
    ("Bored by minimalism and grey, craves maximalist colour, fuchsia and gold", "maximalist fuchsia", "grey"),
    ("No fur, leather or suede. Cotton and linen only", "cotton linen", "leather"),
    ("Less is more: minimal, white, linen", "minimalist white linen", ""),
    ("Never boring, always bold: red, fuchsia, animal print", "red fuchsia animal dramatic", ""),
    ("Hates skinny jeans and bodycon, lives in relaxed linen", "relaxed linen", "skinny fitted"),
    ("Avoids: florals, ruffles; pastel pink. Favours: navy, herringbone", "navy herringbone", "floral pale_pink"),
    ("She never wears denim; silk and cashmere only", "silk cashmere", "denim"),
    ("No logos, no neon, no animal prints. Quiet luxury in camel and ivory", "camel ivory calm", "animal"),
    ("A romantic who doesn't like black, grey or brown", "romantic", "black grey brown"),
    ("Black? No. White? Always.", "white", "black"),
    ("Wool yes, mohair no, velvet never", "wool", "velvet"),
    ("I avoid sequins, satin, and anything glossy; matte wool suits me", "wool matte", "satin glossy"),
    ("Would rather wear corduroy than denim", "corduroy", "denim"),
    ("Not a fan of streetwear, neon green or hoodies. Classic and tailored",
     "classic tailored", "streetwear neon_green sweater"),
    ("Instead of black she chooses deep navy", "navy", "black"),
    ("Minimalist, without florals, and with a love of charcoal", "minimalist charcoal", "floral"),
    ("Prefers tweed to denim and hates leather", "tweed", "denim leather"),
    ("Loves stripes, dots and checks, but can't stand paisley or leopard", "stripe polka_dot check", "paisley animal"),
    ("Bohemian spirit, never corporate, loves crochet and tiered skirts", "bohemian knit tiered", ""),
    ("Allergic to florals and frills, drawn to geometric prints", "geometric", "floral"),
    ("Navy and grey, hardly ever black", "navy grey", "black"),
    ("Rarely wears satin or lace, lives in tweed", "tweed", "satin lace"),
    ("Everything but pink and purple", "", "pink purple"),
    ("Sporty but never baggy; no velvet, satin or silk", "sporty", "velvet satin silk"),
    ("Steers clear of red, orange and yellow and prefers teal", "teal", "red orange yellow"),
]  # fmt: skip


def spelled(values):
    return {value.replace(" ", "_") for value in values}


@pytest.mark.parametrize(("brief", "wanted", "refused"), BRIEFS)
def test_a_brief_is_heard_as_it_was_meant(brief, wanted, refused):
    mentions = parse(brief).mentions
    heard = spelled(each.value for each in mentions if not each.negated)
    denied = spelled(each.value for each in mentions if each.negated)
    assert set(wanted.split()) <= heard and set(refused.split()) <= denied
    assert not heard & set(refused.split()) and not denied & set(wanted.split())
    assert rules_out(brief) is bool(parse(brief).excluded)


def test_what_is_wanted_elsewhere_in_the_brief_is_not_to_be_avoided():
    assert parse("a velvet blazer, but no velvet or satin lapels").excluded == ("satin",)


@pytest.mark.parametrize(("words", "dear", "disliked"), TASTES)
def test_a_taste_is_heard_as_it_was_meant(words, dear, disliked):
    liked, palette = preferred(words)
    values = [value for values in liked.values() for value in values]
    heard = spelled([*values, *(colour["name"] for colour in palette)])
    assert set(dear.split()) <= heard and not heard & set(disliked.split())
