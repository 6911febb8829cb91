"""The Python client is imported from where it is written, as its users get it: without being installed beside us."""

import sys
from collections.abc import Iterator

import pytest

from designer.jobs.models import FINAL, Job
from tests.faults.kit import until
from tests.stack import ROOT, studio

sys.path.insert(0, str(ROOT / "sdk" / "python"))


@pytest.fixture(scope="module")  # no longer: its worker would take the jobs of other tests
def running(django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with django_db_blocker.unblock(), studio(tmp_path_factory.mktemp("studio")) as url:
        yield url


@pytest.fixture
def studio_url(running: str, transactional_db: None) -> Iterator[str]:
    """The address of a studio that is at rest again before a test's rows are taken back."""
    yield running
    until(lambda: not Job.objects.exclude(status__in=FINAL).exists(), 60)
