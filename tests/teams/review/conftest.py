"""An image, a collection and a batch of the team, made by editors of it."""

import io

import pytest

from batches.models import Batch
from designer.assets.models import Asset
from designer.assets.services import store_upload
from teams.review.collections.models import Collection
from teams.review.collections.services import create
from tests import images


@pytest.fixture
def asset(member, team) -> Asset:
    data = images.encoded("PNG", images.photo((48, 36)))
    return store_upload(actor=member("editor"), team_id=team.pk, file=io.BytesIO(data), name="coat.png")


@pytest.fixture
def collection(member, team, asset) -> Collection:
    return create(actor=member("editor"), team_id=team.pk, name="Autumn", assets=[asset.pk])


@pytest.fixture
def batch(member, team) -> Batch:
    return Batch.objects.create(team=team, owner=member("editor"), title="Ten coats", plan={})
