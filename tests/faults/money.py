"""Many who reserve and pay at once against hard budgets, while some of them die in between, as a play.

It returns figures and judges nothing.
"""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, InterfaceError, connection, transaction

from designer.jobs.invariants import broken
from designer.ledger import budgets
from designer.ledger.models import BudgetUse, LedgerEntry, Reservation, Scope
from designer.ledger.services import charge
from teams.accounts.models import User
from teams.base.errors import Conflict
from teams.membership.models import Membership, Role
from tests.factories import PASSWORD
from tests.faults.kit import private_database

Figures = dict[str, Any]
CEILINGS = {Scope.TEAM: Decimal(12), Scope.MEMBER: Decimal(4), Scope.BATCH: Decimal(9)}


class Broken(Exception):
    """What the work between a reservation and its commit may end with."""


class Till:
    """One team, four who pay, and a limit on the team's month, on each member's and on one batch."""

    def __init__(self) -> None:
        owner = User.objects.create_user("till@example.org", PASSWORD)
        self.team: UUID = owner.memberships.get().team_id
        self.people: list[UUID] = [owner.pk]
        for number in range(3):
            person = User.objects.create_user(f"till{number}@example.org", PASSWORD)
            Membership.objects.create(team_id=self.team, user=person, role=Role.EDITOR)
            self.people.append(person.pk)
        self.batch = uuid4()
        subjects = {Scope.TEAM: self.team, Scope.MEMBER: None, Scope.BATCH: self.batch}
        for scope, amount in CEILINGS.items():
            budgets.set_limit(team_id=self.team, scope=scope, subject_id=subjects[scope], amount=amount)
        self.came, self._lock = Counter[str](), threading.Lock()

    def customer(self, seed: int, tries: int) -> None:
        dice = random.Random(seed)
        try:
            for _ in range(tries):
                end = self._try(dice)
                with self._lock:
                    self.came[end] += 1
        finally:
            connection.close()

    def _try(self, dice: random.Random) -> str:
        price = Decimal(dice.randrange(1, 90_000)) / 1_000_000
        subject, who = f"generation:{uuid4()}", dice.choice(self.people)
        try:
            self._reserve(dice, price, subject, who)
        except Conflict:
            return "refused"
        except Broken:
            return "rolled back"
        except (DatabaseError, InterfaceError):
            connection.close()
            return "connection killed"
        with transaction.atomic():
            share = Decimal(1) if dice.random() < 0.7 else Decimal("0.5")
            about = {"kind": "generation", "subject": subject, "provider": "p", "model": "m", "simulated": False}
            spent = {"quantity": share, "unit_price": price, "actor_id": who}
            charge(team_id=self.team, job_id=uuid4(), attempt=1, **spent, **about)
            budgets.release(subject)
        return "paid"

    @transaction.atomic
    def _reserve(self, dice: random.Random, price: Decimal, subject: str, who: UUID) -> None:
        under = self.batch if dice.random() < 0.8 else None
        about = {"team_id": self.team, "actor_id": who, "subject": subject, "job_id": None}
        budgets.reserve(**about, amount=price, batch_id=under)
        fate = dice.random()
        if fate < 0.05:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        if fate < 0.2:
            raise Broken


def played(*, threads: int, tries: int) -> Figures:
    """10, on a database of its own."""
    with private_database():
        return never_passed(threads=threads, tries=tries)


def never_passed(*, threads: int, tries: int) -> Figures:
    """10: so many at once, each so many times, at random prices; a fifth break before their commit."""
    till = Till()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda seed: till.customer(seed, tries), range(threads)))
    uses = BudgetUse.objects.filter(team_id=till.team)
    over = [use.spent + use.reserved - CEILINGS[Scope(use.scope)] for use in uses]
    paid = sum((entry.amount for entry in LedgerEntry.objects.filter(team_id=till.team)), Decimal(0))
    return {
        "promise": 10,
        "threads": threads,
        "tries": threads * tries,
        "ends": dict(till.came),
        "overspent": str(max(Decimal(0), *over)),
        "left_of_the_tightest": str(-max(over)),
        "stuck_reservations": Reservation.objects.filter(team_id=till.team, state="open").count(),
        "ledger_less_counted": str(paid - sum(use.spent for use in uses if use.scope == Scope.TEAM)),
        "broken_invariants": broken(),
    }
