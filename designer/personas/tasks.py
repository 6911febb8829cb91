"""The portfolio job: an id in, nothing out."""

from datetime import timedelta
from typing import Any

from designer.jobs.handlers import Permanent, RunningJob, finishes, handles, replays
from designer.jobs.models import Job
from designer.jobs.scheduler import every
from designer.personas import importing, portfolios
from teams.base.errors import Conflict


@handles("portfolio.import")
def import_portfolio(job: RunningJob, portfolio_id: str) -> None:
    try:
        importing.run(job, portfolio_id)
    except Conflict as over:  # it has ended meanwhile, or its files are gone: another try would find the same
        raise Permanent(over.code, over.message, over.remedy) from over


@finishes("portfolio.import")
def close_portfolio(job: Job, status: str, error: dict[str, Any]) -> None:
    portfolios.close(job.payload["portfolio_id"], status=status, error=error)


@replays("portfolio.import")
def reopen_portfolio(job: Job) -> None:
    portfolios.reopen(job.payload["portfolio_id"])


@every(timedelta(hours=1))
def sweep_portfolios() -> None:
    portfolios.sweep()
