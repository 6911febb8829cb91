"""What is thought of an image counts for the model that the router asks for, whatever its vendor calls it."""

from typing import Any

import pytest

from designer.personas.models import LearnedWeight
from tests.contract.adapters import ADAPTERS, Adapter
from tests.contract.test_again import made, set_up

__all__ = ["set_up"]  # the fixture: every vendor's key
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("row", ADAPTERS, ids=lambda row: row.name)
def test_a_dislike_lowers_the_model_by_the_name_that_the_router_asks_for(row: Adapter, client_of: Any) -> None:
    client = client_of("editor")
    (asset,) = made(client, row, n=1)
    wish = {"brief": "a plain coat", "provider": row.name, "model": row.model, "aspect_ratio": row.ratio}

    def score() -> float:
        told = client.post("/api/generations/preview", wish, format="json").json()["estimate"]
        return float(told["parts"]["quality"])

    before = score()
    answer = client.post("/api/feedback", {"assets": [str(asset.pk)], "kind": "dislike"}, format="json")
    assert answer.status_code == 201, answer.content
    assert LearnedWeight.objects.filter(key=f"model:{row.model}:coat", beta__gt=1).count() == 1
    assert score() < before
    assert client.get(f"/assets/{asset.pk}").status_code == 200
