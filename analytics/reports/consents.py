"""Whether an address outside wants the reports of a team. As with an invitation it gets one harmless mail, which asks;
nothing else goes there until somebody who reads that mailbox says yes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from analytics.reports import limits, recipients
from analytics.reports.models import Consent
from designer.jobs.models import Lane
from designer.jobs.services import enqueue
from teams.accounts.models import User
from teams.membership.exporting import only
from teams.membership.models import Team

ASK: Final = "report.ask"
TRIES: Final = 6
PAUSE: Final = timedelta(days=1)  # between two questions of one team
MOST_ASKS: Final = 3  # of one team
KEPT: Final = timedelta(days=90)  # without an answer

only("report_consents", lambda rows: rows.filter(given_at__isnull=False))  # the others may never have heard of us


def ask(actor: User, team: Team, addresses: Iterable[str]) -> None:
    """In the caller's transaction: have each asked that was not asked lately, did not answer and wants to be asked.
    Raises Refused (429, 503) where no more may be asked today."""
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # two at once would both ask
    for address in {each.lower() for each in addresses}:
        known = Consent.objects.select_for_update().filter(team=team, address=address)  # it may say yes meanwhile
        row = known.first() or Consent(team=team, address=address)
        lately = row.asked_at is not None and row.asked_at > timezone.now() - PAUSE
        if row.given_at or lately or row.asks >= MOST_ASKS or recipients.has_stopped(team.pk, address):
            continue
        limits.take_one(limits.QUESTIONS, team_id=team.pk, person_id=actor.pk, address=address)
        row.asker, row.asked_at, row.asks = actor, timezone.now(), row.asks + 1
        row.save()
        told = {"consent_id": str(row.pk), "serial": str(row.asks)}
        enqueue(ASK, told, team_id=team.pk, lane=Lane.IO, max_attempts=TRIES)


def given(team_id: UUID, address: str) -> bool:
    """Whether it said yes; asked under a lock, so that an answer comes before or after the caller's transaction."""
    row = Consent.objects.select_for_update().filter(team=team_id, address=address.lower()).first()
    return row is not None and row.given_at is not None


def open_of(team_id: UUID, addresses: Iterable[str]) -> list[str]:
    """Those of them that have not said yes."""
    low = {each.lower(): each for each in addresses}
    rows = Consent.objects.filter(team=team_id, address__in=low, given_at__isnull=False)
    known = set(rows.values_list("address", flat=True))
    return [address for each, address in low.items() if each not in known]


def forget_old() -> None:
    """Delete what was never answered: it holds the addresses of people who may never have heard of us."""
    Consent.objects.filter(given_at=None, asked_at__lt=timezone.now() - KEPT).delete()
