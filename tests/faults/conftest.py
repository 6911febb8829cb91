"""One stage for the module: services, workers, a scheduler and a client, all really there and killed at the end."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.faults.kit import Client, Proc, Stage, ended, private_database, until

LEASE = 3


@dataclass
class Cast:
    stage: Stage
    client: Client
    workers: list[Proc]
    scheduler: Proc


@pytest.fixture(scope="module")
def cast(django_db_blocker) -> Iterator[Cast]:
    with django_db_blocker.unblock(), private_database():
        stage = Stage(lease=LEASE)
        try:
            client = stage.client()
            workers = [stage.worker(), stage.worker()]
            stage.worker("gpu", children=1)
            scheduler = stage.scheduler()
            until(ended([stage.sure(client, "faults.noop")]), 60)
            yield Cast(stage, client, workers, scheduler)
        finally:
            stage.close()
