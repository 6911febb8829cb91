"""Whom a comment names: `@Ada Lovelace`, by the name that the team knows a member by."""

import re
from typing import Final
from uuid import UUID

from django.db.models import Case, CharField, F, Func, Q, Value, When
from django.db.models.functions import Lower

from teams.accounts.models import User
from teams.base.errors import Refused
from teams.membership.models import Membership
from teams.review.models import Comment, Mention

MOST: Final = 20  # in one comment
AT: Final = re.compile(r"(?<![\w@])@(?=\w)")  # not the one of a mail address
LONGEST_NAME: Final = 120
WORDS: Final = 8  # of a name

NAME = Case(
    When(name="", then=Func(F("email"), Value("@"), Value(1), function="split_part")),
    default=F("name"),
    output_field=CharField(),
)  # as User.shown_name


def mention(comment: Comment) -> list[User]:
    """Write down whom the text names by now; those who were not named before.

    A name that no member bears names nobody, and is not refused: else it would tell who exists. Raises Refused (text)
    for more than MOST.
    """
    named = named_in(comment.text, comment.team_id)
    comment.mentions.exclude(user__in=named).delete()
    before = dict(comment.mentions.values_list("user", "name"))
    Mention.objects.bulk_create(
        [Mention(comment=comment, user=user, name=name) for user, name in named.items()],
        update_conflicts=True,
        unique_fields=["comment", "user"],
        update_fields=["name"],
    )
    return [user for user in named if user.pk not in before]


def named_in(text: str, team_id: UUID) -> dict[User, str]:
    """The members of the team whom the text names, each with the name as it stands there; at each @ the longest one."""
    places = [found.end() for found in AT.finditer(text)]
    if len(places) > MOST:
        raise _too_many(len(places))
    fitting = [_readings(text, at) for at in places]
    members = _members({reading for readings in fitting for reading in readings}, team_id)
    found: dict[User, str] = {}
    for readings in fitting:
        reading = next((each for each in readings if each.casefold() in members), None)
        for user in members.get(reading.casefold(), []) if reading else []:
            found.setdefault(user, str(reading))
    if len(found) > MOST:  # several of one name
        raise _too_many(len(found))
    return found


def _too_many(count: int) -> Refused:
    remedy = f"Name at most {MOST}."
    return Refused("too_many_mentions", f"This names {count} people.", field="text", remedy=remedy)


def _readings(text: str, at: int) -> list[str]:
    """The names that may begin here: of one word, of two and so on, the longest first."""
    rest = text[at : at + LONGEST_NAME + 1].split("\n")[0]
    ends = [
        place for place in range(1, len(rest) + 1) if not rest[place : place + 1].isalnum() and rest[place - 1] != " "
    ]
    return [rest[:end] for end in reversed(ends[: WORDS * 2])]


def _members(names: set[str], team_id: UUID) -> dict[str, list[User]]:
    if not names:
        return {}
    rows = User.objects.filter(pk__in=Membership.objects.filter(team=team_id).values("user"), is_active=True)
    # exactly too: the database may know the small form of Latin letters alone
    wanted = Q(called__in=names) | Q(small__in=[name.lower() for name in names])
    found: dict[str, list[User]] = {}
    for user in rows.annotate(called=NAME, small=Lower(NAME)).filter(wanted).order_by("created_at")[: MOST * WORDS * 2]:
        found.setdefault(user.shown_name.casefold(), []).append(user)
    return found
