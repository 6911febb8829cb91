"""An answer is of one moment, though it takes several statements and others commit between them."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, connection
from django.utils import timezone

from analytics import rollups
from analytics.models import ZoneKept
from analytics.snapshots import snapshot
from tests.analytics.rows import MODELS, Rows

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def meanwhile(act: Callable[[], Any]) -> Iterator[None]:
    """Somebody else does `act`, and commits it, once the first figures of what is asked within have been read."""
    done: list[bool] = []

    def apart() -> None:
        try:
            act()
        finally:
            connection.close()

    def between(execute: Callable[..., Any], told: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(told, params, many, context)
        if " held WHERE team_id" in told and not done:
            done.append(True)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(apart).result(30)
        return answer

    with connection.execute_wrapper(between):
        yield
    assert done, "figures were read"


def work(rows: Rows, user: Any) -> None:
    """An image that was paid for, one whose price nobody knows, and a failure; all of them in the figures."""
    at = timezone.now() - timedelta(hours=1)
    row = rows.generation(user, at, started_at=at, finished_at=at + timedelta(seconds=9))
    rows.said(rows.image(row, at, score=0.5), user, "like")
    rows.charge(at, "0.040000", row=row, actor=user)
    rows.image(rows.generation(user, at, maker=MODELS[1]), at)
    rows.generation(user, at, status="failed", error={"code": "timeout"})
    rollups.work_off()


@pytest.mark.parametrize("name", ["overview", "costs", "quality", "models", "users", "trends"])
def test_what_is_committed_between_two_statements_is_in_none_of_them(name, rows: Rows, client_of):
    client = client_of("owner")

    def ask() -> dict[str, Any]:
        answer = client.get(f"/api/analytics/{name}", {"team": str(rows.team.pk), "compare": "previous"})
        assert answer.status_code == 200, answer.content
        return answer.json()

    work(rows, client.user)
    before = ask()
    with meanwhile(lambda: work(rows, client.user)):
        during = ask()
    assert during == before
    assert ask()["totals"] != before["totals"]


def test_all_figures_of_the_page_are_of_one_moment(rows: Rows, client_of):
    client = client_of("owner")

    def ask() -> str:
        page = client.get("/analytics", {"team": str(rows.team.pk)}).content.decode()
        return " ".join(re.sub(r"<[^>]*>", " ", page).split())

    work(rows, client.user)
    before = ask()
    with meanwhile(lambda: work(rows, client.user)):
        during = ask()
    assert during == before
    assert ask() != before


def test_nothing_is_written_meanwhile_and_nothing_of_it_stays_with_the_connection(rows: Rows):
    kept = {"team_id": rows.team.pk, "zone": "UTC"}
    with pytest.raises(InternalError, match="read-only"), snapshot():
        ZoneKept.objects.create(**kept)
    ZoneKept.objects.create(**kept)
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)
