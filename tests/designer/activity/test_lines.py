"""Entries that follow each other become lines, and none of them is lost."""

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.activity.feed import NEAR, lines_of
from designer.activity.sources import Entry, Told


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 400)), max_size=20))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_lines_hold_every_entry_once_and_in_order(steps):
    at, found = timezone.now(), []
    for place, (who, what, minutes) in enumerate(steps):
        at -= timedelta(minutes=minutes)
        said = Told(did="made 1 image", many="made {n} images") if what else Told(did="said", many="")
        key = f"x:{UUID(int=place)}"
        found.append(Entry(key=key, kind="upload", at=at, actor_id=UUID(int=who), told=said))
    lines = lines_of(found)
    assert sum(line.times for line in lines) == len(found)
    starts = [found.index(line.last) for line in lines]
    assert starts == sorted(starts) and all(line.last.actor_id == line.first.actor_id for line in lines)
    for line in lines:
        own = found[found.index(line.last) : found.index(line.first) + 1]
        assert len(own) == line.times and (line.times == 1 or line.did == f"made {line.times} images")
        assert all(newer.at - older.at < NEAR for newer, older in pairwise(own))
