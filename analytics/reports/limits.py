"""How much may be mailed in a day, counted as invitations are: by team, by person and by address."""

import hashlib
from typing import Final
from uuid import UUID

from teams.base.limits import Limit, take_or_refuse

DAY: Final = 86_400  # seconds
Most = tuple[tuple[str, int], ...]
QUESTIONS: Final[Most] = (("ask:team", 500), ("ask:by", 200), ("ask:to", 5))  # to who has not said yes yet
MAILS: Final[Most] = (("mail:team", 1_000), ("mail:by", 500), ("mail:to", 20))  # to who has
MEMBERS: Final[Most] = (("member:team", 5_000), ("member:by", 2_000), ("member:to", 50))


def take_one(most: Most, *, team_id: UUID, person_id: UUID, address: str) -> None:
    """Count a mail. Raises Refused (429) for too many of one team, of one person or to one address, of all teams; 503
    where nobody can count."""
    to = hashlib.sha256(address.lower().encode()).hexdigest()
    keys = zip(most, (team_id, person_id, to), strict=True)
    limits = [Limit(f"report:{name}:{key}", tries, DAY) for (name, tries), key in keys]
    message = "So much was mailed today that no more goes out."
    take_or_refuse(limits, "too_many_mails", message, field="addresses")
