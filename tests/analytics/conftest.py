"""What the tests of figures stand on."""

from random import Random

import pytest

from teams.membership.models import Team
from tests.analytics.rows import Rows


@pytest.fixture
def rows(team: Team) -> Rows:
    return Rows(team, Random(20261130))
