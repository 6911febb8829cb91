"""An image of the team, made by an editor of it."""

import io

import pytest

from designer.assets.models import Asset
from designer.assets.services import store_upload
from tests import images


@pytest.fixture
def asset(member, team) -> Asset:
    data = images.encoded("PNG", images.photo((48, 36)))
    return store_upload(actor=member("editor"), team_id=team.pk, file=io.BytesIO(data), name="coat.png")
