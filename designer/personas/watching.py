"""Who may watch a portfolio, and what the truth looks like."""

from typing import Any
from uuid import UUID

from designer.personas.portfolio_models import PortfolioImport
from designer.personas.portfolios import standing
from designer.realtime import subjects
from teams.accounts.models import User


def may_watch(user: User, pk: UUID) -> bool:
    return bool(PortfolioImport.objects.visible_to(user).filter(pk=pk).exists())


def snapshot(user: User, pk: UUID) -> dict[str, Any]:
    row = PortfolioImport.objects.see(user, pk)
    return {"id": str(row.pk), **standing(row), "error": row.error}


subjects.register("portfolio", may_watch=may_watch, snapshot=snapshot)
