"""What the ledger tidies by the clock."""

from datetime import timedelta

from designer.jobs.scheduler import every
from designer.ledger import budgets


@every(timedelta(minutes=1))
def release_ended() -> None:
    budgets.release_ended()
