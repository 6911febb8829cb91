"""What a test commits is gone before the next, and what it took from the first rows is back."""

import pytest
from django.contrib.auth.models import Permission

from designer.catalogue.models import ModelPrice, ModelProfile
from teams.membership.models import Team
from tests.clearing import FirstRows
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_that_were_added_changed_or_deleted_are_as_they_were():
    before = FirstRows.read()
    assert before.tables["auth_permission"] and not before.tables[Team._meta.db_table]
    MembershipFactory()
    ModelProfile.objects.update(enabled=False)
    ModelPrice.objects.all().delete()
    Permission.objects.order_by("pk").first().delete()
    assert FirstRows.read() != before
    before.restore()
    assert FirstRows.read() == before


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_without_what_another_committed(turn: int):
    assert not Team.objects.exists() and ModelPrice.objects.exists()
    MembershipFactory()
    ModelPrice.objects.all().delete()
