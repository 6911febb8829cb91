"""What the page of a generation tells of who made its images and for whom, where records lack something."""

import pytest

from designer.assets.models import Asset
from designer.providers import base
from tests.designer.generations.test_stand_ins import begin, pair, plain
from tests.scripted import GOOD

__all__ = ["pair"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_an_older_record_does_not_tell_is_not_told_as_nothing(pair, client_of):
    one, other = pair
    client = client_of("editor")
    one.answers, other.answers = [GOOD, base.QuotaExhausted("The month's money is spent.")], [GOOD]
    done = begin(client_of, n=2, client=client)
    by_one, by_other = done.shown_assets
    lacking = ("provider", "paid", "unit_price")
    Asset.objects.filter(pk=by_one.pk).update(
        provenance={name: said for name, said in by_one.provenance.items() if name not in lacking}
    )
    Asset.objects.filter(pk=by_other.pk).update(simulated=True)
    page = plain(client.get(f"/generations/{done.pk}"))
    assert "Models one 1 image, price unknown one by other 1 image, $0.03 (simulated)" in page
    assert "by one, $0.03 (simulated)" in page
    assert "Model one Price" not in plain(client.get(f"/assets/{by_one.pk}"))


def test_how_near_a_brief_is_to_a_persona_comes_in_with_the_stages(pair, client_of):
    one, _ = pair
    client = client_of("editor")
    one.answers = [GOOD]
    persona = client.post("/api/personas", {"name": "Minimal"}, format="json").json()
    done = begin(client_of, client=client, persona=persona["id"])
    for address in (f"/generations/{done.pk}", f"/generations/{done.pk}/how"):
        assert plain(client.get(address)).count("How near the brief is to") == 1, address
