"""The slug of a team, by which its address is said aloud: /t/atelier-nord.

It is of plain ASCII in lower case, so that no letter of another script passes for one of ours, and no two read alike
("nail" and "nai1"). One that was given up leads on for 90 days, for it stands in mails and bookmarks; until then nobody
else may have it, since whoever follows an old address must not come to strangers. After that it is free, and so it is
when its team ends: then nobody is left whom it led there.
"""

import re
import unicodedata
from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from teams.accounts.models import User
from teams.base.errors import Conflict, Missing, Refused
from teams.membership.models import FormerSlug, Team
from teams.membership.ownership import visible_teams

LEADS_ON: Final = timedelta(days=90)
MOST_FORMER: Final = 5  # that lead on: nobody gathers names
SHORTEST: Final = 3
LONGEST: Final = 40
FORM: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
WORDS: Final = """
about account accounts admin administrator analytics api app assets audit auth batches billing blog collections contact
designer docs download enhance enhancements export gallery guest help home invitation invite legal login logout mail
media me metrics moderator new news notifications null official owner pages personas pricing privacy public readyz
register root security sessions settings shop signin signup staff static status studio style support system team teams
terms test undefined user users webhooks www
"""  # of the studio's own addresses, and such as promise who somebody is
RESERVED: Final = frozenset(WORDS.split())
# 6 is left a digit: fw-26 and fw-29 are two seasons
ALIKE: Final = (
    ("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("2", "z"), ("8", "b"),
    ("9", "g"), ("-", ""),
)  # fmt: skip


def look_of(slug: str) -> str:
    """How it reads at a glance: two slugs with one look are taken for each other."""
    for letters, shown in ALIKE:
        slug = slug.replace(letters, shown)
    return slug


RESERVED_LOOKS: Final = frozenset(look_of(word) for word in RESERVED)


def checked(slug: str) -> str:
    """The slug, if one may be called so. Raises Refused (slug)."""
    slug = slug.strip()
    if not FORM.fullmatch(slug):
        raise _refused("bad_slug", "A slug has small letters a to z, digits, and single hyphens between them.", slug)
    if not SHORTEST <= len(slug) <= LONGEST:
        raise _refused("bad_length", f"A slug has {SHORTEST} to {LONGEST} characters.", slug)
    if look_of(slug) in RESERVED_LOOKS:
        raise _refused("reserved_slug", "This word is the studio's own, or is taken for it.", f"{slug}-atelier")
    return slug


def _refused(code: str, message: str, seed: str) -> Refused:
    plain = unicodedata.normalize("NFKD", seed).encode("ascii", "ignore").decode().lower()
    near = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    fit = len(near) >= SHORTEST and look_of(near) not in RESERVED_LOOKS
    return Refused(code, message, field="slug", remedy=f"Use one like {near if fit else 'atelier-nord'}.")


def choose(team: Team, slug: str) -> str:
    """Give the locked team this slug; the one it had. In the caller's transaction. Raises Refused, or Conflict for one
    that another team has, had within 90 days, or has nearly."""
    slug, before = checked(slug), team.slug
    if slug == before:
        return before
    look = look_of(slug)
    with connection.cursor() as cursor:  # two who choose what looks alike come one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"slug:{look}"])
    FormerSlug.objects.filter(until__lte=timezone.now()).delete()
    if FormerSlug.objects.filter(team=team).exclude(slug=slug).count() >= MOST_FORMER:
        message = f"This team had {MOST_FORMER} other addresses within {LEADS_ON.days} days."
        raise Conflict("too_many_slugs", message, field="slug", remedy="Take one of those back, or wait.")
    others = Team.objects.exclude(pk=team.pk).filter(Q(slug=slug) | Q(slug_look=look))
    if others.exists() or FormerSlug.objects.exclude(team=team).filter(look=look).exists():
        message = "Another team is called so, was until lately, or is called nearly so."
        raise Conflict("slug_taken", message, field="slug", remedy="Choose one that cannot be mistaken for it.")
    FormerSlug.objects.filter(slug__in=[slug, before]).delete()
    FormerSlug.objects.create(team=team, slug=before, look=look_of(before), until=timezone.now() + LEADS_ON)
    team.slug, team.slug_look = slug, look
    team.save(update_fields=["slug", "slug_look", "updated_at"])
    return before


def found(actor: User, slug: str) -> Team:
    """The team of this slug, or that had it within 90 days, if `actor` belongs to it. Raises Missing otherwise."""
    rows = visible_teams(actor)
    team = rows.filter(slug=slug).first()
    if team is None:
        former = FormerSlug.objects.filter(slug=slug, until__gt=timezone.now())
        team = rows.filter(pk__in=former.values("team")).first()
    if team is None:
        raise Missing(message="There is no such team.", remedy="Check the address, or ask for access.")
    return team
